"""Rows by the ids that callers give: texts that may be anything."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from belvedere import ids

T = TypeVar("T")


def find(session: Session, kind: type[T], given: object) -> T | None:
    """The row of that number; None where there is none, and for what is no number."""
    number = ids.number(given)
    return None if number is None else session.get(kind, number)
