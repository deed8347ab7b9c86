"""Rows of any number as text, batch by batch: columns are written by native code, no Python
runs per cell (types that have no text of their own in Arrow excepted)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from belvedere.results.plain_values import dumps, plain

_BETWEEN = ",\n"
_ESCAPED = r'["\\\x00-\x1f]'
_CONTROLS = [chr(code) for code in range(32)]


def stream_csv(
    batches: Iterable[pa.RecordBatch], header: Sequence[str], delimiter: str = ","
) -> Iterator[bytes]:
    """RFC 4180 with "\\n" line ends and empty nulls; the header first, also without rows."""
    yield csv_line(header, delimiter)
    for batch in batches:
        if batch.num_rows:
            yield _csv_rows(batch, delimiter).buffers()[2].to_pybytes()


def _csv_rows(batch: pa.RecordBatch, delimiter: str) -> pa.Array:
    parts: list[pa.Array | pa.Scalar] = []
    last = batch.num_columns - 1
    for position, column in enumerate(batch.columns):
        parts.append(_csv_column(column, delimiter))
        parts.append(pa.scalar("\n" if position == last else delimiter, pa.large_string()))
    return pc.binary_join_element_wise(
        *parts, pa.scalar("", pa.large_string()), null_handling="replace", null_replacement=""
    )


def csv_line(values: Sequence[str], delimiter: str = ",") -> bytes:
    return (delimiter.join(csv_cell(value, delimiter) for value in values) + "\n").encode()


def csv_cell(value: str, delimiter: str = ",") -> str:
    if any(character in value for character in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _csv_column(column: pa.Array, delimiter: str) -> pa.Array:
    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.large_string())
    if pa.types.is_floating(kind):
        return _float_text(pc.if_else(pc.is_finite(column), column, None))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _csv_quoted(column.cast(pa.large_string()), delimiter)
    text = _text(column)
    return text if pa.types.is_decimal(kind) else _csv_quoted(text, delimiter)


def _csv_quoted(texts: pa.Array, delimiter: str) -> pa.Array:
    special = pc.match_substring_regex(texts, f'[{delimiter}"\\r\\n]')
    if not pc.any(special).as_py():
        return texts
    return pc.if_else(special, _quoted(pc.replace_substring(texts, '"', '""')), texts)


def stream_json(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Iterator[bytes]:
    """One array of objects, keys as `names`."""
    empty = True
    for batch in batches:
        if not batch.num_rows:
            continue
        # The strings of an Arrow array lie side by side: the whole batch is one buffer.
        text = _json_rows(batch, names).buffers()[2].to_pybytes()
        yield b"[" + text[len(_BETWEEN) :] if empty else text
        empty = False
    yield b"[]" if empty else b"]"


def _json_rows(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    parts: list[pa.Array | pa.Scalar] = []
    for position, (name, column) in enumerate(zip(names, batch.columns, strict=True)):
        key = f"{_BETWEEN + '{' if position == 0 else ','}{dumps(name)}:"
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
