"""Arrow columns as a driver hands them over, brought to plain types that everybody can read."""

from __future__ import annotations

from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

WIDE_DECIMAL = pa.decimal256(76, 20)
"""For numerics whose scale the database does not state: 56 digits before the point, 20 after."""


def plain_field(field: pa.Field) -> pa.Field:
    return pa.field(field.name, _plain_type(field), field.nullable)


def _plain_type(field: pa.Field) -> pa.DataType:
    kind = field.type
    name = getattr(kind, "extension_name", None)
    if name == "arrow.opaque":
        return _numeric_type(field) if kind.type_name == "numeric" else pa.string()
    if name is not None or pa.types.is_interval(kind) or pa.types.is_binary(kind):
        return pa.string()
    return kind


def _numeric_type(field: pa.Field) -> pa.DataType:
    """numeric(p,s) where it is declared; a type modifier is ((p << 16) | s) + 4."""
    modifier = int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1"))
    if modifier < 4:
        return WIDE_DECIMAL
    precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
    fits = precision <= 38 and scale <= precision
    return pa.decimal128(precision, scale) if fits else WIDE_DECIMAL


def plain_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with every column in the type that `schema` (of plain fields) states."""
    columns = [
        column if column.type == field.type else _plain_column(column, field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain_column(column: pa.Array, target: pa.DataType) -> pa.Array:
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    if pa.types.is_decimal(target):
        return _decimals(storage, target)
    if pa.types.is_string(storage.type) or pa.types.is_large_string(storage.type):
        return storage.cast(target)
    return pa.array([_text(value) for value in storage.to_pylist()], target)


def _decimals(texts: pa.Array, target: pa.DataType) -> pa.Array:
    """NaN and infinities have no place in a decimal (nor in JSON): they become null."""
    numeric = pc.match_substring_regex(texts, r"^-?[0-9.]+$")
    kept = pc.if_else(numeric, texts, None)
    cut = pc.replace_substring_regex(kept, rf"(\.\d{{{target.scale}}})\d+", r"\1")
    return cut.cast(target)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return str(UUID(bytes=value)) if len(value) == 16 else value.hex()
    if hasattr(value, "nanoseconds"):
        return _interval(value.months, value.days, value.nanoseconds)  # type: ignore[attr-defined]
    return str(value)


def _interval(months: int, days: int, nanoseconds: int) -> str:
    parts = [f"{n} {unit}" for n, unit in ((months, "months"), (days, "days")) if n]
    seconds, rest = divmod(abs(nanoseconds) // 1000, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    sign = "-" if nanoseconds < 0 else ""
    clock = f"{sign}{hours:02d}:{minute:02d}:{second:02d}" + (f".{rest:06d}" if rest else "")
    return " ".join([*parts, clock] if nanoseconds or not parts else parts)
