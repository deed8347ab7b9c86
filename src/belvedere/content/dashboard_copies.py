"""Copies of dashboards, with all that is on them; moving them. Looks that a dashboard shows come
along where they are in the folder that it leaves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.content import folders, images, looks, saved, titles
from belvedere.content.access import Reach
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    ContentMetadata,
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardLayout,
    DashboardLayoutComponent,
    Folder,
    Look,
    ResultMaker,
)
from belvedere.store import Base

_OWN = frozenset({"id", "dashboard_id", "dashboard_layout_id", "dashboard_element_id"})
_OF_DASHBOARD = _OWN | {
    "title",
    "folder_id",
    "user_id",
    "lookml_link_id",
    "created_at",
    "updated_at",
    "last_updater_id",
    "deleted_at",
    "deleter_id",
}


def copied(
    session: Session, reach: Reach, dashboard: Dashboard, folder: Folder, now: datetime
) -> Dashboard:
    """A dashboard of equal tiles, filters and layouts, that nobody has certified."""
    folders.check_open(folder)
    made = Dashboard(
        **_values(dashboard, _OF_DASHBOARD),
        title=titles.of_copy(session, Dashboard, folder, dashboard.title),
        folder=folder,
        user_id=reach.user_id,
        last_updater_id=reach.user_id,
        created_at=now,
        updated_at=now,
        meta=ContentMetadata(content_type="dashboard", slug=ids.slug()),
    )
    session.add(made)
    session.flush()
    for row in dashboard.filters:
        session.add(DashboardFilter(**_values(row, _OWN), dashboard_id=made.id))
    layout_ids = _copy_layouts(session, dashboard, made)
    images.copy(session, dashboard, made)
    element_ids = _copy_elements(session, dashboard, made, layout_ids)
    groups = {str(before): str(after) for before, after in element_ids.items()}
    for layout in dashboard.layouts:
        for component in layout.components:
            session.add(
                DashboardLayoutComponent(
                    **_values(component, _OWN | {"group_id"}),
                    group_id=groups.get(component.group_id or "", component.group_id),
                    dashboard_layout_id=layout_ids[layout.id],
                    dashboard_element_id=element_ids[component.dashboard_element_id],
                )
            )
    session.flush()
    session.expire(made, ["elements", "filters", "layouts"])
    if folder.id != dashboard.folder_id and reach.saves_looks:
        for look in _looks_along(session, made, dashboard.folder_id):
            _repoint(session, made, look, looks.copy(session, look, folder, reach.user_id, now))
    return made


def _values(row: Base, without: frozenset[str]) -> dict[str, Any]:
    columns = inspect(type(row)).column_attrs
    return {one.key: getattr(row, one.key) for one in columns if one.key not in without}


def _copy_layouts(session: Session, dashboard: Dashboard, made: Dashboard) -> dict[int, int]:
    """The new ids by the old ones."""
    found = {
        layout.id: DashboardLayout(**_values(layout, _OWN), dashboard_id=made.id)
        for layout in dashboard.layouts
    }
    session.add_all(found.values())
    session.flush()
    return {before: layout.id for before, layout in found.items()}


def _copy_elements(
    session: Session, dashboard: Dashboard, made: Dashboard, layout_ids: dict[int, int]
) -> dict[int, int]:
    found: dict[int, DashboardElement] = {}
    for element in dashboard.elements:
        maker = element.result_maker
        found[element.id] = DashboardElement(
            **_values(element, _OWN | {"result_maker_id", "created_at"}),
            dashboard_id=made.id,
            dashboard_layout_id=layout_ids.get(element.dashboard_layout_id or 0),
            result_maker=ResultMaker(**_values(maker, _OWN)) if maker is not None else None,
        )
        session.add(found[element.id])
    session.flush()
    for element in found.values():
        group = (element.group_id or "").isdecimal() and found.get(int(element.group_id or 0))
        element.group_id = str(group.id) if group else element.group_id
    session.flush()
    return {before: element.id for before, element in found.items()}


def move(
    session: Session, reach: Reach, dashboard: Dashboard, folder: Folder, now: datetime
) -> None:
    """Invalid for the folder that it is in. A Look that other dashboards show too stays, and a
    copy of it comes along.
    """
    former = dashboard.folder_id
    saved.move(session, dashboard, folder, reach.user_id, now)
    take_looks_along(session, reach, dashboard, former, now)


def take_looks_along(
    session: Session, reach: Reach, dashboard: Dashboard, former: int | None, now: datetime
) -> None:
    """After the dashboard went from the folder `former` to the one that it is in."""
    folder = dashboard.folder
    if not reach.saves_looks or folder is None:
        return
    for look in _looks_along(session, dashboard, former):
        if _is_shared(session, look, dashboard):
            made = looks.copy(session, look, folder, reach.user_id, now)
            _repoint(session, dashboard, look, made)
        else:
            look.title = titles.of_copy(session, Look, folder, look.title)
            look.folder = folder
            saved.touched(session, look, reach.user_id, now)


def _looks_along(session: Session, dashboard: Dashboard, folder_id: int | None) -> list[Look]:
    used = encoded({row.look_id for row in dashboard.elements if row.look_id is not None})
    there = Look.folder_id == folder_id, Look.deleted_at.is_(None)
    return list(session.scalars(select(Look).where(among(Look.id, used), *there)))


def _is_shared(session: Session, look: Look, dashboard: Dashboard) -> bool:
    others = DashboardElement.look_id == look.id, DashboardElement.dashboard_id != dashboard.id
    return session.scalar(select(DashboardElement.id).where(*others).limit(1)) is not None


def _repoint(session: Session, dashboard: Dashboard, before: Look, after: Look) -> None:
    for element in dashboard.elements:
        if element.look_id == before.id:
            element.look_id = after.id
    session.flush()
