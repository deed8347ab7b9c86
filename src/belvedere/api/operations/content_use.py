"""Favourites, and how often content is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from belvedere.accounts import membership
from belvedere.accounts.tables import User
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, post
from belvedere.api.present.content import text_of, time_of
from belvedere.api.present.dashboards import present_bases
from belvedere.api.present.looks import present_looks
from belvedere.content import metadata
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Board,
    BoardItem,
    BoardSection,
    ContentFavorite,
    ContentMetadata,
    ContentView,
    Dashboard,
    Folder,
    Look,
)
from belvedere.errors import Forbidden, Invalid, NotFound, Problem

_FAVORITE_SORTS = {
    "id": ContentFavorite.id,
    "user_id": ContentFavorite.user_id,
    "content_metadata_id": ContentFavorite.content_metadata_id,
}
_FAVORITE_CRITERIA = {
    "id": search.ids(ContentFavorite.id),
    "user_id": search.ids(ContentFavorite.user_id),
    "content_metadata_id": search.ids(ContentFavorite.content_metadata_id),
    "dashboard_id": search.ids(ContentMetadata.dashboard_id),
    "look_id": search.ids(ContentMetadata.look_id),
    "board_id": search.ids(ContentMetadata.board_id),
    "lookml_dashboard_id": search.words(ContentMetadata.lookml_dashboard_id),
}


# Favourites


@get("/content_favorite/search", requires="authenticated")
def search_content_favorites(call: Call) -> list[dict[str, Any]]:
    """One's own favourites; administrators may ask for those of others."""
    chosen = (
        select(ContentFavorite)
        .join(ContentMetadata, ContentMetadata.id == ContentFavorite.content_metadata_id)
        .where(search.criteria(call, _favorite_criteria(call)), _mine(call), _seen(call))
        .order_by(*search.order(call, _FAVORITE_SORTS, ContentFavorite.id))
    )
    return _present(call, search.page_of(call, chosen))


@get("/content_favorite/{content_favorite_id}", requires="authenticated")
def content_favorite(call: Call, content_favorite_id: str) -> dict[str, Any]:
    """One favourite; NotFound while its content may not be seen."""
    found = _own(call, content_favorite_id)
    metadata.seen(call.db, call.reach, found.content_metadata_id)
    return _present(call, [found])[0]


@post("/content_favorite", requires="authenticated")
def create_content_favorite(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Make something a favourite of one's own."""
    if not body.get("content_metadata_id"):
        message = "content_metadata_id is required"
        raise Invalid(Problem("content_metadata_id", "missing_field", message))
    whose = str(body.get("user_id") or call.session.user_id)
    if whose != str(call.session.user_id):
        raise Forbidden("Everybody chooses their own favourites")
    meta = metadata.seen(call.db, call.reach, body["content_metadata_id"])
    return _present(call, [metadata.favor(call.db, call.session.user_id, meta)])[0]


@delete("/content_favorite/{content_favorite_id}", requires="authenticated")
def delete_content_favorite(call: Call, content_favorite_id: str) -> None:
    """Make it no favourite any more."""
    metadata.disfavor(call.db, _own(call, content_favorite_id))


def _favorite_criteria(call: Call) -> dict[str, search.Criterion]:
    """`include_board_items` asks for what is on a board rather than for the board itself."""
    if not search.is_flag_set(call, "include_board_items"):
        return _FAVORITE_CRITERIA
    return {**_FAVORITE_CRITERIA, "board_id": lambda value: _on_boards(call, value)}


def _on_boards(call: Call, board_ids: str) -> ColumnElement[bool]:
    """A condition on ContentMetadata: of content on these boards, as far as they may be seen."""
    sections = (
        select(BoardSection.id)
        .join(Board, Board.id == BoardSection.board_id)
        .where(
            search.ids(Board.id)(board_ids),
            Board.deleted_at.is_(None),
            BoardSection.deleted_at.is_(None),
            call.reach.boards(),
        )
    )
    here = BoardItem.board_section_id.in_(sections)
    return or_(
        ContentMetadata.look_id.in_(select(BoardItem.look_id).where(here)),
        ContentMetadata.dashboard_id.in_(select(BoardItem.dashboard_id).where(here)),
        ContentMetadata.lookml_dashboard_id.in_(select(BoardItem.lookml_dashboard_id).where(here)),
    )


def _mine(call: Call) -> ColumnElement[bool]:
    own = ContentFavorite.user_id == call.session.user_id
    asks_for_others = bool(call.parameters.get("user_id")) and call.session.permissions.is_admin
    return true() if asks_for_others else own


def _seen(call: Call) -> ColumnElement[bool]:
    """A condition on ContentMetadata: of content that the caller may see."""
    reach = call.reach
    dashboards = select(Dashboard.id).where(Dashboard.deleted_at.is_(None), reach.dashboards())
    looks = select(Look.id).where(Look.deleted_at.is_(None), reach.looks())
    boards = select(Board.id).where(Board.deleted_at.is_(None), reach.boards())
    folders = select(Folder.id).where(reach.folders())
    return or_(
        ContentMetadata.dashboard_id.in_(dashboards),
        ContentMetadata.look_id.in_(looks),
        ContentMetadata.board_id.in_(boards),
        ContentMetadata.folder_id.in_(folders),
        _seen_lookml(call),
    )


def _seen_lookml(call: Call) -> ColumnElement[bool]:
    rows = select(ContentMetadata.id, ContentMetadata.lookml_dashboard_id).where(
        ContentMetadata.lookml_dashboard_id.is_not(None)
    )
    reach = call.reach
    seen = [key for key, name in call.db.execute(rows) if reach.sees_lookml_dashboard(name or "")]
    return among(ContentMetadata.id, encoded(seen)) if seen else false()


def _own(call: Call, content_favorite_id: str) -> ContentFavorite:
    known = content_favorite_id.isdecimal() and len(content_favorite_id) < 10
    found = call.db.get(ContentFavorite, int(content_favorite_id)) if known else None
    if found is None or found.user_id != call.session.user_id:
        raise NotFound
    return found


def _present(call: Call, rows: Sequence[ContentFavorite]) -> list[dict[str, Any]]:
    ids = encoded(row.content_metadata_id for row in rows)
    found = call.db.scalars(select(ContentMetadata).where(among(ContentMetadata.id, ids)))
    metas = {meta.id: meta for meta in found}
    looks = _content(call, Look, {meta.look_id for meta in metas.values()})
    dashboards = _content(call, Dashboard, {meta.dashboard_id for meta in metas.values()})
    shown = []
    for row in rows:
        meta = metas[row.content_metadata_id]
        one: dict[str, Any] = {
            "id": str(row.id),
            "user_id": str(row.user_id),
            "content_metadata_id": str(meta.id),
            "look_id": text_of(meta.look_id),
            "dashboard_id": text_of(meta.dashboard_id),
            "board_id": text_of(meta.board_id),
            "lookml_dashboard_id": meta.lookml_dashboard_id,
        }
        if meta.look_id in looks:
            one["look"] = looks[meta.look_id]
        if meta.dashboard_id in dashboards:
            one["dashboard"] = dashboards[meta.dashboard_id]
        shown.append(one)
    return shown


def _content(
    call: Call, kind: type[Look | Dashboard], ids: set[int | None]
) -> dict[int | None, dict[str, Any]]:
    """What is shown of content that the caller may see, by its id."""
    if not ids - {None} or not call.fields.wants("look" if kind is Look else "dashboard"):
        return {}
    seen = call.reach.looks() if kind is Look else call.reach.dashboards()
    listed = among(kind.id, encoded(one for one in ids if one is not None))
    rows: Sequence[Any] = call.db.scalars(select(kind).where(listed, seen)).all()
    if kind is Look:
        shown = [_basic(look) for look in present_looks(call, rows)]
    else:
        shown = present_bases(call, rows)
    return {row.id: one for row, one in zip(rows, shown, strict=True)}


def _basic(look: dict[str, Any]) -> dict[str, Any]:
    names = ("can", "content_metadata_id", "id", "title", "user_id")
    return {name: look[name] for name in names}


# Views


@get("/content_view/search", requires="authenticated")
def search_content_views(call: Call, all_time: bool | None) -> list[dict[str, Any]]:
    """How often content was looked at: by person and week, or over all."""
    return _over_all(call) if all_time else _by_week(call)


def _criteria(call: Call) -> ColumnElement[bool]:
    return search.criteria(
        call,
        {
            "look_id": search.ids(ContentMetadata.look_id),
            "dashboard_id": search.ids(ContentMetadata.dashboard_id),
            "content_metadata_id": search.ids(ContentMetadata.id),
        },
    )


def _by_week(call: Call) -> list[dict[str, Any]]:
    weekly = {
        "view_count": search.ids(ContentView.view_count),
        "user_id": search.ids(ContentView.user_id),
        "group_id": lambda value: ContentView.user_id.in_(_members(value)),
        "start_of_week_date": _week,
    }
    sorts = {
        "id": ContentView.id,
        "view_count": ContentView.view_count,
        "last_viewed_at": ContentView.last_viewed_at,
        "start_of_week_date": ContentView.start_of_week,
        "user_id": ContentView.user_id,
    }
    own = ContentView.user_id == call.session.user_id
    chosen: Select[Any] = (
        select(ContentView)
        .join(ContentMetadata, ContentMetadata.id == ContentView.content_metadata_id)
        .where(_criteria(call), search.criteria(call, weekly), _seen(call))
        .order_by(*search.order(call, sorts, ContentView.id))
    )
    if not call.session.permissions.is_admin:
        chosen = chosen.where(own)
    rows: Sequence[ContentView] = search.page_of(call, chosen)
    known = _known(call, {row.content_metadata_id for row in rows})
    titles = _titles(call, known.values())
    return [
        _view(known[row.content_metadata_id], titles)
        | {
            "id": str(row.id),
            "user_id": str(row.user_id),
            "view_count": row.view_count,
            "last_viewed_at": time_of(row.last_viewed_at),
            "start_of_week_date": row.start_of_week.isoformat(),
        }
        for row in rows
    ]


def _over_all(call: Call) -> list[dict[str, Any]]:
    sorts = {
        "id": ContentMetadata.id,
        "view_count": ContentMetadata.view_count,
        "favorite_count": ContentMetadata.favorite_count,
        "last_viewed_at": ContentMetadata.last_viewed_at,
    }
    counted = {"view_count": search.ids(ContentMetadata.view_count)}
    chosen: Select[Any] = (
        select(ContentMetadata)
        .where(_criteria(call), search.criteria(call, counted), _seen(call))
        .where(ContentMetadata.view_count > 0, ContentMetadata.folder_id.is_(None))
        .order_by(*search.order(call, sorts, ContentMetadata.id))
    )
    rows: Sequence[ContentMetadata] = search.page_of(call, chosen)
    titles = _titles(call, rows)
    return [_view(row, titles) | {"id": str(row.id)} for row in rows]


def _members(group_id: str) -> Select[int]:
    if not group_id.isdecimal() or len(group_id) > 9:
        return select(User.id).where(false())
    return select(User.id).where(membership.members(int(group_id)))


def _week(value: str) -> ColumnElement[bool]:
    try:
        return ContentView.start_of_week == date.fromisoformat(value.strip()[:10])
    except ValueError:
        message = "start_of_week_date is a date: 2026-01-05"
        raise Invalid(Problem("start_of_week_date", "invalid", message)) from None


def _known(call: Call, ids: set[int]) -> dict[int, ContentMetadata]:
    found = call.db.scalars(select(ContentMetadata).where(among(ContentMetadata.id, encoded(ids))))
    return {meta.id: meta for meta in found}


def _titles(call: Call, metas: Any) -> dict[tuple[str, int], str | None]:
    """By kind and id."""
    every = list(metas)
    found: dict[tuple[str, int], str | None] = {}
    kinds: tuple[tuple[str, type[Any]], ...] = (
        ("look_id", Look),
        ("dashboard_id", Dashboard),
        ("board_id", Board),
    )
    for name, table in kinds:
        ids = {getattr(meta, name) for meta in every} - {None}
        if ids:
            rows = select(table.id, table.title).where(among(table.id, encoded(ids)))
            found |= {(name, key): title for key, title in call.db.execute(rows)}
    return found


def _view(meta: ContentMetadata, titles: dict[tuple[str, int], str | None]) -> dict[str, Any]:
    title = meta.lookml_dashboard_id
    for name in ("look_id", "dashboard_id", "board_id"):
        title = titles.get((name, getattr(meta, name) or 0)) or title
    return {
        "can": {},
        "look_id": text_of(meta.look_id),
        "dashboard_id": meta.lookml_dashboard_id or text_of(meta.dashboard_id),
        "title": title,
        "content_metadata_id": str(meta.id),
        "user_id": None,
        "group_id": None,
        "view_count": meta.view_count,
        "favorite_count": meta.favorite_count,
        "last_viewed_at": time_of(meta.last_viewed_at),
        "start_of_week_date": None,
    }
