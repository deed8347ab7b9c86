"""Explores as the API describes them: plain data, computed only where wanted.

Nothing here names a field that its audience may not know of. Measures of a joined view without
primary key are listed like any other: the compiler computes them wherever their rows are not
repeated, and says what is missing where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from belvedere.lookml.field_metadata import (
    EVERYTHING,
    Audience,
    Wanted,
    field_metadata,
    lookml_link,
)
from belvedere.lookml.field_traits import enumerations, measure_types
from belvedere.lookml.labels import explore_label, localized, model_label
from belvedere.lookml.model import Category, Explore, FilterPair, Join, Model, View
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.value_formats import NAMED_VALUE_FORMATS, value_format

__all__ = [
    "EVERYTHING",
    "NAMED_VALUE_FORMATS",
    "Audience",
    "Wanted",
    "enumerations",
    "explore_metadata",
    "field_metadata",
    "nav_explore",
    "value_format",
]

_REFERENCE = re.compile(r"\$\{\s*(\w+\.\w+)\s*(?:::\w+\s*)?\}")
_NO_ATTRIBUTES: Mapping[str, str] = {}
_GROUPS = {
    "dimensions": Category.dimension,
    "measures": Category.measure,
    "filters": Category.filter,
    "parameters": Category.parameter,
}


def explore_metadata(
    scope: Scope,
    visible: Callable[[ScopedField], bool],
    facts: Mapping[str, Any],
    wanted: Wanted = EVERYTHING,
    attributes: Mapping[str, str] = _NO_ATTRIBUTES,
) -> dict[str, Any]:
    """A LookmlModelExplore. `visible` decides about fields; `facts` are properties that
    depend on the caller and the connection, by name; `attributes` are the caller's.
    """
    audience = Audience(visible, bool(facts.get("can_see_lookml", True)), attributes)
    described = _Described(scope, audience, wanted)
    made = {name: make(described) for name, make in _PROPERTIES.items() if wanted.wants(name)}
    return made | {name: value for name, value in facts.items() if wanted.wants(name)}


def nav_explore(
    explore: Explore, model: Model, attributes: Mapping[str, str] = _NO_ATTRIBUTES
) -> dict[str, Any]:
    """An explore as menus list it, in the locale of the viewer's `attributes`."""
    return {
        "name": explore.name,
        "description": localized(model, explore.description, attributes),
        "label": explore_label(explore, model, attributes),
        "hidden": explore.hidden,
        "group_label": _group_label(explore, model, attributes),
    }


def _group_label(explore: Explore, model: Model, attributes: Mapping[str, str]) -> str:
    return localized(model, explore.group_label, attributes) or model_label(model, attributes)


class _Described:
    """One explore while it is described."""

    def __init__(self, scope: Scope, audience: Audience, wanted: Wanted) -> None:
        self.scope = scope
        self.audience = audience
        self.wanted = wanted
        self.explore = scope.explore
        self.model = scope.model

    @property
    def attributes(self) -> Mapping[str, str]:
        return self.audience.attributes

    def label(self) -> str:
        return explore_label(self.explore, self.model, self.attributes)

    def views(self) -> dict[str, View]:
        """Views by alias; one whose fields are all hidden from the audience is hidden itself."""
        visible = self.audience.visible
        return {
            alias: view
            for alias, view in self.scope.aliases.items()
            if not view.fields
            or any(visible(ScopedField(alias, field)) for field in view.fields.values())
        }

    def named(self, names: list[str]) -> list[str]:
        return [name for name in names if self.audience.may_name(self.scope, name)]

    def link(self) -> str | None:
        if not self.audience.sees_lookml:
            return None
        return lookml_link(self.model, self.explore.location)

    def files(self) -> list[str]:
        places = [view.location for view in self.views().values()]
        places.append(self.explore.location)
        return sorted({place.file for place in places if place is not None})

    def table(self) -> str | None:
        view = self.scope.aliases[self.explore.base]
        if view.derived_table is not None:
            return None
        table = self.explore.sql_table_name or view.sql_table_name or view.name
        return f"{table.strip()}  AS {self.explore.base}"

    def aliases(self) -> list[dict[str, str]]:
        return [
            {"name": old, "value": scoped.full_name}
            for scoped in self.scope.fields()
            if scoped.field.aliases and self.audience.visible(scoped)
            for old in scoped.field.aliases
        ]

    def pairs(self, pairs: tuple[FilterPair, ...]) -> list[dict[str, str]]:
        base = self.explore.base
        full = [(p.field if "." in p.field else f"{base}.{p.field}", p.expression) for p in pairs]
        return [
            {"name": name, "value": text}
            for name, text in full
            if self.audience.may_name(self.scope, name)
        ]

    def access_filters(self) -> list[dict[str, str]]:
        return [
            {"field": item.field, "user_attribute": item.user_attribute}
            for item in self.explore.access_filters
            if self.audience.may_name(self.scope, item.field)
        ]

    def index_fields(self) -> list[str]:
        views = self.scope.aliases.items()
        keys = [f"{alias}.{view.primary_key}" for alias, view in views if view.primary_key]
        return self.named(keys)

    def sets(self) -> list[dict[str, Any]]:
        return [
            {"name": f"{alias}.{name}", "value": self.named(self.scope.expand(members, alias))}
            for alias, view in self.views().items()
            for name, members in view.sets.items()
        ]

    def fields(self) -> dict[str, Any]:
        wanted = self.wanted.child("fields")
        shown = [scoped for scoped in self.scope.fields() if self.audience.visible(scoped)]
        return {
            group: [
                field_metadata(self.scope, scoped, wanted.child(group), self.audience)
                for scoped in shown
                if scoped.field.category is category
            ]
            for group, category in _GROUPS.items()
            if wanted.wants(group)
        }

    def joins(self) -> list[dict[str, Any]]:
        shown = self.views()
        return [self._join(join) for join in self.explore.joins if join.name in shown]

    def _join(self, join: Join) -> dict[str, Any]:
        texts = " ".join(filter(None, (join.sql_where, join.sql_on)))
        references = dict.fromkeys(_REFERENCE.findall(texts))
        known = [name for name in references if self.scope.find_unrestricted(name)]
        return {
            "name": join.name,
            "dependent_fields": self.named(known),
            "fields": self._join_fields(join),
            "foreign_key": join.foreign_key,
            "from": join.view if join.view != join.name else None,
            "outer_only": join.outer_only,
            "relationship": join.relationship,
            "required_joins": list(join.required_joins),
            "sql_foreign_key": join.sql_foreign_key,
            "sql_on": join.sql_on,
            "sql_table_name": join.sql_table_name,
            "type": join.type,
            "view_label": localized(self.model, join.view_label, self.attributes),
        }

    def _join_fields(self, join: Join) -> list[str] | None:
        if join.fields is None:
            return None
        written = {item: item.removeprefix("-") for item in join.fields}
        full = {item: n if "." in n else f"{join.name}.{n}" for item, n in written.items()}
        return [item for item, name in full.items() if self.audience.may_name(self.scope, name)]


_PROPERTIES: dict[str, Callable[[_Described], Any]] = {
    "id": lambda d: f"{d.model.name}::{d.explore.name}",
    "name": lambda d: d.explore.name,
    "description": lambda d: localized(d.model, d.explore.description, d.attributes),
    "label": _Described.label,
    "title": _Described.label,
    "scopes": lambda d: list(dict.fromkeys([d.explore.name, *d.views()])),
    "lookml_link": _Described.link,
    "files": _Described.files,
    "source_file": lambda d: d.explore.location.file if d.explore.location else None,
    "project_name": lambda d: d.model.project,
    "model_name": lambda d: d.model.name,
    "view_name": lambda d: d.explore.base,
    "hidden": lambda d: d.explore.hidden,
    "sql_table_name": _Described.table,
    "access_filter_fields": lambda d: [item["field"] for item in d.access_filters()],
    "access_filters": _Described.access_filters,
    "aliases": _Described.aliases,
    "always_filter": lambda d: d.pairs(d.explore.always_filter),
    "conditionally_filter": lambda d: d.pairs(d.explore.conditionally_filter),
    "index_fields": _Described.index_fields,
    "sets": _Described.sets,
    "tags": lambda d: list(d.explore.tags),
    "errors": lambda _: [],
    "fields": _Described.fields,
    "joins": _Described.joins,
    "group_label": lambda d: _group_label(d.explore, d.model, d.attributes),
    "supported_measure_types": lambda _: measure_types(),
    "always_join": lambda d: list(d.explore.always_join),
}
