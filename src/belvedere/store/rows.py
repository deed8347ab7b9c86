"""Rows by the ids that callers give, and what many may want to change at the same time."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.store.base import Base

T = TypeVar("T")


def find(session: Session, kind: type[T], given: object) -> T | None:
    """The row of that number; None where there is none, and for what is no number."""
    number = ids.number(given)
    return None if number is None else session.get(kind, number)


def lock(session: Session, kind: type[Base], *which: ColumnElement[bool]) -> None:
    """Those rows are nobody else's to lock until the transaction ends."""
    key = inspect(kind).primary_key
    session.execute(select(*key).where(*which).order_by(*key).with_for_update())


def put(session: Session, row: Base) -> None:
    """Add the row, unless somebody has added an equal one meanwhile."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if session.get(type(row), inspect(row).mapper.primary_key_from_instance(row)) is None:
            raise


def sweep(session: Session, kind: type[Base], *which: ColumnElement[bool]) -> None:
    """Delete those rows but for what others are about to delete: nobody waits for anybody."""
    key: ColumnElement[Any] = inspect(kind).primary_key[0]
    chosen = select(key).where(*which).with_for_update(skip_locked=True)
    session.execute(delete(kind).where(key.in_(chosen)))
