"""Custom fields of a query (`dynamic_fields`): dimensions and measures that the asker defines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from belvedere.compiler.expressions import kind_of, syntax
from belvedere.compiler.expressions.kinds import Kind, inferred
from belvedere.errors import QueryError
from belvedere.lookml.model import Category, Field, FilterPair
from belvedere.lookml.scope import ScopedField

Find = Callable[[str], ScopedField | None]
_MEASURES = frozenset(["count_distinct", "sum", "average", "min", "max", "median", "list"])
_MOST_BINS = 1000
_CONDITION = " condition"
"""Ends the name of the hidden yes/no that a measure's filter_expression becomes."""


class CustomFields:
    """Makes the fields that are asked for, each once; `expressions` holds their trees by name.

    `find` looks names up in the model, as the asker may see them.
    """

    def __init__(self, base: str, items: Iterable[Mapping[str, Any]], find: Find) -> None:
        self._base = base
        self._find = find
        self._items: dict[str, Mapping[str, Any]] = {}
        self.calculations: list[Mapping[str, Any]] = []
        for item in items:
            if item.get("table_calculation"):
                if not item.get("is_disabled"):
                    self.calculations.append(item)
                continue
            name = item.get("dimension") or item.get("measure")
            if isinstance(name, str):
                self._items[name] = item
        self.expressions: dict[str, syntax.Expression] = {}
        self.made: dict[str, ScopedField] = {}
        self._open: list[str] = []

    def find(self, name: str) -> ScopedField | None:
        """The custom field of that name; QueryError where its definition is wrong."""
        if name in self.made:
            return self.made[name]
        item = self._items.get(name)
        if item is None:
            return None
        if "." in name or len(name) > 255:
            raise QueryError(f"A custom field cannot be called {name[:255]}")
        if name in self._open:
            raise QueryError(f"Custom fields refer to one another in a circle: {name}")
        self._open.append(name)
        try:
            make = self._dimension if item.get("dimension") else self._measure
            self.made[name] = make(name, item)
        finally:
            self._open.pop()
        return self.made[name]

    def any(self, name: str) -> ScopedField | None:
        """What an expression means by a name: a field of the model, else a custom one."""
        return self._find(name) or self.find(name)

    # Dimensions

    def _dimension(self, name: str, item: Mapping[str, Any]) -> ScopedField:
        kind = item.get("calculation_type")
        if kind == "group_by":
            tree = _group(name, _arguments(name, item))
        elif kind == "bin":
            return self._bin(name, item)
        elif kind:
            raise QueryError(f"The custom dimension {name}: {kind} is no known calculation")
        else:
            tree = syntax.parse(_text(name, item, "expression"))
        self.expressions[name] = tree
        return self._scoped(name, item, tree, **_typed(inferred(tree, self._kind)))

    def _kind(self, name: str) -> Kind:
        found = self.any(name)
        return Kind.nothing if found is None else kind_of(found.field)

    def _bin(self, name: str, item: Mapping[str, Any]) -> ScopedField:
        arguments = [*_arguments(name, item), *[None] * 6]
        field, size, least, most, breaks, style = arguments[:6]
        self.expressions[name] = syntax.FieldName(str(field))
        tiers = _breaks(name, breaks) if breaks else _steps(name, size, least, most)
        shown = style if style in ("classic", "interval", "integer", "relational") else "classic"
        tree = self.expressions[name]
        return self._scoped(name, item, tree, type="tier", tiers=tiers, style=shown)

    def _scoped(
        self, name: str, item: Mapping[str, Any], tree: syntax.Expression, **facts: Any
    ) -> ScopedField:
        """A dimension of the one view that its expression reads, else of the explore's base."""
        found = [self.any(read) for read in syntax.names(tree)]
        views = {scoped.alias for scoped in found if scoped is not None}
        alias = views.pop() if len(views) == 1 else self._base
        field = Field(name=name, view=alias, category=Category.dimension, **_shown(item), **facts)
        return ScopedField(alias, field, name)

    # Measures

    def _measure(self, name: str, item: Mapping[str, Any]) -> ScopedField:
        based_on = _text(name, item, "based_on")
        found = self.any(based_on)
        if found is None:
            raise QueryError(f"The custom measure {name} is based on the unknown field {based_on}")
        filters = (*self._filters(name, item), *self._condition(name, item))
        if found.field.is_measure:
            return self._filtered(name, item, found, filters)
        kind = item.get("type")
        if kind not in _MEASURES:
            known = ", ".join(sorted(_MEASURES))
            raise QueryError(f"The custom measure {name} has the type {kind}; there are {known}")
        field = Field(
            name=name,
            view=found.alias,
            category=Category.measure,
            type=kind,
            sql=f"${{{based_on}}}",
            list_field=based_on if kind == "list" else None,
            filters=filters,
            **_shown(item),
        )
        return ScopedField(found.alias, field, name)

    def _filtered(
        self,
        name: str,
        item: Mapping[str, Any],
        found: ScopedField,
        filters: tuple[FilterPair, ...],
    ) -> ScopedField:
        """A measure of the model with further filters."""
        if found.field.type == "number" and filters:
            raise QueryError(
                f"The custom measure {name}: a measure of type number cannot be filtered"
            )
        own = tuple(
            FilterPair(
                pair.field if "." in pair.field else f"{found.alias}.{pair.field}", pair.expression
            )
            for pair in found.field.filters
        )
        shown = {key: value for key, value in _shown(item).items() if value is not None}
        field = msgspec.structs.replace(
            found.field, name=name, filters=(*own, *filters), hidden=False, **shown
        )
        return ScopedField(found.alias, field, name)

    def _filters(self, name: str, item: Mapping[str, Any]) -> Iterable[FilterPair]:
        filters = item.get("filters") or {}
        if not isinstance(filters, Mapping):
            raise QueryError(f"The filters of the custom measure {name} must be an object")
        for field, expression in filters.items():
            if self.any(str(field)) is None:
                raise QueryError(f"Invalid filter: {field} in the custom measure {name}")
            yield FilterPair(str(field), str(expression))

    def _condition(self, name: str, item: Mapping[str, Any]) -> Iterable[FilterPair]:
        text = item.get("filter_expression")
        if text:
            tree = syntax.parse(str(text))
            if inferred(tree, self._kind) is not Kind.yesno:
                raise QueryError(
                    f"The filter_expression of the custom measure {name} must be a condition that "
                    "is yes or no"
                )
            hidden = name + _CONDITION
            self.expressions[hidden] = tree
            self.made[hidden] = self._scoped(hidden, {}, tree, type="yesno")
            yield FilterPair(hidden, "Yes")


def _text(name: str, item: Mapping[str, Any], key: str) -> str:
    found = item.get(key)
    if not isinstance(found, str) or not found.strip():
        raise QueryError(f"The custom field {name} has no {key}")
    return found


def _arguments(name: str, item: Mapping[str, Any]) -> list[Any]:
    found = item.get("args")
    if not isinstance(found, list) or not found or not isinstance(found[0], str):
        raise QueryError(f"The custom field {name} needs args that begin with a field")
    return found


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("label", "description", "value_format", "value_format_name")
    return {key: str(item[key]) if item.get(key) else None for key in keys}


def _typed(kind: Kind) -> dict[str, Any]:
    if kind is Kind.date:
        return {"type": "date_date", "timeframe": "date", "datatype": "date", "convert_tz": False}
    if kind is Kind.datetime:
        return {"type": "date_time", "timeframe": "time", "convert_tz": False}
    return {"type": "string" if kind is Kind.nothing else str(kind)}


def _group(name: str, arguments: list[Any]) -> syntax.Expression:
    """The first filter that a value matches gives its label."""
    field, groups, other = (*arguments, None, None)[:3]
    if not isinstance(groups, list) or not all(isinstance(group, Mapping) for group in groups):
        raise QueryError(f"The custom group {name} needs a list of labels and filters")
    branches: list[syntax.Expression] = [
        syntax.Function(
            "when",
            (
                syntax.Function(
                    "matches_filter",
                    (syntax.FieldName(field), syntax.Filter(str(group.get("filter") or ""))),
                ),
                syntax.Text(str(group.get("label") or "")),
            ),
        )
        for group in groups
    ]
    if not branches:
        raise QueryError(f"The custom group {name} has no groups")
    if isinstance(other, str):
        branches.append(syntax.Text(other))
    return syntax.Function("case", tuple(branches))


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise QueryError(f"The custom bins {name} need numbers, not {value}") from None


def _breaks(name: str, breaks: Any) -> tuple[float, ...]:
    written = breaks if isinstance(breaks, list) else str(breaks).strip("[]").split(",")
    return tuple(sorted({_number(name, item) for item in written}))


def _steps(name: str, size: Any, least: Any, most: Any) -> tuple[float, ...]:
    step, start = _number(name, size), _number(name, least or 0)
    end = _number(name, most)
    if step <= 0 or end < start or (end - start) / step > _MOST_BINS:
        raise QueryError(f"The custom bins {name} are empty or more than {_MOST_BINS}")
    count = int((end - start) / step)
    return tuple(start + step * number for number in range(count + 1))
