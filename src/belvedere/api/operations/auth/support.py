"""Support access: until when it is open, and to whom."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import support_access
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import SupportAllowlistEntry
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, post, put
from belvedere.clock import iso
from belvedere.errors import Invalid, Problem
from belvedere.instance.configuration import Change

_TOGGLE = Permission("support_access_toggle")


@get("/support_access/allowlist", requires=_TOGGLE)
def get_support_access_allowlist_entries(call: Call) -> list[dict[str, Any]]:
    """Who may be let in."""
    return [_present(row) for row in support_access.entries(call.db)]


@post("/support_access/allowlist", requires=_TOGGLE)
def add_support_access_allowlist_entries(call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Name people who may be let in, and why."""
    added = support_access.add(call.db, body.get("emails") or (), body.get("reason"), call.now)
    return [_present(row) for row in added]


@delete("/support_access/allowlist/{entry_id}", requires=_TOGGLE)
def delete_support_access_allowlist_entry(call: Call, entry_id: str) -> None:
    """Name somebody no longer."""
    support_access.remove(call.db, entry_id)


@put("/support_access/enable", requires=_TOGGLE)
def enable_support_access(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Open it for so many seconds."""
    seconds = body.get("duration_in_seconds")
    if seconds is None:
        message = "duration_in_seconds is required"
        raise Invalid(Problem("duration_in_seconds", "missing_field", message))
    support_access.allow(call.db, call.services.vault, seconds, _change(call))
    return _status(call)


@put("/support_access/disable", requires=_TOGGLE)
def disable_support_access(call: Call) -> dict[str, Any]:
    """Close it now."""
    support_access.close(call.db, call.services.vault, _change(call))
    return _status(call)


@get("/support_access/status", requires=_TOGGLE)
def support_access_status(call: Call) -> dict[str, Any]:
    """Whether it is open."""
    return _status(call)


def _change(call: Call) -> Change:
    return Change(call.now, call.session.user_id)


def _status(call: Call) -> dict[str, Any]:
    until = support_access.open_until(call.db, call.now)
    return {"open": until is not None, "open_until": iso(until) if until is not None else None}


def _present(row: SupportAllowlistEntry) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "email": row.email,
        "full_name": row.full_name,
        "reason": row.reason,
        "created_date": iso(row.created_at),
    }
