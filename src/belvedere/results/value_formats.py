"""Spreadsheet number formats, as `value_format` writes them, and how numbers look without one.

A format is read once into sections; a section is digits to be placed, or a clock. Rounding is
half away from zero on the decimal digits that the number shows, as spreadsheets do.

Without a format numbers keep all their digits and their thousands are grouped (1,062; recorded
answers show counts that way), while primary keys and parts of dates (years, days of the month)
are written plainly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from belvedere.lookml.model import Field
from belvedere.results.clocks import Clock, is_clock
from belvedere.results.digits import Digits
from belvedere.results.plain_values import dumps
from belvedere.results.separators import ENGLISH, Separators

_CONDITION = re.compile(r"\s*\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_COLOUR = re.compile(
    r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+)\]", re.IGNORECASE
)
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_TEXT_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|(?P<at>@)|(?P<other>.)',
    re.DOTALL,
)
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
Formatter = Callable[[Any], str]


def plain(value: Any) -> str:
    """A value without a format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return dumps(value) if isinstance(value, list | dict) else str(value)


def grouped(value: Any) -> str:
    """A number with all its digits, thousands apart; other values plainly."""
    return _grouped(value, ENGLISH)


def _grouped(value: Any, separators: Separators) -> str:
    number = _number(value)
    if number is None:
        return plain(value)
    whole, _, decimals = plain(number).partition(".")
    thousands = f"{int(whole):,}".replace(",", separators.group)
    sign = "-" if whole == "-0" else ""
    return f"{sign}{thousands}{separators.point}{decimals}" if decimals else f"{sign}{thousands}"


@lru_cache(maxsize=1024)
def formatter(value_format: str | None, separators: Separators = ENGLISH) -> Formatter:
    """The function that writes numbers in that format, texts where it has a section for them
    (a fourth, or one with an @), other values as they are.
    """
    if not value_format:
        return plain
    written = _split(value_format)[:4]
    texts = _text_section(written)
    numbers = [text for text in written if text is not texts] or ["General"]
    sections = [_Section(text, separators) for text in numbers]
    choose = _by_condition if any(section.test for section in sections) else _by_sign

    def write(value: Any) -> str:
        number = _number(value)
        if number is not None:
            return choose(sections, number)
        return _text(texts, value) if texts and isinstance(value, str) else plain(value)

    return write


def field_formatter(
    field: Field, value_format: str | None, separators: Separators = ENGLISH
) -> Formatter:
    """How the field's values are shown; `value_format` is its own, names resolved."""
    if value_format:
        return formatter(value_format, separators)
    if field.timeframe or field.primary_key:
        return plain
    return grouped if separators == ENGLISH else lambda value: _grouped(value, separators)


def _text_section(sections: list[str]) -> str | None:
    """The last section, if it is there for texts."""
    if len(sections) == 4 or any(match["at"] for match in _TEXT_TOKEN.finditer(sections[-1])):
        return sections[-1]
    return None


def _text(section: str, value: str) -> str:
    def shown(match: re.Match[str]) -> str:
        if match["at"]:
            return value
        if match["space"]:
            return " "
        return match["quoted"] or match["escaped"] or match["other"] or ""

    return _TEXT_TOKEN.sub(shown, _COLOUR.sub("", section))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _split(text: str) -> list[str]:
    """Sections at semicolons that are neither quoted nor escaped."""
    sections, current, quoted, escaped = [], "", False, False
    for character in text:
        if character == ";" and not quoted and not escaped:
            sections.append(current)
            current = ""
            continue
        quoted ^= character == '"' and not escaped
        escaped = character == "\\" and not escaped
        current += character
    return [*sections, current]


class _Section:
    """One section: whom it is for, and what writes it."""

    def __init__(self, text: str, separators: Separators) -> None:
        self.test: Callable[[Decimal], bool] | None = None
        self.only_negative = False
        match = _CONDITION.match(_COLOUR.sub("", text))
        text = _CURRENCY.sub(r'"\1"', _COLOUR.sub("", text))
        if match:
            self._conditional(match[1], Decimal(match[2]), text[match.end() :])
            text = text[match.end() :]
        kind: type[Clock | Digits] = Clock if is_clock(text) else Digits
        self._writer = kind(text, separators)

    def _conditional(self, operator: str, bound: Decimal, rest: str) -> None:
        compare = _COMPARE[operator]
        self.test = lambda number: compare(number, bound)
        below = operator in ("<", "<=") and bound <= 0
        self.only_negative = below and (bound == 0 or rest.lstrip().startswith("-"))

    def write(self, number: Decimal) -> str:
        """The number with its sign in front."""
        text = self._writer.write(abs(number))
        return f"-{text}" if number < 0 and not self._writer.is_zero(number) else text

    def write_size(self, number: Decimal) -> str:
        """The number without its sign, where the section itself tells it."""
        return self._writer.write(abs(number))


def _by_sign(sections: list[_Section], number: Decimal) -> str:
    if number < 0 and len(sections) > 1:
        return sections[1].write_size(number)
    if number == 0 and len(sections) > 2:
        return sections[2].write_size(number)
    return sections[0].write(number)


def _by_condition(sections: list[_Section], number: Decimal) -> str:
    section = next((s for s in sections if s.test is None or s.test(number)), sections[-1])
    return section.write_size(number) if section.only_negative else section.write(number)
