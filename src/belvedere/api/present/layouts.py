"""Layouts of dashboards, and where elements stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from belvedere.api.call import Call
from belvedere.api.fields import parse_fields
from belvedere.api.present.elements import Presenter, abilities
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardLayout,
    DashboardLayoutComponent,
)

_PLAIN = ("type", "active", "column_width", "width", "label", "description", "order")
_PLACES = ("row", "column", "width", "height")
_FEW = parse_fields("id")


def present_layouts(
    call: Call,
    dashboards: Sequence[Dashboard],
    rows: Sequence[DashboardLayout],
    elements: Presenter | None = None,
) -> list[dict[str, Any]]:
    """`dashboards` are those that the layouts belong to; `elements` presents those of all of
    them, where they are read already.
    """
    of = {row.id: row for row in dashboards}
    components = _components(call, of.values(), rows, elements)
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {
            "can": abilities(edits=call.reach.edits_dashboard(of[row.dashboard_id])),
            "id": str(row.id),
            "dashboard_id": str(row.dashboard_id),
            "dashboard_title": of[row.dashboard_id].title,
            "deleted": of[row.dashboard_id].deleted_at is not None,
            "lookml_link_id": row.lookml_link_id,
            "dashboard_layout_components": components.get(row.id, []),
        }
        for row in rows
    ]


def _components(
    call: Call,
    dashboards: Iterable[Dashboard],
    rows: Sequence[DashboardLayout],
    elements: Presenter | None,
) -> dict[int, list[dict[str, Any]]]:
    name = "dashboard_layout_components"
    if not rows or not call.fields.wants(name):
        return {}
    component = DashboardLayoutComponent
    within = among(component.dashboard_layout_id, encoded(row.id for row in rows))
    found = call.db.scalars(select(component).where(within).order_by(component.id)).all()
    nested = call.narrowed(call.fields.child(name))
    by_layout: dict[int, list[dict[str, Any]]] = {}
    shown = present_components(nested, dashboards, found, elements)
    for row, one in zip(found, shown, strict=True):
        by_layout.setdefault(row.dashboard_layout_id, []).append(one)
    return by_layout


def present_components(
    call: Call,
    dashboards: Iterable[Dashboard],
    rows: Sequence[DashboardLayoutComponent],
    elements: Presenter | None = None,
) -> list[dict[str, Any]]:
    """`dashboards` are those that the layouts of the components belong to."""
    edits = {row.id: call.reach.edits_dashboard(row) for row in dashboards}
    presenter = elements or Presenter(call.narrowed(_FEW), _elements(call, rows))
    of = {row.id: row for row in presenter.rows}
    shown = []
    for row in rows:
        element = of[row.dashboard_element_id]
        one = _present(row, element) | {"can": abilities(edits=edits[element.dashboard_id])}
        if call.fields.wants("vis_type"):
            one["vis_type"] = presenter.vis_type(element)
        shown.append(one)
    return shown


def _elements(call: Call, rows: Sequence[DashboardLayoutComponent]) -> Sequence[DashboardElement]:
    ids = encoded({row.dashboard_element_id for row in rows})
    return call.db.scalars(select(DashboardElement).where(among(DashboardElement.id, ids))).all()


def _present(row: DashboardLayoutComponent, element: DashboardElement) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(row, name) for name in _PLACES} | {
        "id": str(row.id),
        "dashboard_layout_id": str(row.dashboard_layout_id),
        "dashboard_element_id": str(row.dashboard_element_id),
        "deleted": row.deleted,
        "element_title": element.title,
        "element_title_hidden": element.title_hidden,
    }
    for name in (*(f"granular_{place}" for place in _PLACES), "group_id"):
        if getattr(row, name) is not None:
            shown[name] = getattr(row, name)
    return shown
