"""A section of a number format that shows days as a duration, a time of day or a date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from belvedere.results.separators import ENGLISH, Separators

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[(?P<total>h+|m+|s+)\]|(?P<half>AM/PM|A/P)|(?P<part>h+|m+|s+|d+|y+)"
    r"|(?P<fraction>\.0+)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.', re.DOTALL)
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  serial day numbers have no time zone
_LAST_DAY = 2_958_465


def is_clock(section: str) -> bool:
    bare = _LITERAL.sub("", section)
    return re.search(r"[hmsdy]", bare, re.IGNORECASE) is not None and not re.search(
        r"[#?]|(?<!\.)(?<!\.0)(?<!\.00)0|General", bare, re.IGNORECASE
    )


class Clock:
    """Writes days from zero up; the sign is the caller's."""

    def __init__(self, section: str, separators: Separators = ENGLISH) -> None:
        self._point = separators.point
        self._tokens = [
            (str(match.lastgroup), match[match.lastgroup or 0])
            for match in _TOKEN.finditer(section)
        ]
        self._half_days = any(kind == "half" for kind, _ in self._tokens)
        self._places = max(
            (len(text) - 1 for kind, text in self._tokens if kind == "fraction"), default=0
        )
        self._minutes = {n for n in range(len(self._tokens)) if self._is_minute(n)}

    def _is_minute(self, position: int) -> bool:
        """An `m` is a minute next to hours before it or seconds after it, else a month."""
        kind, text = self._tokens[position]
        if kind != "part" or text[0].lower() != "m":
            return False
        timed = [
            (n, letters[0].lower())
            for n, (other, letters) in enumerate(self._tokens)
            if other in ("part", "total") and n != position
        ]
        before = [letter for n, letter in timed if n < position]
        after = [letter for n, letter in timed if n > position]
        return before[-1:] == ["h"] or after[:1] == ["s"]

    def is_zero(self, number: Decimal) -> bool:
        return not self._moment(abs(number))

    def _moment(self, days: Decimal) -> Decimal:
        with localcontext() as context:
            context.prec = 400
            return (days * 86400).quantize(Decimal(1).scaleb(-self._places), ROUND_HALF_UP)

    def write(self, days: Decimal) -> str:
        seconds = self._moment(days)
        with localcontext() as context:
            context.prec = 400
            return "".join(
                self._written(position, kind, text, seconds)
                for position, (kind, text) in enumerate(self._tokens)
            )

    def _written(self, position: int, kind: str, text: str, seconds: Decimal) -> str:
        whole = int(seconds)
        if kind == "total":
            return str(whole // _SECONDS[text[0].lower()]).zfill(len(text))
        if kind == "half":
            return text.split("/")[whole // 43200 % 2]
        if kind == "fraction":
            return self._point + f"{seconds - whole:.{len(text) - 1}f}"[2:]
        if kind == "part":
            return self._part(position, text.lower(), whole)
        return {"space": " ", "fill": ""}.get(kind, text)

    def _part(self, position: int, text: str, seconds: int) -> str:
        letter, width = text[0], min(len(text), 2)
        if letter == "h":
            hour = seconds // 3600 % 24
            return str((hour % 12 or 12) if self._half_days else hour).zfill(width)
        if letter == "s":
            return str(seconds % 60).zfill(width)
        if position in self._minutes:
            return str(seconds // 60 % 60).zfill(width)
        return _calendar(text, seconds)


def _calendar(text: str, seconds: int) -> str:
    if seconds // 86400 > _LAST_DAY:
        return "#" * len(text)
    day = _FIRST_DAY + timedelta(seconds=seconds)
    known = {"d": "{0.day}", "dd": "{0:%d}", "ddd": "{0:%a}", "m": "{0.month}", "mm": "{0:%m}"}
    known |= {"mmm": "{0:%b}", "mmmm": "{0:%B}", "y": "{0:%y}", "yy": "{0:%y}"}
    longest = {"d": "{0:%A}", "m": "{0:%b}", "y": "{0:%Y}"}[text[0]]
    return known.get(text, longest).format(day)
