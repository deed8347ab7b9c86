"""User attributes and the values that groups give them. Hidden values are never shown."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import attributes
from belvedere.accounts.attributes import Known
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import User, UserAttribute, UserAttributeGroupValue
from belvedere.api.call import Call

_MANAGE = Permission("manage_user_attributes")


def present_user_attribute(call: Call, row: UserAttribute) -> dict[str, Any]:
    may = call.session.permissions.has(_MANAGE)
    settable = not row.is_system or attributes.SYSTEM[row.name][2]
    return {
        "can": {
            "show": True,
            "index": True,
            "create": may,
            "update": may and not row.is_system,
            "destroy": may and not row.is_permanent,
            "set_value": settable and (may or row.user_can_edit),
            "show_value": not row.value_is_hidden,
        },
        "id": str(row.id),
        "name": row.name,
        "label": row.label,
        "type": row.type,
        "default_value": None if row.value_is_hidden else row.default_value,
        "is_system": row.is_system,
        "is_permanent": row.is_permanent,
        "value_is_hidden": row.value_is_hidden,
        "user_can_view": row.user_can_view,
        "user_can_edit": row.user_can_edit,
        "hidden_value_domain_whitelist": row.hidden_value_domain_whitelist,
        "needed_for_ci_run": False,
        "value_for_ci_run": None,
    }


def present_group_value(row: UserAttributeGroupValue, attribute: UserAttribute) -> dict[str, Any]:
    return {
        "can": {},
        "id": f"{row.group_id}-{row.user_attribute_id}",
        "group_id": str(row.group_id),
        "user_attribute_id": str(row.user_attribute_id),
        "value_is_hidden": attribute.value_is_hidden,
        "rank": row.rank,
        "value": None if attribute.value_is_hidden else row.value,
    }


def present_value(call: Call, user: User, known: Known) -> dict[str, Any]:
    """What one user's attribute is, and what says so."""
    row = known.attribute
    may = call.session.permissions.has(_MANAGE)
    settable = not row.is_system or attributes.SYSTEM[row.name][2]
    return {
        "can": {
            "show": True,
            "update": settable and (may or row.user_can_edit),
            "show_value": not row.value_is_hidden,
        },
        "name": row.name,
        "label": row.label,
        "rank": known.rank,
        "value": None if row.value_is_hidden else known.value,
        "user_id": str(user.id),
        "user_can_edit": settable and row.user_can_edit,
        "value_is_hidden": row.value_is_hidden,
        "user_attribute_id": str(row.id),
        "source": None if known.source == "None" else known.source,
        "hidden_value_domain_whitelist": row.hidden_value_domain_whitelist,
    }
