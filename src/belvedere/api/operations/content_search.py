"""Content by words, and what of it matters to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from belvedere.accounts import groups, users
from belvedere.api import paging
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.api.present.content import people, present_certification, text_of, time_of
from belvedere.content import folders, relevance, searching
from belvedere.content.among import among, encoded
from belvedere.content.relevance import Relevant
from belvedere.content.searching import TYPES, Found
from belvedere.content.tables import Dashboard
from belvedere.errors import Forbidden, Invalid, NotFound, Problem
from belvedere.query import stored
from belvedere.query.tables import StoredQuery

_DEFAULT_PAGE = 50
_MOST = 5_000
_SORTS = {
    "weighted_score": lambda one: one.own,
    "group_weighted_score": lambda one: one.group,
    "suggestion_score": lambda one: one.suggestion,
    "view_count": lambda one: one.meta.view_count,
    "favorite_count": lambda one: one.meta.favorite_count,
    "title": lambda one: one.content.title.lower(),
}


@get("/content/{terms}", requires="authenticated")
def search_content(call: Call, terms: str, types: str | None) -> list[dict[str, Any]]:
    """Looks and dashboards that hold all of the words, in title or description."""
    kinds = _kinds(types)
    page = paging.page_from(call.parameters)
    limit = _DEFAULT_PAGE if page.limit is None else page.limit
    most = min(page.offset + limit, _MOST)
    found = searching.search(call.db, call.reach, call.services.models, terms, kinds, most)
    return _present(call, found[page.offset : page.offset + limit])


def _kinds(types: str | None) -> list[str]:
    asked = [part.strip() for part in (types or "").split(",") if part.strip()]
    unknown = [part for part in asked if part not in TYPES]
    if unknown:
        message = f"types may be {', '.join(TYPES)}; not {unknown[0]}"
        raise Invalid(Problem("types", "invalid", message))
    return asked or list(TYPES)


def _present(call: Call, rows: Sequence[Found]) -> list[dict[str, Any]]:
    models = _models(call, rows)
    return [
        {
            "can": {"show": True, "index": True},
            "content_id": row.id,
            "type": row.kind,
            "title": row.title,
            "description": row.description,
            "folder_id": _folder_id(row),
            "folder_name": row.folder_name,
            "parent_folder_name": row.parent_folder_name,
            "view_count": row.view_count,
            "preferred_viewer": row.preferred_viewer,
            "model": row.model or models.get(row.query_slug or ""),
            "created_by_id": row.created_by,
            "certification_status": row.certification_status,
        }
        | ({"parent_project_name": row.project} if row.project else {})
        for row in rows
    ]


def _folder_id(row: Found) -> str | None:
    if row.kind == searching.LOOKML_DASHBOARD:
        return "lookml"
    return folders.public_id(row.folder_id)


def _models(call: Call, rows: Sequence[Found]) -> dict[str, str]:
    """Of Looks, by the slug of their query: those that the caller may see."""
    slugs = {row.query_slug for row in rows if row.query_slug}
    if not slugs:
        return {}
    found = call.db.scalars(select(StoredQuery).where(among(StoredQuery.slug, encoded(slugs))))
    models = {row.slug: stored.definition_of(row).model for row in found}
    sees = call.session.permissions.may_see_model
    return {slug: model for slug, model in models.items() if sees(model)}


@get("/content_summary", requires="authenticated")
def content_summary(
    call: Call,
    target_group_id: str | None,
    target_user_id: str | None,
    target_content_type: str | None,
    sorts: str | None,
) -> list[dict[str, Any]]:
    """What matters most to a person (the caller) and a group (everybody)."""
    user_id = call.session.user_id
    if target_user_id and target_user_id != str(user_id):
        if not call.session.permissions.is_admin:
            raise Forbidden("Only administrators may ask what matters to others")
        user_id = users.get(call.db, target_user_id).id
    group_id = _group(call, target_group_id) if target_group_id else None
    if target_content_type and target_content_type not in ("dashboard", "look"):
        message = "target_content_type is dashboard or look"
        raise Invalid(Problem("target_content_type", "invalid", message))
    found = relevance.relevant(
        call.db,
        call.reach,
        call.now,
        user_id=user_id,
        group_id=group_id,
        kind=target_content_type,
    )
    page = paging.page_from(call.parameters)
    return _summaries(call, paging.sliced(_sorted(found, sorts), page))


def _group(call: Call, target_group_id: str) -> int:
    """NotFound for a group that the caller is not in: what its members look at is theirs."""
    found = groups.get(call.db, target_group_id)
    if found.id not in call.session.groups and not call.session.permissions.is_admin:
        raise NotFound
    return found.id


def _sorted(rows: list[Relevant], sorts: str | None) -> list[Relevant]:
    for part in reversed([part.strip() for part in (sorts or "").split(",") if part.strip()]):
        name, _, direction = part.partition(" ")
        key = _SORTS.get(name)
        if key is None or direction.strip().lower() not in ("", "asc", "desc"):
            known = ", ".join(_SORTS)
            raise Invalid(Problem("sorts", "invalid", f"Cannot sort by {part}; known: {known}"))
        rows = sorted(rows, key=key, reverse=direction.strip().lower() == "desc")
    return rows


def _summaries(call: Call, rows: Sequence[Relevant]) -> list[dict[str, Any]]:
    known = people(
        call, (who for row in rows for who in (row.content.user_id, row.meta.certifier_id))
    )
    shown = []
    for row in rows:
        owner = known.get(row.content.user_id)
        kind = "dashboard" if isinstance(row.content, Dashboard) else "look"
        shown.append(
            {
                "can": {"show": True},
                "id": str(row.meta.id),
                "content_type": kind,
                "content_id": str(row.content.id),
                "content_slug": row.meta.slug,
                "content_url": f"/{kind}s/{row.content.id}",
                "title": row.content.title,
                "description": row.content.description,
                "last_viewed_at": time_of(row.meta.last_viewed_at),
                "user_id": text_of(row.content.user_id),
                "user_full_name": owner.display_name if owner is not None else None,
                "is_scheduled": False,
                "favorite_count": row.meta.favorite_count,
                "view_count": row.meta.view_count,
                "favorite_id": text_of(row.favorite_id),
                "weighted_score": row.own,
                "group_weighted_score": row.group,
                "suggestion_score": round(row.suggestion, 4),
                "preferred_viewer": getattr(row.content, "preferred_viewer", None),
                "certification_metadata": present_certification(row.meta, known),
            }
        )
    return shown
