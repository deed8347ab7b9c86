"""Table formats: csv, txt, md, html, xlsx."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO, Any

from belvedere.errors import QueryError
from belvedere.results import streams
from belvedere.results.streams import csv_line

Header = Sequence[Sequence[str]]
_CHUNK = 1 << 16
_MOST_ROWS = 1_048_576
_LONGEST_TEXT = 32_767
_LARGEST_EXACT = 10**15
_WORKBOOK = {
    "constant_memory": True,
    "nan_inf_to_errors": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def delimited(header: Header, rows: Iterable[Sequence[str]], delimiter: str) -> bytes:
    lines = [csv_line(line, delimiter) for line in header]
    lines += [csv_line(row, delimiter) for row in rows]
    return b"".join(lines)


def markdown(header: Header, rows: Iterable[Sequence[str]]) -> bytes:
    """Markdown knows one header line: pivot values stand in it before the labels."""
    *above, labels = header
    merged = [
        " ".join(part for part in (*(line[n] for line in above), label) if part)
        for n, label in enumerate(labels)
    ]
    (head,) = streams.stream_markdown([], merged)
    return head + "".join(streams.markdown_line(row) for row in rows).encode()


def page(header: Header, rows: Iterable[Sequence[str]], title: str) -> bytes:
    """A plain HTML document; equal neighbouring pivot values share one header cell."""
    *above, labels = header
    head = "".join(f"<tr>{_merged_cells(line)}</tr>" for line in above)
    head += "<tr>" + "".join(f"<th>{html.escape(label)}</th>" for label in labels) + "</tr>"
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>\n"
        for row in rows
    )
    return (streams.page_start(head, title) + body + streams.PAGE_END).encode()


def _merged_cells(line: Sequence[str]) -> str:
    cells = []
    for value, group in groupby(line):
        span = len(list(group))
        attribute = f' colspan="{span}"' if span > 1 else ""
        cells.append(f"<th{attribute}>{html.escape(value)}</th>")
    return "".join(cells)


def workbook(
    header: Header, rows: Iterable[Sequence[Any]], number_formats: Sequence[str | None], sheet: str
) -> bytes:
    return b"".join(stream_workbook(header, rows, number_formats, sheet))


def stream_workbook(
    header: Header, rows: Iterable[Sequence[Any]], number_formats: Sequence[str | None], sheet: str
) -> Iterator[bytes]:
    """One sheet; numbers stay numbers and carry their value format.

    Rows go to a temporary file as they come; QueryError for more of them than a sheet holds.
    """
    with TemporaryFile() as file:
        _write_workbook(file, header, rows, number_formats, sheet)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _write_workbook(
    file: IO[bytes],
    header: Header,
    rows: Iterable[Sequence[Any]],
    number_formats: Sequence[str | None],
    sheet: str,
) -> None:
    import xlsxwriter  # noqa: PLC0415  heavy, and only this format needs it

    book = xlsxwriter.Workbook(file, _WORKBOOK)
    try:
        _fill_sheet(book, header, rows, number_formats, sheet)
    finally:
        book.close()  # also after a failure: it keeps a temporary file of its own


def _fill_sheet(
    book: Any,
    header: Header,
    rows: Iterable[Sequence[Any]],
    number_formats: Sequence[str | None],
    sheet: str,
) -> None:
    page_of = book.add_worksheet(_sheet_name(sheet))
    bold = book.add_format({"bold": True})
    styles = [book.add_format({"num_format": text}) if text else None for text in number_formats]
    for number, line in enumerate(header):
        page_of.write_row(number, 0, line, bold)
    for number, row in enumerate(rows, len(header)):
        if number >= _MOST_ROWS:
            raise QueryError(f"A sheet holds at most {_MOST_ROWS:,} rows; set a limit")
        for column, value in enumerate(row):
            if value is not None:
                page_of.write(number, column, _in_sheet(value), styles[column])


def _in_sheet(value: Any) -> str | int | float | bool:
    """Integers that a sheet would round are text there, and so is what it does not know."""
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int | float):
        return value
    return str(value)[:_LONGEST_TEXT]


def _sheet_name(name: str) -> str:
    cleaned = "".join(" " if character in "[]:*?/\\'" else character for character in name)
    return cleaned.strip()[:31] or "Results"
