"""Layouts of dashboards, and where elements stand in them."""

from __future__ import annotations

from typing import Any

from belvedere.api.call import Call
from belvedere.api.dashboards import (
    changeable,
    check_stays,
    is_lookml,
    named,
    refuse_lookml,
    visible,
)
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.layouts import present_components, present_layouts
from belvedere.api.present.lookml_dashboards import (
    lookml_component,
    lookml_components,
    lookml_part,
    lookml_parts,
)
from belvedere.content import layouts, saved
from belvedere.content.tables import Dashboard, DashboardLayout, DashboardLayoutComponent


@get("/dashboards/{dashboard_id}/dashboard_layouts", requires="authenticated")
def dashboard_dashboard_layouts(call: Call, dashboard_id: str) -> list[dict[str, Any]]:
    """The layouts of a dashboard."""
    if is_lookml(dashboard_id):
        return lookml_parts(call, dashboard_id, "dashboard_layouts")
    found = visible(call, dashboard_id)
    return present_layouts(call, [found], found.layouts)


@get("/dashboard_layouts/{dashboard_layout_id}", requires="authenticated")
def dashboard_layout(call: Call, dashboard_layout_id: str) -> dict[str, Any]:
    """One layout with its components."""
    if is_lookml(dashboard_layout_id):
        return lookml_part(call, dashboard_layout_id, "dashboard_layouts")
    found = layouts.get(call.db, dashboard_layout_id)
    return _presented(call, visible(call, found.dashboard_id), found)


@post("/dashboard_layouts", requires="authenticated")
def create_dashboard_layout(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Give a dashboard a layout: a tab where it has a label, else one of all elements."""
    found = named(call, body)
    return _touched(call, found, layouts.create(call.db, found, body))


@patch("/dashboard_layouts/{dashboard_layout_id}", requires="authenticated")
def update_dashboard_layout(
    call: Call, dashboard_layout_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Change a layout."""
    refuse_lookml(call, dashboard_layout_id)
    layout = layouts.get(call.db, dashboard_layout_id)
    found = changeable(call, layout.dashboard_id)
    check_stays(body, found)
    layouts.update(call.db, found, layout, body)
    return _touched(call, found, layout)


@delete("/dashboard_layouts/{dashboard_layout_id}", requires="authenticated")
def delete_dashboard_layout(call: Call, dashboard_layout_id: str) -> None:
    """Delete a layout; the elements stay."""
    refuse_lookml(call, dashboard_layout_id)
    layout = layouts.get(call.db, dashboard_layout_id)
    found = changeable(call, layout.dashboard_id)
    layouts.remove(call.db, found, layout)
    saved.touched(call.db, found, call.session.user_id, call.now)


def _touched(call: Call, dashboard: Dashboard, layout: DashboardLayout) -> dict[str, Any]:
    saved.touched(call.db, dashboard, call.session.user_id, call.now)
    return _presented(call, dashboard, layout)


def _presented(call: Call, dashboard: Dashboard, layout: DashboardLayout) -> dict[str, Any]:
    return present_layouts(call, [dashboard], [layout])[0]


# Components


@get(
    "/dashboard_layouts/{dashboard_layout_id}/dashboard_layout_components", requires="authenticated"
)
def dashboard_layout_dashboard_layout_components(
    call: Call, dashboard_layout_id: str
) -> list[dict[str, Any]]:
    """Where the elements of a layout stand."""
    if is_lookml(dashboard_layout_id):
        return lookml_components(call, dashboard_layout_id)
    layout = layouts.get(call.db, dashboard_layout_id)
    found = visible(call, layout.dashboard_id)
    return present_components(call, [found], layout.components)


@get("/dashboard_layout_components/{dashboard_layout_component_id}", requires="authenticated")
def dashboard_layout_component(call: Call, dashboard_layout_component_id: str) -> dict[str, Any]:
    """Where one element stands."""
    if is_lookml(dashboard_layout_component_id):
        return lookml_component(call, dashboard_layout_component_id)
    component, found = _component(call, dashboard_layout_component_id)
    visible(call, found.id)
    return present_components(call, [found], [component])[0]


@patch("/dashboard_layout_components/{dashboard_layout_component_id}", requires="authenticated")
def update_dashboard_layout_component(
    call: Call, dashboard_layout_component_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Put an element somewhere else."""
    refuse_lookml(call, dashboard_layout_component_id)
    component, found = _component(call, dashboard_layout_component_id)
    changeable(call, found.id)
    layouts.update_component(call.db, found.layouts, component, body)
    saved.touched(call.db, found, call.session.user_id, call.now)
    return present_components(call, [found], [component])[0]


def _component(call: Call, component_id: str) -> tuple[DashboardLayoutComponent, Dashboard]:
    component = layouts.get_component(call.db, component_id)
    layout = call.db.get_one(DashboardLayout, component.dashboard_layout_id)
    return component, call.db.get_one(Dashboard, layout.dashboard_id)
