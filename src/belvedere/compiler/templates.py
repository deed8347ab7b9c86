"""What a Liquid template can see of the query that is being compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from belvedere.compiler.conditions import condition, date_bounds
from belvedere.compiler.fragments import parenthesized, shielded, unshielded
from belvedere.compiler.resolving import Resolving
from belvedere.errors import QueryError
from belvedere.lookml import liquid
from belvedere.lookml.filters import unescape
from belvedere.lookml.parameters import chosen_value, unchosen
from belvedere.lookml.scope import ScopedField

_OPERAND = "(\0)"
"""Stands for a condition's operand; no value can contain it."""
_UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$")


class Template:
    """The Liquid context of one SQL text, as seen from the view joined as `alias`."""

    def __init__(self, resolver: Resolving, alias: str, field: str | None) -> None:
        self._resolver = resolver
        self._alias = alias
        self.model_name = resolver.request.model.name
        self.explore_name = resolver.scope.explore.name
        self.view_name = alias
        self.field_name = field.partition(".")[2] if field else ""
        self.dialect_name = resolver.dialect.name
        self.timezone = resolver.request.timezone

    def render(self, text: str) -> str:
        return liquid.render(text, self)

    def _find(self, name: str) -> ScopedField | None:
        scope = self._resolver.scope
        return scope.find_unrestricted(name) or scope.find_unrestricted(f"{self._alias}.{name}")

    def _full(self, name: str) -> str:
        found = self._find(name)
        return found.full_name if found else name

    def _filter(self, name: str) -> str | None:
        return self._resolver.asked_by.filters.get(self._full(name))

    def is_selected(self, name: str) -> bool:
        full = self._full(name)
        chosen = self._resolver.asked_by.selected
        if full in chosen or any(field.startswith(f"{name}.") for field in chosen):
            return True
        return self._find(name) is None and any(map(self._is_of_group(name), chosen))

    def _is_of_group(self, name: str) -> Callable[[str], bool]:
        """Whether a full name is that of a timeframe of the dimension group."""
        owner, _, group = name.rpartition(".")
        alias = owner or self._alias

        def is_one(full: str) -> bool:
            scoped = self._find(full)
            return scoped is not None and (scoped.alias, scoped.field.dimension_group) == (
                alias,
                group,
            )

        return is_one

    def is_filtered(self, name: str) -> bool:
        filters = self._resolver.asked_by.filters
        if self._filter(name):
            return True
        of_group = self._is_of_group(name)
        grouped = self._find(name) is None
        return any(
            text and (field.startswith(f"{name}.") or (grouped and of_group(field)))
            for field, text in filters.items()
        )

    def in_query(self, name: str) -> bool:
        return self.is_selected(name) or self.is_filtered(name)

    def condition(self, name: str, sql: str) -> str:
        expression = self._filter(name)
        found = self._find(name)
        if found is None or not expression:
            return "1=1"
        resolver = self._resolver
        made = condition(
            resolver.dialect,
            found.field,
            _OPERAND,
            expression,
            resolver.time,
            resolver.case_sensitive(found.field),
        )
        # References in the operand are still to be resolved, those in values never.
        return shielded(made.sql).replace(_OPERAND, parenthesized(sql)) if made else "1=1"

    def increment_condition(self, sql: str) -> str:
        """The rows that extend a persistent table; all of them where nothing is extended."""
        since = self._resolver.since
        if since is None:
            return "1=1"
        bound = shielded(self._resolver.dialect.boundary(since.start))
        return f"{parenthesized(sql)} >= {bound}"

    def parameter(self, name: str) -> str:
        """The chosen value as SQL: strings with their quotes."""
        found = self._find(name)
        if found is None:
            raise QueryError(f"Unknown parameter {name}")
        chosen = chosen_value(found.field, self._filter(name))
        return unchosen(found.field) if chosen is None else shielded(self._checked(found, chosen))

    parameter_value = parameter

    def _checked(self, found: ScopedField, value: str) -> str:
        field, dialect = found.field, self._resolver.dialect
        allowed = [choice.value for choice in field.allowed_values]
        is_modelled = value in allowed or value in self._modelled(found)
        if allowed and not is_modelled:
            raise QueryError(
                f"Invalid filter: {found.full_name} takes one of {', '.join(allowed)}, not {value}"
            )
        if field.type == "unquoted":
            if not is_modelled and not set(value) <= _UNQUOTED:
                raise QueryError(f"Invalid filter: {found.full_name} does not take {value!r}")
            return value
        if field.type == "number":
            return dialect.number(_number(found.full_name, value))
        if field.type == "yesno":
            return dialect.boolean(value.strip().lower() in ("yes", "true"))
        if field.type in ("date", "date_time"):
            start = date_bounds(value, self._resolver.time)[0]
            return "NULL" if start is None else dialect.boundary(start)
        return dialect.string(value)

    def _modelled(self, found: ScopedField) -> Iterator[str]:
        """Values that the model itself gives the parameter; it may leave its own list."""
        if found.field.default_value is not None:
            yield found.field.default_value
        written = self._resolver.request.modelled.get(found.full_name)
        if written is not None:
            yield unescape(written)
        explore = self._resolver.scope.explore
        for pair in (*explore.always_filter, *explore.conditionally_filter):
            name = pair.field if "." in pair.field else f"{explore.base}.{pair.field}"
            if name == found.full_name:
                yield unescape(pair.expression)

    def date_start(self, name: str) -> str:
        return self._bound(name, 0)

    def date_end(self, name: str) -> str:
        return self._bound(name, 1)

    def _bound(self, name: str, which: int) -> str:
        expression = self._filter(name)
        if not expression:
            return "NULL"
        bound: datetime | None = date_bounds(expression, self._resolver.time)[which]
        return "NULL" if bound is None else self._resolver.dialect.boundary(bound)

    def user_attribute(self, name: str) -> str | None:
        value = self._resolver.request.viewer.attributes.get(name)
        return None if value is None else shielded(value)

    def localized(self, key: str) -> str | None:
        request = self._resolver.request
        localization = request.model.localization
        if localization is None:
            return None
        text = localization.lookup(key, request.viewer.attributes.get("locale"))
        return None if text is None else shielded(text)

    def filter_text(self, name: str) -> str | None:
        text = self._filter(name)
        return None if text is None else shielded(text)

    def sql_of(self, name: str) -> str:
        found = self._find(name)
        return shielded(self._resolver.substituted(found).sql) if found else ""

    def sql_quote(self, text: str) -> str:
        return shielded(self._resolver.dialect.string(unshielded(text)))


def _number(name: str, value: str) -> str:
    try:
        float(value)
    except ValueError:
        raise QueryError(f"Invalid filter: {name} takes a number, not {value!r}") from None
    if not set(value.strip().lower()) <= set("0123456789.+-e"):
        raise QueryError(f"Invalid filter: {name} takes a number, not {value!r}")
    return value.strip()
