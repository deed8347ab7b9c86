"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_SHORTEN_FROM = 10_000
_LARGEST = 1e300
_PROBE = 1_234_567
_ZEROS = re.compile(r"(\d)[.,](0+)(?=\D*$)")
_AROUND = re.compile(r"^(?P<before>\D*)[\d.,'’\u00a0\u202f ]*\d(?P<after>\D*)$")
Write = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Ticks:
    """`low` and `high` bound the axis; `texts` belongs to `values`."""

    low: float
    high: float
    values: tuple[float, ...]
    texts: tuple[str, ...]
    log: bool = False


def linear(
    numbers: Iterable[float],
    write: Write,
    *,
    zero: bool = True,
    low: float | None = None,
    high: float | None = None,
    count: int = 5,
    exact: bool = False,
) -> Ticks:
    """An axis that holds all the numbers, from zero if `zero`; `low` and `high` are bounds that
    somebody set. `exact`: `write` already writes as short as it should.
    """
    bottom, top = _extent(numbers, zero=zero)
    bottom = bottom if low is None else _held(low)
    top = top if high is None else _held(high)
    if bottom >= top:
        bottom, top = (
            (bottom, bottom + max(1.0, abs(bottom)))
            if high is None
            else (
                top - max(1.0, abs(top)),
                top,
            )
        )
    step = _step(top - bottom, count)
    first, last = math.floor(bottom / step + 1e-9), math.ceil(top / step - 1e-9)
    start = bottom if low is not None else first * step
    end = top if high is not None else last * step
    last_shown = min(last, first + 4 * count + 8)
    places = [_tidy(n * step, step) for n in range(first, last_shown + 1)]
    shown = tuple(value for value in places if start - step * 1e-9 <= value <= end + step * 1e-9)
    return Ticks(start, end, shown, texts(shown, write, exact=exact))


def logarithmic(numbers: Iterable[float], write: Write) -> Ticks | None:
    """Powers of ten around the numbers; None where one of them has no logarithm."""
    held = [_held(value) for value in numbers]
    if not held or min(held) <= 0:
        return None
    first = math.floor(math.log10(min(held)) + 1e-9)
    last = max(first + 1, math.ceil(math.log10(max(held)) - 1e-9))
    every = max(1, math.ceil((last - first) / 8))
    values = tuple(10.0**power for power in range(first, last + 1, every))
    return Ticks(10.0**first, 10.0**last, values, texts(values, write), log=True)


def _held(value: float) -> float:
    return max(-_LARGEST, min(_LARGEST, value))


def _extent(numbers: Iterable[float], *, zero: bool) -> tuple[float, float]:
    held = [_held(value) for value in numbers]
    if zero or not held:
        held.append(0.0)
    return min(held), max(held)


def _step(span: float, count: int) -> float:
    rough = span / max(1, count)
    size = 10.0 ** math.floor(math.log10(rough))
    return next(step * size for step in _STEPS if step * size >= rough * (1 - 1e-9))


def _tidy(value: float, step: float) -> float:
    """Without the dust that multiplying leaves behind."""
    digits = 2 - math.floor(math.log10(step))
    tidy = round(value, digits) if digits < 300 else value
    return tidy + 0.0


def texts(values: Sequence[float], write: Write, *, exact: bool = False) -> tuple[str, ...]:
    """As `write` does, in thousands, millions … where the numbers are long, and without decimals
    that are all zeros.
    """
    largest = max((abs(value) for value in values), default=0.0)
    if exact or largest < _SHORTEN_FROM or not _is_plain(write):
        written = [write(value) for value in values]
        if not exact and len(set(written)) < len(values) and _is_plain(write):
            return tuple(_digits(value, write) for value in values)
        return _without_zeros(written)
    return _without_zeros([short(value, write, largest) for value in values])


def short(
    value: float,
    write: Write,
    largest: float | None = None,
    least: float = _SHORTEN_FROM,
    digits: int = 3,
) -> str:
    """A number in the unit that fits `largest`, with the signs that `write` puts around it; from
    `least` on, which is a thousand at the least.
    """
    reach = abs(value) if largest is None else largest
    if reach < least or not _is_plain(write):
        return write(value)
    unit, letter = next(item for item in _UNITS if reach >= item[0])
    before, after = _signs(write)
    if value == 0:
        return f"{before}0{after}"
    shown = f"{abs(value) / unit:.{digits}g}"
    if "e" in shown:
        shown = f"{abs(value) / unit:.0f}"
    return f"{'-' if value < 0 else ''}{before}{shown}{letter}{after}"


def _digits(value: float, write: Write) -> str:
    """With as many digits as tell it from its neighbours, where the format has too few."""
    before, after = _signs(write)
    return f"{'-' if value < 0 else ''}{before}{abs(value):.4g}{after}"


def _signs(write: Write) -> tuple[str, str]:
    """What stands before and after numbers."""
    found = _AROUND.match(write(float(_PROBE)))
    return (found["before"], found["after"]) if found else ("", "")


def _is_plain(write: Write) -> bool:
    """Whether numbers are written with all their digits: no percentages, hours, millions."""
    text = write(float(_PROBE))
    return re.sub(r"\D", "", text).startswith(str(_PROBE)) and "%" not in text


def _without_zeros(written: Sequence[str]) -> tuple[str, ...]:
    """5.00 as 5 where every text ends so; thousands stay (1,000)."""
    matches = [_ZEROS.search(text) for text in written]
    lengths = {len(match[2]) for match in matches if match}
    separators = {text[match.end(1)] for text, match in zip(written, matches, strict=True) if match}
    digits = any(any(c.isdigit() for c in text) for text in written)
    if not digits or None in matches or len(separators) > 1 or len(lengths) > 1:
        return tuple(written)
    if separators == {","} and lengths == {3}:
        return tuple(written)
    return tuple(_ZEROS.sub(r"\1", text) for text in written)
