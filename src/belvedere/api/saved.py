"""What the operations on Looks and on dashboards have in common: whose they are, how they are
searched, and how it is noted that somebody asked for their rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, Select, or_, select, true
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import desc_op

from belvedere.accounts import users
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import read_parameter
from belvedere.content import metadata
from belvedere.content.tables import ContentFavorite, ContentMetadata, Dashboard, Folder, Look
from belvedere.errors import Invalid, NotFound, Problem

Table = type[Look] | type[Dashboard]
_ACCESS_COUNTED = timedelta(minutes=1)
"""When content was last accessed is known to the minute: not every run has to be written down."""


def owner_of(call: Call, body: Mapping[str, Any], found: Look | Dashboard | None) -> int | None:
    """Whose it is to be: administrators decide, else it is the caller's or stays whose it is."""
    own = found.user_id if found is not None else call.session.user_id
    given = body.get("user_id")
    if given is None or given == str(own):
        return own
    if not call.session.permissions.is_admin:
        message = "Only administrators decide whose it is"
        raise Invalid(Problem("user_id", "invalid", message))
    try:
        return users.get(call.db, given).id
    except NotFound:
        raise Invalid(Problem("user_id", "invalid", f"There is no user {given}")) from None


def searched(
    call: Call,
    table: Table,
    seen: ColumnElement[bool],
    criteria: Mapping[str, search.Criterion],
    sorts: Mapping[str, search.Column],
    *,
    most: bool,
    ordered: bool,
) -> Select[Any]:
    """The rows that the parameters ask for; the trash only where they ask for it. `criteria` and
    `sorts` are those that the other kind does not have, `most` is for when most rows have to be
    looked at.
    """
    favorite = _favorite(call)
    wanted = search.criteria(call, _criteria(table, favorite, most=most) | dict(criteria))
    terms = search.order(call, _sorts(table, favorite) | dict(sorts)) if ordered else []
    chosen = select(table).where(seen, wanted, _in_trash(call, table), _curated(call, table))
    if not _names_metadata([wanted, *terms]):
        return chosen.order_by(*terms, table.id)
    own = ContentMetadata.look_id if table is Look else ContentMetadata.dashboard_id
    # Equal ones by a column of the same table and in the same direction, as an index has them.
    descending = bool(terms) and terms[-1].modifier is desc_op
    equal = own.desc() if descending else own.asc()
    return chosen.join(ContentMetadata, own == table.id).order_by(*terms, equal)


def _names_metadata(clauses: Iterable[ClauseElement]) -> bool:
    """Whether views, favourites or other things that are remembered count in any of them."""
    remembered = ContentMetadata.__table__
    return any(
        getattr(part, "table", None) is remembered
        for clause in clauses
        for part in visitors.iterate(clause)
    )


def note_access(call: Call, found: Look | Dashboard) -> None:
    last = found.meta.last_accessed_at
    if last is None or call.now - last >= _ACCESS_COUNTED:
        with call.transaction() as session:
            metadata.accessed(session, found.meta, call.now)


def _favorite(call: Call) -> ColumnElement[Any]:
    """The id of the caller's favourite."""
    own = ContentFavorite.user_id == call.session.user_id
    found = select(ContentFavorite.id).where(
        ContentFavorite.content_metadata_id == ContentMetadata.id, own
    )
    return found.correlate(ContentMetadata).scalar_subquery()


def _in_trash(call: Call, table: Table) -> ColumnElement[bool]:
    deleted = read_parameter("deleted", "bool", call)
    return table.deleted_at.is_not(None) if deleted else table.deleted_at.is_(None)


def _curated(call: Call, table: Table) -> ColumnElement[bool]:
    """Without what is in the personal folders of others."""
    if not read_parameter("curate", "bool", call):
        return true()
    others = Folder.owner_id.is_not(None) & (Folder.owner_id != call.session.user_id)
    within = select(Folder.id).where(others)
    return or_(table.folder_id.is_(None), table.folder_id.not_in(within))


def _criteria(
    table: Table, favorite: ColumnElement[Any], *, most: bool
) -> dict[str, search.Criterion]:
    viewed = ContentMetadata.last_viewed_at
    return {
        "id": search.ids(table.id),
        "title": search.text(table.title, most=most),
        "description": search.text(table.description, most=most),
        "content_favorite_id": search.ids(favorite),
        "folder_id": search.ids(table.folder_id),
        "user_id": search.ids(table.user_id),
        "view_count": search.ids(ContentMetadata.view_count),
        "last_viewed_at": search.moment("last_viewed_at", viewed, lambda since: viewed >= since),
    }


def _sorts(table: Table, favorite: ColumnElement[Any]) -> dict[str, search.Column]:
    plain = ("id", "title", "description", "user_id", "folder_id", "created_at", "updated_at")
    found: dict[str, search.Column] = {
        name: getattr(table, name) for name in (*plain, "last_updater_id", "deleted_at")
    }
    counted = ("view_count", "favorite_count", "last_viewed_at", "last_accessed_at")
    found |= {name: getattr(ContentMetadata, name) for name in counted}
    return found | {
        "space_id": table.folder_id,
        "deleted": table.deleted_at.is_not(None),
        "content_metadata_id": ContentMetadata.id,
        "content_favorite_id": favorite,
        "certification_status": ContentMetadata.certification_status,
    }
