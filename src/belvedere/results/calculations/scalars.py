"""Functions of single values. Any null among the arguments gives null; see `KEEPS_NULLS`."""

from __future__ import annotations

import math
import random
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from belvedere.results.calculations.distributions import DISTRIBUTIONS
from belvedere.results.value_formats import plain as plain_text

MOST_TEXT = 10_000
"""Characters of a text that a calculation makes; a longer one is null."""
_EXACT = Context(prec=700)
_FORMS = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m", "%Y"),
    "%Y-%m-%d %H:%M:%S.%f",
)
_LENGTHS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}


def to_date(value: Any) -> date | None:
    """A date, or a datetime where the text has a time; null for what is none."""
    if isinstance(value, date):
        return value
    text = str(value).strip().replace("T", " ")
    for form in _FORMS:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007  naive
        except ValueError:
            continue
        return found if "%H" in form else found.date()
    return None


def _moment(value: Any) -> datetime | None:
    found = to_date(value)
    if found is None or isinstance(found, datetime):
        return found
    return datetime(found.year, found.month, found.day)  # noqa: DTZ001  naive


def _add(unit: str) -> Callable[[float, Any], date | None]:
    def add(count: float, value: Any) -> date | None:
        start = to_date(value)
        moment = _moment(value)
        if start is None or moment is None:
            return None
        if unit in _LENGTHS:
            found = moment + _LENGTHS[unit] * count
        else:
            found = _months_later(moment, int(count) * (12 if unit == "years" else 1))
        timed = isinstance(start, datetime) or unit in ("seconds", "minutes", "hours")
        return found if timed else found.date()

    return add


def _months_later(moment: datetime, count: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _difference(unit: str) -> Callable[[Any, Any], int | None]:
    def difference(first: Any, second: Any) -> int | None:
        start, end = _moment(first), _moment(second)
        if start is None or end is None:
            return None
        if unit in _LENGTHS:
            return int((end - start) / _LENGTHS[unit])
        months = (end.year - start.year) * 12 + end.month - start.month
        early, late = ((moment.day, moment.time()) for moment in (start, end))
        if end >= start and late < early:
            months -= 1
        elif end < start and late > early:
            months += 1
        return int(months / 12) if unit == "years" else months

    return difference


def _part(name: str) -> Callable[[Any], int | None]:
    def part(value: Any) -> int | None:
        moment = _moment(value)
        return None if moment is None else int(getattr(moment, name))

    return part


def _truncated(unit: str) -> Callable[[Any], date | None]:
    zero = {"minutes": 4, "hours": 3, "days": 2, "months": 1, "years": 0}[unit]
    lowest = (("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0))

    def truncated(value: Any) -> date | None:
        start, moment = to_date(value), _moment(value)
        if start is None or moment is None:
            return None
        found = moment.replace(microsecond=0, **dict(lowest[zero:]))  # type: ignore[arg-type]
        return found if isinstance(start, datetime) else found.date()

    return truncated


def _date(*numbers: float) -> date:
    return date(*map(int, numbers))


def _date_time(year: float, month: float, day: float, *clock: float) -> datetime:
    hour, minute, second = map(int, clock)
    return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001


def _to_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    text = str(value).replace(",", "").strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _round(value: float, digits: float) -> float:
    """Halves away from zero, as databases round."""
    places = min(max(int(digits), -300), 300)
    found = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    return float(found) if places > 0 else int(found)


def _power(base: float, exponent: float) -> float:
    found: float = float(base) ** float(exponent)
    whole = isinstance(base, int) and isinstance(exponent, int) and abs(found) < 2**53
    return int(found) if whole and found.is_integer() else found


def _mod(value: float, divisor: float) -> float:
    found = math.fmod(value, divisor)
    return int(found) if isinstance(value, int) and isinstance(divisor, int) else found


def _replace(text: Any, old: Any, new: Any) -> str | None:
    whole, part, put = _text(text), _text(old), _text(new)
    if not part or whole.count(part) * len(put) > MOST_TEXT:
        return whole if not part else None
    return whole.replace(part, put)


def _substring(text: Any, start: float, length: float) -> str:
    first = int(start) - 1
    return _text(text)[max(first, 0) : max(first + int(length), 0)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return plain_text(value)


def _split(text: Any, delimiter: Any) -> list[str]:
    return _text(text).split(_text(delimiter)) if delimiter else list(_text(text))


_UNITS = ("seconds", "minutes", "hours", "days", "months", "years")
SCALARS: dict[str, tuple[int, int | None, Callable[..., Any]]] = {
    "abs": (1, 1, abs),
    "ceiling": (1, 1, math.ceil),
    "exp": (1, 1, math.exp),
    "floor": (1, 1, math.floor),
    "ln": (1, 1, math.log),
    "log": (1, 1, math.log10),
    "mod": (2, 2, _mod),
    "power": (2, 2, _power),
    "rand": (0, 0, random.random),
    "round": (2, 2, _round),
    "sqrt": (1, 1, math.sqrt),
    **{
        name: (1, 1, getattr(math, name))
        for name in ("acos", "asin", "atan", "cos", "sin", "tan", "degrees", "radians")
    },
    "pi": (0, 0, lambda: math.pi),
    "concat": (1, None, lambda *texts: "".join(map(_text, texts))),
    "contains": (2, 2, lambda text, part: _text(part) in _text(text)),
    "length": (1, 1, lambda text: len(_text(text))),
    "lower": (1, 1, lambda text: _text(text).lower()),
    "position": (2, 2, lambda text, part: _text(text).find(_text(part)) + 1),
    "replace": (3, 3, _replace),
    "substring": (3, 3, _substring),
    "upper": (1, 1, lambda text: _text(text).upper()),
    "split": (2, 2, _split),
    "to_number": (1, 1, _to_number),
    "to_date": (1, 1, to_date),
    "date": (3, 3, _date),
    "date_time": (6, 6, _date_time),
    **{f"add_{unit}": (2, 2, _add(unit)) for unit in _UNITS},
    **{f"diff_{unit}": (2, 2, _difference(unit)) for unit in _UNITS},
    **{f"extract_{unit}": (1, 1, _part(unit[:-1])) for unit in _UNITS},
    **{f"trunc_{unit}": (1, 1, _truncated(unit)) for unit in _UNITS[1:]},
    **{name: (1, None, function) for name, function in DISTRIBUTIONS.items()},
}
"""Name → fewest and most arguments (None: any number), and the function."""

KEEPS_NULLS: dict[str, tuple[int, int | None, Callable[..., Any]]] = {
    "is_null": (1, 1, lambda value: value is None),
    "to_string": (1, 1, lambda value: "" if value is None else _text(value)),
    "coalesce": (1, None, lambda *values: next((v for v in values if v is not None), None)),
    "if": (3, 3, lambda test, yes, no: yes if test is True else no),
}
