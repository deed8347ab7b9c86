"""Whoever fails four times in a row is locked out for five minutes: one credential, one address."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from belvedere.accounts.tables import LoginLockout, User
from belvedere.errors import NotFound, TooManyRequests
from belvedere.store import sweep
from belvedere.vault import Vault

MOST_FAILURES = 4
LOCKED_FOR = timedelta(minutes=5)
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to come in, with which kind of credential, from where. `auth_type` is email,
    api, totp or ldap.
    """

    auth_type: str
    remote_id: str
    ip: str

    def key(self, vault: Vault) -> str:
        return vault.digest(f"lockout {self.auth_type} {self._name} {self.ip}")[:32]

    @property
    def _name(self) -> str:
        """The same for spellings that a database or a directory may take for the same: else each
        of them would have its own four guesses.
        """
        folded = unicodedata.normalize("NFKC", self.remote_id).casefold()
        return "".join(letter for letter in folded if letter.isprintable() and letter != " ")


def _queue(session: Session, key: str) -> None:
    """One attempt after the other, until the transaction ends: else many at once would all be
    checked before the first of them has failed. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))


def check(session: Session, vault: Vault, attempt: Attempt, now: datetime) -> None:
    """TooManyRequests while the attempt is locked out, with right credentials too."""
    key = attempt.key(vault)
    _queue(session, key)
    row = session.get(LoginLockout, key)
    if row is not None and row.lockout_at is not None:
        left = (row.lockout_at + LOCKED_FOR - now).total_seconds()
        if left > 0:
            raise TooManyRequests("Too many failed logins; try again later", left)


def failed(
    session: Session, vault: Vault, attempt: Attempt, now: datetime, user: User | None = None
) -> None:
    """Count a failure. One that is older than a lockout would last does not count any more."""
    sweep(session, LoginLockout, LoginLockout.failed_at < now - 2 * LOCKED_FOR)
    key = attempt.key(vault)
    _queue(session, key)
    row = session.get(LoginLockout, key, populate_existing=True)
    if row is None:
        row = LoginLockout(
            key=key,
            auth_type=attempt.auth_type,
            ip=attempt.ip[:64],
            remote_id=attempt.remote_id[:_LONGEST],
            fail_count=0,
        )
        session.add(row)
    elif row.lockout_at is not None or row.failed_at < now - LOCKED_FOR:
        row.fail_count, row.lockout_at = 0, None
    row.failed_at = now
    row.fail_count += 1
    if user is not None:
        row.user_id, row.full_name, row.email = user.id, user.display_name, user.email
    if row.fail_count >= MOST_FAILURES:
        row.lockout_at = now
    session.flush()


def succeeded(session: Session, vault: Vault, attempt: Attempt) -> None:
    row = session.get(LoginLockout, attempt.key(vault))
    if row is not None:
        session.delete(row)


def locked(now: datetime) -> ColumnElement[bool]:
    """A condition on LoginLockout: in force."""
    return and_(LoginLockout.lockout_at.is_not(None), LoginLockout.lockout_at > now - LOCKED_FOR)


def unlock(session: Session, key: str) -> None:
    row = session.get(LoginLockout, key)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
