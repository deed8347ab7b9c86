"""Pictures that elements of dashboards show; they are kept with their dashboard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import texts
from belvedere.content.tables import Dashboard, DashboardElement, DashboardImage
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.instance import pictures

LARGEST = 2_000_000
_NAME = re.compile(r";name=([^;,]+)")


def get(session: Session, dashboard: Dashboard, image_id: str) -> DashboardImage:
    found = session.get(DashboardImage, (dashboard.id, image_id))
    if found is None:
        raise NotFound
    return found


def kept(
    session: Session,
    dashboard: Dashboard,
    values: Mapping[str, Any],
    now: datetime,
    shown: str | None = None,
) -> dict[str, Any]:
    """The values of an element, in which `image_id` may be a picture (a data address, perhaps
    with `name=`): it is kept, and the id takes its place. Invalid for an id that names no image
    of the dashboard, unless the element has it already (`shown`).
    """
    given = values.get("image_id")
    if not given or given == shown:
        return dict(values)
    if not given.startswith("data:"):
        _check_known(session, dashboard, given)
        return dict(values)
    picture = pictures.read("image_id", given, LARGEST)
    row = DashboardImage(
        dashboard_id=dashboard.id,
        id=ids.slug(),
        file_name=_name_in(given.partition(",")[0]),
        media_type=picture.media_type,
        data=picture.data,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return {**values, "image_id": row.id}


def _check_known(session: Session, dashboard: Dashboard, image_id: str) -> None:
    if session.get(DashboardImage, (dashboard.id, image_id)) is None:
        message = (
            f"The dashboard has no image {image_id[:64]}. A new one comes as a data address: "
            "data:image/png;name=logo.png;base64,..."
        )
        raise Invalid(Problem("image_id", "invalid", message))


def _name_in(head: str) -> str | None:
    found = _NAME.search(head)
    name = unquote(found[1])[: texts.LONGEST] if found else None
    return name if name and texts.storable(name) else None


def forget_unused(session: Session, dashboard: Dashboard) -> None:
    """Those that no element shows any more."""
    shown = select(DashboardElement.image_id).where(
        DashboardElement.dashboard_id == dashboard.id, DashboardElement.image_id.is_not(None)
    )
    gone = delete(DashboardImage).where(_of(dashboard), DashboardImage.id.not_in(shown))
    session.execute(gone)


def copy(session: Session, dashboard: Dashboard, made: Dashboard) -> None:
    """All of a dashboard's images for its copy, under the same ids."""
    found = session.scalars(select(DashboardImage).where(_of(dashboard))).all()
    session.add_all(
        DashboardImage(
            dashboard_id=made.id,
            id=row.id,
            file_name=row.file_name,
            media_type=row.media_type,
            data=row.data,
            created_at=row.created_at,
        )
        for row in found
    )


def _of(dashboard: Dashboard) -> Any:
    return DashboardImage.dashboard_id == dashboard.id
