"""What a person's user attributes are."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import attribute_values, attributes, users
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import User, UserAttribute
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch
from belvedere.api.people import is_self, refusal
from belvedere.api.present.user_attributes import present_value
from belvedere.errors import Forbidden, Invalid, NotFound, Problem

_MANAGE = Permission("manage_user_attributes")
_ONE = "/users/{user_id}/attribute_values/{user_attribute_id}"


@get("/users/{user_id}/attribute_values", requires="authenticated")
def user_attribute_user_values(
    call: Call,
    user_id: str,
    user_attribute_ids: list[str] | None,
    all_values: bool | None,
    include_unset: bool | None,
) -> list[dict[str, Any]]:
    """What counts for the person; or everything that says something, what counts first, first."""
    found = _person(call, user_id)
    wanted = attribute_values.chosen(
        call.db, user_attribute_ids, hidden_from_owner=call.session.permissions.has(_MANAGE)
    )
    read = attribute_values.all_values if all_values else attribute_values.first_values
    known = read(call.db, call.services.vault, found, wanted)
    shown = [item for item in known if include_unset or item.value is not None]
    return [present_value(call, found, item) for item in shown]


@patch(_ONE, requires="authenticated")
def set_user_attribute_user_value(
    call: Call, user_id: str, user_attribute_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Give a person a value of their own."""
    found = _person(call, user_id)
    attribute = _settable(call, user_attribute_id)
    if "value" not in body:
        raise Invalid(Problem("value", "missing_field", "value is required"))
    vault = call.services.vault
    attribute_values.set_own(call.db, vault, found, attribute, body["value"])
    known = attribute_values.first_values(call.db, vault, found, [attribute])
    return present_value(call, found, known[0])


@delete(_ONE, requires="authenticated")
def delete_user_attribute_user_value(call: Call, user_id: str, user_attribute_id: str) -> None:
    """Let groups and the default decide again."""
    found = _person(call, user_id)
    attribute = _settable(call, user_attribute_id)
    attribute_values.remove_own(call.db, call.services.vault, found, attribute)


def _person(call: Call, user_id: str) -> User:
    """Oneself, or for those who manage attributes anybody."""
    if not (is_self(call, user_id) or call.session.permissions.has(_MANAGE)):
        raise refusal(call)
    return users.get(call.db, user_id)


def _settable(call: Call, attribute_id: str) -> UserAttribute:
    """What may not be seen is not there; what may not be edited is others' to set."""
    found = attributes.get(call.db, attribute_id)
    if call.session.permissions.has(_MANAGE) or found.user_can_edit:
        return found
    if not found.user_can_view:
        raise NotFound
    raise Forbidden(f"Your {found.name} is set by administrators")
