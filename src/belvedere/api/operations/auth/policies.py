"""Rules for passwords and sessions, and who is locked out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from belvedere.accounts import lockouts, policies
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import EmailCredentials, LoginLockout
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, put
from belvedere.clock import iso
from belvedere.instance import configuration
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")
_CRITERIA = {
    "auth_type": search.text(LoginLockout.auth_type),
    "full_name": search.text(LoginLockout.full_name),
    "email": search.text(LoginLockout.email),
    "remote_id": search.text(LoginLockout.remote_id),
}
_SORTS = {
    "auth_type": LoginLockout.auth_type,
    "full_name": LoginLockout.full_name,
    "email": LoginLockout.email,
    "remote_id": LoginLockout.remote_id,
    "ip": LoginLockout.ip,
    "fail_count": LoginLockout.fail_count,
    "lockout_at": LoginLockout.lockout_at,
}


@get("/password_config", requires=_ADMIN)
def password_config(call: Call) -> dict[str, Any]:
    """What passwords have to be."""
    return _passwords(call)


@patch("/password_config", requires=_ADMIN)
def update_password_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change what passwords have to be; those that are set already stay."""
    made = policies.changed_passwords(policies.password_policy(call.db), body)
    _write(call, *policies.store_passwords(made))
    return _passwords(call)


@put("/password_config/force_password_reset_at_next_login_for_all_users", requires=_ADMIN)
def force_password_reset_at_next_login_for_all_users(call: Call) -> str:
    """Everybody who signs in with a password chooses a new one next time."""
    call.db.execute(update(EmailCredentials).values(forced_password_reset_at_next_login=True))
    return ""


@get("/session_config", requires=_ADMIN)
def session_config(call: Call) -> dict[str, Any]:
    """How long people stay signed in."""
    return _sessions(call)


@patch("/session_config", requires=_ADMIN)
def update_session_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change how long people stay signed in; sessions that began keep their end."""
    made = policies.changed_sessions(policies.session_policy(call.db), body)
    _write(call, *policies.store_sessions(made))
    return _sessions(call)


@get("/user_login_lockouts", requires=_ADMIN)
def all_user_login_lockouts(call: Call) -> list[dict[str, Any]]:
    """Who is locked out now."""
    locked = lockouts.locked(call.now)
    rows = call.db.scalars(select(LoginLockout).where(locked).order_by(LoginLockout.lockout_at))
    return [_present(row) for row in rows]


@get("/user_login_lockouts/search", requires=_ADMIN)
def search_user_login_lockouts(call: Call) -> list[dict[str, Any]]:
    """The same by their properties."""
    wanted = select(LoginLockout).where(lockouts.locked(call.now), search.criteria(call, _CRITERIA))
    ordered = wanted.order_by(*search.order(call, _SORTS, LoginLockout.key))
    return [_present(row) for row in search.page_of(call, ordered)]


@delete("/user_login_lockout/{key}", requires=_ADMIN)
def delete_user_login_lockout(call: Call, key: str) -> None:
    """Let somebody try again."""
    lockouts.unlock(call.db, key)


def _passwords(call: Call) -> dict[str, Any]:
    changed_at, _ = configuration.changed_at(call.db, "password_config")
    return {
        "can": {"show": True, "update": True},
        **asdict(policies.password_policy(call.db)),
        "policy_enabled_at": iso(changed_at) if changed_at else None,
    }


def _sessions(call: Call) -> dict[str, Any]:
    return {"can": {"show": True, "update": True}, **asdict(policies.session_policy(call.db))}


def _write(call: Call, name: str, value: dict[str, Any]) -> None:
    change = Change(call.now, call.session.user_id)
    configuration.write(call.db, call.services.vault, name, value, change)


def _present(row: LoginLockout) -> dict[str, Any]:
    return {
        "can": {"show": True, "destroy": True},
        "key": row.key,
        "auth_type": row.auth_type,
        "ip": row.ip,
        "user_id": str(row.user_id) if row.user_id is not None else None,
        "remote_id": row.remote_id,
        "full_name": row.full_name,
        "email": row.email,
        "fail_count": row.fail_count,
        "lockout_at": iso(row.lockout_at) if row.lockout_at else None,
    }
