"""Content by words: Looks, dashboards of people and of LookML, the best match first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from belvedere.accounts.permissions import Permission
from belvedere.content.access import Reach
from belvedere.content.among import among, encoded
from belvedere.content.tables import ContentMetadata, Dashboard, Folder, Look
from belvedere.projects.served import ServedModels
from belvedere.store.expressions import Column, folded, matches, unindexed

_Table = type[Look] | type[Dashboard]
DASHBOARD, LOOK, LOOKML_DASHBOARD = "dashboard", "look", "lookml_dashboard"
TYPES = (DASHBOARD, LOOK, LOOKML_DASHBOARD)
_LOOKML_FOLDER = "LookML Dashboards"
_LONGEST = 200
_MOST_WORDS = 10
_FEW = 1000
_SEE_LOOKML = Permission("see_lookml_dashboards")


@dataclass(frozen=True, slots=True)
class Found:
    """`rank` is 0 for a title that is what was asked for, and grows with the distance."""

    rank: int
    kind: str
    id: str
    title: str
    description: str | None
    view_count: int
    folder_id: int | None = None
    folder_name: str | None = None
    parent_folder_name: str | None = None
    created_by: int | None = None
    certification_status: str | None = None
    preferred_viewer: str | None = None
    query_slug: str | None = None
    model: str | None = None
    project: str | None = None


def words_of(terms: str) -> list[str]:
    return terms[:_LONGEST].split()[:_MOST_WORDS]


def search(
    session: Session,
    reach: Reach,
    models: ServedModels,
    terms: str,
    kinds: Iterable[str],
    most: int,
) -> list[Found]:
    """Up to `most`: every word stands in the title or the description. Titles that are the terms
    come first, then those that begin with them, then those that hold them; among equals what is
    looked at most.
    """
    words, wanted = words_of(terms), set(kinds)
    if not words:
        return []
    found: list[Found] = []
    if DASHBOARD in wanted:
        found += _saved(session, Dashboard, reach, words, most)
    if LOOK in wanted:
        found += _saved(session, Look, reach, words, most)
    if LOOKML_DASHBOARD in wanted:
        found += _of_lookml(session, reach, models, words)
    found.sort(key=lambda one: (one.rank, -one.view_count, one.title.lower(), one.kind, one.id))
    return found[:most]


def _saved(
    session: Session, table: _Table, reach: Reach, words: Sequence[str], most: int
) -> list[Found]:
    """First which, then what is shown of them: many may match that are not among the first."""
    chosen = session.execute(_chosen(session, table, reach, words, most)).all()
    ranks: dict[int, int] = {row.id: row.rank for row in chosen}
    above = aliased(Folder)
    rows: Iterable[Any] = session.execute(
        select(table, Folder.name, above.name)
        .outerjoin(Folder, Folder.id == table.folder_id)
        .outerjoin(above, above.id == Folder.parent_id)
        .where(among(table.id, encoded(ranks)), _seen(reach, table, most=False))
    )
    kind = LOOK if table is Look else DASHBOARD
    return [_found(kind, ranks[row[0].id], *row) for row in rows]


def _chosen(
    session: Session, table: _Table, reach: Reach, words: Sequence[str], most: int
) -> Select[int, int]:
    """The best `most`. Few that match are found first and then ranked; of many all are looked at
    in the order of their views, from an index.
    """
    wanted = table.deleted_at.is_(None), *(_stands(table, word) for word in words)
    few = session.scalars(select(table.id).where(*wanted).limit(_FEW + 1)).all()
    title, own = table.title, _own(table)
    rank = _rank_of(title, words).label("rank")
    ranked = select(table.id, rank)
    if len(few) <= _FEW:
        seen = _seen(reach, table, most=False)
        ranked = ranked.join(ContentMetadata, own == table.id)
        ranked = ranked.where(among(table.id, encoded(few)), seen)
    else:
        ranked = ranked.join(ContentMetadata, unindexed(own) == table.id)
        ranked = ranked.where(own.is_not(None), *wanted, _seen(reach, table, most=True))
    views = ContentMetadata.view_count.desc()
    return ranked.order_by(rank, views, folded(title), table.id).limit(most)


def _rank_of(title: Column, words: Sequence[str]) -> ColumnElement[int]:
    phrase = " ".join(words)
    return case(
        (_like(title, phrase, "{}"), 0),
        (_like(title, phrase, "{}%"), 1),
        (and_(*(_like(title, word, "%{}%") for word in words)), 2),
        else_=3,
    )


def _stands(table: _Table, word: str) -> ColumnElement[bool]:
    return or_(_like(table.title, word, "%{}%"), _like(table.description, word, "%{}%"))


def _like(text: Column, words: str, form: str) -> ColumnElement[bool]:
    """The database folds both sides: it knows the letters of fewer alphabets than we do."""
    return matches(text, form.format(re.sub(r"([\\%_])", r"\\\1", words)))


def _own(table: _Table) -> Column:
    return ContentMetadata.look_id if table is Look else ContentMetadata.dashboard_id


def _seen(reach: Reach, table: _Table, *, most: bool) -> ColumnElement[bool]:
    return reach.looks(most=most) if table is Look else reach.dashboards(most=most)


def _found(
    kind: str, rank: int, content: Look | Dashboard, folder_name: str | None, above: str | None
) -> Found:
    return Found(
        rank=rank,
        kind=kind,
        id=str(content.id),
        title=content.title,
        description=content.description,
        view_count=content.meta.view_count,
        folder_id=content.folder_id,
        folder_name=folder_name,
        parent_folder_name=above,
        created_by=content.user_id,
        certification_status=content.meta.certification_status,
        preferred_viewer=getattr(content, "preferred_viewer", None),
        query_slug=getattr(content, "query_slug", None),
    )


def _of_lookml(
    session: Session, reach: Reach, models: ServedModels, words: Sequence[str]
) -> list[Found]:
    matching = []
    words = [word.lower() for word in words]
    phrase = " ".join(words)
    for name in models.names():
        served = models.find(name)
        if served is None or served.model is None or not reach.permissions.has(_SEE_LOOKML, name):
            continue
        for key, dashboard in served.model.dashboards.items():
            title = dashboard.title or key
            rank = _rank(title.lower(), (dashboard.description or "").lower(), words, phrase)
            if rank is not None:
                text = dashboard.description
                matching.append((f"{name}::{key}", title, text, rank, name, served.project_name))
    ids = [identifier for identifier, *_ in matching]
    remembered = _remembered(session, ids)
    return [
        Found(
            rank=rank,
            kind=LOOKML_DASHBOARD,
            id=identifier,
            title=title,
            description=text,
            view_count=meta.view_count if (meta := remembered.get(identifier)) else 0,
            folder_name=_LOOKML_FOLDER,
            certification_status=meta.certification_status if meta else None,
            model=model,
            project=project,
        )
        for identifier, title, text, rank, model, project in matching
    ]


def _rank(title: str, text: str, words: Sequence[str], phrase: str) -> int | None:
    if any(word not in title and word not in text for word in words):
        return None
    if title == phrase:
        return 0
    if title.startswith(phrase):
        return 1
    return 2 if all(word in title for word in words) else 3


def _remembered(session: Session, ids: Sequence[str]) -> dict[str, ContentMetadata]:
    if not ids:
        return {}
    wanted = or_(*(ContentMetadata.lookml_dashboard_id == one for one in ids[:500]))
    rows = session.scalars(select(ContentMetadata).where(wanted))
    return {str(row.lookml_dashboard_id): row for row in rows}
