"""Signing in with an e-mail address and a password, a second factor, and new passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import lockouts, oauth, passwords, policies, totp, web_sessions
from belvedere.accounts.credentials import RESET_CONTEXT
from belvedere.accounts.lockouts import Attempt
from belvedere.accounts.tables import EmailCredentials, TotpCredentials, User
from belvedere.errors import BelvedereError
from belvedere.store import bump
from belvedere.vault import Vault

RESET_LIFETIME = timedelta(minutes=60)


class WrongCredentials(BelvedereError):
    """Said in the same words whatever is wrong."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong")


@dataclass(frozen=True, slots=True)
class Checked:
    """A user whose password was right, and what is asked of them before they are in."""

    user: User
    needs_totp: bool
    needs_new_password: bool


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return passwords.hashed("a password that nobody has")


def check_password(
    session: Session, vault: Vault, email: str, password: str, address: str, now: datetime
) -> Checked:
    """WrongCredentials after counting the failure, which has to be committed all the same.

    Unknown addresses take as long as wrong passwords.
    """
    attempt = Attempt("email", email.strip(), address)
    lockouts.check(session, vault, attempt, now)
    found = session.execute(
        select(EmailCredentials, User)
        .join(User, User.id == EmailCredentials.user_id)
        .where(func.lower(EmailCredentials.email) == func.lower(email.strip()))
    ).first()
    stored = found[0].password_hash if found is not None else None
    right = passwords.matches(password, stored or _nobodys_hash()) and stored is not None
    if found is None or not right or found[0].is_disabled or found[1].is_disabled:
        lockouts.failed(session, vault, attempt, now, found[1] if found is not None else None)
        raise WrongCredentials
    credentials, user = found
    lockouts.succeeded(session, vault, attempt)
    policy = policies.password_policy(session)
    expired = policies.is_expired(policy, credentials.password_changed_at, now)
    second = user.totp_credentials
    return Checked(
        user,
        needs_totp=second is not None and not second.is_disabled,
        needs_new_password=credentials.forced_password_reset_at_next_login or expired,
    )


def check_totp(
    session: Session, vault: Vault, user: User, code: str, address: str, now: datetime
) -> bool:
    """Whether the code is the user's now; failures count towards a lockout."""
    attempt = Attempt("totp", str(user.id), address)
    lockouts.check(session, vault, attempt, now)
    row = session.get(TotpCredentials, user.id, with_for_update=True)
    if row is None or not totp.accept(vault, row, code, now):
        lockouts.failed(session, vault, attempt, now, user)
        return False
    lockouts.succeeded(session, vault, attempt)
    return True


def arrived(user: User, now: datetime) -> None:
    """Remember when the user signed in with a password."""
    if user.email_credentials is not None:
        user.email_credentials.logged_in_at = now


def begin_reset(
    vault: Vault, credentials: EmailCredentials, now: datetime, *, expires: bool = True
) -> str:
    """The token of a new link that may set a password; the one before means nothing now."""
    token = ids.token()
    credentials.sealed_reset_token = vault.encrypt(token, RESET_CONTEXT)
    credentials.reset_digest = vault.digest(token)
    credentials.reset_expires_at = now + RESET_LIFETIME if expires else None
    return token


def find_reset(
    session: Session, vault: Vault, token: str, now: datetime
) -> EmailCredentials | None:
    """The credentials whose password the link may set now."""
    row = session.scalar(
        select(EmailCredentials)
        .where(EmailCredentials.reset_digest == vault.digest(token))
        .with_for_update()
    )
    if row is None or (row.reset_expires_at is not None and row.reset_expires_at <= now):
        return None
    user = session.get(User, row.user_id)
    return None if user is None or user.is_disabled else row


def set_password(
    session: Session, credentials: EmailCredentials, password: str, now: datetime
) -> None:
    """A new password ends every session that the old one began, and the link that set it."""
    policies.check_password(policies.password_policy(session), password)
    credentials.password_hash = passwords.hashed(password)
    credentials.password_changed_at = now
    credentials.forced_password_reset_at_next_login = False
    credentials.reset_digest = credentials.sealed_reset_token = None
    credentials.reset_expires_at = None
    web_sessions.end_all(session, credentials.user_id)
    oauth.end_of_user(session, credentials.user_id)
    session.flush()
    bump(session, "accounts")
