"""Who has to bring a second factor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from belvedere.accounts import totp
from belvedere.accounts.tables import TotpCredentials, User
from belvedere.errors import Conflict, Forbidden, NotFound
from belvedere.store import bump
from belvedere.vault import Vault


def get(user: User) -> TotpCredentials:
    if user.totp_credentials is None:
        raise NotFound
    return user.totp_credentials


def enrol(session: Session, vault: Vault, user: User, now: datetime) -> TotpCredentials:
    """A new secret, which the user's next sign-in shows. Conflict where there is one: it would
    let somebody else in.
    """
    if user.service_account_name is not None:
        raise Forbidden("A service account has no second factor")
    if user.totp_credentials is not None:
        raise Conflict("The user has a second factor already; delete it to begin anew")
    made = totp.enrolled(vault, user.id, now)
    user.totp_credentials = made
    session.flush()
    bump(session, "accounts")
    return made


def remove(session: Session, user: User) -> None:
    session.delete(get(user))
    session.flush()
    session.expire(user, ["totp_credentials"])
    bump(session, "accounts")
