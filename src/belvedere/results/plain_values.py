"""Values as JSON can hold them."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec

_PLAIN = (str, bool, int)


def plain(value: Any) -> Any:
    """A value of a result as JSON data: decimals as numbers, times as text, NaN as null."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value.hex() if isinstance(value, bytes) else str(value)


def _number(value: Decimal) -> int | float | Decimal | None:
    """Whole decimals as integers; others as floats where nothing is lost, else digit by digit."""
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        return int(value)
    short = float(value)
    return short if Decimal(repr(short)) == value else value


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=plain)


def dumps(value: Any) -> str:
    """JSON text of what `plain` answers; decimals keep all their digits."""
    return _ENCODER.encode(value).decode()
