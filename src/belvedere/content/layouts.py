"""Layouts of dashboards: where tiles stand.

Exactly one layout of a dashboard is active. A layout with a label is a tab, which holds the tiles
that were put into it; any other arranges all tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from belvedere.content import properties
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardLayout,
    DashboardLayoutComponent,
)
from belvedere.errors import Invalid, NotFound, Problem

COLUMNS = 24
WIDTH, HEIGHT = 8, 6
"""Of a new tile, in columns and rows."""
_CHECKS: dict[str, properties.Check] = {
    "type": properties.text(64),
    "column_width": properties.whole(0),
    "width": properties.whole(0),
    "label": properties.text(255),
    "description": properties.text(10_000),
    "order": properties.whole(0),
    "lookml_link_id": properties.text(512),
}
_PLACES = ("row", "column", "width", "height")
_COMPONENT_CHECKS: dict[str, properties.Check] = {
    **{name: properties.whole(0) for name in _PLACES},
    **{f"granular_{name}": properties.whole(0) for name in _PLACES},
    "group_id": properties.text(255),
    "deleted": properties.flag,
}


def get(session: Session, layout_id: str) -> DashboardLayout:
    found = session.get(DashboardLayout, int(layout_id)) if _is_id(layout_id) else None
    if found is None:
        raise NotFound
    return found


def get_component(session: Session, component_id: str) -> DashboardLayoutComponent:
    known = _is_id(component_id)
    found = session.get(DashboardLayoutComponent, int(component_id)) if known else None
    if found is None:
        raise NotFound
    return found


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


# Layouts


def create_first(session: Session, dashboard: Dashboard) -> DashboardLayout:
    made = DashboardLayout(dashboard_id=dashboard.id, type="newspaper", active=True)
    session.add(made)
    session.flush()
    session.expire(dashboard, ["layouts"])
    return made


def create(session: Session, dashboard: Dashboard, values: Mapping[str, Any]) -> DashboardLayout:
    made = DashboardLayout(dashboard_id=dashboard.id, type="newspaper")
    properties.assign(made, values, _CHECKS)
    session.add(made)
    session.flush()
    session.expire(dashboard, ["layouts"])
    if values.get("active"):
        _activate(dashboard, made)
    if not made.label:
        for element in dashboard.elements:
            _add_component(session, made, element)
    session.flush()
    return made


def update(
    session: Session, dashboard: Dashboard, layout: DashboardLayout, values: Mapping[str, Any]
) -> None:
    properties.assign(layout, values, _CHECKS)
    if values.get("active"):
        _activate(dashboard, layout)
    elif values.get("active") is False and layout.active:
        message = "One layout of a dashboard is active: make another one active instead"
        raise Invalid(Problem("active", "invalid", message))
    session.flush()


def _activate(dashboard: Dashboard, layout: DashboardLayout) -> None:
    for other in dashboard.layouts:
        other.active = other is layout


def remove(session: Session, dashboard: Dashboard, layout: DashboardLayout) -> None:
    """With the places of tiles in it; the tiles stay. The first of the others becomes active
    where this one was. Invalid for the only one.
    """
    others = [other for other in dashboard.layouts if other is not layout]
    if not others:
        message = "This is the only layout of the dashboard: it cannot be deleted"
        raise Invalid(Problem("dashboard_layout_id", "invalid", message))
    if layout.active:
        others[0].active = True
    session.delete(layout)
    session.flush()
    session.expire_all()


# Where tiles stand


def place(session: Session, dashboard: Dashboard, element: DashboardElement) -> None:
    """Put a new tile at the bottom: of its own layout where it names one, else of every layout
    that arranges all tiles, and of the active one.
    """
    for layout in dashboard.layouts:
        everywhere = layout.active or not layout.label
        own = element.dashboard_layout_id
        if layout.id == own or (own is None and everywhere):
            _add_component(session, layout, element)
    session.flush()


def _add_component(
    session: Session, layout: DashboardLayout, element: DashboardElement
) -> DashboardLayoutComponent:
    made = DashboardLayoutComponent(
        dashboard_layout_id=layout.id,
        dashboard_element_id=element.id,
        row=_bottom(session, layout.id),
        column=0,
        width=WIDTH,
        height=HEIGHT,
    )
    session.add(made)
    session.flush()
    session.expire(layout, ["components"])
    return made


def _bottom(session: Session, layout_id: int) -> int:
    component = DashboardLayoutComponent
    lowest = func.max(func.coalesce(component.row, 0) + func.coalesce(component.height, 0))
    within = component.dashboard_layout_id == layout_id, component.deleted.is_(False)
    return session.scalar(select(lowest).where(*within)) or 0


def update_component(
    session: Session,
    layouts: Iterable[DashboardLayout],
    component: DashboardLayoutComponent,
    values: Mapping[str, Any],
) -> None:
    """`layouts` are those of its dashboard: it can go from one to another."""
    element_id = values.get("dashboard_element_id")
    if element_id is not None and element_id != str(component.dashboard_element_id):
        message = "A component stays with its element"
        raise Invalid(Problem("dashboard_element_id", "invalid", message))
    own = {str(layout.id): layout for layout in layouts}
    target = values.get("dashboard_layout_id")
    if target is not None and target not in own:
        message = f"The dashboard has no layout {target}"
        raise Invalid(Problem("dashboard_layout_id", "invalid", message))
    properties.assign(component, values, _COMPONENT_CHECKS)
    if target is not None:
        component.dashboard_layout_id = int(target)
    if "group_id" in values:
        element = session.get_one(DashboardElement, component.dashboard_element_id)
        element.group_id = component.group_id
    session.flush()
    session.expire_all()
