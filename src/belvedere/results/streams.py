"""Rows of any number as text, batch by batch: columns are written by native code, no Python
runs per cell (types that have no text of their own in Arrow excepted)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from belvedere.results.plain_values import dumps, plain

_SECONDS = pa.timestamp("s")
_ESCAPED = r'["\\\x00-\x1f]'
_CONTROLS = [chr(code) for code in range(32)]


def stream_csv(
    batches: Iterable[pa.RecordBatch], header: Sequence[str], delimiter: str = ","
) -> Iterator[bytes]:
    """RFC 4180 with "\\n" line ends and empty nulls; the header first, also without rows."""
    yield csv_line(header, delimiter)
    options = pa.csv.WriteOptions(include_header=False, delimiter=delimiter, quoting_style="needed")
    for batch in batches:
        if not batch.num_rows:
            continue
        buffer = BytesIO()
        texts = [_csv_column(column) for column in batch.columns]
        table = pa.RecordBatch.from_arrays(texts, names=[str(n) for n in range(len(texts))])
        pa.csv.write_csv(table, buffer, options)
        yield buffer.getvalue()


def csv_line(values: Sequence[str], delimiter: str = ",") -> bytes:
    return (delimiter.join(csv_cell(value, delimiter) for value in values) + "\n").encode()


def csv_cell(value: str, delimiter: str = ",") -> str:
    if any(character in value for character in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _csv_column(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_floating(kind):
        finite = pc.is_finite(column)
        return _float_text(pc.if_else(finite, column, None))
    return _text(column)


def stream_json(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[bytes]:
    """One array of objects, keys as `names`."""
    lead = b"["
    for batch in batches:
        if not batch.num_rows:
            continue
        rows = _json_rows(batch, names)
        # One buffer for the whole batch: the strings of an Arrow array lie side by side.
        joined = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), ",\n")
        yield lead + joined[0].as_buffer().to_pybytes()
        lead = b",\n"
    yield b"[]" if lead == b"[" else b"]"


def _json_rows(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    parts: list[pa.Array | pa.Scalar] = []
    for position, (name, column) in enumerate(zip(names, batch.columns, strict=True)):
        key = f"{'{' if position == 0 else ','}{dumps(name)}:"
        parts.append(pa.scalar(key, pa.large_string()))
        parts.append(json_text(column))
    parts.append(pa.scalar("}", pa.large_string()))
    return pc.binary_join_element_wise(
        *parts, pa.scalar("", pa.large_string()), null_handling="replace", null_replacement="null"
    )


def json_text(column: pa.Array) -> pa.Array:
    """The column's values as JSON texts; nulls stay null."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _json_string(column.cast(pa.large_string()))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return column.cast(pa.large_string())
    if pa.types.is_floating(kind):
        finite = pc.is_finite(column)
        return _float_text(pc.if_else(finite, column, None))
    if pa.types.is_decimal(kind):
        return _text(column)
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        return _quoted(_text(column))
    texts = [None if value is None else dumps(plain(value)) for value in column.to_pylist()]
    return pa.array(texts, pa.large_string())


def _quoted(texts: pa.Array) -> pa.Array:
    quote = pa.scalar('"', pa.large_string())
    return pc.binary_join_element_wise(
        quote, texts, quote, pa.scalar("", pa.large_string()), null_handling="emit_null"
    )


def _json_string(texts: pa.Array) -> pa.Array:
    special = pc.any(pc.match_substring_regex(texts, _ESCAPED)).as_py()
    if special:
        texts = pc.replace_substring(texts, "\\", "\\\\")
        texts = pc.replace_substring(texts, '"', '\\"')
        for control in _CONTROLS:
            if pc.any(pc.match_substring(texts, control)).as_py():
                texts = pc.replace_substring(texts, control, dumps(control)[1:-1])
    return _quoted(texts)


def _float_text(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string())


def _text(column: pa.Array) -> pa.Array:
    """Dates, times and decimals as text; anything else through Python."""
    kind = column.type
    if pa.types.is_decimal(kind):
        text = column.cast(pa.large_string())
        if kind.scale <= 0:
            return text
        trimmed = pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1")
        return pc.replace_substring_regex(trimmed, r"\.$", "")
    if pa.types.is_timestamp(kind):
        naive = column.cast(pa.timestamp(kind.unit)) if kind.tz else column
        text = naive.cast(pa.large_string())
        return pc.replace_substring_regex(text, r"\.0+$", "")
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.large_string())
    texts = []
    for value in column.to_pylist():
        shown = plain(value)
        texts.append(shown if shown is None or isinstance(shown, str) else dumps(shown))
    return pa.array(texts, pa.large_string())
