"""Logging in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from belvedere.accounts import credentials, tokens
from belvedere.api.call import Call
from belvedere.api.operation import delete, post
from belvedere.errors import BadRequest, NotFound


@post("/login", requires="public")
def login(call: Call) -> dict[str, Any]:
    """Exchange an API client id and secret for an access token."""
    given = _given(call)
    client_id, secret = given.get("client_id", ""), given.get("client_secret", "")
    if not client_id or not secret:
        raise BadRequest("client_id and client_secret are required")
    services = call.services
    address = call.request.address
    services.throttle.check(client_id, address)
    with services.database.reading() as session:
        user = credentials.verify_api_client(session, services.vault, client_id, secret)
    if user is None:
        services.throttle.failed(client_id, address)
        raise NotFound
    services.throttle.succeeded(client_id, address)
    lifetime = services.settings.token_lifetime
    issued = tokens.issue(call.db, services.vault, user, call.now, lifetime)
    return {
        "access_token": issued.token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    }


@delete("/logout", requires="authenticated")
def logout(call: Call) -> None:
    """End the session of the token that is sent."""
    tokens.revoke(call.db, call.session.digest)


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
