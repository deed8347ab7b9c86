"""What can be used only once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.accounts.tables import EmbedNonce
from belvedere.store import sweep
from belvedere.vault import Vault


def was_used(session: Session, vault: Vault, purpose: str, text: str, now: datetime) -> bool:
    row = session.get(EmbedNonce, _digest(vault, purpose, text))
    return row is not None and row.expires_at > now


def use(
    session: Session, vault: Vault, purpose: str, text: str, now: datetime, kept: timedelta
) -> bool:
    """Whether this is the first use; it is remembered for as long as `kept` says."""
    sweep(session, EmbedNonce, EmbedNonce.expires_at <= now)
    try:
        with session.begin_nested():
            digest = _digest(vault, purpose, text)
            session.add(EmbedNonce(digest=digest, expires_at=now + kept))
    except IntegrityError:
        return False
    return True


def _digest(vault: Vault, purpose: str, text: str) -> str:
    return vault.digest(f"{purpose}\n{text}")
