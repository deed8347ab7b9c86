"""Access tokens: random, stored hashed, revocable; a workspace belongs to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import attributes, membership
from belvedere.accounts.attributes import Attributes
from belvedere.accounts.permissions import Permission, Permissions
from belvedere.accounts.tables import AccessToken, EmbedSession, User
from belvedere.store import bump, sweep
from belvedere.vault import Vault

WORKSPACES = ("production", "dev")


@dataclass(frozen=True, slots=True)
class IssuedToken:
    token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class AccessSession:
    """Who a token stands for and what they may do, as of when it was looked up.

    `sudo_user_id` is the person behind the token where that is another one.
    """

    digest: str
    user_id: int
    workspace_id: str
    expires_at: datetime
    permissions: Permissions
    known: Attributes
    groups: frozenset[int]
    sudo_user_id: int | None = None
    source: str = "api"
    user_agent: str | None = None
    """The only browser that may use the token, where there is such a rule."""

    @property
    def attributes(self) -> Mapping[str, str]:
        return self.known.values

    @property
    def timezone(self) -> str | None:
        return self.known.values.get("timezone")

    @property
    def locale(self) -> str:
        return self.known.values.get("locale", "en")


def issue(
    session: Session,
    vault: Vault,
    user: User,
    now: datetime,
    ttl_seconds: int,
    *,
    sudo_user_id: int | None = None,
    source: str = "api",
    source_id: str | None = None,
    token: str | None = None,
) -> IssuedToken:
    """A new token of the user, random unless `token` is one; those that have expired are swept
    out on the way.
    """
    purge_expired(session, now)
    token = token or ids.token()
    session.add(
        AccessToken(
            digest=vault.digest(token),
            user_id=user.id,
            sudo_user_id=sudo_user_id,
            source=source,
            source_id=source_id,
            created_at=now,
            expires_at=now + timedelta(seconds=ttl_seconds),
        )
    )
    return IssuedToken(token, ttl_seconds)


def find(session: Session, vault: Vault, digest: str, now: datetime) -> AccessSession | None:
    """The session of a live token of an enabled user, whoever stands behind it enabled too."""
    row = session.get(AccessToken, digest)
    if row is None or row.expires_at <= now:
        return None
    user = session.get(User, row.user_id)
    behind = session.get(User, row.sudo_user_id) if row.sudo_user_id is not None else user
    if user is None or user.is_disabled or behind is None or behind.is_disabled:
        return None
    if row.source == "sudo" and not _may_act_as(session, behind, user):
        return None
    user_agent = None
    if row.source == "embed":
        embedded = session.get(EmbedSession, row.source_id)
        if embedded is None or embedded.expires_at <= now:
            return None
        user_agent = embedded.user_agent
    return replace(
        acting_as(session, vault, user, row.expires_at),
        digest=digest,
        workspace_id=row.workspace_id,
        sudo_user_id=row.sudo_user_id,
        source=row.source,
        user_agent=user_agent,
    )


def _may_act_as(session: Session, behind: User, target: User) -> bool:
    """Rights change while a token lives: it must not carry anybody further than they may go now."""
    own = membership.permissions_of(session, behind)
    if own.is_admin:
        return True
    return own.has(Permission("sudo")) and not membership.permissions_of(session, target).is_admin


def acting_as(session: Session, vault: Vault, user: User, until: datetime) -> AccessSession:
    """What the user may do in production, without a token: for what runs in their name."""
    return AccessSession(
        digest="",
        user_id=user.id,
        workspace_id=WORKSPACES[0],
        expires_at=until,
        permissions=membership.permissions_of(session, user),
        known=attributes.of(session, vault, user),
        groups=membership.groups_of(session, user.id),
    )


def revoke(session: Session, digest: str) -> bool:
    """Whether there was such a token; those that act as others in its name end with it."""
    row = session.get(AccessToken, digest)
    if row is None:
        return False
    acting = AccessToken.source == "sudo", AccessToken.source_id == digest
    session.execute(delete(AccessToken).where(*acting))
    session.delete(row)
    bump(session, "accounts")
    return True


def set_workspace(session: Session, digest: str, workspace_id: str) -> None:
    row = session.get(AccessToken, digest)
    if row is not None:
        row.workspace_id = workspace_id
        bump(session, "accounts")


def purge_expired(session: Session, now: datetime) -> None:
    sweep(session, AccessToken, AccessToken.expires_at <= now)


def end_all(session: Session, user_id: int) -> None:
    """Every token of the user, and those of whoever they act as."""
    theirs = or_(AccessToken.user_id == user_id, AccessToken.sudo_user_id == user_id)
    session.execute(delete(AccessToken).where(theirs))
    bump(session, "accounts")
