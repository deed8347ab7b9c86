"""Reading and changing the instance's settings: a JSON object a subject, its secrets apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from belvedere.instance.tables import Configuration
from belvedere.store import bump
from belvedere.vault import Vault


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something, and when."""

    at: datetime
    by: int | None


def read(session: Session, name: str) -> dict[str, Any]:
    """What was set; nothing where nobody set anything."""
    row = session.get(Configuration, name)
    return dict(row.value) if row is not None else {}


def secrets(session: Session, vault: Vault, name: str) -> dict[str, str]:
    row = session.get(Configuration, name)
    if row is None or row.secrets is None:
        return {}
    found: dict[str, str] = json.loads(vault.decrypt(row.secrets, context(name)))
    return found


def changed_at(session: Session, name: str) -> tuple[datetime | None, int | None]:
    """When and by whom it was last changed."""
    row = session.get(Configuration, name)
    return (row.changed_at, row.changed_by) if row is not None else (None, None)


def write(
    session: Session,
    vault: Vault,
    name: str,
    value: Mapping[str, Any],
    change: Change,
    hidden: Mapping[str, str] | None = None,
) -> None:
    """Replace the subject's settings; `hidden` None leaves its secrets as they are."""
    row = session.get(Configuration, name)
    if row is None:
        row = Configuration(name=name)
        session.add(row)
    row.value = dict(value)
    row.changed_at, row.changed_by = change.at, change.by
    if hidden is not None:
        row.secrets = vault.encrypt(json.dumps(dict(hidden)), context(name)) if hidden else None
    session.flush()
    bump(session, "instance")


def delete(session: Session, name: str) -> bool:
    """Whether there was such a subject."""
    row = session.get(Configuration, name)
    if row is None:
        return False
    session.delete(row)
    bump(session, "instance")
    return True


def context(name: str) -> str:
    """What the secrets of a subject are sealed with."""
    return f"configuration.secrets.{name}"
