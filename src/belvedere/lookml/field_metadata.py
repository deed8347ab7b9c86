"""A field as the API describes it: plain data, each property computed only where wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

from belvedere.lookml import field_traits, labels
from belvedere.lookml.liquid import references
from belvedere.lookml.model import Category, Field, Location, Model
from belvedere.lookml.scope import Scope, ScopedField, scope_of
from belvedere.lookml.value_formats import is_strict, value_format

_MAP_FORMATS = frozenset({"topojson", "vector_tile_region"})


class Wanted(Protocol):
    """Which properties of an object were asked for."""

    def wants(self, name: str) -> bool: ...
    def child(self, name: str) -> Wanted: ...


class _Everything:
    def wants(self, name: str) -> bool:
        del name
        return True

    def child(self, name: str) -> Wanted:
        del name
        return self


EVERYTHING: Wanted = _Everything()


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a description: the fields they may know of, whether they may read LookML,
    their user attributes (labels may depend on them, their `locale` chooses the language), and
    the query whose result is described, if one is.
    """

    visible: Callable[[ScopedField], bool] = lambda _: True
    sees_lookml: bool = True
    attributes: Mapping[str, str] = dataclass_field(default_factory=dict)
    asked: labels.Asked | None = None

    def may_name(self, scope: Scope, name: str) -> bool:
        """False for fields that are there but hidden from the audience."""
        found = scope.find_unrestricted(name)
        return found is None or self.visible(found)


_ANYBODY = Audience()


def field_metadata(
    scope: Scope, scoped: ScopedField, wanted: Wanted = EVERYTHING, audience: Audience = _ANYBODY
) -> dict[str, Any]:
    """A LookmlModelExploreField. Objects that are not there (a map layer, …) are left out."""
    described = _Described(scope, scoped, audience)
    found = {name: make(described) for name, make in _PROPERTIES.items() if wanted.wants(name)}
    for name, make_part in _PARTS.items():
        part = make_part(described) if wanted.wants(name) else None
        if part is not None:
            found[name] = part
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def lookml_link(model: Model, location: Location | None) -> str | None:
    if location is None:
        return None
    return f"/projects/{model.project}/files/{quote(location.file, safe='')}?line={location.line}"


class _Described:
    """One field while it is described."""

    def __init__(self, scope: Scope, scoped: ScopedField, audience: Audience) -> None:
        self.scope = scope
        self.scoped = scoped
        self.audience = audience
        self.field: Field = scoped.field
        self.model = scope.model

    @property
    def file(self) -> str:
        return self.field.location.file if self.field.location else ""

    @property
    def reading(self) -> tuple[Mapping[str, str], labels.Asked | None]:
        return self.audience.attributes, self.audience.asked

    @cached_property
    def label_short(self) -> str:
        return labels.label_short(self.scope, self.scoped, *self.reading)

    @cached_property
    def view_label(self) -> str:
        return labels.view_label(self.scope, self.scoped, *self.reading)

    @cached_property
    def group(self) -> tuple[str | None, str]:
        return labels.group_of(self.scope, self.scoped, *self.reading)

    def description(self) -> str | None:
        text = self.field.description
        return labels.shown(self.scope, self.scoped, text, *self.reading)

    def full(self, name: str) -> str:
        return name if "." in name else f"{self.scoped.alias}.{name}"

    def may_show(self, template: str) -> bool:
        """Whether the text of the template names nothing that is hidden from the audience."""
        return all(self.audience.may_name(self.scope, self.full(n)) for n in references(template))

    @cached_property
    def suggested(self) -> tuple[str, str]:
        """Explore and dimension that values are suggested from. Its own, where the audience may
        not know of these; who may see another explore is not known here.
        """
        explore, name = (
            self.field.suggest_explore,
            self.full(self.field.suggest_dimension or self.field.name),
        )
        own = self.scope.explore.name
        if explore is None or explore == own:
            shown = self.audience.may_name(self.scope, name)
            return own, name if shown else self.scoped.full_name
        other = self.model.explores.get(explore)
        if other is None:
            return explore, name
        scope = scope_of(self.model, explore)
        found = scope.find(name)
        guarded = other.required_access_grants or (
            found is not None
            and (
                found.field.required_access_grants
                or scope.aliases[found.alias].required_access_grants
            )
        )
        return (own, self.scoped.full_name) if guarded else (explore, name)

    def dimension_group(self) -> str | None:
        group = self.field.dimension_group
        return self.full(group) if group is not None else None

    def default_filter_value(self) -> str | None:
        default = self.field.default_value
        if default is None or self.field.category is not Category.parameter:
            return default
        return field_traits.parameter_text(self.field, default)

    def drill_fields(self) -> list[str]:
        written = self.field.drill_fields
        if not written and self.field.is_measure:
            written = self.scope.aliases[self.scoped.alias].drill_fields
        names = self.scope.expand(written, self.scoped.alias) if written else []
        inputs = (Category.filter, Category.parameter)
        found = ((name, self.scope.find_unrestricted(name)) for name in names)
        shown = [name for name, scoped in found if scoped and scoped.field.category not in inputs]
        return [name for name in shown if self.audience.may_name(self.scope, name)]

    def suggestions(self) -> list[str]:
        field = self.field
        if field.suggestions or not (field.tiers or field.cases):
            return list(field.suggestions)
        return field_traits.fixed_values(field, self.model.week_start_day) or []

    def filters(self) -> list[dict[str, str]]:
        if not self.audience.sees_lookml:
            return []
        return [
            {"field": self.full(pair.field), "condition": pair.expression}
            for pair in self.field.filters
        ]

    def sql_case(self) -> list[dict[str, str]] | None:
        field = self.field
        if not field.cases or not self.audience.sees_lookml:
            return None
        cases = [{"value": branch.label, "condition": branch.sql} for branch in field.cases]
        if field.case_else is not None:
            cases.append({"value": field.case_else, "condition": "else"})
        return cases

    def sql(self) -> str | None:
        field = self.field
        if not self.audience.sees_lookml:
            return None
        if field.cases:
            return self._cases_sql()
        if field.type == "distance":
            return (
                f"Start:\n${{{field.start_location_field}}}\nEnd:\n${{{field.end_location_field}}}"
            )
        if field.interval is not None and not field.is_read_duration:
            return f"Start:\n{field.sql_start or ''}\nEnd:\n{field.sql_end or ''}"
        if field.type == "location":
            return f"Latitude:\n{field.sql_latitude or ''}\nLongitude:\n{field.sql_longitude or ''}"
        if field.sql is not None:
            return f"{field.sql} "
        return self._implicit_sql()

    def _cases_sql(self) -> str:
        branches = [f"WHEN {case.sql} THEN {_quoted(case.label)}" for case in self.field.cases]
        if self.field.case_else is not None:
            branches.append(f"ELSE {_quoted(self.field.case_else)}")
        return "\n".join(["CASE", *branches, "END"])

    def _implicit_sql(self) -> str | None:
        field, alias = self.field, self.scoped.alias
        if field.category in (Category.filter, Category.parameter):
            return None
        if field.type == "count":
            key = self.scope.aliases[alias].primary_key
            repeated = field_traits.api_type(self.scope, self.scoped) == "count_distinct"
            return f"${{{alias}.{key}}} " if repeated and key else None
        if field.type in ("list", "period_over_period"):
            return None
        return f"{alias}.{field.dimension_group or field.name}"

    def map_layer(self) -> dict[str, Any] | None:
        name = self.field.map_layer_name
        if name is None:
            return None
        layer = self.model.map_layers.get(name)
        stated = layer.parameters if layer is not None else {}
        written = {key: str(value) for key, value in stated.items()}
        kind = written.get("format")
        return {
            "name": name,
            "url": written.get("url") or written.get("file") or "",
            "format": kind if kind in _MAP_FORMATS else "topojson",
            "feature_key": written.get("feature_key"),
            "property_key": written.get("property_key"),
            "property_label_key": written.get("property_label_key"),
            "projection": written.get("projection"),
            "extents_json_url": written.get("extents_json_url"),
            "max_zoom_level": _whole(written.get("max_zoom_level")),
            "min_zoom_level": _whole(written.get("min_zoom_level")),
        }

    def period_over_period(self) -> dict[str, Any] | None:
        field = self.field
        if field.type != "period_over_period" or not field.based_on or not field.based_on_time:
            return None
        return {
            "based_on": self.full(field.based_on),
            "based_on_time": self.full(field.based_on_time),
            "period": field.period or "year",
            "kind": field.kind or "previous",
            "value_to_date": field.value_to_date,
        }


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None


_PROPERTIES: dict[str, Callable[[_Described], Any]] = {
    "align": lambda d: "right" if field_traits.is_numeric(d.field) else "left",
    "available_custom_timeframes": lambda _: None,
    "timeframe_labels": lambda _: None,
    "can_filter": lambda d: d.field.can_filter and not field_traits.is_post_sql(d.field),
    "category": lambda d: str(d.field.category),
    "default_filter_value": _Described.default_filter_value,
    "description": _Described.description,
    "dimension_group": _Described.dimension_group,
    "drill_fields": _Described.drill_fields,
    "enumerations": lambda d: field_traits.enumerations(d.field, d.model.week_start_day),
    "error": lambda _: None,
    "field_group_label": lambda d: d.group[0],
    "field_group_variant": lambda d: d.group[1],
    "fill_style": lambda d: field_traits.fill_style(d.field),
    "fiscal_month_offset": lambda d: d.model.fiscal_month_offset or 0,
    "has_allowed_values": lambda d: bool(d.field.allowed_values),
    "has_drills_metadata": lambda _: False,
    "hidden": lambda d: d.field.hidden,
    "is_filter": lambda d: d.field.category is Category.filter,
    "is_fiscal": lambda d: (d.field.timeframe or "").startswith("fiscal_"),
    "is_numeric": lambda d: field_traits.is_numeric(d.field),
    "is_timeframe": lambda d: field_traits.is_range(d.field),
    "can_time_filter": lambda d: field_traits.is_range(d.field),
    "label": lambda d: f"{d.view_label} {d.label_short}".strip(),
    "label_from_parameter": lambda d: d.field.label_from_parameter,
    "label_short": lambda d: d.label_short,
    "lookml_link": lambda d: (
        lookml_link(d.model, d.field.location) if d.audience.sees_lookml else None
    ),
    "links": lambda d: [
        {"label": link.label, "url": link.url, "icon_url": link.icon_url}
        for link in d.field.links
        if d.may_show(f"{link.label} {link.url}")
    ],
    "measure": lambda d: d.field.is_measure,
    "name": lambda d: d.scoped.full_name,
    "strict_value_format": lambda d: is_strict(d.model, d.field),
    "parameter": lambda d: d.field.category is Category.parameter,
    "permanent": lambda _: None,
    "primary_key": lambda d: d.field.primary_key,
    "project_name": lambda d: d.model.project,
    "requires_refresh_on_sort": lambda d: field_traits.is_post_sql(d.field),
    "scope": lambda d: d.scoped.alias,
    "sortable": lambda d: d.field.category in (Category.dimension, Category.measure),
    "source_file": lambda d: d.file,
    "source_file_path": lambda d: f"{d.model.project}/{d.file}",
    "sql": _Described.sql,
    "sql_case": _Described.sql_case,
    "filters": _Described.filters,
    "suggest_dimension": lambda d: d.suggested[1],
    "suggest_explore": lambda d: d.suggested[0],
    "suggestable": lambda d: field_traits.suggestable(d.scope, d.scoped),
    "suggestions": _Described.suggestions,
    "synonyms": lambda d: list(d.field.synonyms),
    "tags": lambda d: list(d.field.tags),
    "type": lambda d: field_traits.api_type(d.scope, d.scoped),
    "user_attribute_filter_types": lambda d: field_traits.attribute_types(d.field),
    "value_format": lambda d: value_format(d.model, d.field),
    "value_format_name": lambda d: d.field.value_format_name,
    "view": lambda d: d.scoped.alias,
    "view_label": lambda d: d.view_label,
    "dynamic": lambda _: False,
    "week_start_day": lambda d: d.model.week_start_day,
    "times_used": lambda _: 0,
    "original_view": lambda d: d.field.view,
    "datatype": lambda d: d.field.datatype if d.field.timeframe else None,
    "convert_tz": lambda d: d.field.convert_tz if d.field.timeframe else None,
}
_PARTS: dict[str, Callable[[_Described], dict[str, Any] | None]] = {
    "time_interval": lambda d: field_traits.time_interval(d.field),
    "map_layer": _Described.map_layer,
    "period_over_period_params": _Described.period_over_period,
}
