"""What a field's type and timeframe imply: numbers or times, fixed values, filling, filters."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from belvedere.lookml.model import Category, Field
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.tiers import tier_labels, undefined_tier
from belvedere.lookml.vocabulary import INTERVALS, TIMEFRAMES

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_NUMERIC_TIMEFRAMES = frozenset(
    [
        "hour_of_day",
        "day_of_month",
        "day_of_year",
        "week_of_year",
        "month_num",
        "fiscal_month_num",
        "day_of_week_index",
    ]
)
_TEXT_TIMEFRAMES = frozenset(
    ["day_of_week", "month_name", "quarter_of_year", "fiscal_quarter_of_year", "time_of_day"]
)
_UNFILLED_TIMEFRAMES = frozenset({"raw", "time_of_day", "fiscal_quarter_of_year"})
_POST = frozenset({"running_total", "percent_of_total", "percent_of_previous"})
_NUMBER_MEASURES = _POST | frozenset(
    [
        *("count", "sum", "average", "median", "percentile", "min", "max", "number", "int"),
        *("count_distinct", "sum_distinct", "average_distinct", "median_distinct"),
        *("percentile_distinct", "period_over_period"),
    ]
)
_PROTECTED = {
    "count": "count_distinct",
    "sum": "sum_distinct",
    "average": "average_distinct",
    "median": "median_distinct",
    "percentile": "percentile_distinct",
}
_INTERVAL = re.compile(r"(hour|minute|millisecond)(\d+)\Z")
_ALIAS = re.compile(r"\$\{\s*(\w+)\.")
_SUGGESTED_TYPES = frozenset({"string", "yesno", "zipcode"})
_REPEATING = frozenset({"many_to_one", "many_to_many"})


def is_numeric(field: Field) -> bool:
    if field.is_measure:
        numeric = field.measured_timeframe in _NUMERIC_TIMEFRAMES
        return numeric or field.type in _NUMBER_MEASURES
    if field.timeframe is not None:
        return field.timeframe in _NUMERIC_TIMEFRAMES
    if field.tiers:
        return False
    return field.type in ("number", "distance") or field.interval is not None


def is_range(field: Field) -> bool:
    """Whether values stand for points or spans of time."""
    return not field.is_measure and _is_time(field.timeframe)


def is_time(field: Field) -> bool:
    """Whether filters on the field are written as times: ranges, and measures of dates."""
    return _is_time(field.measured_timeframe if field.is_measure else field.timeframe)


def _is_time(timeframe: str | None) -> bool:
    others = {None, "yesno"} | _TEXT_TIMEFRAMES | _NUMERIC_TIMEFRAMES
    return timeframe not in others


def is_post_sql(field: Field) -> bool:
    """Whether the field is a measure computed on the rows that the database answered."""
    return field.is_measure and field.type in _POST


def api_type(scope: Scope, scoped: ScopedField) -> str:
    """The type as reported: bins as tiers, measures of views that the base repeats as safe."""
    field = scoped.field
    if field.tiers:
        return "tier"
    if field.is_measure and field.type in _PROTECTED and _repeated(scope, scoped.alias, ()):
        return _PROTECTED[field.type]
    return field.type


def _repeated(scope: Scope, alias: str, through: tuple[str, ...]) -> bool:
    """Whether a row of the view can appear for several rows of the explore's base."""
    join = scope.joins.get(alias)
    if join is None or alias in through:
        return False
    if join.relationship in _REPEATING:
        return True
    written = " ".join(filter(None, (join.sql_on, join.sql_foreign_key, join.sql)))
    if join.foreign_key is not None:
        written += f"${{{join.foreign_key}"
    parents = set(_ALIAS.findall(written)) - {alias}
    return any(_repeated(scope, parent, (*through, alias)) for parent in parents)


def fixed_values(field: Field, week_start: str) -> list[str] | None:
    """The only values that the field can have, in their order; None where they are open."""
    if field.type == "yesno" and field.is_dimension:
        return ["Yes", "No"]
    if field.tiers:
        return [*tier_labels(field), undefined_tier(field)]
    if field.cases:
        otherwise = [field.case_else] if field.case_else is not None else []
        return [*dict.fromkeys([*(branch.label for branch in field.cases), *otherwise])]
    match field.timeframe:
        case "day_of_week":
            return _days(week_start)
        case "month_name":
            return list(_MONTHS)
        case "quarter_of_year":
            return list(_QUARTERS)
    return None


def _days(week_start: str) -> list[str]:
    start = _DAYS.index(week_start.capitalize()) if week_start.capitalize() in _DAYS else 0
    return [_DAYS[(start + n) % 7] for n in range(7)]


def enumerations(field: Field, week_start: str) -> list[dict[str, Any]] | None:
    """Fixed values with their labels; a parameter's are written as its filter takes them."""
    labels = fixed_values(field, week_start)
    if labels is not None:
        return [{"label": label, "value": label} for label in labels]
    if field.timeframe == "day_of_week_index":
        days = enumerate(_days(week_start))
        return [{"label": f"{n} - {day}", "value": n} for n, day in days]
    if field.allowed_values:
        return [
            {"label": choice.label, "value": parameter_text(field, choice.value)}
            for choice in field.allowed_values
        ]
    return None


def parameter_text(field: Field, value: str) -> str:
    """A parameter's value with the characters escaped that mean something in filters."""
    if field.type not in ("string", "unquoted"):
        return value
    escaped = "".join(f"^{c}" if c in '^_%,"' else c for c in value)
    return f"^{escaped}" if escaped.startswith("-") else escaped


def fill_style(field: Field) -> str | None:
    if not field.is_dimension or not field.allow_fill or field.order_by_field is not None:
        return None
    if field.type == "yesno" or field.tiers or field.cases:
        return "enumeration"
    if field.timeframe is None or field.timeframe in _UNFILLED_TIMEFRAMES:
        return None
    return "range" if is_range(field) else "enumeration"


def time_interval(field: Field) -> dict[str, Any] | None:
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


def attribute_types(field: Field) -> list[str]:
    """Types of user attributes that can stand in a filter on the field."""
    if is_post_sql(field):
        return []
    if is_numeric(field):
        return ["number", "advanced_filter_number"]
    if is_range(field):
        return ["datetime", "advanced_filter_datetime"]
    if field.type == "yesno" and not field.is_measure:
        return ["yesno"]
    return ["string", "advanced_filter_string"]


def suggestable(scope: Scope, scoped: ScopedField) -> bool:
    """Whether a filter on the field can suggest values."""
    field = scoped.field
    offered = scope.explore.suggestions and scope.aliases[scoped.alias].suggestions
    if field.is_measure or not field.suggestable or not offered:
        return False
    if field.category in (Category.filter, Category.parameter):
        return bool(field.suggest_dimension or field.suggestions)
    if field.timeframe is not None:
        return field.timeframe in _TEXT_TIMEFRAMES or field.timeframe == "yesno"
    return bool(field.type in _SUGGESTED_TYPES or field.tiers or field.cases)


_NUMBERS = ["count_distinct", "sum", "average", "min", "max", "median"]
_TEXTS = ["count_distinct", "list"]
_TIMES = ["count_distinct"]


@cache
def measure_types() -> list[dict[str, Any]]:
    """Which custom measures can be built on which type of dimension."""
    kinds = dict.fromkeys(("number", "distance"), _NUMBERS)
    kinds |= dict.fromkeys(("string", "unquoted", "yesno", "location", "zipcode", "tier"), _TEXTS)
    kinds |= dict.fromkeys(("date", "date_time"), _TIMES)
    for timeframe in sorted(TIMEFRAMES - {"yesno"}):
        texts = _TEXTS if timeframe in _TEXT_TIMEFRAMES else _TIMES
        kinds[f"date_{timeframe}"] = _NUMBERS if timeframe in _NUMERIC_TIMEFRAMES else texts
    kinds |= dict.fromkeys(("duration", *(f"duration_{name}" for name in INTERVALS)), _NUMBERS)
    return [{"dimension_type": kind, "measure_types": types} for kind, types in kinds.items()]
