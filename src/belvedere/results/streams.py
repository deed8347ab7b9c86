r"""Rows of any number as bytes, batch by batch, written by native code.

Every stream takes the columns' names or labels and record batches; what goes wrong while
batches are read is raised from the stream, which then has no proper end. Lines end with "\n".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

import pyarrow as pa
import pyarrow.compute as pc

from belvedere.results import columns
from belvedere.results.columns import joined, literal
from belvedere.results.plain_values import dumps
from belvedere.results.value_formats import Formatter

Batches = Iterable[pa.RecordBatch]
_BETWEEN = ",\n"
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"))
_MARKDOWN = (("\\", "\\\\"), ("|", "\\|"), ("\r", ""), ("\n", "<br>"))


def in_formats(batches: Batches, formatters: Sequence[Formatter]) -> Iterator[pa.RecordBatch]:
    """The same rows with every value as the text its formatter writes."""
    for batch in batches:
        texts = [
            columns.formatted(column, write)
            for column, write in zip(batch.columns, formatters, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(texts, names=batch.schema.names)


def stream_csv(batches: Batches, header: Sequence[str], delimiter: str = ",") -> Iterator[bytes]:
    """Quoted as RFC 4180 says, nulls empty; the header first, also without rows."""
    yield csv_line(header, delimiter)
    yield from _lines(batches, lambda column: columns.csv_text(column, delimiter), "", delimiter)


def csv_line(values: Sequence[str], delimiter: str = ",") -> bytes:
    return (delimiter.join(csv_cell(value, delimiter) for value in values) + "\n").encode()


def csv_cell(value: str, delimiter: str = ",") -> str:
    if any(character in value for character in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def stream_markdown(batches: Batches, header: Sequence[str]) -> Iterator[bytes]:
    yield (markdown_line(header) + "|" + "|".join(" --- " for _ in header) + "|\n").encode()
    yield from _lines(batches, _markdown_text, "| ", " | ", " |")


def markdown_line(cells: Sequence[str]) -> str:
    escaped = (_replaced_in(cell, _MARKDOWN) for cell in cells)
    return "| " + " | ".join(escaped) + " |\n"


def _replaced_in(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def _markdown_text(column: pa.Array) -> pa.Array:
    return _replaced(columns.text(column), _MARKDOWN)


def _replaced(texts: pa.Array, pairs: Sequence[tuple[str, str]]) -> pa.Array:
    for old, new in pairs:
        texts = pc.replace_substring(texts, old, new)
    return texts


def stream_html(batches: Batches, header: Sequence[str], title: str) -> Iterator[bytes]:
    labels = "".join(f"<th>{escape(label)}</th>" for label in header)
    yield page_start(f"<tr>{labels}</tr>", title).encode()
    yield from _lines(batches, _markup_text, "<tr><td>", "</td><td>", "</td></tr>")
    yield PAGE_END.encode()


def page_start(head: str, title: str) -> str:
    return (
        "<!DOCTYPE html>\n"
        f'<html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>\n'
        f"<table><thead>{head}</thead><tbody>\n"
    )


PAGE_END = "</tbody></table></body></html>\n"


def _markup_text(column: pa.Array) -> pa.Array:
    return _replaced(columns.text(column), _MARKUP)


def _lines(
    batches: Batches,
    text: Callable[[pa.Array], pa.Array],
    start: str,
    between: str,
    end: str = "",
) -> Iterator[bytes]:
    """One line a row: `start`, the cells with `between` between them, `end`."""
    for batch in batches:
        if not batch.num_rows:
            continue
        parts: list[pa.Array | pa.Scalar] = []
        for column in batch.columns:
            parts += [literal(between if parts else start), text(column)]
        yield joined([*parts, literal(end + "\n")], null="")


def stream_json(batches: Batches, names: Sequence[str]) -> Iterator[bytes]:
    """One array of objects, keys as `names`."""
    empty = True
    for batch in batches:
        if not batch.num_rows:
            continue
        rows = _json_rows(batch, names)
        yield b"[" + rows[len(_BETWEEN) :] if empty else rows
        empty = False
    yield b"[]" if empty else b"]"


def _json_rows(batch: pa.RecordBatch, names: Sequence[str]) -> bytes:
    """The batch's objects, each with the separator before it."""
    parts: list[pa.Array | pa.Scalar] = []
    for name, column in zip(names, batch.columns, strict=True):
        parts.append(literal(f"{',' if parts else _BETWEEN + '{'}{dumps(name)}:"))
        parts.append(columns.json_text(column))
    return joined([*parts, literal("}")], null="null")
