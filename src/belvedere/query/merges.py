"""Merge queries: results of several queries, joined; immutable, equal ones stored once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.query import stored
from belvedere.query.definition import Definition, definition_from
from belvedere.query.merge_runs import Merge, MergeSource
from belvedere.query.tables import MergeQueryRow

_KEPT = ("column_limit", "dynamic_fields", "pivots", "sorts", "total", "limit", "vis_config")


def find(session: Session, slug: str) -> MergeQueryRow | None:
    return session.get(MergeQueryRow, slug)


def get(session: Session, slug: str) -> MergeQueryRow:
    row = find(session, slug)
    if row is None:
        raise NotFound
    return row


def create(session: Session, body: Mapping[str, Any], now: datetime) -> MergeQueryRow:
    """The merge query of this body, which may have existed before; Invalid for what is wrong in
    it, as for a source that names no stored query.
    """
    definition = {name: body.get(name) for name in _KEPT}
    _shape(definition)
    definition["source_queries"] = _sources(session, body.get("source_queries") or [])
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    fingerprint = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    found = _equal(session, fingerprint)
    if found is not None:
        return found
    row = MergeQueryRow(
        slug=ids.slug(), fingerprint=fingerprint, definition=definition, created_at=now
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody stored the same a moment ago
        return _equal(session, fingerprint) or row
    return row


def _equal(session: Session, fingerprint: str) -> MergeQueryRow | None:
    return session.scalar(select(MergeQueryRow).where(MergeQueryRow.fingerprint == fingerprint))


def merge_of(session: Session, row: MergeQueryRow) -> Merge:
    """What to run."""
    kept = row.definition
    sources = [
        MergeSource(
            stored.definition_of(stored.get(session, source["query_id"])),
            [
                (str(pair.get("field_name") or ""), str(pair.get("source_field_name") or ""))
                for pair in source["merge_fields"]
            ],
        )
        for source in kept["source_queries"]
    ]
    return Merge(row.slug, sources, _shape(kept))


def _shape(kept: Mapping[str, Any]) -> Definition:
    """How the merged rows are pivoted, sorted and limited, as a query's definition."""
    named = {"model": "merge", "view": "merge"}
    return definition_from({name: kept.get(name) for name in _KEPT} | named)


def _sources(session: Session, sources: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for number, source in enumerate(sources):
        name = source.get("query_slug") or source.get("query_id")
        try:
            slug = stored.get(session, name or "").slug
        except NotFound:
            field = f"source_queries[{number}].query_id"
            raise Invalid(Problem(field, "not_found", f"There is no query {name}")) from None
        found.append(
            {
                "query_id": slug,
                "query_slug": slug,
                "name": source.get("name"),
                "merge_fields": [dict(pair) for pair in source.get("merge_fields") or []],
            }
        )
    return found
