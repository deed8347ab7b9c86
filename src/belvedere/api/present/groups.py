"""Groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belvedere.accounts import groups
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Group
from belvedere.api.call import Call
from belvedere.api.present.roles import present_role

_MANAGE = Permission("manage_groups")


def present_groups(call: Call, rows: Sequence[Group]) -> list[dict[str, Any]]:
    wants_count = call.fields.wants("user_count")
    counts = groups.counts(call.db, [row.id for row in rows]) if wants_count else {}
    return [_present(call, row, counts.get(row.id, 0)) for row in rows]


def present_group(call: Call, group: Group) -> dict[str, Any]:
    return present_groups(call, [group])[0]


def present_with_roles(call: Call, rows: Sequence[Group]) -> list[dict[str, Any]]:
    roles = groups.roles_by_group(call.db, [row.id for row in rows])
    return [
        shown | {"roles": [present_role(call, role) for role in roles[row.id]]}
        for row, shown in zip(rows, present_groups(call, rows), strict=True)
    ]


def present_with_hierarchy(call: Call, rows: Sequence[Group]) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    roles, parents = groups.roles_by_group(call.db, ids), groups.parents_by_group(call.db, ids)
    return [
        shown
        | {
            "parent_group_ids": [str(parent) for parent in parents[row.id]],
            "role_ids": [str(role.id) for role in roles[row.id]],
        }
        for row, shown in zip(rows, present_groups(call, rows), strict=True)
    ]


def _present(call: Call, group: Group, count: int) -> dict[str, Any]:
    may = call.session.permissions.has(_MANAGE)
    own = may and not group.include_by_default
    return {
        "can": {
            "show": True,
            "index": True,
            "create": may,
            "update": may,
            "delete": own,
            "add_to_content_metadata": group.can_add_to_content_metadata,
            "edit_in_ui": may and not group.externally_managed,
        },
        "id": str(group.id),
        "name": group.name,
        "can_add_to_content_metadata": group.can_add_to_content_metadata,
        "contains_current_user": group.id in call.session.groups,
        "external_group_id": group.external_group_id or group.embed_external_id,
        "externally_managed": group.externally_managed,
        "include_by_default": group.include_by_default,
        "user_count": count,
    }
