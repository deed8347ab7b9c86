"""Secrets that signatures are made with: those of sites, and our own for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere.accounts.embedding import addresses
from belvedere.accounts.tables import AccessToken, EmbedSecret, EmbedSession
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump, find
from belvedere.vault import Vault

CONTEXT = "embed_secret.secret"
SITES = "SSO"
TOKENS = "JWT"
_DEFAULT = "hmac/sha-256"


def create(
    session: Session, vault: Vault, values: Mapping[str, Any], user_id: int | None, now: datetime
) -> EmbedSecret:
    """Invalid for an algorithm or a type that there is not."""
    algorithm = values.get("algorithm") or _DEFAULT
    kind = values.get("secret_type") or SITES
    allowed = tuple(addresses.ALGORITHMS) if kind == SITES else (_DEFAULT,)
    if algorithm not in allowed:
        message = f"algorithm must be {' or '.join(allowed)}"
        raise Invalid(Problem("algorithm", "invalid", message))
    made = EmbedSecret(
        sealed_secret=vault.encrypt(token_hex(32), CONTEXT),
        algorithm=algorithm,
        secret_type=kind,
        enabled=values.get("enabled") is not False,
        user_id=user_id,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def opened(vault: Vault, row: EmbedSecret) -> str:
    return vault.decrypt(row.sealed_secret, CONTEXT)


def remove(session: Session, given: str) -> None:
    """With a secret for tokens all cookieless sessions end."""
    row = find(session, EmbedSecret, given)
    if row is None:
        raise NotFound
    if row.secret_type == TOKENS:
        session.execute(delete(EmbedSession))
        session.execute(delete(AccessToken).where(AccessToken.source == "embed"))
        bump(session, "accounts")
    session.delete(row)
    session.flush()


def enabled(session: Session, kind: str) -> list[EmbedSecret]:
    """The newest first."""
    chosen = select(EmbedSecret).where(EmbedSecret.secret_type == kind, EmbedSecret.enabled)
    return list(session.scalars(chosen.order_by(EmbedSecret.id.desc())))


def to_sign_with(session: Session, vault: Vault, kind: str, now: datetime) -> EmbedSecret:
    """The newest; one is made where there is none."""
    return next(iter(enabled(session, kind)), None) or create(
        session, vault, {"secret_type": kind}, None, now
    )


def chosen(session: Session, given: str) -> EmbedSecret:
    """The enabled secret for sites of that id; Invalid where there is none."""
    found = next((row for row in enabled(session, SITES) if str(row.id) == given), None)
    if found is None:
        raise Invalid(Problem("secret_id", "invalid", f"There is no active secret {given[:64]}"))
    return found
