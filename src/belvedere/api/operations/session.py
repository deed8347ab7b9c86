"""The session that a token stands for."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import tokens
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, patch
from belvedere.errors import Forbidden, Invalid, Problem


@get("/session", requires="authenticated")
def session(call: Call) -> dict[str, Any]:
    """The workspace that the token works in."""
    return _present(call, call.session.workspace_id)


@patch("/session", requires="authenticated")
def update_session(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Move the token to another workspace."""
    workspace = body.get("workspace_id") or call.session.workspace_id
    if workspace not in tokens.WORKSPACES:
        known = " or ".join(tokens.WORKSPACES)
        raise Invalid(Problem("workspace_id", "invalid", f"workspace_id must be {known}"))
    if workspace == "dev" and not call.session.permissions.has(Permission("develop")):
        raise Forbidden("The development workspace needs the permission develop")
    tokens.set_workspace(call.db, call.session.digest, workspace)
    return _present(call, workspace)


def _present(call: Call, workspace: str) -> dict[str, Any]:
    behind = call.session.sudo_user_id
    return {
        "can": {"view": True, "update": True},
        "workspace_id": workspace,
        "sudo_user_id": None if behind is None else str(behind),
    }
