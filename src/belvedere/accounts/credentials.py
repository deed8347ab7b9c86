"""API credentials: a client id and a secret that is shown once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts.tables import ApiCredentials, User
from belvedere.store import bump
from belvedere.vault import Vault

RESET_CONTEXT = "credentials_email.reset_token"
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """What the owner is told once; only the secret's keyed hash is kept."""

    client_id: str
    client_secret: str


def create_api3(session: Session, vault: Vault, user: User, now: datetime) -> IssuedSecret:
    issued = IssuedSecret(ids.api_client_id(), ids.api_client_secret())
    session.add(
        ApiCredentials(
            user_id=user.id,
            client_id=issued.client_id,
            secret_digest=vault.digest(issued.client_secret),
            created_at=now,
        )
    )
    session.flush()
    bump(session, "accounts")
    return issued


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
