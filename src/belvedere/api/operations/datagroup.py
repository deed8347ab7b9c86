"""Datagroups: their state, and resetting or triggering them by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, patch
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.query import datagroups
from belvedere.query.tables import DatagroupRow
from belvedere.store import bump

_SEE = Permission("see_datagroups")
_UPDATE = Permission("update_datagroups")


@get("/datagroups", requires=_SEE)
def all_datagroups(call: Call) -> list[dict[str, Any]]:
    """The datagroups of the models whose datagroups the caller may see."""
    with call.transaction() as session:
        rows = datagroups.listed(session, call.services.models, call.now)
    return [_present(call, row) for row in rows if _may(call, row, _SEE)]


@get("/datagroups/{datagroup_id}", requires=_SEE)
def datagroup(call: Call, datagroup_id: str) -> dict[str, Any]:
    """One datagroup."""
    return _present(call, _row(call, datagroup_id))


@patch("/datagroups/{datagroup_id}", requires=_UPDATE)
def update_datagroup(call: Call, datagroup_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Drop what is cached before a moment (`stale_before`), or trigger it (`triggered_at`)."""
    row = _row(call, datagroup_id, _UPDATE)
    problems = [
        Problem(name, "invalid", f"{name} is a Unix timestamp that is not in the future")
        for name in ("stale_before", "triggered_at")
        if body.get(name) is not None and not 0 <= body[name] <= call.now.timestamp() + 1
    ]
    if problems:
        raise Invalid(*problems)
    for name in ("stale_before", "triggered_at"):
        if body.get(name) is not None:
            setattr(row, name, _moment(call, body[name]))
    bump(call.db, datagroups.TOPIC)
    call.db.flush()
    return _present(call, row)


def _moment(call: Call, seconds: int) -> datetime:
    """The second in which the call is made means now: what was made earlier in it is older."""
    is_now = seconds == int(call.now.timestamp())
    return call.now if is_now else datetime.fromtimestamp(seconds, UTC)


def _row(call: Call, identifier: str, permission: Permission = _SEE) -> DatagroupRow:
    """NotFound also for one whose model is gone, or none that the caller has the permission on."""
    with call.transaction() as session:
        datagroups.listed(session, call.services.models, call.now)
    short = identifier.isascii() and identifier.isdecimal() and len(identifier) < 10
    row = call.db.get(DatagroupRow, int(identifier)) if short else None
    if row is None or not _may(call, row, permission) or not _is_there(call, row):
        raise NotFound
    return row


def _may(call: Call, row: DatagroupRow, permission: Permission) -> bool:
    return call.session.permissions.has(permission, row.model_name)


def _is_there(call: Call, row: DatagroupRow) -> bool:
    served = call.services.models.find(row.model_name)
    return served is not None and served.model is not None and row.name in served.model.datagroups


def _present(call: Call, row: DatagroupRow) -> dict[str, Any]:
    may_update = call.session.permissions.has(_UPDATE, row.model_name)
    return {
        "can": {"show": True, "update": may_update},
        "id": str(row.id),
        "model_name": row.model_name,
        "name": row.name,
        "created_at": _seconds(row.created_at),
        "triggered_at": _seconds(row.triggered_at),
        "trigger_check_at": _seconds(row.trigger_check_at),
        "trigger_error": row.trigger_error,
        "trigger_value": row.trigger_value,
        "stale_before": _seconds(row.stale_before),
    }


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
