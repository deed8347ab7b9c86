"""Moving documents from one place to another, with a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from belvedere.transfer import documents
from belvedere.transfer.api import Api, ApiError
from belvedere.transfer.documents import KINDS, Document
from belvedere.transfer.reading import Reader
from belvedere.transfer.writing import NoPlace, Writer

NOT_READ, REFUSED = "not read", "refused"


@dataclass(slots=True)
class Report:
    """`outcomes` counts (kind, outcome); `notes` is what could not come, and why."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


Progress = Callable[[str, int], None]


def read(api: Api, report: Report, progress: Progress) -> Iterator[Document]:
    """Everything of an instance; `progress` is told the number of each kind."""
    reader = Reader(api, report.notes.append)
    for kind in KINDS:
        count = 0
        for document in reader.documents(kind):
            count += 1
            yield document
        progress(kind, count)
        report.outcomes[kind, NOT_READ] += reader.unread[kind]


def export(api: Api, folder: Path, progress: Progress) -> Report:
    """The instance in files. What is read is whole before any file changes."""
    report = Report()
    found = list(read(api, report, progress))
    documents.store(folder, found)
    report.outcomes.update((document.kind, "written") for document in found)
    return report


def bring(source: Iterator[Document], api: Api, report: Report) -> None:
    """Write each document; one that the instance refuses is noted, and the others go on. What
    was interrupted is taken up by doing it again: what is there already stays as it is.
    """
    writer = Writer(api, report.notes.append)
    for document in source:
        try:
            outcome = writer.write(document)
        except NoPlace as error:
            report.notes.append(f"{document.kind}: {document.key}: {error}")
            outcome = REFUSED
        except ApiError as error:
            if not error.status:
                raise
            report.notes.append(f"{document.kind}: {document.key}: {error}")
            outcome = REFUSED
        report.outcomes[document.kind, outcome] += 1
