"""Arrow columns from rows of Python values, as drivers of Python's database interface give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa

from belvedere.engines.arrow_types import WIDE_DECIMAL
from belvedere.errors import EngineError

_LARGEST = 2**63 - 1
_MOMENT = pa.timestamp("us")
_NUMBERS = frozenset({int, float, Decimal})
_TIMES = frozenset({datetime, date})
_EXACT = Context(prec=WIDE_DECIMAL.precision)


def columns_of(rows: Sequence[Sequence[Any]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def type_of(values: Sequence[Any], otherwise: pa.DataType) -> pa.DataType:
    """The column's type by its first values; `otherwise` where all of them are null."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return otherwise
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        small = all(value is None or -_LARGEST <= value <= _LARGEST for value in values)
        return pa.int64() if small else WIDE_DECIMAL
    if kinds <= _NUMBERS:
        return pa.float64() if float in kinds else WIDE_DECIMAL
    if kinds == {date}:
        return pa.date32()
    return _MOMENT if kinds <= _TIMES else pa.string()


def array_of(values: Sequence[Any], column: pa.Field) -> pa.Array:
    convert = _CONVERT[column.type]
    try:
        return pa.array([None if v is None else convert(v) for v in values], column.type)
    except (ValueError, TypeError, ArithmeticError, pa.ArrowException):
        raise EngineError(
            f"The column {column.name} begins with values of the type {column.type} and goes on "
            "with others: cast it to one type"
        ) from None


def _whole(value: Any) -> int:
    number = int(value)
    if number != value:
        raise ValueError(value)
    return number


def _decimal(value: Any) -> Decimal | None:
    """NaN and infinities have no place in a decimal (nor in JSON): they become null."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        return None
    return number.quantize(Decimal(1).scaleb(-WIDE_DECIMAL.scale), context=_EXACT)


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  naive like the others
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _boolean(value: Any) -> bool:
    if value not in (0, 1):
        raise ValueError(value)
    return bool(value)


_CONVERT: dict[pa.DataType, Callable[[Any], Any]] = {
    pa.bool_(): _boolean,
    pa.int64(): _whole,
    pa.float64(): float,
    WIDE_DECIMAL: _decimal,
    pa.date32(): _day,
    _MOMENT: _moment,
    pa.string(): _text,
}
