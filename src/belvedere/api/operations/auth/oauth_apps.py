"""Programs that people can let in on their behalf."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere import ids
from belvedere.accounts import groups, oauth, users
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import OauthActivation, OauthClientApp, User
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.present.users import present_public
from belvedere.clock import iso
from belvedere.errors import Forbidden, Invalid, NotFound, Problem

_ADMIN = Permission("administer")


@get("/oauth_client_apps", requires="authenticated")
def all_oauth_client_apps(call: Call) -> list[dict[str, Any]]:
    """Administrators see every app, others those that they may use."""
    rows = call.db.scalars(select(OauthClientApp).order_by(OauthClientApp.client_guid))
    return [_present(call, row) for row in rows if _may_see(call, row)]


@get("/oauth_client_apps/{client_guid}", requires="authenticated")
def oauth_client_app(call: Call, client_guid: str) -> dict[str, Any]:
    """One app."""
    found = oauth.get_app(call.db, client_guid)
    if not _may_see(call, found):
        raise NotFound
    return _present(call, found)


@post("/oauth_client_apps/{client_guid}", requires=_ADMIN)
def register_oauth_client_app(call: Call, client_guid: str, body: dict[str, Any]) -> dict[str, Any]:
    """Register an app: from where it comes, and what people are told about it."""
    group_id = _group(call, body)
    made = oauth.register(call.db, client_guid, body, call.now)
    made.group_id, made.restricted = group_id, group_id is not None
    return _present(call, made)


@patch("/oauth_client_apps/{client_guid}", requires=_ADMIN)
def update_oauth_client_app(call: Call, client_guid: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change an app; where it is disabled its tokens end."""
    found = oauth.get_app(call.db, client_guid)
    if "group_id" in body:
        found.group_id = _group(call, body)
        found.restricted = found.group_id is not None
        oauth.invalidate_outsiders(call.db, found)
    oauth.update(call.db, found, body, call.now)
    return _present(call, found)


@delete("/oauth_client_apps/{client_guid}", requires=_ADMIN)
def delete_oauth_client_app(call: Call, client_guid: str) -> None:
    """Delete an app with its tokens. One that is not there is no error."""
    found = oauth.find_app(call.db, client_guid)
    if found is not None:
        oauth.remove(call.db, found, call.now)


@delete("/oauth_client_apps/{client_guid}/tokens", requires=_ADMIN)
def invalidate_tokens(call: Call, client_guid: str) -> None:
    """End all codes and tokens that the app has from anybody."""
    oauth.invalidate(call.db, oauth.get_app(call.db, client_guid), call.now)


@post("/oauth_client_apps/{client_guid}/users/{user_id}", requires="authenticated")
def activate_app_user(call: Call, client_guid: str, user_id: str) -> str:
    """Let an app in, for oneself or as an administrator for another."""
    app, user = oauth.get_app(call.db, client_guid), _self_or_any(call, user_id)
    if not oauth.may_use(call.db, app, user):
        raise Forbidden("The user may not use this app")
    oauth.activate(call.db, app, user.id, call.now)
    return ""


@delete("/oauth_client_apps/{client_guid}/users/{user_id}", requires="authenticated")
def deactivate_app_user(call: Call, client_guid: str, user_id: str) -> None:
    """Do not let the app in any more; its tokens of the user end."""
    if not call.session.permissions.is_admin and user_id != call.user_id:
        raise NotFound
    number = ids.number(user_id)
    if number is not None:
        oauth.deactivate(call.db, client_guid, number)


def _self_or_any(call: Call, user_id: str) -> User:
    if not call.session.permissions.is_admin and user_id != call.user_id:
        raise NotFound
    return users.get(call.db, user_id)


def _may_see(call: Call, app: OauthClientApp) -> bool:
    if call.session.permissions.is_admin:
        return True
    return oauth.may_use(call.db, app, users.get(call.db, call.session.user_id))


def _group(call: Call, body: dict[str, Any]) -> int | None:
    given = body.get("group_id")
    if given is None or given == "":
        return None
    try:
        return groups.get(call.db, given).id
    except NotFound:
        raise Invalid(Problem("group_id", "invalid", f"There is no group {given}")) from None


def _present(call: Call, app: OauthClientApp) -> dict[str, Any]:
    admin = call.session.permissions.is_admin
    return {
        "can": {"show": True, "index": True, "update": admin, "destroy": admin},
        "client_guid": app.client_guid,
        "redirect_uri": app.redirect_uris[0],
        "redirect_uris": list(app.redirect_uris),
        "display_name": app.display_name,
        "description": app.description,
        "enabled": app.enabled,
        "group_id": str(app.group_id) if app.group_id is not None else None,
        "tokens_invalid_before": iso(app.tokens_invalid_before),
        "activated_users": _activated(call, app) if admin else [],
    }


def _activated(call: Call, app: OauthClientApp) -> list[dict[str, Any]]:
    if not call.fields.wants("activated_users"):
        return []
    activated = select(OauthActivation.user_id).where(
        OauthActivation.client_guid == app.client_guid
    )
    rows = call.db.scalars(select(User).where(User.id.in_(activated)).order_by(User.id))
    return [present_public(call, row) for row in rows]
