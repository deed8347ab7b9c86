"""Logging in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from belvedere.accounts import (
    audit,
    credentials,
    lockouts,
    membership,
    oauth,
    tokens,
    users,
)
from belvedere.accounts.audit import Actor
from belvedere.accounts.lockouts import Attempt
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import delete, post
from belvedere.errors import BadRequest, Forbidden, NotFound


@post("/login", requires="public")
def login(call: Call) -> dict[str, Any]:
    """Exchange an API client id and secret for an access token."""
    given = _given(call)
    client_id, secret = given.get("client_id", ""), given.get("client_secret", "")
    if not client_id or not secret:
        raise BadRequest("client_id and client_secret are required")
    services = call.services
    attempt = Attempt("api", client_id, call.request.address)
    services.throttle.check(client_id, attempt.ip)
    with services.database.reading() as session:
        lockouts.check(session, services.vault, attempt, call.now)
        user = credentials.verify_api_client(session, services.vault, client_id, secret)
    if user is None:
        services.throttle.failed(client_id, attempt.ip)
        _record_failure(call, attempt)
        raise NotFound
    call.signed_in = user.id
    services.throttle.succeeded(client_id, attempt.ip)
    lockouts.succeeded(call.db, services.vault, attempt)
    lifetime = services.settings.token_lifetime
    issued = tokens.issue(call.db, services.vault, user, call.now, lifetime, source_id=client_id)
    return _token(issued)


@post("/login/{user_id}", requires=Permission("sudo"))
def login_user(call: Call, user_id: str) -> dict[str, Any]:
    """A token that acts as another person, with exactly their rights. It lives no longer than
    the caller's own.
    """
    target = users.get(call.db, user_id)
    session = call.session
    theirs = membership.permissions_of(call.db, target)
    if target.is_disabled:
        raise Forbidden("Nobody can act as a user who is disabled")
    if theirs.is_admin and not session.permissions.is_admin:
        raise Forbidden("Only administrators can act as an administrator")
    services = call.services
    left = int((session.expires_at - call.now).total_seconds())
    issued = tokens.issue(
        call.db,
        services.vault,
        target,
        call.now,
        min(services.settings.token_lifetime, left),
        sudo_user_id=session.sudo_user_id or session.user_id,
        source="sudo",
        source_id=session.digest,
    )
    return _token(issued)


def _token(issued: tokens.IssuedToken) -> dict[str, Any]:
    return {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    }


def _record_failure(call: Call, attempt: Attempt) -> None:
    vault = call.services.vault
    with call.transaction() as session:
        owner = credentials.owner_of_api_client(session, attempt.remote_id)
        lockouts.failed(session, vault, attempt, call.now, owner)
        actor = Actor(None, None, attempt.ip)
        audit.record(
            session,
            call.now,
            "login_failed",
            actor,
            category="api",
            attributes={"client_id": attempt.remote_id[:64]},
        )


@delete("/logout", requires="authenticated")
def logout(call: Call) -> None:
    """End the session of the token that is sent."""
    oauth.log_out(call.db, call.session.digest)


def _given(call: Call) -> dict[str, str]:
    """Query string, form or JSON: all three are in use."""
    given = dict(call.parameters)
    kind = call.request.headers.get("content-type", "")
    body = call.request.body
    if "json" in kind:
        value = call.json
        if isinstance(value, dict):
            given |= {key: item for key, item in value.items() if isinstance(item, str)}
    elif body:
        try:
            given |= dict(parse_qsl(body.decode("utf-8"), max_num_fields=50))
        except ValueError:
            raise BadRequest("The request body cannot be read as a form") from None
    return given
