"""The folders that somebody sees, as one value in which SQLite finds a folder at once.

It holds a byte for every folder that there was when it was made, by the folder's id: 1 where it is
seen. Who sees a folder changes with the access lists, and then it is made again; folders that are
made later have higher ids, since ids are not given twice, and are asked for themselves. Elsewhere
transactions do not commit in the order of their ids, and there is no such value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, LargeBinary, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from belvedere.content.tables import Folder
from belvedere.store import is_reading
from belvedere.store.expressions import Column, Plain

_MOST_FOLDERS = 2_000_000


def flags(session: Session, seen: ColumnElement[bool]) -> bytes | None:
    """Of the folders that meet the condition; None where the value cannot be trusted later."""
    if session.get_bind().dialect.name != "sqlite" or not is_reading(session):
        return None
    highest = session.scalar(select(func.max(Folder.id))) or 0
    if highest > _MOST_FOLDERS:
        return None
    return _flags(highest, session.scalars(select(Folder.id).where(seen)))


def _flags(highest: int, ids: Iterable[int]) -> bytes:
    found = bytearray(highest + 1)
    for folder_id in ids:
        found[folder_id] = 1
    return bytes(found)


def is_flagged(folder_id: Column, found: bytes) -> ColumnElement[bool]:
    """False too of folders that the value does not know."""
    return _Flagged(folder_id, literal(found, LargeBinary()))


class _Flagged(Plain):
    inherit_cache = True
    type = Boolean()
    name = "flagged"


@compiles(_Flagged, "sqlite")
def _on_sqlite(element: _Flagged, compiler: Any, **options: Any) -> str:
    column, found = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(substr({found}, {column} + 1, 1) = x'01')"
