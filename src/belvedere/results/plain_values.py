"""Values as JSON can hold them."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

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


class _Number(float):
    """A decimal that is written with all its digits."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _number(value: Decimal) -> Any:
    """Whole decimals as integers; others as floats where nothing is lost, else digit by digit."""
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        return int(value)
    short = float(value)
    if Decimal(repr(short)) == value.normalize():
        return short
    exact = _Number(short)
    exact.text = f"{value.normalize():f}"
    return exact


def dumps(value: Any) -> str:
    """JSON text. Objects may hold anything a result may hold."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
