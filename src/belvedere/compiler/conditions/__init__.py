"""Conditions: what a filter expression on a field becomes in SQL."""

from __future__ import annotations

from belvedere.compiler.conditions.dates import date_bounds, date_condition, local_bounds
from belvedere.compiler.conditions.grammar import Grammar, grammar_of
from belvedere.compiler.conditions.instants import TimeContext
from belvedere.compiler.conditions.numbers import number_condition
from belvedere.compiler.conditions.outcome import Condition
from belvedere.compiler.conditions.places import place_condition
from belvedere.compiler.conditions.texts import label_condition, text_condition
from belvedere.compiler.conditions.yesno import yesno_condition
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import parenthesized
from belvedere.errors import QueryError
from belvedere.lookml.filters import FilterSyntaxError
from belvedere.lookml.model import Field

__all__ = [
    "Condition",
    "Grammar",
    "TimeContext",
    "condition",
    "date_bounds",
    "grammar_of",
    "local_bounds",
    "location_condition",
]


def condition(
    dialect: Dialect,
    field: Field,
    operand: str,
    expression: str,
    time: TimeContext,
    case_sensitive: bool,
) -> Condition | None:
    """The expression as a condition on `operand`; None where any value will do.

    `operand` is the raw column of a date or timeframe that stands for a span of time, the
    condition of a yes/no field, the label of a tier or case, the aggregate of a measure, and
    otherwise the expression itself. QueryError for a text outside the field's grammar.
    """
    compared = parenthesized(operand)
    grammar, name = grammar_of(field), f"{field.view}.{field.name}"
    if grammar is Grammar.location:
        raise QueryError(f"Invalid filter: {name} is a location, which is no single value")
    try:
        match grammar:
            case Grammar.number:
                return number_condition(dialect, compared, expression)
            case Grammar.date:
                return date_condition(dialect, field, compared, expression, time)
            case Grammar.yesno:
                return yesno_condition(dialect, compared, expression)
            case Grammar.label:
                return label_condition(dialect, field, compared, expression, case_sensitive)
            case Grammar.string:
                return text_condition(dialect, field, compared, expression, case_sensitive)
    except FilterSyntaxError as error:
        raise QueryError(f"Invalid filter: {_shown(expression)} on {name}: {error}") from None


def location_condition(
    dialect: Dialect, name: str, latitude: str, longitude: str, expression: str
) -> Condition | None:
    """The expression as a condition on the two coordinates of a location called `name`."""
    try:
        return place_condition(
            dialect, parenthesized(latitude), parenthesized(longitude), expression
        )
    except FilterSyntaxError as error:
        raise QueryError(f"Invalid filter: {_shown(expression)} on {name}: {error}") from None


def _shown(expression: str) -> str:
    return expression if len(expression) <= 200 else f"{expression[:199]}…"
