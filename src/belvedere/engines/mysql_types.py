"""Columns of MySQL's text protocol, where every value is text, as Arrow columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Values = Sequence[bytes | None]

# What the protocol calls the types of columns.
_WHOLE = frozenset({1, 2, 3, 8, 9, 13})
_LONGLONG = 8
_BIT = 16
_FLOATING = frozenset({4, 5})
_DECIMALS = frozenset({0, 246})
_DATES = frozenset({10, 14})
_TIMESTAMPS = frozenset({7, 12})
_BYTES = frozenset({242, 249, 250, 251, 252, 253, 254, 15})
"""Texts where they have a character set."""
_GEOMETRY = 255
_UNSIGNED = 32
_NO_CHARACTER_SET = 63
_WIDEST_DECIMAL128 = 38
_ZERO = r"^0000|-00"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: pa.DataType
    array: Callable[[Values, pa.DataType], pa.Array]


def column(field: Any) -> Column:
    """`field` is the driver's description of a column."""
    code, unsigned = field.type_code, bool(field.flags & _UNSIGNED)
    if code in _WHOLE:
        wide = code == _LONGLONG and unsigned
        return Column(field.name, pa.uint64() if wide else pa.int64(), _plain)
    if code in _FLOATING:
        return Column(field.name, pa.float64(), _plain)
    if code in _DECIMALS:
        return Column(field.name, _decimal(field, unsigned), _plain)
    if code in _DATES:
        return Column(field.name, pa.date32(), _dates)
    if code in _TIMESTAMPS:
        return Column(field.name, pa.timestamp("us"), _dates)
    if code == _BIT:
        return Column(field.name, pa.uint64(), _bits)
    binary = code in _BYTES and field.charsetnr == _NO_CHARACTER_SET
    return Column(field.name, pa.string(), _hex if binary or code == _GEOMETRY else _text)


def _decimal(field: Any, unsigned: bool) -> pa.DataType:
    """The stated length counts the sign and the point."""
    digits = field.length - (field.scale > 0) - (not unsigned)
    if digits <= _WIDEST_DECIMAL128:
        return pa.decimal128(_WIDEST_DECIMAL128, field.scale)
    return pa.decimal256(76, field.scale)


def _text(values: Values, kind: pa.DataType) -> pa.Array:
    found = pa.array(values, pa.binary())
    try:
        return found.cast(kind)
    except pa.ArrowInvalid:  # bytes that are no text, stored as text
        return pa.array([v if v is None else v.decode(errors="replace") for v in values], kind)


def _plain(values: Values, kind: pa.DataType) -> pa.Array:
    return _text(values, pa.string()).cast(kind)


def _dates(values: Values, kind: pa.DataType) -> pa.Array:
    """MySQL knows days that no calendar has, such as 0000-00-00: they become null."""
    texts = _text(values, pa.string())
    try:
        return texts.cast(kind)
    except pa.ArrowInvalid:
        real = pc.if_else(pc.match_substring_regex(texts, _ZERO), None, texts)
    try:
        return real.cast(kind)
    except pa.ArrowInvalid:
        read = date if pa.types.is_date(kind) else datetime
        return pa.array([_read(read, text) for text in real.to_pylist()], kind)


def _read(kind: type[date], text: str | None) -> date | None:
    try:
        return None if text is None else kind.fromisoformat(text)
    except ValueError:
        return None


def _bits(values: Values, kind: pa.DataType) -> pa.Array:
    return pa.array([v if v is None else int.from_bytes(v, "big") for v in values], kind)


def _hex(values: Values, kind: pa.DataType) -> pa.Array:
    return pa.array([v if v is None else v.hex() for v in values], kind)
