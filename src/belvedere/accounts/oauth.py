"""OAuth 2.0 for programs without a secret: authorization codes with PKCE, rotating refreshes.

A sign-in through an app is a family: its code, its refresh tokens, its access tokens. Whatever
shows that two parties hold one secret (a code or refresh token used twice) ends the family.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import membership, texts, tokens
from belvedere.accounts.tables import (
    AccessToken,
    OauthActivation,
    OauthClientApp,
    OauthCode,
    OauthRefreshToken,
    User,
)
from belvedere.accounts.tokens import IssuedToken
from belvedere.errors import BelvedereError, Conflict, Invalid, NotFound, Problem
from belvedere.store import bump, put, sweep
from belvedere.vault import Vault

CODE_LIFETIME = timedelta(seconds=60)
REFRESH_LIFETIME = timedelta(days=30)
_CHALLENGE = re.compile(r"[A-Za-z0-9_\-]{43}\Z")
_VERIFIER = re.compile(r"[A-Za-z0-9._~\-]{43,128}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*\Z")
_NEVER = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "ws"})
_TEXTS = {"display_name": texts.LONGEST, "description": 10_000}
"""What people are told about an app, and the most characters of it."""
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class OauthError(BelvedereError):
    """What a token request did wrong; `code` is one of the standard's words."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Grant:
    access: IssuedToken
    refresh_token: str


# Apps


def find_app(session: Session, guid: str) -> OauthClientApp | None:
    return session.get(OauthClientApp, guid)


def get_app(session: Session, guid: str) -> OauthClientApp:
    found = find_app(session, guid)
    if found is None:
        raise NotFound
    return found


def register(
    session: Session, guid: str, values: Mapping[str, Any], now: datetime
) -> OauthClientApp:
    """Conflict where there is one of that id; Invalid names every property that is wrong."""
    if find_app(session, guid) is not None:
        raise Conflict(f"There is an app {guid} already")
    problems: list[Problem] = []
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", guid):
        message = "client_guid has 1 to 255 printable characters, and no blanks"
        problems.append(Problem("client_guid", "invalid", message))
    uris = _redirect_uris(values, problems)
    if not uris:
        message = "redirect_uri is required"
        problems.append(Problem("redirect_uri", "missing_field", message))
    said = {name: _said(values, name, longest, problems) for name, longest in _TEXTS.items()}
    if problems:
        raise Invalid(*problems)
    app = OauthClientApp(
        client_guid=guid,
        redirect_uris=uris,
        **said,
        enabled=values.get("enabled", True) is not False,
        tokens_invalid_before=now,
    )
    session.add(app)
    session.flush()
    return app


def update(session: Session, app: OauthClientApp, values: Mapping[str, Any], now: datetime) -> None:
    problems: list[Problem] = []
    if "redirect_uri" in values or "redirect_uris" in values:
        uris = _redirect_uris(values, problems)
        if not uris:
            problems.append(Problem("redirect_uri", "invalid", "redirect_uri is required"))
        app.redirect_uris = uris
    for name, longest in _TEXTS.items():
        if name in values:
            setattr(app, name, _said(values, name, longest, problems))
    if problems:
        raise Invalid(*problems)
    if values.get("enabled") is not None:
        app.enabled = bool(values["enabled"])
        if not app.enabled:
            invalidate(session, app, now)
    session.flush()


def _said(values: Mapping[str, Any], name: str, longest: int, problems: list[Problem]) -> str:
    text = texts.checked(values, name, problems, longest)
    if not text:
        problems.append(Problem(name, "missing_field", f"{name} is required"))
    return text


def _redirect_uris(values: Mapping[str, Any], problems: list[Problem]) -> list[str]:
    given = [values.get("redirect_uri"), *(values.get("redirect_uris") or ())]
    uris = list(dict.fromkeys(str(uri) for uri in given if uri))
    for uri in uris:
        reason = _unsafe(uri)
        if reason:
            problems.append(Problem("redirect_uri", "invalid", f"{uri[:200]} {reason}"))
    return uris


def _unsafe(uri: str) -> str | None:
    """Why nobody should be sent there; None where it is fine."""
    if not re.fullmatch(r"[\x21-\x7e]{1,2000}", uri) or "\\" in uri or "#" in uri:
        return "is not an absolute address without a fragment"
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return "is not an address"
    if not _SCHEME.match(parts.scheme.lower()) or parts.scheme.lower() in _NEVER:
        return "has a scheme that is not allowed"
    if parts.username or parts.password:
        return "holds credentials"
    if parts.scheme.lower() in ("http", "https"):
        if not host:
            return "has no host"
        if parts.scheme.lower() == "http" and host not in _LOOPBACK | {"localhost"}:
            return "must use https, unless it is a loopback address"
    elif "." not in parts.scheme and not (host or parts.path):
        return "leads nowhere"
    return None


def remove(session: Session, app: OauthClientApp, now: datetime) -> None:
    invalidate(session, app, now)
    session.delete(app)
    session.flush()


def redirects_to(app: OauthClientApp, uri: str) -> bool:
    """Exactly a registered address; of loopback addresses without a port, any port."""
    if uri in app.redirect_uris:
        return True
    loopback = _without_port(uri)
    return loopback is not None and loopback in app.redirect_uris


def _without_port(uri: str) -> str | None:
    found = re.fullmatch(r"http://(127\.0\.0\.1|\[::1\]):\d{1,5}(/[\x21-\x7e]*)?", uri)
    return f"http://{found[1]}{found[2] or ''}" if found else None


def may_use(session: Session, app: OauthClientApp, user: User) -> bool:
    if not app.enabled or user.is_disabled:
        return False
    if app.group_id is None:
        return not app.restricted
    return app.group_id in membership.groups_of(session, user.id)


# Who let which app in


def is_activated(session: Session, app: OauthClientApp, user_id: int) -> bool:
    return session.get(OauthActivation, (app.client_guid, user_id)) is not None


def activate(session: Session, app: OauthClientApp, user_id: int, now: datetime) -> None:
    if not is_activated(session, app, user_id):
        put(
            session,
            OauthActivation(client_guid=app.client_guid, user_id=user_id, created_at=now),
        )


def deactivate(session: Session, guid: str, user_id: int) -> None:
    session.execute(
        delete(OauthActivation).where(
            OauthActivation.client_guid == guid, OauthActivation.user_id == user_id
        )
    )
    _end_families(session, OauthRefreshToken.client_guid == guid, user_id=user_id)
    session.execute(
        delete(OauthCode).where(OauthCode.client_guid == guid, OauthCode.user_id == user_id)
    )


def invalidate(session: Session, app: OauthClientApp, now: datetime) -> None:
    """All codes and tokens of the app, of everybody."""
    app.tokens_invalid_before = now
    _end_families(session, OauthRefreshToken.client_guid == app.client_guid)
    session.execute(delete(OauthCode).where(OauthCode.client_guid == app.client_guid))


def invalidate_outsiders(session: Session, app: OauthClientApp) -> None:
    """End the tokens of those who may not use the app any more."""
    holders = select(OauthRefreshToken.user_id).where(
        OauthRefreshToken.client_guid == app.client_guid
    )
    for user_id in session.scalars(holders.distinct()).all():
        user = session.get(User, user_id)
        if user is None or not may_use(session, app, user):
            deactivate(session, app.client_guid, user_id)


def end_of_user(session: Session, user_id: int) -> None:
    """All codes and tokens that apps have from the user."""
    _end_families(session, OauthRefreshToken.user_id == user_id)
    session.execute(delete(OauthCode).where(OauthCode.user_id == user_id))


def log_out(session: Session, digest: str) -> None:
    """End a token, and with an app's token all that the app has from that sign-in."""
    row = session.get(AccessToken, digest)
    if row is not None and row.source == "oauth" and row.source_id is not None:
        end_family(session, row.source_id)
    tokens.revoke(session, digest)


def end_family(session: Session, family: str) -> None:
    _end_families(session, OauthRefreshToken.family == family)


def _end_families(session: Session, which: Any, user_id: int | None = None) -> None:
    chosen = select(OauthRefreshToken.family).where(which)
    if user_id is not None:
        chosen = chosen.where(OauthRefreshToken.user_id == user_id)
    families = list(session.scalars(chosen.distinct()))
    for start in range(0, len(families), 500):
        some = families[start : start + 500]
        session.execute(
            delete(AccessToken).where(
                AccessToken.source == "oauth", AccessToken.source_id.in_(some)
            )
        )
        session.execute(delete(OauthRefreshToken).where(OauthRefreshToken.family.in_(some)))
    bump(session, "accounts")


# Codes and tokens


def is_challenge(text: str) -> bool:
    return _CHALLENGE.match(text) is not None


def issue_code(
    session: Session,
    vault: Vault,
    app: OauthClientApp,
    user: User,
    now: datetime,
    *,
    redirect_uri: str,
    code_challenge: str,
) -> str:
    sweep(session, OauthCode, OauthCode.expires_at <= now - REFRESH_LIFETIME)
    code = ids.token()
    session.add(
        OauthCode(
            digest=vault.digest(code),
            client_guid=app.client_guid,
            user_id=user.id,
            redirect_uri=redirect_uri,
            code_challenge=code_challenge,
            family=ids.slug(),
            expires_at=now + CODE_LIFETIME,
        )
    )
    session.flush()
    return code


def redeem_code(
    session: Session,
    vault: Vault,
    given: Mapping[str, str],
    now: datetime,
    lifetime: int,
) -> Grant:
    """`given` has client_id, redirect_uri, code and code_verifier."""
    digest = vault.digest(given.get("code", ""))
    code = session.get(OauthCode, digest, with_for_update=True)
    if code is None or code.client_guid != given.get("client_id"):
        raise OauthError("invalid_grant", "The code is not known")
    if code.used_at is not None:
        raise Reused(code.family)
    app, user = _parties(session, code.client_guid, code.user_id)
    verifier = given.get("code_verifier", "")
    if code.expires_at <= now:
        raise OauthError("invalid_grant", "The code has expired")
    if code.redirect_uri != given.get("redirect_uri"):
        raise OauthError("invalid_grant", "redirect_uri is not the one that the code was given to")
    if not _VERIFIER.match(verifier) or not _fits(verifier, code.code_challenge):
        raise OauthError("invalid_grant", "code_verifier does not fit")
    code.used_at = now
    return _granted(session, vault, app, user, now, lifetime, code.family)


class Reused(OauthError):
    """A code or refresh token came a second time: whoever holds it, `family` must end."""

    def __init__(self, family: str) -> None:
        self.family = family
        super().__init__("invalid_grant", "The code or token was used already")


def refresh(
    session: Session,
    vault: Vault,
    given: Mapping[str, str],
    now: datetime,
    lifetime: int,
) -> Grant:
    """`given` has client_id and refresh_token."""
    digest = vault.digest(given.get("refresh_token", ""))
    row = session.get(OauthRefreshToken, digest, with_for_update=True)
    if row is None or row.client_guid != given.get("client_id"):
        raise OauthError("invalid_grant", "The refresh token is not known")
    if row.used_at is not None:
        raise Reused(row.family)
    if row.expires_at <= now:
        raise OauthError("invalid_grant", "The refresh token has expired")
    app, user = _parties(session, row.client_guid, row.user_id)
    row.used_at = now
    session.execute(
        delete(AccessToken).where(
            AccessToken.source == "oauth", AccessToken.source_id == row.family
        )
    )
    return _granted(session, vault, app, user, now, lifetime, row.family)


def _parties(session: Session, guid: str, user_id: int) -> tuple[OauthClientApp, User]:
    app, user = find_app(session, guid), session.get(User, user_id)
    if app is None or user is None or not may_use(session, app, user):
        raise OauthError("invalid_grant", "The app may not be used by this user")
    if not is_activated(session, app, user.id):
        raise OauthError("invalid_grant", "The user has not let the app in")
    return app, user


def _granted(
    session: Session,
    vault: Vault,
    app: OauthClientApp,
    user: User,
    now: datetime,
    lifetime: int,
    family: str,
) -> Grant:
    sweep(session, OauthRefreshToken, OauthRefreshToken.expires_at <= now)
    access = tokens.issue(session, vault, user, now, lifetime, source="oauth", source_id=family)
    refresh_token = ids.token()
    session.add(
        OauthRefreshToken(
            digest=vault.digest(refresh_token),
            family=family,
            client_guid=app.client_guid,
            user_id=user.id,
            created_at=now,
            expires_at=now + REFRESH_LIFETIME,
        )
    )
    session.flush()
    bump(session, "accounts")
    return Grant(access, refresh_token)


def _fits(verifier: str, challenge: str) -> bool:
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(digest, challenge)
