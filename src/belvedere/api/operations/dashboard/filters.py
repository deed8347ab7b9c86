"""Filters of dashboards, and values of them that are kept under an id."""

from __future__ import annotations

import json
from typing import Any

from belvedere import ids
from belvedere.accounts import texts
from belvedere.api.call import Call, Text
from belvedere.api.dashboards import (
    changeable,
    check_stays,
    is_lookml,
    named,
    refuse_lookml,
    visible,
)
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.dashboard_filters import present_filters
from belvedere.api.present.lookml_dashboards import lookml_part, lookml_parts
from belvedere.content import dashboards, filters
from belvedere.content.tables import Dashboard, DashboardFilter, DashboardFilterState
from belvedere.errors import BadRequest, Invalid, NotFound, Problem

_LONGEST_STATE = 100_000


@get("/dashboards/{dashboard_id}/dashboard_filters", requires="authenticated")
def dashboard_dashboard_filters(call: Call, dashboard_id: str) -> list[dict[str, Any]]:
    """The filters of a dashboard."""
    if is_lookml(dashboard_id):
        return lookml_parts(call, dashboard_id, "dashboard_filters")
    return present_filters(call, visible(call, dashboard_id).filters)


@get("/dashboard_filters/{dashboard_filter_id}", requires="authenticated")
def dashboard_filter(call: Call, dashboard_filter_id: str) -> dict[str, Any]:
    """One filter."""
    if is_lookml(dashboard_filter_id):
        return lookml_part(call, dashboard_filter_id, "dashboard_filters")
    found = filters.get(call.db, dashboard_filter_id)
    visible(call, found.dashboard_id)
    return present_filters(call, [found])[0]


@post("/dashboard_filters", requires="authenticated")
def create_dashboard_filter(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Give a dashboard a filter."""
    found = named(call, body)
    return _touched(call, found, filters.create(call.db, found, body))


@patch("/dashboard_filters/{dashboard_filter_id}", requires="authenticated")
def update_dashboard_filter(
    call: Call, dashboard_filter_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Change a filter."""
    refuse_lookml(call, dashboard_filter_id)
    row = filters.get(call.db, dashboard_filter_id)
    found = changeable(call, row.dashboard_id)
    check_stays(body, found)
    filters.update(call.db, found, row, body)
    return _touched(call, found, row)


@delete("/dashboard_filters/{dashboard_filter_id}", requires="authenticated")
def delete_dashboard_filter(call: Call, dashboard_filter_id: str) -> None:
    """Take a filter off its dashboard."""
    refuse_lookml(call, dashboard_filter_id)
    row = filters.get(call.db, dashboard_filter_id)
    found = changeable(call, row.dashboard_id)
    filters.remove(call.db, found, row)
    dashboards.changed(call.db, found, call.session.user_id, call.now)


def _touched(call: Call, dashboard: Dashboard, row: DashboardFilter) -> dict[str, Any]:
    dashboards.changed(call.db, dashboard, call.session.user_id, call.now)
    return present_filters(call, [row])[0]


# Values


@post("/dashboard_filter_state", requires="authenticated")
def create_dashboard_filter_state(call: Call) -> Text:
    """Keep values of a dashboard's filters, as they were sent; the answer is their id."""
    try:
        state = call.request.body.decode()
    except UnicodeDecodeError:
        raise BadRequest("The request body is not UTF-8") from None
    if not state.strip():
        raise Invalid(Problem("body", "missing", "A request body is required"))
    if len(state) > _LONGEST_STATE or not texts.storable(state):
        message = f"A filter state has {_LONGEST_STATE} characters at most, and no zeros"
        raise Invalid(Problem("body", "invalid", message))
    row = DashboardFilterState(
        guid=ids.slug(), state=state, user_id=call.session.user_id, created_at=call.now
    )
    call.db.add(row)
    call.db.flush()
    return Text("application/json", json.dumps(row.guid).encode(), status=201)


@get("/dashboard_filter_state/{guid}", requires="authenticated")
def dashboard_filter_state(call: Call, guid: str) -> Text:
    """Values that were kept, for whoever knows their id; some clients leave its quotes on."""
    found = call.db.get(DashboardFilterState, guid.strip('"'))
    if found is None:
        raise NotFound
    return Text(_media_type(found.state), found.state.encode())


def _media_type(state: str) -> str:
    try:
        json.loads(state)
    except (ValueError, RecursionError):
        return "text/plain"
    return "application/json"
