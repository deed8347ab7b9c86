"""Credentials: API keys, whose secret is shown once, and those of other services."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import texts
from belvedere.accounts.tables import (
    AccessToken,
    ApiCredentials,
    EmailCredentials,
    EmbedCredentials,
    EmbedSession,
    ExternalCredentials,
    User,
    WebSession,
)
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump, find
from belvedere.vault import Vault

RESET_CONTEXT = "credentials_email.reset_token"
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """What the owner is told once; only the secret's keyed hash is kept."""

    client_id: str
    client_secret: str
    row: ApiCredentials


def create_api3(
    session: Session, vault: Vault, user: User, now: datetime, purpose: str | None = None
) -> IssuedSecret:
    secret = ids.api_client_secret()
    row = ApiCredentials(
        user_id=user.id,
        client_id=ids.api_client_id(),
        secret_digest=vault.digest(secret),
        purpose=purpose,
        created_at=now,
    )
    session.add(row)
    session.flush()
    bump(session, "accounts")
    return IssuedSecret(row.client_id, secret, row)


def purpose_in(values: Mapping[str, Any]) -> str | None:
    """Invalid for one that is too long."""
    problems: list[Problem] = []
    text = texts.checked(values, "purpose", problems)
    if problems:
        raise Invalid(*problems)
    return text or None


def api3_of(session: Session, user_id: int) -> list[ApiCredentials]:
    rows = select(ApiCredentials).where(ApiCredentials.user_id == user_id)
    return list(session.scalars(rows.order_by(ApiCredentials.id)))


def get_api3(session: Session, user_id: int, given: str) -> ApiCredentials:
    row = find(session, ApiCredentials, given)
    if row is None or row.user_id != user_id:
        raise NotFound
    return row


def describe_api3(session: Session, row: ApiCredentials, purpose: str | None) -> None:
    row.purpose = purpose
    session.flush()
    bump(session, "accounts")


def remove_api3(session: Session, row: ApiCredentials) -> None:
    """What was signed in with the key is signed out, and whoever acts as others because of it."""
    began = select(AccessToken.digest).where(
        AccessToken.source == "api", AccessToken.source_id == row.client_id
    )
    digests = list(session.scalars(began))
    acting = (AccessToken.source == "sudo") & AccessToken.source_id.in_(digests)
    session.execute(delete(AccessToken).where(or_(AccessToken.digest.in_(digests), acting)))
    session.delete(row)
    session.flush()
    bump(session, "accounts")


def verify_api_client(
    session: Session, vault: Vault, client_id: str, client_secret: str
) -> User | None:
    """The enabled owner of matching credentials. Takes as long for unknown ids as for wrong
    secrets.
    """
    found = session.execute(
        select(ApiCredentials, User)
        .join(User, User.id == ApiCredentials.user_id)
        .where(ApiCredentials.client_id == client_id)
    ).first()
    expected = found[0].secret_digest if found is not None else _NOBODY
    right = hmac.compare_digest(expected, vault.digest(client_secret))
    if found is None or not right or found[0].is_disabled or found[1].is_disabled:
        return None
    return found[1]


def owner_of_api_client(session: Session, client_id: str) -> User | None:
    owned = select(User).join(ApiCredentials, User.id == ApiCredentials.user_id)
    return session.scalar(owned.where(ApiCredentials.client_id == client_id))


# Other ways in


def embeds_of(session: Session, user_id: int) -> list[EmbedCredentials]:
    rows = select(EmbedCredentials).where(EmbedCredentials.user_id == user_id)
    return list(session.scalars(rows.order_by(EmbedCredentials.id)))


def get_embed(session: Session, user_id: int, given: str) -> EmbedCredentials:
    row = find(session, EmbedCredentials, given)
    if row is None or row.user_id != user_id:
        raise NotFound
    return row


def remove_embed(session: Session, row: EmbedCredentials) -> None:
    """The sessions that they began end with them."""
    end_sessions(session, row.user_id, "embed")
    theirs = (
        EmbedSession.user_id == row.user_id,
        EmbedSession.external_user_id == row.external_user_id,
    )
    session.execute(delete(EmbedSession).where(*theirs))
    embedded = AccessToken.user_id == row.user_id, AccessToken.source == "embed"
    session.execute(delete(AccessToken).where(*embedded))
    session.delete(row)
    session.flush()
    bump(session, "accounts")


def get_external(session: Session, user_id: int, kind: str) -> ExternalCredentials:
    row = session.get(ExternalCredentials, (user_id, kind))
    if row is None:
        raise NotFound
    return row


def remove_external(session: Session, row: ExternalCredentials) -> None:
    """Browsers that came in with them are signed out."""
    end_sessions(session, row.user_id, row.kind)
    session.delete(row)
    session.flush()
    bump(session, "accounts")


def end_sessions(session: Session, user_id: int, kind: str) -> None:
    """Sign out the browsers that came in with the user's credentials of the kind."""
    theirs = WebSession.user_id == user_id, WebSession.credentials_type == kind
    session.execute(delete(WebSession).where(*theirs))


# Whose they are

KINDS = ("email", "google", "saml", "oidc", "ldap", "api3", "embed", "looker_openid", "workforce")


def owner(session: Session, kind: str, given: str) -> User:
    """Whose credentials of the kind (one of KINDS) have that id; NotFound where nobody's do."""
    found = session.scalar(select(User).where(User.id.in_(_owners(kind, given))).limit(1))
    if found is None:
        raise NotFound
    return found


def _owners(kind: str, given: str) -> Any:
    if kind == "email":
        matching = func.lower(EmailCredentials.email) == func.lower(given)
        return select(EmailCredentials.user_id).where(matching)
    if kind == "api3":
        return select(ApiCredentials.user_id).where(ApiCredentials.client_id == given)
    if kind == "embed":
        matching = EmbedCredentials.external_user_id == given
        return select(EmbedCredentials.user_id).where(matching)
    return select(ExternalCredentials.user_id).where(
        ExternalCredentials.kind == kind, _told_by(kind, given)
    )


def _told_by(kind: str, given: str) -> ColumnElement[bool]:
    """Of this one kind the address is what tells people apart."""
    if kind == "looker_openid":
        return func.lower(ExternalCredentials.email) == func.lower(given)
    return ExternalCredentials.external_id == given
