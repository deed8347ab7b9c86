"""Embedding: secrets, addresses that sign people in, and cookieless sessions."""

from __future__ import annotations

import secrets as randomness
from typing import Any
from urllib.parse import SplitResult, urlsplit

from belvedere.accounts.embedding import addresses, cookieless, definition, secrets, signing_in
from belvedere.accounts.embedding.addresses import Refused
from belvedere.accounts.embedding.cookieless import Desk
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import EmbedSecret
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, post, put
from belvedere.clock import iso
from belvedere.errors import Forbidden, Invalid, Problem
from belvedere.instance import general
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")
_PASSED_ON = (
    "external_user_id",
    "permissions",
    "models",
    "group_ids",
    "external_group_id",
    "user_attributes",
    "first_name",
    "last_name",
)


@post("/embed_config/secrets", requires=_ADMIN)
def create_embed_secret(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A new secret. One that sites sign with is told this once; one of ours never."""
    vault = call.services.vault
    made = secrets.create(call.db, vault, body, call.session.user_id, call.now)
    told = secrets.opened(vault, made) if made.secret_type == secrets.SITES else None
    return _present(made) | {"secret": told}


@delete("/embed_config/secrets/{embed_secret_id}", requires=_ADMIN)
def delete_embed_secret(call: Call, embed_secret_id: str) -> None:
    """Addresses and sessions that were made with the secret count no more."""
    secrets.remove(call.db, embed_secret_id)


@post("/embed/sso_url", requires=_ADMIN)
def create_sso_embed_url(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A signed address; who is named in it, and what they are given, is checked when it is used."""
    if not general.embed_config(call.db)["sso_auth_enabled"]:
        raise Forbidden("Signed embedding is switched off")
    base, target = _target(call, body, prefix="/embed")
    values = _signed_values(call, body)
    _allow(call, body)
    vault = call.services.vault
    row = (
        secrets.chosen(call.db, str(body["secret_id"]))
        if body.get("secret_id")
        else secrets.to_sign_with(call.db, vault, secrets.SITES, call.now)
    )
    secret = secrets.opened(vault, row)
    return {"url": addresses.signed(base, target, values, secret, row.algorithm)}


@post("/embed/token_url/me", requires="authenticated")
def create_embed_url_as_me(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """An address that signs the caller in, once, to embedded content only."""
    session = call.session
    if session.source == "embed":
        raise Forbidden("A session of an embed user cannot begin another one")
    base, target = _target(call, body, prefix="")
    token = signing_in.own_address(
        call.services.vault,
        target,
        session.user_id,
        session.sudo_user_id,
        _own_length(call, body),
        call.now,
        replaces=body.get("force_logout_login") is not False,
    )
    return {"url": f"{base}{addresses.login_path(target)}?t={token}"}


@get("/embed/sso/validate", requires=_ADMIN)
def validate_embed_url(call: Call, url: str | None) -> dict[str, Any]:
    """Whether a signed address would let somebody in now; it is not used up."""
    if not url:
        raise Invalid(Problem("url", "missing_field", "url is required"))
    url = _as_sent(call, url)
    parts = _split(url, "url")
    if parts.netloc not in _hosts(call) or not parts.path.startswith(addresses.LOGIN):
        message = "url is not an embed login address of this server"
        raise Invalid(Problem("url", "invalid", message))
    vault = call.services.vault
    try:
        signing_in.check(call.db, vault, (parts.netloc,), parts.path, parts.query, call.now)
    except Refused as error:
        raise Invalid(*(Problem("url", "invalid", text) for text in error.problems)) from None
    return {"url": url}


@post("/embed/cookieless_session/acquire", requires=_ADMIN)
def acquire_embed_cookieless_session(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a session for an embed user, or let another frame join one."""
    cookieless.check_enabled(call.db)
    return cookieless.acquire(_desk(call), body)


@put("/embed/cookieless_session/generate_tokens", requires=_ADMIN)
def generate_tokens_for_cookieless_session(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """New tokens of a session for those that are about to expire."""
    cookieless.check_enabled(call.db)
    return cookieless.generate(_desk(call), body)


@delete("/embed/cookieless_session/{session_reference_token}", requires=_ADMIN)
def delete_embed_cookieless_session(call: Call, session_reference_token: str) -> None:
    """End a session with all of its tokens."""
    cookieless.end(_desk(call), session_reference_token)


def _as_sent(call: Call, url: str) -> str:
    """One of the official SDKs does not encode what is encoded in part: then all is the address."""
    sent = call.request.query.removeprefix("url=")
    return sent if "://" in sent.partition("?")[0] and "?" in sent else url


def _desk(call: Call) -> Desk:
    services, headers = call.services, call.request.headers
    issuer = services.settings.public_url
    return Desk(call.db, services.vault, issuer, headers.get("user-agent", ""), call.now)


# Addresses


def _target(call: Call, body: dict[str, Any], prefix: str) -> tuple[str, str]:
    """Scheme and host of the address, and the embed path that it leads to. Nobody is signed in to
    another server.
    """
    parts = _split(str(body.get("target_url") or ""), "target_url")
    if parts.scheme not in ("http", "https") or parts.netloc not in _hosts(call):
        message = f"target_url must be an address of {call.services.settings.public_url}"
        raise Invalid(Problem("target_url", "invalid", message))
    path = parts.path if parts.path.startswith("/embed/") else f"{prefix}{parts.path}"
    rest = f"?{parts.query}" if parts.query else ""
    rest += f"#{parts.fragment}" if parts.fragment else ""
    try:
        return f"{parts.scheme}://{parts.netloc}", addresses.checked_target(path + rest)
    except Refused as error:
        raise Invalid(Problem("target_url", "invalid", str(error))) from None


def _split(url: str, name: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise Invalid(Problem(name, "invalid", f"{name} is not an address")) from None


def _hosts(call: Call) -> tuple[str, ...]:
    own = urlsplit(call.services.settings.public_url).netloc
    return tuple(host for host in (own, call.request.headers.get("host")) if host)


def _signed_values(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {name: body[name] for name in _PASSED_ON if body.get(name) is not None}
    if not given.get("external_user_id"):
        message = "external_user_id is required"
        raise Invalid(Problem("external_user_id", "missing_field", message))
    if "user_timezone" in body:
        given["user_timezone"] = body["user_timezone"]
    return {
        "permissions": [],
        "models": [],
        "group_ids": [],
        "user_attributes": {},
        **given,
        "nonce": randomness.token_hex(16),
        "time": int(call.now.timestamp()),
        "session_length": _session_length(body),
        "access_filters": {},
        "force_logout_login": body.get("force_logout_login") is not False,
    }


def _session_length(body: dict[str, Any]) -> int:
    problems: list[Problem] = []
    seconds = definition.session_length(body, problems)
    if problems:
        raise Invalid(*problems)
    return seconds


def _own_length(call: Call, body: dict[str, Any]) -> int:
    """Who acts as another does so no longer than their token lets them."""
    seconds = _session_length(body)
    if call.session.sudo_user_id is None:
        return seconds
    return min(seconds, int((call.session.expires_at - call.now).total_seconds()))


def _allow(call: Call, body: dict[str, Any]) -> None:
    """Put the site's origin into the allowlist."""
    domain = body.get("embed_domain")
    if not domain:
        return
    if "*" in str(domain) or not general.is_origin(str(domain)):
        message = "embed_domain must be an origin such as https://example.com"
        raise Invalid(Problem("embed_domain", "invalid", message))
    change = Change(call.now, call.session.user_id)
    general.allow_origin(call.db, call.services.vault, str(domain), change)


def _present(row: EmbedSecret) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "algorithm": row.algorithm,
        "created_at": iso(row.created_at),
        "enabled": row.enabled,
        "user_id": str(row.user_id) if row.user_id is not None else None,
        "secret_type": row.secret_type,
    }
