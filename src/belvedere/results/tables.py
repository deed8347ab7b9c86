"""Table formats: csv, txt, md, html, xlsx."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from belvedere.results.streams import csv_line

Header = Sequence[Sequence[str]]


def delimited(header: Header, rows: Iterable[Sequence[str]], delimiter: str) -> bytes:
    lines = [csv_line(line, delimiter) for line in header]
    lines += [csv_line(row, delimiter) for row in rows]
    return b"".join(lines)


def markdown(header: Header, rows: Iterable[Sequence[str]]) -> bytes:
    """Markdown knows one header line: those of pivots stand above it as rows of the head."""
    *above, labels = header
    merged = [
        " ".join(part for part in (*(line[n] for line in above), label) if part)
        for n, label in enumerate(labels)
    ]
    lines = [_markdown_line(merged), "|" + "|".join(" --- " for _ in merged) + "|"]
    lines += [_markdown_line(row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _markdown_line(cells: Sequence[str]) -> str:
    escaped = (
        cell.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>")
        for cell in cells
    )
    return "| " + " | ".join(escaped) + " |"


def page(header: Header, rows: Iterable[Sequence[str]], title: str) -> bytes:
    """A plain HTML document; equal neighbouring pivot values share one header cell."""
    *above, labels = header
    head = "".join(f"<tr>{_merged_cells(line)}</tr>" for line in above)
    head += "<tr>" + "".join(f"<th>{html.escape(label)}</th>" for label in labels) + "</tr>"
    lines = [
        "<!DOCTYPE html>",
        f'<html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>',
        f"<table><thead>{head}</thead><tbody>",
    ]
    lines += [
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    ]
    lines += ["</tbody></table></body></html>", ""]
    return "\n".join(lines).encode()


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
    """One sheet; numbers stay numbers and carry their value format."""
    import xlsxwriter  # noqa: PLC0415  heavy, and only this format needs it

    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "constant_memory": True,
            "nan_inf_to_errors": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page_of = book.add_worksheet(_sheet_name(sheet))
    bold = book.add_format({"bold": True})
    styles = [book.add_format({"num_format": text}) if text else None for text in number_formats]
    number = 0
    for line in header:
        page_of.write_row(number, 0, line, bold)
        number += 1
    for row in rows:
        for column, value in enumerate(row):
            if value is not None:
                shown = value if isinstance(value, str | int | float | bool) else str(value)
                page_of.write(number, column, shown, styles[column])
        number += 1
    book.close()
    return buffer.getvalue()


def _sheet_name(name: str) -> str:
    cleaned = "".join(" " if character in "[]:*?/\\'" else character for character in name)
    return cleaned.strip()[:31] or "Results"
