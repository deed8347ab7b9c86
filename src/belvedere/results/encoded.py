"""Plain results of any length in any format, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from belvedere.compiler.compiled import Compiled
from belvedere.errors import QueryError
from belvedere.results import detail, streams, tables
from belvedere.results.columns import values_of
from belvedere.results.formats import media_type
from belvedere.results.plain_values import plain
from belvedere.results.presenter import Facts, Presenter
from belvedere.results.streams import Batches
from belvedere.results.value_formats import Formatter, plain as plain_text


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the answer: its key, its label, and how it is shown where values are formatted.

    `value_format` goes into spreadsheets, where `write` cannot.
    """

    name: str
    label: str
    write: Formatter = plain_text
    value_format: str | None = None


@dataclass(frozen=True, slots=True)
class EncodedStream:
    """`chunks` raises what goes wrong midway and then has no proper end."""

    media_type: str
    chunks: Iterator[bytes]


def stream(
    result_format: str,
    columns: Sequence[Column],
    batches: Batches,
    *,
    formatted: bool = False,
    title: str = "Results",
) -> EncodedStream:
    """Rows without anything about them: json, json_label, inline_json and the table formats."""
    kind = media_type(result_format)
    labels = [column.label for column in columns]
    if result_format == "xlsx":
        formats = [column.value_format if formatted else None for column in columns]
        rows = _values(batches)
        return EncodedStream(kind, tables.stream_workbook([labels], rows, formats, title))
    if formatted or result_format == "html":
        batches = streams.in_formats(batches, [column.write for column in columns])
    if result_format in ("json", "inline_json", "json_label"):
        keys = labels if result_format == "json_label" else [column.name for column in columns]
        return EncodedStream(kind, streams.stream_json(batches, distinct(keys)))
    if result_format == "md":
        return EncodedStream(kind, streams.stream_markdown(batches, labels))
    if result_format == "html":
        return EncodedStream(kind, streams.stream_html(batches, labels, title))
    if result_format in ("csv", "txt"):
        delimiter = "," if result_format == "csv" else "\t"
        return EncodedStream(kind, streams.stream_csv(batches, labels, delimiter))
    raise QueryError(f"{result_format} needs more than rows")


def stream_query(
    result_format: str,
    compiled: Compiled,
    batches: Batches,
    presenter: Presenter,
    facts: Callable[[], Facts],
    *,
    formatted: bool = False,
) -> EncodedStream:
    """A plain compiled query in any format but sql; `facts` is asked as late as possible."""
    names = [column.name for column in compiled.columns]
    columns = [_column(name, presenter) for name in names]
    if result_format in ("json_detail", "json_fe"):
        chunks = detail.stream_detail(compiled, batches, presenter, facts)
        return EncodedStream(media_type(result_format), chunks)
    if result_format == "json_bi":
        if formatted:
            batches = streams.in_formats(batches, [column.write for column in columns])
        chunks = detail.stream_bi(compiled, batches, presenter, facts())
        return EncodedStream(media_type(result_format), chunks)
    return stream(result_format, columns, batches, formatted=formatted, title=compiled.explore)


def _column(name: str, presenter: Presenter) -> Column:
    def write(value: Any) -> str:
        return presenter.rendered(name, value)

    value_format = presenter.field_metadata(name).get("value_format")
    return Column(name, presenter.label(name), write, value_format or None)


def _values(batches: Batches) -> Iterator[list[Any]]:
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS_AT_ONCE):
            piece = batch.slice(start, _ROWS_AT_ONCE)
            numbered = piece.rename_columns([str(n) for n in range(piece.num_columns)])
            for row in values_of(numbered):
                yield [plain(value) for value in row.values()]


_ROWS_AT_ONCE = 1000


def distinct(names: Sequence[str]) -> list[str]:
    """Column names as keys: a repeated name gets a number."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        found.append(unique)
    return found
