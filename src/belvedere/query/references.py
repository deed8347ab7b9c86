"""What a stored query names that its model does not have (any more)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from belvedere.lookml.diagnostics import did_you_mean
from belvedere.lookml.model import Model
from belvedere.lookml.scope import Scope, scope_of
from belvedere.query.definition import Definition, parse_sort

_REFERENCE = re.compile(r"\$\{([\w.]+)(?::[^}]*)?\}")
_FULL_NAME = re.compile(r"\w+\.\w+\Z")
_OWN = ("dimension", "measure", "table_calculation", "group", "bin")
_LISTS_OF_FIELDS = ("hidden_fields", "column_order", "hidden_points_if_no", "hidden_series")
_KEYED_BY_FIELD = (
    "series_colors",
    "series_labels",
    "series_types",
    "series_cell_visualizations",
    "series_value_format",
    "series_column_widths",
)
Find = Callable[[str], Model | None]


@dataclass(frozen=True, slots=True)
class Broken:
    """A name that leads nowhere. `removable`: nothing else depends on it, it can just go."""

    message: str
    model: str
    explore: str | None = None
    field: str | None = None
    removable: bool = False


def broken_in(definition: Definition, find: Find) -> list[Broken]:
    """Each name once, in the order of the query's parts."""
    model = find(definition.model)
    if model is None:
        return [Broken(f'Unknown model "{definition.model}".', definition.model)]
    if definition.view not in model.explores:
        return [broken_explore(model, definition.view)]
    scope = scope_of(model, definition.view)
    own = _own_names(definition.dynamic_items())
    found: dict[str, Broken] = {}
    for name, removable in _names(definition):
        if name not in found and name not in own and scope.find(name) is None:
            found[name] = broken_field(scope, name, removable=removable)
    return list(found.values())


def broken_explore(model: Model, name: str) -> Broken:
    hint = did_you_mean(name, model.explores)
    message = f'Explore "{name}" not found in model "{model.name}".{hint}'
    return Broken(message, model.name, name)


def broken_field(scope: Scope, name: str, *, removable: bool) -> Broken:
    hint = did_you_mean(name, (field.full_name for field in scope.fields()))
    message = f'Unknown field "{name}".{hint}'
    return Broken(message, scope.model.name, scope.explore.name, name, removable)


def _own_names(items: Iterable[dict[str, Any]]) -> set[str]:
    """Fields that the query defines itself."""
    return {str(item[kind]) for item in items for kind in _OWN if item.get(kind)}


def _names(definition: Definition) -> Iterator[tuple[str, bool]]:
    """Every field that the query names, and whether it could be left out by itself."""
    for names in (definition.fields, definition.pivots, definition.fill_fields):
        yield from ((name, True) for name in names or ())
    yield from ((name, True) for name in definition.filters or ())
    yield from ((name, True) for name in definition.subtotals or ())
    for sort in definition.sorts or ():
        if sort != "__UNSORTED__":
            yield parse_sort(sort).field, True
    yield from _in_expression(definition.filter_expression)
    for item in definition.dynamic_items():
        if item.get("based_on"):
            yield str(item["based_on"]), False
        for text in (item.get("expression"), item.get("filter_expression")):
            yield from _in_expression(text)
        filters = item.get("filters")
        yield from ((name, False) for name in (filters if isinstance(filters, dict) else ()))
    yield from ((name, True) for name in _in_vis_config(definition.vis_config or {}))


def _in_expression(text: object) -> Iterator[tuple[str, bool]]:
    if isinstance(text, str):
        for name in _REFERENCE.findall(text):
            if "." in name:
                yield name, False


def _in_vis_config(config: dict[str, Any]) -> Iterator[str]:
    """Names of fields in those settings that hold nothing else; series of pivots have names of
    their own, which say nothing about fields.
    """
    for key in _LISTS_OF_FIELDS:
        listed = config.get(key)
        yield from (
            name
            for name in (listed if isinstance(listed, list) else ())
            if isinstance(name, str) and _FULL_NAME.match(name)
        )
    for key in _KEYED_BY_FIELD:
        keyed = config.get(key)
        yield from (
            name
            for name in (keyed if isinstance(keyed, dict) else ())
            if isinstance(name, str) and _FULL_NAME.match(name)
        )
