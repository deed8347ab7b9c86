"""Sessions of embed users in browsers that keep no cookies: four tokens that name one session.

The reference stays with the site's server; with it the site gets new tokens. Each browser frame
comes in with an authentication token (once), loads pages with a navigation token and calls the
API with an API token. None of them is of use to another browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import tokens as access_tokens
from belvedere.accounts.embedding import definition, grants, once, secrets, signing_in, tokens
from belvedere.accounts.embedding.addresses import Refused
from belvedere.accounts.embedding.tokens import BadToken, ForgottenSecret, Kind
from belvedere.accounts.tables import AccessToken, EmbedCredentials, EmbedSecret, EmbedSession, User
from belvedere.errors import BadRequest, Forbidden, Invalid, NotFound, Problem
from belvedere.instance import general
from belvedere.store import bump, sweep
from belvedere.vault import Vault

_SHORT = timedelta(minutes=10)
_LIFETIMES = {
    Kind.AUTHENTICATION: timedelta(seconds=30),
    Kind.NAVIGATION: _SHORT,
    Kind.API: _SHORT,
}
_ONCE = "embed authentication token"


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to hand out and to read tokens. `issuer` is our address, `user_agent` what
    the browser in question calls itself.
    """

    session: Session
    vault: Vault
    issuer: str
    user_agent: str
    now: datetime


def check_enabled(session: Session) -> None:
    config = general.embed_config(session)
    if not (config["sso_auth_enabled"] and config["embed_cookieless_v2"]):
        raise Forbidden("Cookieless embedding is switched off")


# For the site's server


def acquire(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    """All four tokens: of the live session that the reference names, else of a new one. NotFound
    where that session is another user's or browser's.
    """
    row = _referred(desk, values.get("session_reference_token") or "")
    if row is None:
        return _begin(desk, values)
    external = values.get("external_user_id")
    if row.user_agent != desk.user_agent or external not in (None, "", row.external_user_id):
        raise NotFound
    reference = str(values["session_reference_token"])
    return _handed_out(desk, row, (Kind.AUTHENTICATION, *_RENEWED)) | _told(desk, row, reference)


_RENEWED = (Kind.NAVIGATION, Kind.API)


def generate(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    """New tokens in place of those that are about to expire. A session that is over is told by
    its time to live, 0; BadRequest for tokens that do not belong together.
    """
    reference = str(values.get("session_reference_token") or "")
    row = _referred(desk, reference)
    if row is None:
        over: dict[str, Any] = {f"{kind}": None for kind in _RENEWED}
        over |= {f"{kind}_ttl": 0 for kind in (*_RENEWED, Kind.REFERENCE)}
        return over | {str(Kind.REFERENCE): reference}
    if row.user_agent != desk.user_agent:
        raise _bad_tokens()
    for kind in _RENEWED:
        if values.get(kind) and _session_of(desk, str(values[kind]), kind) != row.id:
            raise _bad_tokens()
    return _handed_out(desk, row, _RENEWED) | _told(desk, row, reference)


def end(desk: Desk, reference: str) -> None:
    """NotFound where there is no such session any more."""
    row = _referred(desk, reference)
    if row is None:
        raise NotFound
    _end(desk.session, row)


def _begin(desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = definition.read(values)
    domain = _domain(values)
    _purge(desk)
    user = grants.apply(desk.session, desk.vault, wanted, desk.now)
    signing_in.end_sessions(desk.session, user, desk.now)
    identifier = ids.slug()
    expires_at = desk.now + timedelta(seconds=wanted.session_length)
    reference = _written(desk, identifier, Kind.REFERENCE, expires_at)
    row = EmbedSession(
        id=identifier,
        digest=desk.vault.digest(reference),
        user_id=user.id,
        external_user_id=wanted.external_user_id,
        user_agent=desk.user_agent,
        embed_domain=domain,
        created_at=desk.now,
        expires_at=expires_at,
    )
    desk.session.add(row)
    desk.session.flush()
    return _handed_out(desk, row, (Kind.AUTHENTICATION, *_RENEWED)) | _told(desk, row, reference)


def _domain(values: Mapping[str, Any]) -> str | None:
    """An origin that may show this session, beside those that may show all."""
    given = values.get("embed_domain")
    if not given:
        return None
    if not general.is_origin(str(given)) or "*" in given:
        message = "embed_domain must be an origin such as https://example.com"
        raise Invalid(Problem("embed_domain", "invalid", message))
    return str(given).rstrip("/")


def _purge(desk: Desk) -> None:
    sweep(desk.session, EmbedSession, EmbedSession.expires_at <= desk.now)


def _end(session: Session, row: EmbedSession) -> None:
    theirs = AccessToken.source == "embed", AccessToken.source_id == row.id
    session.execute(delete(AccessToken).where(*theirs))
    session.delete(row)
    session.flush()
    bump(session, "accounts")


# For the browser


@dataclass(frozen=True, slots=True)
class Visitor:
    user: User
    session: EmbedSession


def come_in(desk: Desk, token: str) -> Visitor:
    """Whom an authentication token lets in, once."""
    found = _visitor(desk, token, Kind.AUTHENTICATION)
    kept = _LIFETIMES[Kind.AUTHENTICATION]
    if not once.use(desk.session, desk.vault, _ONCE, token, desk.now, kept):
        raise Refused("The authentication token was used already")
    return found


def navigate(desk: Desk, token: str) -> Visitor:
    """Who loads a page with a navigation token."""
    return _visitor(desk, token, Kind.NAVIGATION)


def _visitor(desk: Desk, token: str, kind: Kind) -> Visitor:
    try:
        check_enabled(desk.session)
        claims = tokens.read(desk.session, desk.vault, token, kind)
    except (BadToken, ForgottenSecret, Forbidden) as error:
        raise Refused(str(error)) from None
    row = desk.session.get(EmbedSession, claims.session_id)
    if row is None or row.expires_at <= desk.now or claims.expires_at <= desk.now:
        raise Refused("The session or its token has expired")
    if row.user_agent != desk.user_agent:
        raise Refused("The token belongs to another browser")
    user = desk.session.get(User, row.user_id)
    if user is None or user.is_disabled or _is_shut_out(desk.session, row):
        raise Refused("The embed user is disabled")
    return Visitor(user, row)


def _is_shut_out(session: Session, row: EmbedSession) -> bool:
    found = session.get(User, row.user_id)
    held: list[EmbedCredentials] = found.embed_credentials if found is not None else []
    return not any(c.external_user_id == row.external_user_id and not c.is_disabled for c in held)


# Tokens


def _referred(desk: Desk, reference: str) -> EmbedSession | None:
    """The live session; None where there is none any more. BadRequest for what is no reference."""
    if not reference:
        return None
    identifier = _session_of(desk, reference, Kind.REFERENCE)
    row = desk.session.get(EmbedSession, identifier) if identifier is not None else None
    if row is None or row.expires_at <= desk.now:
        return None
    if row.digest != desk.vault.digest(reference):
        raise _bad_tokens()
    return row


def _session_of(desk: Desk, token: str, kind: Kind) -> str | None:
    """The session that a token names, be the token too old by now; None where its secret is
    there no more.
    """
    try:
        return tokens.read(desk.session, desk.vault, token, kind).session_id
    except ForgottenSecret:
        return None
    except BadToken:
        raise _bad_tokens() from None


def _bad_tokens() -> BadRequest:
    return BadRequest("Invalid input tokens provided")


def _handed_out(desk: Desk, row: EmbedSession, kinds: tuple[Kind, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for kind in kinds:
        expires_at = min(desk.now + _LIFETIMES[kind], row.expires_at)
        made[str(kind)] = _written(desk, row.id, kind, expires_at)
        made[f"{kind}_ttl"] = _seconds(expires_at - desk.now)
    if Kind.API in kinds:
        _let_in(desk, row, made[Kind.API], made[f"{Kind.API}_ttl"])
    return made


def _let_in(desk: Desk, row: EmbedSession, token: str, seconds: int) -> None:
    """Make the API token one that the API knows."""
    user = desk.session.get_one(User, row.user_id)
    access_tokens.issue(
        desk.session,
        desk.vault,
        user,
        desk.now,
        seconds,
        source="embed",
        source_id=row.id,
        token=token,
    )


def _written(desk: Desk, identifier: str, kind: Kind, expires_at: datetime) -> str:
    secret: EmbedSecret = secrets.to_sign_with(desk.session, desk.vault, secrets.TOKENS, desk.now)
    return tokens.write(desk.vault, secret, desk.issuer, identifier, kind, expires_at)


def _told(desk: Desk, row: EmbedSession, reference: str) -> dict[str, Any]:
    return {
        str(Kind.REFERENCE): reference,
        f"{Kind.REFERENCE}_ttl": _seconds(row.expires_at - desk.now),
    }


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))
