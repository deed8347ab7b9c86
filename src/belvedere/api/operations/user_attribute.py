"""User attributes, and what groups make of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, true

from belvedere.accounts import attribute_definitions, attributes, groups
from belvedere.accounts.attribute_definitions import GroupValue
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import UserAttribute
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import RawBody, delete, get, patch, post
from belvedere.api.present.user_attributes import present_group_value, present_user_attribute
from belvedere.errors import Invalid, NotFound, Problem

_MANAGE = Permission("manage_user_attributes")


@get("/user_attributes", requires="authenticated")
def all_user_attributes(call: Call) -> list[dict[str, Any]]:
    """The attributes there are, as far as the caller may know them."""
    may = call.session.permissions.has(_MANAGE)
    known = true() if may else UserAttribute.user_can_view
    sorts = {"name": UserAttribute.name, "label": UserAttribute.label}
    ordered = select(UserAttribute).where(known)
    rows = call.db.scalars(ordered.order_by(*search.order(call, sorts, UserAttribute.id)))
    return [present_user_attribute(call, row) for row in rows]


@post("/user_attributes", requires=_MANAGE)
def create_user_attribute(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Define an attribute."""
    made = attribute_definitions.create(call.db, call.services.vault, body)
    return present_user_attribute(call, made)


@get("/user_attributes/{user_attribute_id}", requires="authenticated")
def user_attribute(call: Call, user_attribute_id: str) -> dict[str, Any]:
    """One attribute."""
    found = attributes.get(call.db, user_attribute_id)
    if not (found.user_can_view or call.session.permissions.has(_MANAGE)):
        raise NotFound
    return present_user_attribute(call, found)


@patch("/user_attributes/{user_attribute_id}", requires=_MANAGE)
def update_user_attribute(
    call: Call, user_attribute_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Change an attribute's definition."""
    found = attributes.get(call.db, user_attribute_id)
    attribute_definitions.update(call.db, call.services.vault, found, body)
    return present_user_attribute(call, found)


@delete("/user_attributes/{user_attribute_id}", requires=Permission("administer"))
def delete_user_attribute(call: Call, user_attribute_id: str) -> None:
    """Delete an attribute with all its values."""
    attribute_definitions.remove(call.db, attributes.get(call.db, user_attribute_id))


@get("/user_attributes/{user_attribute_id}/group_values", requires=_MANAGE)
def all_user_attribute_group_values(call: Call, user_attribute_id: str) -> list[dict[str, Any]]:
    """What groups make of it; those that count first, first."""
    found = attributes.get(call.db, user_attribute_id)
    rows = attribute_definitions.group_values(call.db, found)
    return [present_group_value(row, found) for row in rows]


@post("/user_attributes/{user_attribute_id}/group_values", requires=_MANAGE)
def set_user_attribute_group_values(
    call: Call, user_attribute_id: str, body: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Say what groups make of it, in place of what was said before."""
    found = attributes.get(call.db, user_attribute_id)
    chosen = [_group_value(call, item) for item in _ranked(body)]
    if len({item.group_id for item in chosen}) != len(chosen):
        raise Invalid(Problem("group_id", "invalid", "A group can have one value only"))
    rows = attribute_definitions.set_group_values(call.db, call.services.vault, found, chosen)
    return [present_group_value(row, found) for row in rows]


@patch("/groups/{group_id}/attribute_values/{user_attribute_id}", requires=_MANAGE)
def update_user_attribute_group_value(
    call: Call, group_id: str, user_attribute_id: str, body: RawBody
) -> dict[str, Any]:
    """Say what one group makes of it."""
    found = attributes.get(call.db, user_attribute_id)
    item = _group_value(call, body | {"group_id": group_id})
    row = attribute_definitions.set_group_value(call.db, call.services.vault, found, item)
    return present_group_value(row, found)


@delete("/groups/{group_id}/attribute_values/{user_attribute_id}", requires=_MANAGE)
def delete_user_attribute_group_value(call: Call, group_id: str, user_attribute_id: str) -> None:
    """Let a group make nothing of it any more."""
    found, group = attributes.get(call.db, user_attribute_id), groups.get(call.db, group_id)
    attribute_definitions.remove_group_value(call.db, found, group.id)


def _ranked(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of their ranks, or as they come where none has one."""
    ranked = [item for item in body if item.get("rank") is not None]
    if not ranked:
        return body
    if len(ranked) < len(body):
        raise Invalid(Problem("rank", "missing_field", "Every value has a rank, or none has"))
    return sorted(body, key=lambda item: int(item["rank"]))


def _group_value(call: Call, item: dict[str, Any]) -> GroupValue:
    given, value = item.get("group_id"), item.get("value")
    if given is None:
        raise Invalid(Problem("group_id", "missing_field", "group_id is required"))
    if isinstance(value, dict | list | bool):
        raise Invalid(Problem("value", "invalid", "value must be a string"))
    group = groups.get(call.db, str(given))
    return GroupValue(group.id, None if value is None else str(value))
