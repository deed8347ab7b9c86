"""API keys: made, described, deleted. Their secret is told once."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import credentials, membership, users
from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.operation import RawBody, delete, get, patch, post
from belvedere.api.people import oneself_or_any
from belvedere.api.present.credentials import present_api3
from belvedere.errors import Forbidden

_ALL = "/users/{user_id}/credentials_api3"
_ONE = "/users/{user_id}/credentials_api3/{credentials_api3_id}"


@get(_ALL, requires="authenticated")
def all_user_credentials_api3s(call: Call, user_id: str) -> list[dict[str, Any]]:
    """The keys of a person."""
    found = oneself_or_any(call, user_id)
    return [present_api3(call, row) for row in credentials.api3_of(call.db, found.id)]


@post(_ALL, requires="authenticated")
def create_user_credentials_api3(call: Call, user_id: str, body: RawBody) -> dict[str, Any]:
    """A new key, with its secret this once."""
    found = _manageable(call, user_id)
    _check_lasting(call)
    purpose = credentials.purpose_in(body)
    issued = credentials.create_api3(call.db, call.services.vault, found, call.now, purpose)
    return present_api3(call, issued.row) | {"client_secret": issued.client_secret}


@get(_ONE, requires="authenticated")
def user_credentials_api3(call: Call, user_id: str, credentials_api3_id: str) -> dict[str, Any]:
    """One key, without its secret."""
    found = oneself_or_any(call, user_id)
    return present_api3(call, credentials.get_api3(call.db, found.id, credentials_api3_id))


@patch(_ONE, requires="authenticated")
def update_user_credentials_api3(
    call: Call, user_id: str, credentials_api3_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Say what a key is for."""
    found = _manageable(call, user_id)
    row = credentials.get_api3(call.db, found.id, credentials_api3_id)
    if "purpose" in body:
        credentials.describe_api3(call.db, row, credentials.purpose_in(body))
    return present_api3(call, row)


@delete(_ONE, requires="authenticated")
def delete_user_credentials_api3(call: Call, user_id: str, credentials_api3_id: str) -> None:
    """Delete a key; what is signed in with it is signed out."""
    found = _manageable(call, user_id)
    row = credentials.get_api3(call.db, found.id, credentials_api3_id)
    credentials.remove_api3(call.db, row)


def _manageable(call: Call, user_id: str) -> User:
    """Administrators manage everybody's keys, people their own where they are let."""
    found = oneself_or_any(call, user_id)
    if not (call.session.permissions.is_admin or found.can_manage_api3_creds):
        raise Forbidden("Administrators have not let you manage your own API keys")
    return found


def _check_lasting(call: Call) -> None:
    """A key outlives the permission to act as somebody: such a one only administrators make."""
    behind = call.session.sudo_user_id
    if behind is None or membership.permissions_of(call.db, users.get(call.db, behind)).is_admin:
        return
    raise Forbidden("Who acts as another cannot make API keys that last")
