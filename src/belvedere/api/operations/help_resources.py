"""A page of help that the organization writes for its own people."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, patch
from belvedere.instance import help_resources
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")


@get("/internal_help_resources_content", requires="authenticated")
def internal_help_resources_content(call: Call) -> dict[str, Any]:
    """The page, and whose it is."""
    return _content(call, help_resources.read(call.db))


@patch("/internal_help_resources_content", requires=_ADMIN)
def update_internal_help_resources_content(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Write the page."""
    return _content(call, _changed(call, body))


@get("/internal_help_resources_enabled", requires="authenticated")
def internal_help_resources(call: Call) -> dict[str, Any]:
    """Whether the page is shown."""
    return _switch(call, help_resources.read(call.db))


@patch("/internal_help_resources", requires=_ADMIN)
def update_internal_help_resources(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Show the page, or do not."""
    return _switch(call, _changed(call, body))


def _changed(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    change = Change(call.now, call.session.user_id)
    return help_resources.change(call.db, call.services.vault, body, change)


def _can(call: Call) -> dict[str, bool]:
    return {"show": True, "update": call.session.permissions.is_admin}


def _content(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    names = ("organization_name", "markdown_content")
    return {"can": _can(call), **{name: found[name] for name in names}}


def _switch(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    return {"can": _can(call), "enabled": found["enabled"]}
