"""Coming in by an address: one that a site signed, or one that a person had made for themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import web_sessions
from belvedere.accounts.embedding import addresses, definition, grants, once, secrets
from belvedere.accounts.embedding.addresses import Given, Refused
from belvedere.accounts.embedding.definition import Definition
from belvedere.accounts.tables import AccessToken, EmbedSession, User
from belvedere.errors import Forbidden, Invalid
from belvedere.instance import general
from belvedere.store import bump
from belvedere.vault import Vault, VaultError

SKEW = timedelta(minutes=5)
_NONCE_KEPT = timedelta(hours=1)
_NONCE = "embed nonce"
_USED = "'nonce' param already used this hour"
_OVERLAP = timedelta(seconds=10)
"""Frames of one page sign in at the same time: each still loads with the cookie it was given."""
_AS_ME = "embed as me"
_AS_ME_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedVisit:
    """What a signed address says that was found right. `replaces` an ordinary sign-in."""

    definition: Definition
    nonce: str
    replaces: bool


# Signed addresses


def check(
    session: Session,
    vault: Vault,
    hosts: Sequence[str],
    path: str,
    query: str,
    now: datetime,
) -> SignedVisit:
    """Everything about the address; Refused says what is wrong with it. Nothing is used up."""
    if not general.embed_config(session)["sso_auth_enabled"]:
        raise Refused("Signed embedding is switched off")
    target = addresses.target_of(path)
    given = addresses.read(query)
    paths = addresses.spellings(path, target)
    rows = secrets.enabled(session, secrets.SITES)
    if not any(
        addresses.is_signed(given, secrets.opened(vault, row), row.algorithm, hosts, paths)
        for row in rows
    ):
        raise Refused("'signature' param failed to authenticate")
    if abs(given.values["time"] - now.timestamp()) > SKEW.total_seconds():
        raise Refused("'time' param is more than five minutes off")
    nonce = given.values["nonce"]
    if once.was_used(session, vault, _NONCE, nonce, now):
        raise Refused(_USED)
    return SignedVisit(_defined(session, given), nonce, given.values["force_logout_login"])


def _defined(session: Session, given: Given) -> Definition:
    try:
        wanted = definition.read(given.values)
        grants.check(session, wanted)
    except Invalid as error:
        raise Refused(*(problem.message for problem in error.problems)) from None
    return wanted


def use(session: Session, vault: Vault, visit: SignedVisit, now: datetime) -> None:
    """Refused the second time."""
    if not once.use(session, vault, _NONCE, visit.nonce, now, _NONCE_KEPT):
        raise Refused(_USED)


def admit(session: Session, vault: Vault, wanted: Definition, now: datetime) -> User:
    """The embed user as the site defines them; the sessions that they had end."""
    try:
        user = grants.apply(session, vault, wanted, now)
    except Forbidden as error:
        raise Refused(str(error)) from None
    except Invalid as error:
        raise Refused(*(problem.message for problem in error.problems)) from None
    end_sessions(session, user, now)
    return user


def end_sessions(session: Session, user: User, now: datetime) -> None:
    web_sessions.end_embedded(session, user.id, now + _OVERLAP)
    ended = delete(EmbedSession).where(EmbedSession.user_id == user.id).returning(EmbedSession.id)
    tokens = AccessToken.user_id == user.id, AccessToken.source == "embed"
    dead = delete(AccessToken).where(*tokens).returning(AccessToken.digest)
    if [*session.scalars(ended), *session.scalars(dead)]:
        bump(session, "accounts")


# Addresses for oneself


@dataclass(frozen=True, slots=True)
class OwnVisit:
    user: User
    sudo_user_id: int | None
    lifetime: timedelta
    replaces: bool


def own_address(
    vault: Vault,
    target: str,
    user_id: int,
    sudo_user_id: int | None,
    seconds: int,
    now: datetime,
    *,
    replaces: bool,
) -> str:
    """The secret part of an address that lets this user in once, soon, and only there."""
    told = {
        "target": target,
        "user": user_id,
        "sudo": sudo_user_id,
        "seconds": seconds,
        "replaces": replaces,
        "until": (now + _AS_ME_LIFETIME).timestamp(),
        "slug": ids.slug(),
    }
    return vault.encrypt(json.dumps(told), _AS_ME)


def use_own(session: Session, vault: Vault, token: str, target: str, now: datetime) -> OwnVisit:
    """Refused for a token that is not ours, for another place, too old or used already."""
    try:
        told: dict[str, Any] = json.loads(vault.decrypt(token, _AS_ME))
    except VaultError:
        raise Refused("The address is not one that was made here") from None
    if told["target"] != target:
        raise Refused("The address was made for another page")
    if told["until"] <= now.timestamp():
        raise Refused("The address has expired; it can be used for five minutes")
    people = [session.get(User, item) for item in (told["user"], told["sudo"]) if item is not None]
    user = people[0]
    if user is None or any(one is None or one.is_disabled for one in people):
        raise Refused("The user who made the address is disabled")
    if not once.use(session, vault, _AS_ME, told["slug"], now, _AS_ME_LIFETIME):
        raise Refused("The address was used already")
    return OwnVisit(user, told["sudo"], timedelta(seconds=told["seconds"]), told["replaces"])
