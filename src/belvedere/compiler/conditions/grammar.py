"""Which grammar a field's filters are written in. It depends on the field, never on the text."""

from __future__ import annotations

from enum import Enum

from belvedere.lookml.model import Category, Field


class Grammar(Enum):
    string = "string"
    number = "number"
    date = "date"
    yesno = "yesno"
    label = "label"
    location = "location"


_NUMBER_TIMEFRAMES = frozenset(
    {
        "hour_of_day",
        "day_of_month",
        "day_of_year",
        "week_of_year",
        "month_num",
        "fiscal_month_num",
        "day_of_week_index",
    }
)
_STRING_TIMEFRAMES = frozenset(
    {"day_of_week", "month_name", "quarter_of_year", "fiscal_quarter_of_year", "time_of_day"}
)
_NUMBER_TYPES = frozenset({"number", "int", "distance", "duration"})
_STRING_MEASURES = frozenset({"string", "list"})


def grammar_of(field: Field) -> Grammar:
    if field.tiers or field.cases:
        return Grammar.label
    if field.type in ("yesno", "location"):
        return Grammar(field.type)
    if field.timeframe is not None:
        return _of_timeframe(field.timeframe)
    if field.type.startswith("date"):
        return _of_timeframe(field.type.partition("_")[2])
    return Grammar.number if _is_number(field) else Grammar.string


def _is_number(field: Field) -> bool:
    if field.category is Category.measure:
        return field.type not in _STRING_MEASURES
    return field.type in _NUMBER_TYPES or field.type.startswith("duration_")


def _of_timeframe(timeframe: str) -> Grammar:
    if timeframe in _NUMBER_TIMEFRAMES:
        return Grammar.number
    if timeframe in _STRING_TIMEFRAMES:
        return Grammar.string
    return Grammar.yesno if timeframe == "yesno" else Grammar.date
