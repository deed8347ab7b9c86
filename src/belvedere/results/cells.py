"""What the html, links and actions of a result's cells read, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from belvedere.errors import LookmlError
from belvedere.lookml import liquid
from belvedere.lookml.labels import Asked
from belvedere.lookml.liquid_variables import Lookup
from belvedere.lookml.model import Category, Field
from belvedere.lookml.parameters import written
from belvedere.lookml.scope import Scope, ScopedField

Row = Mapping[str, Any]
"""Plain values of one row by full field name."""

_ACTION_PARTS = ("label", "url", "icon_url", "form_url")


@dataclass(frozen=True, slots=True)
class Cells:
    """How the query at hand shows its cells.

    `rendered` writes a field's value in its format, `filterable` as the filter expression that
    selects it; `drill` is the URL behind a cell, None where there is none.
    """

    rendered: Callable[[str, Any], str]
    filterable: Callable[[Field, Any], str]
    drill: Callable[[ScopedField, Row], str | None]


class CellTemplates:
    """The templates of one query's cells, as one viewer sees them."""

    def __init__(
        self, scope: Scope, asked: Asked, attributes: Mapping[str, str], cells: Cells
    ) -> None:
        self._scope = scope
        self._asked = asked
        self._attributes = attributes
        self._cells = cells
        self.problems: dict[tuple[str, str], None] = {}
        """Templates that failed: the field's full name and what happened."""

    def html(self, scoped: ScopedField, value: Any, row: Row) -> str | None:
        """Escaped but for what the template itself writes; None for a field without html, or
        whose html fails.
        """
        template = scoped.field.html
        if template is None:
            return None
        variables = self._variables(scoped, value, row, page=True)
        return self._render(liquid.render_html, template, variables, scoped)

    def text(self, template: str, scoped: ScopedField, value: Any, row: Row) -> str:
        """A link's label or url, or a part of an action; nothing where the template fails."""
        variables = self._variables(scoped, value, row, page=False)
        return self._render(liquid.render_cell, template, variables, scoped) or ""

    def actions(self, scoped: ScopedField, value: Any, row: Row) -> list[dict[str, Any]]:
        """The field's actions with their templates carried out; those without a url are left
        out. User attributes that an action names are sent by the server, never shown.
        """
        found = []
        for action in scoped.field.actions:
            made = self._filled(action, scoped, value, row)
            if made.get("url"):
                parts = {name: made.get(name) for name in _ACTION_PARTS}
                params, form = _listed(made.get("param")), _listed(made.get("form_param"))
                found.append(parts | {"params": params, "form_params": form, "type": "action"})
        return found

    def _filled(self, item: Any, scoped: ScopedField, value: Any, row: Row) -> Any:
        if isinstance(item, str):
            return self.text(item, scoped, value, row).strip()
        if isinstance(item, dict):
            return {key: self._filled(part, scoped, value, row) for key, part in item.items()}
        if isinstance(item, list):
            return [self._filled(part, scoped, value, row) for part in item]
        return item

    def _render(
        self,
        render: Callable[[str, Mapping[str, object]], str],
        template: str,
        variables: liquid.CellVariables,
        scoped: ScopedField,
    ) -> str | None:
        """None where the template fails: what it decorates is shown all the same."""
        try:
            return render(template, variables)
        except LookmlError as error:
            place = scoped.field.location
            where = f"{scoped.full_name} at {place}" if place is not None else scoped.full_name
            self.problems[scoped.full_name, f"{error} ({where})"] = None
            return None

    # Variables

    def _variables(
        self, scoped: ScopedField, value: Any, row: Row, *, page: bool
    ) -> liquid.CellVariables:
        name = scoped.full_name
        here = {**row, name: value}
        own = self._properties(scoped, here, page=page)
        fixed = _Lazy(
            {
                "value": lambda: value,
                "rendered_value": lambda: own["_rendered_value"],
                "filterable_value": lambda: own["_filterable_value"],
                "link": lambda: own["_link"],
                "linked_value": lambda: own["_linked_value"],
                "_model": lambda: {"_name": self._scope.model.name},
                "_view": lambda: {"_name": scoped.alias},
                "_explore": lambda: {"_name": self._scope.explore.name, "_dashboard_url": ""},
                "_field": lambda: {"_name": name},
                "_query": lambda: {"_query_timezone": self._asked.timezone},
                "_filters": lambda: Lookup(self._filter),
                "_user_attributes": lambda: Lookup(self._attributes.get),
                "_localization": lambda: Lookup(self._localized),
            }
        )

        def shown(full: str) -> Mapping[str, object] | None:
            other = scoped if full == name else self._scope.find_unrestricted(full)
            return None if other is None else self._properties(other, here, page=page)

        return liquid.CellVariables(scoped.alias, fixed, shown)

    def _properties(self, scoped: ScopedField, row: Row, *, page: bool) -> Mapping[str, object]:
        """What `field.…` offers: whether it is in the query, and its cell in the row if it is."""
        name = scoped.full_name
        selected, cells = name in self._asked.fields, self._cells
        made: dict[str, Callable[[], object]] = {
            "_in_query": lambda: selected or bool(self._filter(name)),
            "_is_selected": lambda: selected,
            "_is_filtered": lambda: bool(self._filter(name)),
            "_name": lambda: name,
        }
        if scoped.field.category is Category.parameter:
            made["_parameter_value"] = lambda: written(scoped.field, self._filter(name))
        if name not in row:
            return _Lazy(made)
        value = row[name]

        def rendered() -> str:
            return cells.rendered(name, value) if value is not None else ""

        def link() -> str:
            return cells.drill(scoped, row) or ""

        made["_value"] = lambda: value
        made["_rendered_value"] = rendered
        made["_filterable_value"] = lambda: cells.filterable(scoped.field, value)
        made["_link"] = link
        made["_linked_value"] = lambda: _linked(link(), rendered(), page=page)
        return _Lazy(made)

    def _filter(self, name: str) -> str | None:
        return self._asked.filters.get(name)

    def _localized(self, key: str) -> str | None:
        localization = self._scope.model.localization
        locale = self._attributes.get("locale")
        return localization.lookup(key, locale) if localization is not None else None


class _Lazy(Mapping[str, object]):
    """Values that are made when they are read: most templates read one or two of them."""

    def __init__(self, makers: Mapping[str, Callable[[], object]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> object:
        return self._makers[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _linked(url: str, text: str, *, page: bool) -> str:
    return Markup('<a href="{}">{}</a>').format(url, text) if page and url else text


def _listed(item: Any) -> list[dict[str, Any]]:
    return list(_maps(item))


def _maps(item: Any) -> Iterator[dict[str, Any]]:
    for part in item if isinstance(item, list) else [item]:
        if isinstance(part, dict):
            yield part
