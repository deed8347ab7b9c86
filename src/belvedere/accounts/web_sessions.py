"""Browsers that are signed in: a random cookie, stored hashed, that lives as policies say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import policies
from belvedere.accounts.tables import User, WebSession
from belvedere.errors import NotFound
from belvedere.store import sweep
from belvedere.vault import Vault

_SEEN_EVERY = timedelta(minutes=1)
_BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = re.compile(r"Windows|Android|iPhone|iPad|Mac OS X|Linux")


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser tells of itself."""

    address: str
    user_agent: str

    @property
    def browser(self) -> str | None:
        return next((name for mark, name in _BROWSERS if mark in self.user_agent), None)

    @property
    def operating_system(self) -> str | None:
        found = _SYSTEMS.search(self.user_agent)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Started:
    """`cookie` is told to the browser once. `persistent` cookies outlive its windows."""

    cookie: str
    row: WebSession
    persistent: bool


def start(
    session: Session,
    vault: Vault,
    user: User,
    now: datetime,
    device: Device,
    *,
    credentials_type: str,
    stay: bool = False,
) -> Started:
    """Sign the user in; where only one session is allowed, the others end."""
    sweep(session, WebSession, WebSession.expires_at <= now)
    policy = policies.session_policy(session)
    if not policy.unlimited_sessions_per_user:
        end_all(session, user.id)
    persistent = stay and policy.allow_persistent_sessions
    lifetime = policies.PERSISTENT if persistent else timedelta(minutes=policy.session_minutes)
    cookie = ids.token()
    row = WebSession(
        digest=vault.digest(cookie),
        csrf=ids.token(),
        user_id=user.id,
        credentials_type=credentials_type,
        is_persistent=persistent,
        ip_address=device.address[:64],
        browser=device.browser,
        operating_system=device.operating_system,
        seen_at=now,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    return Started(cookie, row, persistent)


def start_embedded(
    session: Session,
    vault: Vault,
    user: User,
    now: datetime,
    device: Device,
    lifetime: timedelta,
    *,
    sudo_user_id: int | None = None,
) -> Started:
    """A session that shows embedded content and opens nothing else, however long others live."""
    sweep(session, WebSession, WebSession.expires_at <= now)
    cookie = ids.token()
    row = WebSession(
        digest=vault.digest(cookie),
        csrf=ids.token(),
        user_id=user.id,
        sudo_user_id=sudo_user_id,
        credentials_type="embed",
        is_embed=True,
        ip_address=device.address[:64],
        browser=device.browser,
        operating_system=device.operating_system,
        seen_at=now,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    return Started(cookie, row, persistent=False)


def find(
    session: Session, vault: Vault, cookie: str, now: datetime, *, embedded: bool = False
) -> WebSession | None:
    """The live session of an enabled user. Where inactivity ends it, this is activity."""
    row = session.scalar(select(WebSession).where(WebSession.digest == vault.digest(cookie)))
    if row is None or row.expires_at <= now or row.is_embed is not embedded:
        return None
    people = {row.user_id, row.sudo_user_id or row.user_id}
    if any(user is None or user.is_disabled for user in (session.get(User, i) for i in people)):
        return None
    policy = policies.session_policy(session)
    idle = policy.use_inactivity_based_logout and not embedded
    if idle and row.seen_at + policies.INACTIVITY <= now:
        return None
    return row


def live(session: Session, user_id: int, now: datetime) -> list[WebSession]:
    """The sessions of the user that have not expired."""
    theirs = WebSession.user_id == user_id, WebSession.expires_at > now
    return list(session.scalars(select(WebSession).where(*theirs).order_by(WebSession.id)))


def get(session: Session, user_id: int, given: str, now: datetime) -> WebSession:
    """One of them; NotFound for any other."""
    found = next((row for row in live(session, user_id, now) if str(row.id) == given), None)
    if found is None:
        raise NotFound
    return found


def touch(session: Session, row: WebSession, now: datetime) -> None:
    """Remember that the browser was here, about once a minute."""
    if row.seen_at + _SEEN_EVERY <= now:
        stored = session.get(WebSession, row.id)
        if stored is not None:
            stored.seen_at = now


def end(session: Session, row_id: int) -> None:
    session.execute(delete(WebSession).where(WebSession.id == row_id))


def end_embedded(session: Session, user_id: int, at: datetime) -> None:
    """Embedded sessions of the user last until then at most."""
    theirs = WebSession.user_id == user_id, WebSession.is_embed, WebSession.expires_at > at
    session.execute(update(WebSession).where(*theirs).values(expires_at=at))


def end_all(session: Session, user_id: int) -> None:
    """Every session of the user, and those in which somebody acts as others in their name."""
    theirs = or_(WebSession.user_id == user_id, WebSession.sudo_user_id == user_id)
    session.execute(delete(WebSession).where(theirs))
