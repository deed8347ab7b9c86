"""Whether filter expressions that a model holds can be read."""

from __future__ import annotations

from collections.abc import Callable

from belvedere.lookml import filters
from belvedere.lookml.field_traits import is_numeric, is_time
from belvedere.lookml.filters import FilterSyntaxError
from belvedere.lookml.model import Field


def filter_problem(field: Field, text: str) -> str | None:
    """Why the expression means nothing for the field; None where it does, or where it depends
    on Liquid or on a user attribute.
    """
    if "{" in text or "_user_attributes" in text:
        return None
    try:
        _parser(field)(text)
    except FilterSyntaxError as error:
        return f"Invalid filter: {error}"
    return None


def _parser(field: Field) -> Callable[[str], object]:
    if field.tiers or field.cases:
        return filters.parse_label
    if field.type == "location":
        return filters.parse_location
    if field.type == "yesno":
        return filters.parse_yesno
    if is_time(field):
        return filters.parse_date
    return filters.parse_number if is_numeric(field) else filters.parse_string
