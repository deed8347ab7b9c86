"""Explores and fields as the API describes them: plain data, computed only where wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from belvedere.lookml.filters import quote
from belvedere.lookml.labels import (
    explore_label,
    field_label,
    group_of,
    label_short,
    model_label,
    view_label,
)
from belvedere.lookml.model import Category, Explore, Field, Join, Model
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.tiers import tier_labels, undefined_tier

NAMED_VALUE_FORMATS: dict[str, str] = {
    **{f"decimal_{n}": "#,##0" + ("." + "0" * n if n else "") for n in range(5)},
    **{f"percent_{n}": "#,##0" + ("." + "0" * n if n else "") + "%" for n in range(5)},
    "usd": "$#,##0.00",
    "usd_0": "$#,##0",
    "eur": '"€"#,##0.00',
    "eur_0": '"€"#,##0',
    "gbp": '"£"#,##0.00',
    "gbp_0": '"£"#,##0',
    "id": "0",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NUMERIC_TIMEFRAMES = frozenset(
    [
        "hour_of_day",
        "day_of_month",
        "day_of_year",
        "week_of_year",
        "month_num",
        "fiscal_month_num",
        "day_of_week_index",
        "year",
    ]
)
_TEXT_TIMEFRAMES = frozenset(
    ["day_of_week", "month_name", "quarter_of_year", "fiscal_quarter_of_year", "time_of_day"]
)
_NUMBER_MEASURES = frozenset(
    [
        "count",
        "count_distinct",
        "sum",
        "average",
        "min",
        "max",
        "median",
        "percentile",
        "number",
        "running_total",
        "percent_of_total",
        "percent_of_previous",
        "sum_distinct",
        "average_distinct",
        "median_distinct",
        "percentile_distinct",
        "period_over_period",
        "int",
    ]
)
_POST = frozenset({"running_total", "percent_of_total", "percent_of_previous"})
_PROTECTED = {
    "count": "count_distinct",
    "sum": "sum_distinct",
    "average": "average_distinct",
    "median": "median_distinct",
    "percentile": "percentile_distinct",
}
_INTERVAL = re.compile(r"(hour|minute|millisecond)(\d+)\Z")
_SUGGESTED_TYPES = frozenset({"string", "tier", "bin", "yesno", "zipcode"})
_REPEATED_PARENT = frozenset({"many_to_one", "many_to_many"})


class Wanted(Protocol):
    """Which properties of an object the reader asked for."""

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


def _computed(makers: Mapping[str, Callable[[], Any]], wanted: Wanted) -> dict[str, Any]:
    return {name: make() for name, make in makers.items() if wanted.wants(name)}


def value_format(model: Model, field: Field) -> str | None:
    """The format string in force: written, or named (the model's names before the built-in)."""
    if field.value_format is not None:
        return field.value_format
    name = field.value_format_name
    if name is None:
        return "0" if field.interval is not None else _default_format(field)
    named = model.named_value_formats.get(name)
    return named.value_format if named is not None else NAMED_VALUE_FORMATS.get(name)


def _default_format(field: Field) -> str | None:
    return '#,##0"%"' if field.type == "percent_of_previous" else None


# Fields


def is_numeric(field: Field) -> bool:
    if field.timeframe is not None and field.is_dimension:
        return field.timeframe in _NUMERIC_TIMEFRAMES
    if field.is_measure:
        return field.type in _NUMBER_MEASURES
    return field.type in ("number", "distance", "int") or field.interval is not None


def is_range(field: Field) -> bool:
    """Whether values stand for spans of time."""
    return (
        field.is_dimension
        and field.timeframe is not None
        and field.timeframe != "yesno"
        and field.timeframe not in _TEXT_TIMEFRAMES
        and (field.timeframe not in _NUMERIC_TIMEFRAMES or field.timeframe == "year")
    )


def api_type(scope: Scope, scoped: ScopedField) -> str:
    """The type as reported: bins as tiers, measures of views that the base repeats as safe."""
    field = scoped.field
    if field.tiers:
        return "tier"
    join = scope.joins.get(scoped.alias)
    if field.is_measure and join is not None and join.relationship in _REPEATED_PARENT:
        return _PROTECTED.get(field.type, field.type)
    return field.type


def enumerations(field: Field, week_start: str) -> list[dict[str, Any]] | None:
    labels = _enumerated(field, week_start)
    if labels is not None:
        return [{"label": label, "value": label} for label in labels]
    if field.timeframe == "day_of_week_index":
        start = _DAYS.index(week_start) if week_start in _DAYS else 0
        days = [_DAYS[(start + n) % 7].capitalize() for n in range(7)]
        return [{"label": f"{n} - {day}", "value": n} for n, day in enumerate(days)]
    if field.allowed_values:
        return [
            {"label": choice.label, "value": quote(choice.value)} for choice in field.allowed_values
        ]
    return None


def _enumerated(field: Field, week_start: str) -> list[str] | None:
    if field.type == "yesno" and field.is_dimension:
        return ["Yes", "No"]
    if field.tiers:
        return [*tier_labels(field), undefined_tier(field)]
    if field.cases:
        otherwise = [field.case_else] if field.case_else is not None else []
        return [*dict.fromkeys([*(branch.label for branch in field.cases), *otherwise])]
    if field.timeframe == "day_of_week":
        start = _DAYS.index(week_start) if week_start in _DAYS else 0
        return [_DAYS[(start + n) % 7].capitalize() for n in range(7)]
    if field.timeframe == "month_name":
        return list(_MONTHS)
    if field.timeframe == "quarter_of_year":
        return ["Q1", "Q2", "Q3", "Q4"]
    return None


def _fill_style(field: Field) -> str | None:
    if not field.is_dimension or not field.allow_fill:
        return None
    if field.type == "yesno" or field.tiers or field.cases:
        return "enumeration"
    if field.timeframe in _TEXT_TIMEFRAMES - {"fiscal_quarter_of_year", "time_of_day"}:
        return "enumeration"
    if field.timeframe in _NUMERIC_TIMEFRAMES - {"year"}:
        return "enumeration"
    return "range" if is_range(field) and field.timeframe != "raw" else None


def _time_interval(field: Field) -> dict[str, Any] | None:
    if field.is_measure and field.type == "date":
        return {"name": "day", "count": 1}
    if not is_range(field) or field.timeframe == "raw":
        return None
    timeframe = (field.timeframe or "").removeprefix("fiscal_")
    match = _INTERVAL.match(timeframe)
    if match:
        return {"name": match.group(1), "count": int(match.group(2))}
    if timeframe == "quarter":
        return {"name": "month", "count": 3}
    return {"name": {"date": "day", "time": "second"}.get(timeframe, timeframe), "count": 1}


def _attribute_types(field: Field) -> list[str]:
    if field.is_measure and field.type in _POST:
        return []
    if is_numeric(field):
        return ["number", "advanced_filter_number"]
    if is_range(field):
        return ["datetime", "advanced_filter_datetime"]
    if field.type == "yesno":
        return ["yesno"]
    return ["string", "advanced_filter_string"]


def _suggestable(scope: Scope, scoped: ScopedField) -> bool:
    field = scoped.field
    if field.is_measure or not field.suggestable or not scope.aliases[scoped.alias].suggestions:
        return False
    if field.timeframe is not None:
        return field.timeframe in _TEXT_TIMEFRAMES or field.timeframe == "yesno"
    return bool(field.type in _SUGGESTED_TYPES or field.tiers or field.cases)


def _sql(scope: Scope, scoped: ScopedField) -> str | None:
    field = scoped.field
    if field.is_measure and field.type == "count":
        view = scope.aliases[scoped.alias]
        if api_type(scope, scoped) == "count_distinct" and view.primary_key:
            return f"${{{scoped.alias}.{view.primary_key}}} "
        return None
    if field.interval is not None:
        return f"Start:\n{field.sql_start or ''}\nEnd:\n{field.sql_end or ''}"
    if field.type == "location":
        return f"Latitude:\n{field.sql_latitude or ''}\nLongitude:\n{field.sql_longitude or ''}"
    if field.cases:
        return None
    if field.sql is not None:
        return f"{field.sql} "
    if field.category in (Category.filter, Category.parameter):
        return None
    return f"{scoped.alias}.{field.dimension_group or field.name}"


def _sql_case(field: Field) -> list[dict[str, str]] | None:
    if not field.cases:
        return None
    cases = [{"value": branch.label, "condition": branch.sql} for branch in field.cases]
    if field.case_else is not None:
        cases.append({"value": field.case_else, "condition": "else"})
    return cases


def _drill_fields(scope: Scope, scoped: ScopedField) -> list[str]:
    field = scoped.field
    written = field.drill_fields
    if not written and field.is_measure:
        written = scope.aliases[scoped.alias].drill_fields
    return scope.expand(written, scoped.alias) if written else []


def lookml_link(model: Model, field: Field) -> str | None:
    if field.location is None:
        return None
    return f"/projects/{model.project}/files/{field.location.file}?line={field.location.line}"


def field_metadata(
    scope: Scope, scoped: ScopedField, wanted: Wanted = EVERYTHING
) -> dict[str, Any]:
    """A LookmlModelExploreField."""
    field, model = scoped.field, scope.model
    group, variant = group_of(field)
    file = field.location.file if field.location else ""
    numeric = is_numeric(field)
    choices = enumerations(field, model.week_start_day)
    makers: dict[str, Callable[[], Any]] = {
        "align": lambda: "right" if numeric else "left",
        "can_filter": lambda: field.can_filter and not (field.is_measure and field.type in _POST),
        "category": lambda: str(field.category),
        "default_filter_value": lambda: field.default_value,
        "description": lambda: field.description,
        "dimension_group": lambda: (
            f"{scoped.alias}.{field.dimension_group}" if field.dimension_group else None
        ),
        "drill_fields": lambda: _drill_fields(scope, scoped),
        "enumerations": lambda: choices,
        "error": lambda: None,
        "field_group_label": lambda: group,
        "field_group_variant": lambda: variant or label_short(field),
        "fill_style": lambda: _fill_style(field),
        "fiscal_month_offset": lambda: model.fiscal_month_offset or 0,
        "has_allowed_values": lambda: bool(field.allowed_values),
        "has_drills_metadata": lambda: False,
        "hidden": lambda: field.hidden,
        "is_filter": lambda: field.category is Category.filter,
        "is_fiscal": lambda: (field.timeframe or "").startswith("fiscal_"),
        "is_numeric": lambda: numeric,
        "is_timeframe": lambda: is_range(field),
        "can_time_filter": lambda: is_range(field),
        "time_interval": lambda: _time_interval(field),
        "label": lambda: field_label(scope, scoped),
        "label_from_parameter": lambda: field.label_from_parameter,
        "label_short": lambda: label_short(field),
        "lookml_link": lambda: lookml_link(model, field),
        "links": lambda: [
            {"label": link.label, "url": link.url, "icon_url": link.icon_url}
            for link in field.links
        ],
        "map_layer": lambda: _map_layer(model, field),
        "measure": lambda: field.is_measure,
        "name": lambda: scoped.full_name,
        "strict_value_format": lambda: field.strict_value_format,
        "parameter": lambda: field.category is Category.parameter,
        "permanent": lambda: True,
        "primary_key": lambda: field.primary_key,
        "project_name": lambda: model.project,
        "requires_refresh_on_sort": lambda: field.is_measure and field.type in _POST,
        "scope": lambda: scoped.alias,
        "sortable": lambda: field.category in (Category.dimension, Category.measure),
        "source_file": lambda: file,
        "source_file_path": lambda: f"{model.project}/{file}",
        "sql": lambda: _sql(scope, scoped),
        "sql_case": lambda: _sql_case(field),
        "filters": lambda: [
            {"field": pair.field, "condition": pair.expression} for pair in field.filters
        ],
        "suggest_dimension": lambda: _qualified(field.suggest_dimension, scoped),
        "suggest_explore": lambda: field.suggest_explore or scope.explore.name,
        "suggestable": lambda: _suggestable(scope, scoped),
        "suggestions": lambda: (
            list(field.suggestions) or _enumerated(field, model.week_start_day) or []
        ),
        "synonyms": lambda: list(field.synonyms),
        "tags": lambda: list(field.tags),
        "type": lambda: api_type(scope, scoped),
        "user_attribute_filter_types": lambda: _attribute_types(field),
        "value_format": lambda: value_format(model, field),
        "value_format_name": lambda: field.value_format_name,
        "view": lambda: scoped.alias,
        "view_label": lambda: view_label(scope, scoped),
        "dynamic": lambda: False,
        "week_start_day": lambda: model.week_start_day,
        "times_used": lambda: 0,
        "original_view": lambda: field.view,
        "datatype": lambda: field.datatype if field.timeframe else None,
        "convert_tz": lambda: field.convert_tz if field.timeframe else None,
    }
    found = _computed(makers, wanted)
    for name in ("time_interval", "map_layer"):
        if name in found and found[name] is None:
            del found[name]
    return found


def _qualified(name: str | None, scoped: ScopedField) -> str:
    if name is None:
        return scoped.full_name
    return name if "." in name else f"{scoped.alias}.{name}"


def _map_layer(model: Model, field: Field) -> dict[str, Any] | None:
    if field.map_layer_name is None:
        return None
    layer = model.map_layers.get(field.map_layer_name)
    stated = layer.parameters if layer is not None else {}
    return {
        "name": field.map_layer_name,
        "url": str(stated.get("url") or stated.get("file") or ""),
        "format": str(stated.get("format") or "topojson"),
        "feature_key": stated.get("feature_key"),
        "property_key": stated.get("property_key"),
        "property_label_key": stated.get("property_label_key"),
        "projection": stated.get("projection"),
        "extents_json_url": stated.get("extents_json_url"),
        "max_zoom_level": None,
        "min_zoom_level": None,
    }


# Explores and models


def explore_metadata(
    scope: Scope,
    visible: Callable[[ScopedField], bool],
    facts: Mapping[str, Any],
    wanted: Wanted = EVERYTHING,
) -> dict[str, Any]:
    """A LookmlModelExplore. `visible` decides about fields; `facts` are properties that
    depend on the caller and the connection, by name.
    """
    model, explore = scope.model, scope.explore
    makers: dict[str, Callable[[], Any]] = {
        "id": lambda: f"{model.name}::{explore.name}",
        "name": lambda: explore.name,
        "description": lambda: explore.description,
        "label": lambda: explore_label(explore),
        "title": lambda: explore_label(explore),
        "scopes": lambda: list(dict.fromkeys([explore.name, *scope.aliases])),
        "lookml_link": lambda: (
            f"/projects/{model.project}/files/{explore.location.file}?line={explore.location.line}"
            if explore.location
            else None
        ),
        "files": lambda: _files(scope),
        "source_file": lambda: explore.location.file if explore.location else None,
        "project_name": lambda: model.project,
        "model_name": lambda: model.name,
        "view_name": lambda: explore.base,
        "hidden": lambda: explore.hidden,
        "sql_table_name": lambda: _table(scope),
        "access_filter_fields": lambda: [item.field for item in explore.access_filters],
        "access_filters": lambda: [
            {"field": item.field, "user_attribute": item.user_attribute}
            for item in explore.access_filters
        ],
        "aliases": lambda: [
            {"name": old, "value": scoped.full_name}
            for scoped in scope.fields()
            for old in scoped.field.aliases
        ],
        "always_filter": lambda: [
            {"name": pair.field, "value": pair.expression} for pair in explore.always_filter
        ],
        "conditionally_filter": lambda: [
            {"name": pair.field, "value": pair.expression} for pair in explore.conditionally_filter
        ],
        "index_fields": lambda: [
            f"{alias}.{view.primary_key}"
            for alias, view in scope.aliases.items()
            if view.primary_key
        ],
        "sets": lambda: _sets(scope),
        "tags": lambda: list(explore.tags),
        "errors": list,
        "fields": lambda: _fieldset(scope, visible, wanted.child("fields")),
        "joins": lambda: [_join(scope, join) for join in explore.joins],
        "group_label": lambda: explore.group_label or model_label(model),
        "always_join": lambda: list(explore.always_join),
        "supported_measure_types": lambda: _MEASURE_TYPES,
    }
    return _computed(makers, wanted) | {
        name: value for name, value in facts.items() if wanted.wants(name)
    }


_MEASURE_TYPES = [
    {"dimension_type": kind, "measure_types": types}
    for kind, types in (
        ("string", ["count_distinct", "list"]),
        ("number", ["count_distinct", "sum", "average", "min", "max", "median"]),
        ("yesno", ["count_distinct", "list"]),
        ("date", ["count_distinct", "list"]),
        ("tier", ["count_distinct", "list"]),
        ("zipcode", ["count_distinct", "list"]),
    )
]


def _files(scope: Scope) -> list[str]:
    places = [view.location for view in scope.aliases.values()]
    places.append(scope.explore.location)
    return sorted({place.file for place in places if place is not None})


def _table(scope: Scope) -> str | None:
    view = scope.aliases[scope.explore.base]
    if view.derived_table is not None:
        return None
    table = scope.explore.sql_table_name or view.sql_table_name or view.name
    return f"{table.strip()}  AS {scope.explore.base}"


def _sets(scope: Scope) -> list[dict[str, Any]]:
    return [
        {"name": f"{alias}.{name}", "value": scope.expand(members, alias)}
        for alias, view in scope.aliases.items()
        for name, members in view.sets.items()
    ]


_GROUPS = {
    "dimensions": Category.dimension,
    "measures": Category.measure,
    "filters": Category.filter,
    "parameters": Category.parameter,
}


def _fieldset(
    scope: Scope, visible: Callable[[ScopedField], bool], wanted: Wanted
) -> dict[str, Any]:
    shown = [scoped for scoped in scope.fields() if visible(scoped)]
    return {
        group: [
            field_metadata(scope, scoped, wanted.child(group))
            for scoped in shown
            if scoped.field.category is category
        ]
        for group, category in _GROUPS.items()
        if wanted.wants(group)
    }


def _join(scope: Scope, join: Join) -> dict[str, Any]:
    texts = " ".join(filter(None, (join.sql_where, join.sql_on)))
    references = dict.fromkeys(re.findall(r"\$\{\s*([\w.]+)\s*\}", texts))
    return {
        "name": join.name,
        "dependent_fields": [name for name in references if scope.find_unrestricted(name)],
        "fields": list(join.fields) if join.fields is not None else None,
        "foreign_key": join.foreign_key,
        "from": join.view if join.view != join.name else None,
        "outer_only": join.outer_only,
        "relationship": join.relationship,
        "required_joins": list(join.required_joins),
        "sql_foreign_key": join.sql_foreign_key,
        "sql_on": join.sql_on,
        "sql_table_name": join.sql_table_name,
        "type": join.type,
        "view_label": join.view_label,
    }


def nav_explore(explore: Explore, model: Model) -> dict[str, Any]:
    return {
        "name": explore.name,
        "description": explore.description,
        "label": explore_label(explore),
        "hidden": explore.hidden,
        "group_label": explore.group_label or model_label(model),
    }
