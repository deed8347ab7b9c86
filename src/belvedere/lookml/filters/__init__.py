"""Filter expressions: from the text put on a field to frozen data that says what it means.

The grammar is chosen by the field's type, never by the text. Parsing knows no clock, no time
zone and no SQL: `belvedere.compiler.conditions` gives the data those. Every parser raises
FilterSyntaxError, takes time in proportion to the text, and remembers what it parsed.
"""

from __future__ import annotations

from belvedere.lookml.filters.attributes import substitute_attributes
from belvedere.lookml.filters.choices import (
    YesNoFilter,
    canonical_tier_label,
    parse_label,
    parse_yesno,
)
from belvedere.lookml.filters.dates import (
    After,
    Before,
    Between,
    DateFilter,
    DateNull,
    Fiscal,
    Moment,
    Offset,
    Point,
    Span,
    Term,
    Units,
    Weekday,
    parse_date,
)
from belvedere.lookml.filters.locations import (
    AnyPlace,
    Box,
    Circle,
    LocationFilter,
    PlaceNull,
    Spot,
    parse_location,
)
from belvedere.lookml.filters.numbers import Equal, NumberFilter, NumberNull, Range, parse_number
from belvedere.lookml.filters.strings import (
    Keyword,
    Literal,
    Pattern,
    StringFilter,
    parse_string,
)
from belvedere.lookml.filters.syntax import FilterSyntaxError
from belvedere.lookml.filters.writing import quote, unescape

__all__ = [
    "After",
    "AnyPlace",
    "Before",
    "Between",
    "Box",
    "Circle",
    "DateFilter",
    "DateNull",
    "Equal",
    "FilterSyntaxError",
    "Fiscal",
    "Keyword",
    "Literal",
    "LocationFilter",
    "Moment",
    "NumberFilter",
    "NumberNull",
    "Offset",
    "Pattern",
    "PlaceNull",
    "Point",
    "Range",
    "Span",
    "Spot",
    "StringFilter",
    "Term",
    "Units",
    "Weekday",
    "YesNoFilter",
    "canonical_tier_label",
    "parse_date",
    "parse_label",
    "parse_location",
    "parse_number",
    "parse_string",
    "parse_yesno",
    "quote",
    "substitute_attributes",
    "unescape",
]
