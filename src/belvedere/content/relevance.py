"""What of all content matters to somebody: looked at by them and by those around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session

from belvedere.accounts import membership
from belvedere.accounts.tables import User
from belvedere.content.access import Reach
from belvedere.content.tables import (
    ContentFavorite,
    ContentMetadata,
    ContentView,
    Dashboard,
    Look,
)

_WEEKS = 12
_FAVORITE = 10.0
_GROUP = 0.25


@dataclass(frozen=True, slots=True)
class Relevant:
    """`own` weighs the views of the person (and a favourite), `group` those of the group."""

    meta: ContentMetadata
    content: Look | Dashboard
    favorite_id: int | None
    own: float
    group: float

    @property
    def suggestion(self) -> float:
        return self.own + _GROUP * self.group


def relevant(
    session: Session,
    reach: Reach,
    now: datetime,
    *,
    user_id: int,
    group_id: int | None,
    kind: str | None,
) -> list[Relevant]:
    """Of what the caller may see: everything that anybody looked at in the last twelve weeks or
    that is a favourite of the person, the most relevant first. Views count half as much for each
    four weeks that have passed.
    """
    own = _weights(session, now, ContentView.user_id == user_id)
    around = _around(group_id)
    group = _weights(session, now, around)
    liked = dict(
        session.execute(
            select(ContentFavorite.content_metadata_id, ContentFavorite.id).where(
                ContentFavorite.user_id == user_id
            )
        ).all()
    )
    found = []
    for content in _content(session, reach, kind):
        key = content.meta.id
        if key in own or key in group or key in liked:
            weight = own.get(key, 0.0) + (_FAVORITE if key in liked else 0.0)
            found.append(
                Relevant(content.meta, content, liked.get(key), weight, group.get(key, 0.0))
            )
    found.sort(key=lambda one: (-one.suggestion, one.content.title.lower(), one.meta.id))
    return found


def _around(group_id: int | None) -> ColumnElement[bool]:
    if group_id is None:
        return literal(value=True)
    return ContentView.user_id.in_(select(User.id).where(membership.members(group_id)))


def _weights(session: Session, now: datetime, whose: ColumnElement[bool]) -> dict[int, float]:
    since = now.date() - timedelta(weeks=_WEEKS)
    rows: Select[Any, Any, Any] = (
        select(
            ContentView.content_metadata_id,
            ContentView.start_of_week,
            func.sum(ContentView.view_count),
        )
        .where(whose, ContentView.start_of_week >= since)
        .group_by(ContentView.content_metadata_id, ContentView.start_of_week)
    )
    found: dict[int, float] = {}
    for key, week, count in session.execute(rows):
        age = (now.date() - week).days // 7 / 4
        found[key] = found.get(key, 0.0) + float(count) * 0.5**age
    return {key: round(value, 4) for key, value in found.items()}


def _content(session: Session, reach: Reach, kind: str | None) -> list[Look | Dashboard]:
    viewed = select(ContentView.content_metadata_id)
    liked = select(ContentFavorite.content_metadata_id)
    mattering = or_(ContentMetadata.id.in_(viewed), ContentMetadata.id.in_(liked))
    found: list[Look | Dashboard] = []
    if kind in (None, "dashboard"):
        ids = select(ContentMetadata.dashboard_id).where(mattering)
        wanted = Dashboard.id.in_(ids), Dashboard.deleted_at.is_(None), reach.dashboards()
        found += session.scalars(select(Dashboard).where(*wanted)).all()
    if kind in (None, "look"):
        ids = select(ContentMetadata.look_id).where(mattering)
        of_looks = Look.id.in_(ids), Look.deleted_at.is_(None), reach.looks()
        found += session.scalars(select(Look).where(*of_looks)).all()
    return found
