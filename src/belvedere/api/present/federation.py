"""Configurations of the services that people sign in with; never a secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.mapping import AttributeMapping, GroupMapping
from belvedere.accounts.tables import Group, Role, UserAttribute
from belvedere.api import contract
from belvedere.api.call import Call
from belvedere.api.present.groups import present_groups
from belvedere.api.present.roles import present_role
from belvedere.api.present.user_attributes import present_user_attribute
from belvedere.clock import iso

_LINKED = frozenset({"ldap", "saml"})
"""Those whose mappings tell where their configuration is."""
_SCHEMAS = {
    "ldap": "LDAPConfig",
    "oidc": "OIDCConfig",
    "saml": "SamlConfig",
    "workforce": "WorkforceConfig",
}


def config_url(call: Call, config: Config) -> str:
    base = f"{call.services.settings.public_url}/api/4.0"
    if config.slug is not None:
        return f"{base}/{config.kind.name}_test_configs/{config.slug}"
    return f"{base}/{config.kind.subject}"


def present_config(call: Call, config: Config) -> dict[str, Any]:
    """Both forms of each mapping: with whole objects to read, with ids to write."""
    url, found = config_url(call, config), config.mappings
    link = {"url": url} if config.kind.name in _LINKED else {}
    live = config.slug is None
    shown: dict[str, Any] = {
        "can": {"show": True, "update": live, "destroy": not live, "test": True},
        **config.values,
        "default_new_user_roles": _roles(call, found.role_ids),
        "default_new_user_groups": _groups(call, found.group_ids),
        "groups": [_group(call, item) | link for item in found.groups],
        "groups_with_role_ids": [_group_ids(item) | link for item in found.groups],
        "user_attributes": [_attribute(call, item) | link for item in found.attributes],
        "user_attributes_with_ids": [_attribute_ids(item) | link for item in found.attributes],
        "modified_at": iso(config.changed_at) if config.changed_at else None,
        "modified_by": str(config.changed_by) if config.changed_by is not None else None,
        "test_slug": config.slug,
        "has_auth_password": config.secret is not None,
        "url": url,
    }
    return _as_published(shown, _SCHEMAS[config.kind.name])


def _as_published(shown: dict[str, Any], schema: str) -> dict[str, Any]:
    """Without what the type does not have, nor a null that it does not allow."""
    properties = contract.schema(schema).properties
    return {
        name: value
        for name, value in shown.items()
        if name in properties and (value is not None or properties[name].nullable)
    }


def _roles(call: Call, role_ids: Iterable[int]) -> list[dict[str, Any]]:
    rows = call.db.scalars(select(Role).where(Role.id.in_(list(role_ids))).order_by(Role.id))
    return [present_role(call, row) for row in rows]


def _groups(call: Call, group_ids: Iterable[int]) -> list[dict[str, Any]]:
    chosen = select(Group).where(Group.id.in_(list(group_ids))).order_by(Group.id)
    return present_groups(call, list(call.db.scalars(chosen)))


def _group(call: Call, item: GroupMapping) -> dict[str, Any]:
    shown = _group_ids(item) | {"roles": _roles(call, item.role_ids)}
    del shown["role_ids"]
    return shown


def _group_ids(item: GroupMapping) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "looker_group_id": str(item.group_id or ""),
        "looker_group_name": item.group_name,
        "name": item.name,
        "role_ids": [str(role) for role in item.role_ids],
    }


def _attribute(call: Call, item: AttributeMapping) -> dict[str, Any]:
    chosen = select(UserAttribute).where(UserAttribute.id.in_(item.attribute_ids))
    rows = call.db.scalars(chosen.order_by(UserAttribute.name))
    shown = [present_user_attribute(call, row) for row in rows]
    return {"name": item.name, "required": item.required, "user_attributes": shown}


def _attribute_ids(item: AttributeMapping) -> dict[str, Any]:
    ids = [str(attribute) for attribute in item.attribute_ids]
    return {"name": item.name, "required": item.required, "user_attribute_ids": ids}
