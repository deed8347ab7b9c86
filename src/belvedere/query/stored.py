"""Queries that were created: immutable, found by slug or client id, equal ones stored once."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.query.definition import Definition
from belvedere.query.tables import StoredQuery


def definition_of(row: StoredQuery) -> Definition:
    return msgspec.convert(row.definition, Definition)


def get(session: Session, identifier: str) -> StoredQuery:
    """By slug (which is the id too) or client id."""
    row = session.get(StoredQuery, identifier)
    if row is None:
        row = session.scalar(select(StoredQuery).where(StoredQuery.client_id == identifier))
    if row is None:
        raise NotFound
    return row


def create(
    session: Session, definition: Definition, now: datetime, client_id: str | None = None
) -> StoredQuery:
    """The stored query of this definition, which may have existed before.

    A `client_id` of the caller's own makes a query of its own; Invalid when it already names
    a different one.
    """
    fingerprint = definition.fingerprint()
    if client_id:
        existing = _named(session, client_id, fingerprint)
        fingerprint = hashlib.sha256(f"{fingerprint} {client_id}".encode()).hexdigest()
    else:
        existing = _by_fingerprint(session, fingerprint)
    return existing or _add(session, definition, now, client_id, fingerprint)


def _add(
    session: Session,
    definition: Definition,
    now: datetime,
    client_id: str | None,
    fingerprint: str,
) -> StoredQuery:
    row = StoredQuery(
        slug=ids.slug(),
        client_id=client_id or ids.client_id(),
        fingerprint=fingerprint,
        definition=msgspec.to_builtins(definition),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody stored the same query a moment ago
        existing = _by_fingerprint(session, fingerprint)
        if existing is None:
            raise
        return existing
    return row


def _by_fingerprint(session: Session, fingerprint: str) -> StoredQuery | None:
    return session.scalar(select(StoredQuery).where(StoredQuery.fingerprint == fingerprint))


def _named(session: Session, client_id: str, fingerprint: str) -> StoredQuery | None:
    holder = session.scalar(select(StoredQuery).where(StoredQuery.client_id == client_id))
    if holder is not None and definition_of(holder).fingerprint() != fingerprint:
        raise Invalid(Problem("client_id", "already_exists", "client_id names another query"))
    return holder
