"""Columns as text by native code; only types without a text of their own go through Python."""

from __future__ import annotations

from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from belvedere.results.plain_values import dumps, plain
from belvedere.results.value_formats import Formatter, grouped, plain as plain_text

TEXT = pa.large_string()
_JSON_ESCAPED = r'["\\\x00-\x1f]'
_CONTROLS = [chr(code) for code in range(32)]
_EXPONENT = r"e\+(?P<power>\d+)$"
_LONGEST_FRACTION = 6
"""Decimals with more places than this may be written with an exponent."""
_LONGEST_PLAIN = 15
"""Powers of ten up to which a float is written without an exponent."""


@cache
def _empty() -> pa.Scalar:
    """Made when it is asked for: Arrow then loads pandas, where that is installed."""
    return pa.scalar("", TEXT)


def joined(parts: list[pa.Array | pa.Scalar], *, null: str) -> bytes:
    """The rows' parts one after the other, row by row; `null` stands for what is missing."""
    rows = pc.binary_join_element_wise(
        *parts, _empty(), null_handling="replace", null_replacement=null
    )
    # The strings of an Arrow array lie side by side: a whole batch is one buffer.
    buffer = rows.buffers()[2]
    return buffer.to_pybytes() if buffer is not None else b""


def literal(text: str) -> pa.Scalar:
    return pa.scalar(text, TEXT)


def _unwrapped(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def text(column: pa.Array) -> pa.Array:
    """Values as they are shown without a format; NaN and infinities become null."""
    column = _unwrapped(column)
    kind = column.type
    if is_text(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column.cast(TEXT)
    if pa.types.is_floating(kind):
        return _float_text(column)
    if pa.types.is_decimal(kind):
        return _decimal_text(column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return _time_text(column)
    return pa.array([_text_of(plain(value)) for value in column.to_pylist()], TEXT)


def _text_of(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else dumps(value)


def _time_text(column: pa.Array) -> pa.Array:
    """Fractions of seconds only where there are any."""
    kind = column.type
    if pa.types.is_date(kind):
        return column.cast(TEXT)
    whole = pa.time32("s") if pa.types.is_time(kind) else pa.timestamp("s")
    naive = column.cast(pa.timestamp(kind.unit)) if pa.types.is_timestamp(kind) else column
    try:
        return naive.cast(whole).cast(TEXT)
    except pa.ArrowInvalid:  # some value has a fraction
        return pc.replace_substring_regex(naive.cast(TEXT), r"\.0+$", "")


def _float_text(column: pa.Array) -> pa.Array:
    texts = pc.if_else(pc.is_finite(column), column, None).cast(TEXT)
    long = pc.match_substring(texts, "e+")
    if not pc.any(long).as_py():
        return texts
    for power in _powers(texts.filter(long)):
        moved = _without_exponent(texts, power)
        texts = pc.if_else(pc.match_substring_regex(texts, rf"e\+{power}$"), moved, texts)
    return texts


def _powers(texts: pa.Array) -> list[int]:
    found = pc.struct_field(pc.extract_regex(texts, _EXPONENT), "power")
    powers = [int(power) for power in pc.unique(found).to_pylist() if power is not None]
    return [power for power in powers if power <= _LONGEST_PLAIN]


def _without_exponent(texts: pa.Array, power: int) -> pa.Array:
    """1.5e+10 as 15000000000; meaningful only where the power is this one."""
    digits = pc.replace_substring_regex(
        texts, rf"^(-?\d)\.?(\d*)e\+{power}$", r"\1\2" + "0" * power
    )
    placed = pc.replace_substring_regex(digits, rf"^(-?\d\d{{{power}}})(\d*?)0*$", r"\1.\2")
    return pc.replace_substring_regex(placed, r"\.$", "")


def _decimal_text(column: pa.Array) -> pa.Array:
    texts = column.cast(TEXT)
    scale = column.type.scale
    if scale <= 0:
        return texts
    if scale > _LONGEST_FRACTION and pc.any(pc.match_substring(texts, "E")).as_py():
        shown = [None if value is None else plain_text(value) for value in column.to_pylist()]
        return pa.array(shown, TEXT)
    return pc.ascii_rtrim(pc.ascii_rtrim(texts, "0"), ".")


def json_text(column: pa.Array) -> pa.Array:
    """Values as JSON texts; nulls stay null."""
    column = _unwrapped(column)
    kind = column.type
    if is_text(kind):
        return json_string(column.cast(TEXT))
    if is_number(kind) or pa.types.is_boolean(kind):
        return text(column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return quoted(text(column))
    texts = [None if value is None else dumps(plain(value)) for value in column.to_pylist()]
    return pa.array(texts, TEXT)


def quoted(texts: pa.Array) -> pa.Array:
    quote = literal('"')
    return pc.binary_join_element_wise(quote, texts, quote, _empty(), null_handling="emit_null")


def json_string(texts: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(texts, _JSON_ESCAPED)).as_py():
        texts = pc.replace_substring(texts, "\\", "\\\\")
        texts = pc.replace_substring(texts, '"', '\\"')
        for control in _CONTROLS:
            if pc.any(pc.match_substring(texts, control)).as_py():
                texts = pc.replace_substring(texts, control, dumps(control)[1:-1])
    return quoted(texts)


def _needs_quotes(kind: pa.DataType) -> bool:
    return not (is_number(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind))


def csv_text(column: pa.Array, delimiter: str) -> pa.Array:
    texts = text(column)
    if not _needs_quotes(column.type):
        return texts
    special = pc.match_substring_regex(texts, f'[{delimiter}"\\r\\n]')
    if not pc.any(special).as_py():
        return texts
    return pc.if_else(special, quoted(pc.replace_substring(texts, '"', '""')), texts)


def formatted(column: pa.Array, write: Formatter) -> pa.Array:
    """Values as `write` shows them. Each distinct value is written once."""
    column = _unwrapped(column)
    kind = column.type
    if not is_number(kind):
        return text(column)
    if write is grouped and pa.types.is_integer(kind):
        return _thousands(text(column))
    encoded = pc.dictionary_encode(column)
    shown = [_shown(write, plain(value)) for value in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(shown, TEXT), encoded.indices)


def _shown(write: Formatter, value: object) -> str | None:
    return None if value is None else write(value)


def _thousands(texts: pa.Array) -> pa.Array:
    pattern = r"^(-?\d+)(\d{3})"
    while pc.any(pc.match_substring_regex(texts, pattern)).as_py():
        texts = pc.replace_substring_regex(texts, pattern, r"\1,\2", max_replacements=1)
    return texts


def values_of(rows: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """Rows as Python values by column name; finer times than Python knows are cut."""
    fine = [number for number, kind in enumerate(rows.schema.types) if _is_fine(kind)]
    for number in fine:
        coarse = _coarse(rows.schema.types[number])
        column = rows.column(number).cast(coarse, safe=False)
        rows = rows.set_column(number, rows.schema.names[number], column)
    return list(rows.to_pylist())


def _is_fine(kind: pa.DataType) -> bool:
    timed = pa.types.is_timestamp(kind) or pa.types.is_time64(kind)
    return bool(timed and kind.unit == "ns")


def _coarse(kind: pa.DataType) -> pa.DataType:
    return pa.time64("us") if pa.types.is_time64(kind) else pa.timestamp("us", kind.tz)
