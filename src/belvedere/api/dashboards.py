"""What the operations on dashboards and their parts ask before they do anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, or_, select

from belvedere.accounts.permissions import Permission
from belvedere.api import contract, saved, search
from belvedere.api.call import Call
from belvedere.api.looks import query_to_save, visible as visible_look
from belvedere.api.operation import read_parameter
from belvedere.content import dashboards, folders
from belvedere.content.elements import Asked
from belvedere.content.tables import ContentMetadata, Dashboard, DashboardElement, Folder
from belvedere.errors import Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.query import merges, stored
from belvedere.query.definition import definition_from
from belvedere.query.tables import MergeQueryRow, StoredSqlQuery

_RUN_SQL = Permission("use_sql_runner")
_SOURCES = ("query_id", "look_id", "merge_result_id", "sql_query_id")


def is_lookml(identifier: str) -> bool:
    return "::" in identifier


def visible(call: Call, identifier: str | int) -> Dashboard:
    """One in the trash too; by id or slug."""
    found = dashboards.get(call.db, identifier)
    call.reach.require(sees=call.reach.sees_dashboard(found))
    return found


def changeable(call: Call, identifier: str | int) -> Dashboard:
    """Nobody else changes it or its parts meanwhile."""
    refuse_lookml(call, str(identifier))
    reach = call.reach
    found = dashboards.get(call.db, identifier)
    may = reach.edits_dashboard(found)
    reach.require(sees=reach.sees_dashboard(found), edits=may, what="this dashboard")
    call.db.execute(select(Dashboard.id).where(Dashboard.id == found.id).with_for_update())
    call.db.expire(found, ["elements", "filters", "layouts"])
    return found


def refuse_lookml(call: Call, identifier: str) -> None:
    """MethodNotAllowed for a LookML dashboard or a part of one."""
    if is_lookml(identifier):
        call.reach.require(sees=call.reach.sees_lookml_dashboard(identifier))
        raise MethodNotAllowed("A LookML dashboard changes with its LookML only")


def named(call: Call, body: Mapping[str, Any]) -> Dashboard:
    """The dashboard that gets a new part."""
    identifier = body.get("dashboard_id")
    if not identifier:
        raise Invalid(Problem("dashboard_id", "missing_field", "dashboard_id is required"))
    return changeable(call, identifier)


def check_stays(body: Mapping[str, Any], dashboard: Dashboard) -> None:
    """Parts stay with their dashboard."""
    given = body.get("dashboard_id")
    if given not in (None, str(dashboard.id), dashboard.meta.slug):
        message = "It stays with its dashboard: dashboard_id cannot be changed"
        raise Invalid(Problem("dashboard_id", "invalid", message))


def folder_to_save_in(call: Call, folder_id: str) -> Folder:
    """NotFound for a folder in which the caller saves no dashboards."""
    found = folders.get(call.db, folder_id)
    reach = call.reach
    may = reach.saves_dashboards and reach.edits_folder(found)
    reach.require(sees=reach.sees_folder(found), edits=may, what="this folder")
    return found


# Searching


def searched(call: Call, *, most: bool = False, ordered: bool = True) -> Select[Any]:
    """The dashboards that the parameters ask for; the trash only where they ask for it. `most` is
    for when most dashboards have to be looked at.
    """
    criteria = {
        "slug": _has_slug,
        "content_metadata_id": search.ids(ContentMetadata.id),
    }
    if read_parameter("not_owned_by", "bool", call):
        criteria["user_id"] = _of_others
    sorts = {"slug": ContentMetadata.slug}
    seen = call.reach.dashboards(most=most)
    return saved.searched(call, Dashboard, seen, criteria, sorts, most=most, ordered=ordered)


def _has_slug(value: str) -> Any:
    """Slugs are compared as they are, unless a wildcard stands in them; `_` is one of their own
    letters.
    """
    kind = search.text if "%" in value else search.words
    return kind(ContentMetadata.slug)(value)


def _of_others(user_ids: str) -> Any:
    return or_(Dashboard.user_id.is_(None), ~search.ids(Dashboard.user_id)(user_ids))


# What elements show


def read_element(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an element. Clients send back what they read: `listen`, and the id of an inline
    query, are published as read-only and count all the same.
    """
    problems = contract.problems_of(body, "DashboardElement", writing=True)
    if problems:
        raise Invalid(*problems)
    values = contract.writable(body, "DashboardElement")
    maker = body.get("result_maker")
    if isinstance(maker, dict):
        _restore_listens(values["result_maker"].get("filterables"), maker.get("filterables"))
    for holder, sent in ((values, body), (values.get("result_maker"), maker)):
        if isinstance(holder, dict) and isinstance(sent, dict):
            _read_inline(holder, sent.get("query"))
    return values


def _restore_listens(filterables: Any, sent: Any) -> None:
    for part, whole in zip(filterables or (), sent or (), strict=True):
        part["listen"] = whole.get("listen")


def _read_inline(holder: dict[str, Any], sent: Any) -> None:
    query = holder.pop("query", None)
    if not query and not (isinstance(sent, dict) and sent.get("id")):
        return
    if query and query.get("model"):
        holder["query"] = query
    elif not holder.get("query_id"):
        holder["query_id"] = str(sent["id"]) if sent.get("id") else None


def asked_by(call: Call, body: Mapping[str, Any], element: DashboardElement | None) -> Asked | None:
    """What the element is to show from now on; None where it stays as it is. Invalid for several
    things at once, and for what the caller may not see.
    """
    shown = _shown(element)
    given = {name: body.get(name) for name in _SOURCES if body.get(name)}
    maker = body.get("result_maker") or {}
    if not given and not body.get("query"):
        body = {name: value for name, value in body.items() if name != "query"} | _of_maker(
            maker, shown
        )
        given = {name: body.get(name) for name in _SOURCES if body.get(name)}
    changed = {name: value for name, value in given.items() if value != shown.get(name)}
    if body.get("query") and not changed and not _is_shown(call, body["query"], element):
        changed["query_id"] = None
    if len(changed) > 1:
        message = f"An element shows one of {', '.join(_SOURCES)}, not several"
        raise Invalid(Problem(next(iter(changed)), "invalid", message))
    for name in changed:
        return _FIND[name](call, body, name)
    cleared = any(name in body and body[name] is None for name in shown)
    return Asked() if cleared and not given and not body.get("query") else None


def _shown(element: DashboardElement | None) -> dict[str, str]:
    if element is None:
        return {}
    maker = element.result_maker
    found = {
        "query_id": element.query_slug,
        "look_id": str(element.look_id) if element.look_id is not None else None,
        "merge_result_id": element.merge_slug,
        "sql_query_id": maker.sql_slug if maker is not None else None,
    }
    return {name: value for name, value in found.items() if value}


def _of_maker(maker: Mapping[str, Any], shown: Mapping[str, str]) -> dict[str, Any]:
    """What a result maker asks, where the element itself names nothing: of a Look it only tells
    which query that has.
    """
    if "look_id" in shown:
        return {}
    names = ("query", "query_id", "merge_result_id", "sql_query_id")
    return {name: maker[name] for name in names if maker.get(name)}


def _is_shown(call: Call, inline: Mapping[str, Any], element: DashboardElement | None) -> bool:
    if element is None or not element.query_slug:
        return False
    shown = stored.definition_of(stored.get(call.db, element.query_slug))
    return definition_from(inline) == shown


def _query(call: Call, body: Mapping[str, Any], _: str) -> Asked:
    return Asked(query=query_to_save(call, body))


def _look(call: Call, body: Mapping[str, Any], name: str) -> Asked:
    try:
        found = visible_look(call, body[name])
    except NotFound:
        raise _unknown(name, "Look", body[name]) from None
    return Asked(look=found)


def _merge(call: Call, body: Mapping[str, Any], name: str) -> Asked:
    found = merges.find(call.db, body[name])
    if found is None or not all(map(call.session.permissions.may_see_model, _models(call, found))):
        raise _unknown(name, "merge query", body[name])
    return Asked(merge=found)


def _models(call: Call, merge: MergeQueryRow) -> list[str]:
    slugs = [part["query_id"] for part in merge.definition["source_queries"]]
    return [stored.definition_of(stored.get(call.db, slug)).model for slug in slugs]


def _sql(call: Call, body: Mapping[str, Any], name: str) -> Asked:
    found = call.db.get(StoredSqlQuery, body[name])
    if found is None or not call.session.permissions.has(_RUN_SQL):
        raise _unknown(name, "SQL query", body[name])
    return Asked(sql=found)


_FIND = {
    "query_id": _query,
    "look_id": _look,
    "merge_result_id": _merge,
    "sql_query_id": _sql,
}


def _unknown(field: str, kind: str, identifier: str) -> Invalid:
    return Invalid(Problem(field, "invalid", f"There is no {kind} {identifier}"))
