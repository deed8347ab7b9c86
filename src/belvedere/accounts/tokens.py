"""Access tokens: random, stored hashed, revocable; a workspace belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import permissions, users
from belvedere.accounts.permissions import Permissions
from belvedere.accounts.tables import AccessToken, User
from belvedere.store import bump
from belvedere.vault import Vault

WORKSPACES = ("production", "dev")


@dataclass(frozen=True, slots=True)
class IssuedToken:
    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AccessSession:
    """Who a token stands for and what they may do, as of when it was looked up."""

    digest: str
    user_id: int
    workspace_id: str
    expires_at: datetime
    permissions: Permissions
    attributes: dict[str, str]
    timezone: str | None


def issue(
    session: Session, vault: Vault, user: User, now: datetime, ttl_seconds: int
) -> IssuedToken:
    """A new token of the user; those that have expired are swept out on the way."""
    purge_expired(session, now)
    token = ids.token()
    session.add(
        AccessToken(
            digest=vault.digest(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + timedelta(seconds=ttl_seconds),
        )
    )
    return IssuedToken(token, ttl_seconds)


def find(session: Session, digest: str, now: datetime) -> AccessSession | None:
    """The session of a live token of an enabled user."""
    row = session.get(AccessToken, digest)
    if row is None or row.expires_at <= now:
        return None
    user = session.get(User, row.user_id)
    if user is None or user.is_disabled:
        return None
    return AccessSession(
        digest=digest,
        user_id=user.id,
        workspace_id=row.workspace_id,
        expires_at=row.expires_at,
        permissions=permissions.of(user),
        attributes=users.attributes(user),
        timezone=user.timezone,
    )


def revoke(session: Session, digest: str) -> bool:
    """Whether there was such a token."""
    row = session.get(AccessToken, digest)
    if row is None:
        return False
    session.delete(row)
    bump(session, "accounts")
    return True


def set_workspace(session: Session, digest: str, workspace_id: str) -> None:
    row = session.get(AccessToken, digest)
    if row is not None:
        row.workspace_id = workspace_id
        bump(session, "accounts")


def purge_expired(session: Session, now: datetime) -> None:
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= now))
