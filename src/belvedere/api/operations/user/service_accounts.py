"""Accounts of programs, and people whom other sites vouch for."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import administrators, embed_users, service_accounts, users
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.operation import delete, patch, post
from belvedere.api.people import is_behind
from belvedere.api.present.users import present_public, present_service_account
from belvedere.content import personal
from belvedere.errors import BadRequest
from belvedere.store import bump

_ADMIN = Permission("administer")


@post("/users/service_accounts", requires=_ADMIN)
def create_service_account(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """An account of a program; it needs an API key to come in."""
    made = service_accounts.create(call.db, body, call.now)
    return present_service_account(call, made)


@patch("/users/service_accounts/{user_id}", requires=_ADMIN)
def update_service_account(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a service account, or shut it out."""
    found = service_accounts.get(call.db, user_id)
    if body.get("is_disabled") and not found.is_disabled:
        _check_leaving(call, found, "disable")
    service_accounts.update(call.db, found, body, call.now)
    return present_service_account(call, found)


@delete("/users/service_accounts/{user_id}", requires=_ADMIN)
def delete_service_account(call: Call, user_id: str) -> None:
    """Delete a service account with its keys."""
    found = service_accounts.get(call.db, user_id)
    _check_leaving(call, found, "delete")
    personal.remove(call.db, found.id, call.session.user_id, call.now)
    users.remove(call.db, found)


@post("/users/embed_user", requires=_ADMIN)
def create_embed_user(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The embed user of that external id, made where there is none yet."""
    made = embed_users.provide(call.db, body.get("external_user_id"), call.now)
    bump(call.db, "accounts")
    return present_public(call, made)


def _check_leaving(call: Call, found: User, verb: str) -> None:
    if is_behind(call, found):
        raise BadRequest(f"You cannot {verb} yourself")
    administrators.check_dispensable(call.db, found, f"be {verb}d")
