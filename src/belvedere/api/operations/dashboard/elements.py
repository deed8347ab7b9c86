"""Elements of dashboards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere.api import search
from belvedere.api.call import Call, Text
from belvedere.api.dashboards import (
    asked_by,
    changeable,
    check_stays,
    is_lookml,
    named,
    read_element,
    refuse_lookml,
    visible,
)
from belvedere.api.operation import RawBody, delete, get, patch, post, read_parameter
from belvedere.api.present.elements import present_elements
from belvedere.api.present.lookml_dashboards import lookml_part, lookml_parts
from belvedere.content import dashboards, elements, images
from belvedere.content.tables import Dashboard, DashboardElement
from belvedere.errors import NotFound

_NEVER_MORE_THAN_A_PICTURE = {
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
}


@get("/dashboard_elements/search", requires="authenticated")
def search_dashboard_elements(call: Call) -> list[dict[str, Any]]:
    """Elements of the dashboards that the caller may see; of those in the trash where they are
    asked for.
    """
    element = DashboardElement
    deleted = read_parameter("deleted", "bool", call)
    gone = Dashboard.deleted_at.is_not(None)
    wanted = {
        "dashboard_id": search.ids(element.dashboard_id),
        "look_id": search.ids(element.look_id),
        "title": search.text(element.title),
    }
    sorts: dict[str, search.Column] = {
        "look_id": element.look_id,
        "dashboard_id": element.dashboard_id,
        "deleted": gone,
        "title": element.title,
    }
    chosen = (
        select(element)
        .join(Dashboard, Dashboard.id == element.dashboard_id)
        .where(call.reach.dashboards(), gone if deleted else ~gone, search.criteria(call, wanted))
        .order_by(*search.order(call, sorts, element.id))
    )
    return present_elements(call, search.page_of(call, chosen))


@get("/dashboards/{dashboard_id}/dashboard_elements", requires="authenticated")
def dashboard_dashboard_elements(call: Call, dashboard_id: str) -> list[dict[str, Any]]:
    """The elements of a dashboard."""
    if is_lookml(dashboard_id):
        return lookml_parts(call, dashboard_id, "dashboard_elements")
    return present_elements(call, visible(call, dashboard_id).elements)


@get("/dashboard_elements/{dashboard_element_id}", requires="authenticated")
def dashboard_element(call: Call, dashboard_element_id: str) -> dict[str, Any]:
    """One element."""
    if is_lookml(dashboard_element_id):
        return lookml_part(call, dashboard_element_id, "dashboard_elements")
    found = elements.get(call.db, dashboard_element_id)
    visible(call, found.dashboard_id)
    return _presented(call, found)


@post("/dashboard_elements", requires="authenticated")
def create_dashboard_element(
    call: Call, body: RawBody, apply_filters: bool | None
) -> dict[str, Any]:
    """Put an element on a dashboard."""
    values = read_element(body)
    found = named(call, values)
    asked = asked_by(call, values, None)
    values = images.kept(call.db, found, values, call.now)
    made = elements.create(call.db, found, values, asked, apply_filters=bool(apply_filters))
    return _touched(call, found, made)


@patch("/dashboard_elements/{dashboard_element_id}", requires="authenticated")
def update_dashboard_element(
    call: Call, dashboard_element_id: str, body: RawBody
) -> dict[str, Any]:
    """Change an element."""
    refuse_lookml(call, dashboard_element_id)
    values = read_element(body)
    element = elements.get(call.db, dashboard_element_id)
    found = changeable(call, element.dashboard_id)
    check_stays(values, found)
    asked = asked_by(call, values, element)
    values = images.kept(call.db, found, values, call.now, element.image_id)
    elements.update(call.db, found, element, values, asked)
    images.forget_unused(call.db, found)
    return _touched(call, found, element)


@delete("/dashboard_elements/{dashboard_element_id}", requires="authenticated")
def delete_dashboard_element(call: Call, dashboard_element_id: str) -> None:
    """Take an element off its dashboard."""
    refuse_lookml(call, dashboard_element_id)
    element = elements.get(call.db, dashboard_element_id)
    found = changeable(call, element.dashboard_id)
    elements.remove(call.db, element)
    images.forget_unused(call.db, found)
    dashboards.changed(call.db, found, call.session.user_id, call.now)


def _touched(call: Call, dashboard: Dashboard, element: DashboardElement) -> dict[str, Any]:
    dashboards.changed(call.db, dashboard, call.session.user_id, call.now)
    return _presented(call, element)


def _presented(call: Call, element: DashboardElement) -> dict[str, Any]:
    return present_elements(call, [element])[0]


# Images


@get("/dashboards/{dashboard_id}/images/{image_slug}", requires="authenticated")
def get_dashboard_image(call: Call, dashboard_id: str, image_slug: str) -> Text:
    """The picture that elements of a dashboard show."""
    if is_lookml(dashboard_id):
        raise NotFound("LookML dashboards have no images")
    found = images.get(call.db, visible(call, dashboard_id), image_slug)
    return Text(found.media_type, found.data, _NEVER_MORE_THAN_A_PICTURE)
