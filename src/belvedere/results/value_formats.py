"""Excel-style number formats, as `value_format` writes them.

Numbers without a format are shown as they are: no grouping, no rounding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<number>[#0?][#0?,]*(?:\.[#0?]+)?|\.[#0?]+)(?P<scale>,*)'
    r"|(?P<percent>%)|(?P<other>.)",
    re.DOTALL,
)
_CONDITION = re.compile(r"\s*\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]")
_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+)\]", re.I)
_DURATION = re.compile(r"\[?(h+|m+|s+)\]?", re.I)
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
    return str(value)


@lru_cache(maxsize=1024)
def formatter(value_format: str | None) -> Formatter:
    """The function that writes numbers in that format (other values as they are)."""
    if not value_format:
        return plain
    sections = [_Section(text) for text in _split(value_format)]

    def write(value: Any) -> str:
        number = _number(value)
        return plain(value) if number is None else _written(sections, number)

    return write


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


def _written(sections: list[_Section], number: Decimal) -> str:
    if any(section.test is not None for section in sections):
        for section in sections:
            if section.test is None or section.test(number):
                return section.write(number)
        return sections[-1].write(number)
    if number < 0 and len(sections) > 1:
        return sections[1].write(-number)
    if number == 0 and len(sections) > 2:
        return sections[2].write(number)
    return sections[0].write(number)


class _Section:
    """One section, read once."""

    def __init__(self, text: str) -> None:
        self.test: Callable[[Decimal], bool] | None = None
        match = _CONDITION.match(text)
        if match:
            compare, bound = _COMPARE[match.group(1)], Decimal(match.group(2))
            self.test = lambda number: compare(number, bound)
            text = text[match.end() :]
        text = _COLOUR.sub("", text)
        bare = re.sub(r'"[^"]*"|\\.', "", text)
        self._duration = (
            text if re.search(r"[hms]", bare, re.I) and not re.search(r"[#0?]", bare) else None
        )
        self._tokens = list(_TOKEN.finditer(text))
        self._factor = Decimal(100) ** sum(1 for token in self._tokens if token["percent"])
        self._scale = max((len(token["scale"] or "") for token in self._tokens), default=0)

    def write(self, number: Decimal) -> str:
        if self._duration is not None:
            return _clock(self._duration, number)
        scaled = number * self._factor / (Decimal(1000) ** self._scale)
        body, negative = "", False
        for token in self._tokens:
            if token["number"]:
                digits, negative = _digits(token["number"], scaled)
                body += digits
            elif token["percent"]:
                body += "%"
            else:
                kept = token["quoted"] or token["escaped"] or token["other"] or ""
                body += "" if kept in "_*" and token["other"] else kept
        return f"-{body}" if negative else body


def _digits(pattern: str, number: Decimal) -> tuple[str, bool]:
    """The digits of the number in the pattern, and whether the result is below zero."""
    whole, _, fraction = pattern.partition(".")
    places = len(fraction)
    rounded = (
        number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if abs(number) < Decimal("1e25")
        else number
    )
    integer, _, decimals = f"{abs(rounded):f}".partition(".")
    decimals = decimals.ljust(places, "0")[:places]
    required = len(fraction.rstrip("#?")) if fraction else 0
    while len(decimals) > required and decimals.endswith("0"):
        decimals = decimals[:-1]
    placed = whole.replace(",", "")
    least = len(placed) - placed.index("0") if "0" in placed else 0
    integer = integer.lstrip("0").rjust(least, "0")
    if "," in whole:
        integer = _grouped(integer)
    point = "." if decimals else ""
    return f"{integer}{point}{decimals}", rounded < 0


def _grouped(digits: str) -> str:
    head = len(digits) % 3
    parts = [digits[:head]] if head else []
    parts += [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return ",".join(parts)


def _clock(pattern: str, days: Decimal) -> str:
    """Durations and times of day: the number counts days, as in a spreadsheet."""
    sign = "-" if days < 0 else ""
    seconds = int((abs(days) * 86400).quantize(Decimal(1), ROUND_HALF_UP))
    units = [match.group(0).lower() for match in _DURATION.finditer(pattern)]
    largest = units[0].strip("[]")[:1] if units else "s"
    has_hours = any(unit.strip("[]").startswith("h") for unit in units)

    def part(match: re.Match[str]) -> str:
        letters = match.group(1).lower()
        unbounded = match.group(0).startswith("[") or letters[0] == largest and letters[0] != "h"
        amount = {"h": seconds // 3600, "m": seconds // 60, "s": seconds}[letters[0]]
        if not unbounded:
            amount %= 24 if letters[0] == "h" else 60
        elif letters[0] == "m" and has_hours:
            amount %= 60
        return str(amount).rjust(len(letters), "0")

    text = re.sub(r'"([^"]*)"', r"\1", pattern)
    return sign + _DURATION.sub(part, text).strip()
