"""What is remembered of every piece of content: found by its id; views and favourites counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.content.access import Reach
from belvedere.content.tables import (
    Board,
    ContentFavorite,
    ContentMetadata,
    ContentView,
    Dashboard,
    Folder,
    Look,
)
from belvedere.errors import Conflict, NotFound

Content = Folder | Look | Dashboard | Board | str
"""A LookML dashboard is its id, `model::name`."""


def get(session: Session, metadata_id: str | int) -> ContentMetadata:
    text = str(metadata_id)
    known = text.isdecimal() and len(text) < 10
    found = session.get(ContentMetadata, int(text)) if known else None
    if found is None:
        raise NotFound
    return found


def content_of(session: Session, meta: ContentMetadata) -> Content:
    found: Content | None = meta.lookml_dashboard_id
    if meta.folder_id is not None:
        found = session.get(Folder, meta.folder_id)
    elif meta.look_id is not None:
        found = session.get(Look, meta.look_id)
    elif meta.dashboard_id is not None:
        found = session.get(Dashboard, meta.dashboard_id)
    elif meta.board_id is not None:
        found = session.get(Board, meta.board_id)
    if found is None:
        raise NotFound
    return found


def sees(reach: Reach, content: Content) -> bool:
    """Whether the content may be seen."""
    if isinstance(content, Folder):
        return reach.sees_folder(content)
    if isinstance(content, Look):
        return reach.sees_look(content)
    if isinstance(content, Dashboard):
        return reach.sees_dashboard(content)
    if isinstance(content, Board):
        return reach.sees_board(content)
    return reach.sees_lookml_dashboard(content)


def edits(reach: Reach, content: Content) -> bool:
    """Whether the content may be changed; of a folder or board, who has access to it too."""
    if isinstance(content, Folder):
        return reach.edits_folder(content)
    if isinstance(content, Look):
        return reach.edits_look(content)
    if isinstance(content, Dashboard):
        return reach.edits_dashboard(content)
    return isinstance(content, Board) and reach.edits_board(content)


def seen(session: Session, reach: Reach, metadata_id: str | int) -> ContentMetadata:
    """NotFound also for content that may not be seen."""
    meta = get(session, metadata_id)
    reach.require(sees=sees(reach, content_of(session, meta)))
    return meta


def of_lookml_dashboard(session: Session, dashboard_id: str) -> ContentMetadata:
    """That of a LookML dashboard, made where nothing was remembered of it so far."""
    wanted = select(ContentMetadata).where(ContentMetadata.lookml_dashboard_id == dashboard_id)
    found = session.scalar(wanted)
    if found is not None:
        return found
    made = ContentMetadata(content_type="dashboard", lookml_dashboard_id=dashboard_id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody else was first
        return session.scalars(wanted).one()
    return made


# Favourites


def favorite_ids(session: Session, user_id: int) -> dict[int, int]:
    """By metadata: the id of the person's favourite."""
    rows = session.execute(
        select(ContentFavorite.content_metadata_id, ContentFavorite.id).where(
            ContentFavorite.user_id == user_id
        )
    )
    return {row.content_metadata_id: row.id for row in rows}


def favor(session: Session, user_id: int, meta: ContentMetadata) -> ContentFavorite:
    """Conflict where it is a favourite of theirs already."""
    made = ContentFavorite(user_id=user_id, content_metadata_id=meta.id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise Conflict("This is a favourite already") from None
    _count_favorites(session, meta.id, 1)
    return made


def disfavor(session: Session, favorite: ContentFavorite) -> None:
    gone = delete(ContentFavorite).where(ContentFavorite.id == favorite.id)
    if session.execute(gone.returning(ContentFavorite.id)).first() is not None:
        _count_favorites(session, favorite.content_metadata_id, -1)


def _count_favorites(session: Session, metadata_id: int, by: int) -> None:
    session.execute(
        update(ContentMetadata)
        .where(ContentMetadata.id == metadata_id)
        .values(favorite_count=ContentMetadata.favorite_count + by)
    )


# Views


def viewed(session: Session, user_id: int, meta: ContentMetadata, now: datetime) -> None:
    """Count that the person looked at it, in this week's counter and over all."""
    monday = now.date() - timedelta(days=now.weekday())
    own = {"content_metadata_id": meta.id, "user_id": user_id, "start_of_week": monday}
    wanted = [getattr(ContentView, name) == value for name, value in own.items()]
    counted = update(ContentView).where(*wanted)
    counted = counted.values(view_count=ContentView.view_count + 1, last_viewed_at=now)
    if session.execute(counted.returning(ContentView.id)).first() is None:
        try:
            with session.begin_nested():
                session.add(ContentView(**own, view_count=1, last_viewed_at=now))
        except IntegrityError:  # the person looks at it twice at once
            session.execute(counted)
    session.execute(
        update(ContentMetadata)
        .where(ContentMetadata.id == meta.id)
        .values(view_count=ContentMetadata.view_count + 1, last_viewed_at=now, last_accessed_at=now)
    )


def accessed(session: Session, meta: ContentMetadata, now: datetime) -> None:
    """Somebody, or a program of theirs, asked for what is in it."""
    session.execute(
        update(ContentMetadata).where(ContentMetadata.id == meta.id).values(last_accessed_at=now)
    )
