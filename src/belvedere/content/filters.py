"""Filters of dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from belvedere.content import properties, result_makers
from belvedere.content.tables import Dashboard, DashboardFilter
from belvedere.errors import Invalid, NotFound, Problem

_TYPES = {kind: f"{kind}_filter" for kind in ("field", "date", "number", "string")}
_OF_FIELD = ("model", "explore", "dimension")
_REQUIRED = ("name", "title", "type")
_CHECKS: dict[str, properties.Check] = {
    "name": properties.text(255),
    "title": properties.text(255),
    "type": properties.text(64),
    "default_value": properties.text(100_000),
    "model": properties.text(255),
    "explore": properties.text(255),
    "dimension": properties.text(255),
    "row": properties.whole(0),
    "listens_to_filters": properties.names,
    "allow_multiple_values": properties.flag,
    "required": properties.flag,
    "ui_config": properties.mapping,
}


def get(session: Session, filter_id: str) -> DashboardFilter:
    known = filter_id.isdecimal() and len(filter_id) < 10
    found = session.get(DashboardFilter, int(filter_id)) if known else None
    if found is None:
        raise NotFound
    return found


def create(
    session: Session,
    dashboard: Dashboard,
    values: Mapping[str, Any],
    *,
    number: int | None = None,
) -> DashboardFilter:
    """`number` is an id that has become free."""
    given = {"allow_multiple_values": True, "row": _next_row(dashboard), **values}
    if given["row"] is None:
        given["row"] = _next_row(dashboard)
    found = _checked(dashboard, None, given)
    made = DashboardFilter(id=number, dashboard_id=dashboard.id, **found)
    session.add(made)
    session.flush()
    session.expire(dashboard, ["filters"])
    return made


def update(
    session: Session, dashboard: Dashboard, row: DashboardFilter, values: Mapping[str, Any]
) -> None:
    """Tiles and filters that listened to it go on listening to it when it gets another name."""
    before = row.name
    for name, value in _checked(dashboard, row, values).items():
        setattr(row, name, value)
    if row.name != before:
        result_makers.rename_filter(session, dashboard.id, before, row.name)
        for other in dashboard.filters:
            heard = other.listens_to_filters or []
            if before in heard:
                names = [row.name if name == before else name for name in heard]
                other.listens_to_filters = names
    session.flush()
    session.expire(dashboard, ["filters"])


def remove(session: Session, dashboard: Dashboard, row: DashboardFilter) -> None:
    session.delete(row)
    session.flush()
    session.expire(dashboard, ["filters"])


def _next_row(dashboard: Dashboard) -> int:
    return max((row.row + 1 for row in dashboard.filters if row.row is not None), default=0)


def _checked(
    dashboard: Dashboard, row: DashboardFilter | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """What to set. Invalid where the whole would be no filter, or one whose name is taken."""
    found = properties.checked(values, _CHECKS)
    if "type" in found:
        found["type"] = _TYPES.get(found["type"] or "", found["type"])
    if row is not None:
        found = {k: v for k, v in found.items() if v is not None or k not in _REQUIRED}
    problems = list(_problems(dashboard, row, found))
    if problems:
        raise Invalid(*problems)
    return found


def _problems(
    dashboard: Dashboard, row: DashboardFilter | None, found: Mapping[str, Any]
) -> list[Problem]:
    whole = {name: getattr(row, name, None) for name in (*_REQUIRED, *_OF_FIELD)} | dict(found)
    required = _REQUIRED + (_OF_FIELD if whole["type"] == "field_filter" else ())
    problems = [
        Problem(name, "missing_field", f"{name} is required")
        for name in required
        if not (whole[name] or "").strip()
    ]
    if whole["type"] and whole["type"] not in _TYPES.values():
        message = f"type is one of {', '.join(_TYPES.values())}"
        problems.append(Problem("type", "invalid", message))
    taken = {other.name for other in dashboard.filters if other is not row}
    if whole["name"] in taken:
        message = f"The dashboard has a filter named {whole['name']} already"
        problems.append(Problem("name", "already_exists", message))
    return problems
