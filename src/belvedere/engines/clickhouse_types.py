"""Columns of ClickHouse's Arrow format as Arrow columns that say what they are.

The format writes several of ClickHouse's types as bare numbers or bytes. Where that leaves a doubt,
the server is asked for the types' names.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from belvedere.engines.arrow_types import plain_field
from belvedere.errors import EngineError

_WHOLE = pa.decimal256(76, 0)
_MICROSECONDS = pa.timestamp("us")
_UTC = frozenset({"UTC", "Etc/UTC"})
_WRAPPED = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)\Z", re.DOTALL)
_ITEMS = re.compile(r"Array\((.*)\)\Z", re.DOTALL)
_NAMED = re.compile(r"'((?:[^'\\]|\\.|'')*)' = (-?\d+)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_ZONE = re.compile(r"DateTime\('(.*)'\)\Z")
_DOUBTFUL = frozenset({pa.uint32(), pa.int8(), pa.int16()})


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is delivered: `convert` makes it of what came."""

    field: pa.Field
    convert: Callable[[pa.Array], pa.Array]


def doubtful(kind: pa.DataType, *, dates_are_numbers: bool) -> bool:
    """Whether values of several of ClickHouse's types look like this."""
    if pa.types.is_list(kind):
        return doubtful(kind.value_type, dates_are_numbers=dates_are_numbers)
    if dates_are_numbers and kind == pa.uint16():
        return True
    return kind in _DOUBTFUL or pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind)


def columns_of(schema: pa.Schema, types: Sequence[str] | None, timezone: str) -> list[Column]:
    """`types` are the names of ClickHouse's types, where there was a doubt; `timezone` is the
    session's.
    """
    named = types if types is not None else [""] * len(schema)
    return [_column(field, name, timezone) for field, name in zip(schema, named, strict=True)]


def _column(field: pa.Field, name: str, timezone: str) -> Column:
    kind, convert = _reading(field, name, timezone)
    return Column(pa.field(field.name, kind), convert)


_Reading = tuple[pa.DataType, Callable[[pa.Array], pa.Array]]


def _reading(field: pa.Field, name: str, timezone: str) -> _Reading:
    found = _WRAPPED.match(name)
    if found is not None:
        return _reading(field, found[1], timezone)
    kind = field.type
    items = _ITEMS.match(name)
    if items is not None and pa.types.is_list(kind):
        item, convert = _reading(kind.value_field, items[1], timezone)
        return pa.list_(item), lambda column: _each_item(column, convert)
    if pa.types.is_timestamp(kind):
        return _MICROSECONDS, _on_its_clock
    if name.startswith("DateTime") and kind == pa.uint32():
        zone = _ZONE.match(name)
        return _MICROSECONDS, _instants(zone[1] if zone else timezone)
    known = _BY_NAME.get(name.partition("(")[0])
    if known is not None:
        wanted, convert_value = known(name)
        return wanted, lambda column: _each(column, convert_value, wanted)
    if name == "Date" and kind == pa.uint16():
        return pa.date32(), lambda column: column.cast(pa.int32()).cast(pa.date32())
    if pa.types.is_string(kind):
        return kind, _valid
    return _plain(field)


def _plain(field: pa.Field) -> _Reading:
    kind = pa.string() if pa.types.is_union(field.type) else plain_field(field).type
    if kind == field.type:
        return kind, lambda column: column
    shown = _uuid if isinstance(field.type, pa.UuidType) else _shown
    return kind, lambda column: _each(column, shown, kind)


def _each_item(column: pa.ListArray, convert: Callable[[pa.Array], pa.Array]) -> pa.Array:
    items = convert(column.flatten())
    lengths = pc.fill_null(column.value_lengths(), 0)
    ends = pc.cumulative_sum(lengths)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends.cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, items, mask=column.is_null())


def _on_its_clock(column: pa.Array) -> pa.Array:
    """The times as ClickHouse writes them: on the clock of the column's time zone."""
    zone = column.type.tz
    if zone in _UTC:
        column = column.cast(pa.timestamp(column.type.unit))
    elif zone is not None:
        column = pc.local_timestamp(column)
    return column.cast(_MICROSECONDS, safe=False)


def _instants(zone: str) -> Callable[[pa.Array], pa.Array]:
    seconds = pa.timestamp("s", zone)
    return lambda column: _on_its_clock(column.cast(pa.int64()).cast(seconds))


def _valid(column: pa.Array) -> pa.Array:
    """Texts are any bytes there; here they are UTF-8."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array(map(_decoded, column.cast(pa.binary()).to_pylist()), pa.string())
    return column


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def _each(column: pa.Array, convert: Callable[[Any], Any], wanted: pa.DataType) -> pa.Array:
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    return pa.array(
        [None if value is None else convert(value) for value in storage.to_pylist()], wanted
    )


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


# Types that arrive as numbers or bytes, by the names they begin with.


def _enumeration(name: str) -> tuple[pa.DataType, Callable[[Any], Any]]:
    texts = {int(number): _unescaped(text) for text, number in _NAMED.findall(name)}
    return pa.string(), texts.__getitem__


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _CONTROLS.get(found[1], found[1]) if found[1] else "'", text)


def _integer(name: str) -> tuple[pa.DataType, Callable[[Any], Any]]:
    signed = not name.startswith("U")

    def value_of(value: bytes) -> Decimal:
        number = int.from_bytes(value, "little", signed=signed)
        if abs(number) >= 10**76:
            raise EngineError(f"The result has an {name} of more than 76 digits: cast it to text")
        return Decimal(number)

    return _WHOLE, value_of


def _texts(convert: Callable[[Any], Any]) -> Callable[[str], tuple[pa.DataType, Any]]:
    return lambda _: (pa.string(), convert)


def _bfloat(value: bytes) -> float:
    return float(struct.unpack("<f", b"\0\0" + value)[0])


def _uuid(value: bytes) -> str:
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


_BY_NAME: dict[str, Callable[[str], tuple[pa.DataType, Callable[[Any], Any]]]] = {
    "Enum8": _enumeration,
    "Enum16": _enumeration,
    "Int128": _integer,
    "Int256": _integer,
    "UInt128": _integer,
    "UInt256": _integer,
    "UUID": _texts(_uuid),
    "IPv4": _texts(lambda value: str(IPv4Address(value))),
    "IPv6": _texts(lambda value: str(IPv6Address(value))),
    "FixedString": _texts(lambda value: value.rstrip(b"\0").decode(errors="replace")),
    "BFloat16": lambda _: (pa.float32(), _bfloat),
}
