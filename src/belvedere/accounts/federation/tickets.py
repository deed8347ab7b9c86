"""What is remembered of a sign-in while it goes on, and what was used up already."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts.tables import SignInTicket
from belvedere.store import sweep
from belvedere.vault import Vault

CONTEXT = "sign_in_ticket.value"


def keep(
    session: Session,
    vault: Vault,
    purpose: str,
    value: dict[str, Any],
    now: datetime,
    lifetime: timedelta,
) -> str:
    """The ticket that `redeem` gives the value back for, once."""
    _sweep(session, now)
    ticket = ids.token()
    session.add(
        SignInTicket(
            digest=vault.digest(f"{purpose} {ticket}"),
            purpose=purpose,
            sealed_value=vault.encrypt(json.dumps(value), CONTEXT),
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return ticket


def redeem(
    session: Session, vault: Vault, purpose: str, ticket: str, now: datetime
) -> dict[str, Any] | None:
    """What was kept; None for a ticket that was used, is too old or never was."""
    digest = vault.digest(f"{purpose} {ticket}")
    row = session.get(SignInTicket, digest)
    if row is None or row.sealed_value is None:
        return None
    used = delete(SignInTicket).where(SignInTicket.digest == digest)
    done = session.scalar(used.returning(SignInTicket.digest))
    session.expunge(row)
    if done is None or row.expires_at <= now:
        return None
    found: dict[str, Any] = json.loads(vault.decrypt(row.sealed_value, CONTEXT))
    return found


def use_up(
    session: Session, vault: Vault, purpose: str, name: str, now: datetime, until: datetime
) -> bool:
    """Whether nobody has used the name before; from now on somebody has, until it is of no use."""
    _sweep(session, now)
    row = SignInTicket(digest=vault.digest(f"{purpose} {name}"), purpose=purpose, expires_at=until)
    if session.get(SignInTicket, row.digest) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _sweep(session: Session, now: datetime) -> None:
    sweep(session, SignInTicket, SignInTicket.expires_at <= now)
