"""Replacing the key of an instance: everything that is sealed is sealed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere import keys
from belvedere.accounts import attributes, totp
from belvedere.accounts.credentials import RESET_CONTEXT
from belvedere.accounts.federation import tickets
from belvedere.accounts.tables import (
    EmailCredentials,
    EmbedSecret,
    SignInTicket,
    TotpCredentials,
    UserAttribute,
    UserAttributeGroupValue,
    UserAttributeUserValue,
)
from belvedere.artifacts import artifacts
from belvedere.artifacts.tables import StoredArtifact
from belvedere.connections.connections import PASSWORD_CONTEXT
from belvedere.connections.tables import StoredConnection
from belvedere.instance import configuration
from belvedere.instance.tables import Configuration
from belvedere.store import Database, bump
from belvedere.vault import FileVault, Vault


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column with sealed text, and the context it is sealed with in a row."""

    table: type[Any]
    column: str
    context: Callable[[Any], str]


SEALED = (
    SealedColumn(EmailCredentials, "sealed_reset_token", lambda _: RESET_CONTEXT),
    SealedColumn(TotpCredentials, "sealed_secret", lambda _: totp.CONTEXT),
    SealedColumn(EmbedSecret, "sealed_secret", lambda _: "embed_secret.secret"),
    SealedColumn(SignInTicket, "sealed_value", lambda _: tickets.CONTEXT),
    SealedColumn(StoredConnection, "sealed_password", lambda _: PASSWORD_CONTEXT),
    SealedColumn(StoredArtifact, "sealed_value", artifacts.context),
    SealedColumn(Configuration, "secrets", lambda row: configuration.context(row.name)),
)
"""Every column whose text is always sealed; a test compares it with the tables."""


def rotate(database: Database, vault: FileVault) -> int:
    """A new key in the file, and every secret sealed with it; their number. The old key goes
    when nothing needs it any more; a rotation that was interrupted can be repeated.
    """
    keys.store(vault.path, keys.load(vault.path).rotated())
    count = reseal(database, vault)
    while reseal(database, vault):  # sealed by a server in between
        pass
    keys.store(vault.path, keys.load(vault.path).without_retired())
    return count


def reseal(database: Database, vault: Vault) -> int:
    """How many secrets were not yet sealed with the current key."""
    with database.session() as session:
        return sum(1 for changed in _changes(session, vault) if changed)


def _changes(session: Session, vault: Vault) -> Iterator[bool]:
    for sealed in SEALED:
        column = getattr(sealed.table, sealed.column)
        for row in session.scalars(select(sealed.table).where(column.is_not(None))):
            yield _change(vault, row, sealed.column, sealed.context(row))
    yield from _attribute_values(session, vault)
    yield from _connection_overrides(session, vault)
    bump(session, "connections")


def _attribute_values(session: Session, vault: Vault) -> Iterator[bool]:
    """Values of hidden attributes alone are sealed."""
    hidden = select(UserAttribute).where(UserAttribute.value_is_hidden)
    for attribute in session.scalars(hidden).all():
        context = attributes.context(attribute)
        if attribute.default_value is not None:
            yield _change(vault, attribute, "default_value", context)
        for table in (UserAttributeUserValue, UserAttributeGroupValue):
            of_it = (table.user_attribute_id == attribute.id) & table.value.is_not(None)
            for row in session.scalars(select(table).where(of_it)):
                yield _change(vault, row, "value", context)


def _connection_overrides(session: Session, vault: Vault) -> Iterator[bool]:
    for row in session.scalars(select(StoredConnection)):
        override = dict((row.overrides or {}).get("pdt") or {})
        sealed = override.get("sealed_password")
        fresh = vault.resealed(sealed, PASSWORD_CONTEXT) if sealed else None
        if fresh is not None:
            override["sealed_password"] = fresh
            row.overrides = {**(row.overrides or {}), "pdt": override}
            yield True


def _change(vault: Vault, row: Any, column: str, context: str) -> bool:
    fresh = vault.resealed(getattr(row, column), context)
    if fresh is not None:
        setattr(row, column, fresh)
    return fresh is not None
