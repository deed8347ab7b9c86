"""Who did what, when, from where and as whom. Records are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from belvedere.accounts.tables import AuditEvent

_LONGEST_TARGET = 2000


@dataclass(frozen=True, slots=True)
class Actor:
    """`sudo_user_id` is the person who acted as `user_id`."""

    user_id: int | None
    sudo_user_id: int | None
    address: str | None


def record(
    session: Session,
    now: datetime,
    name: str,
    actor: Actor,
    *,
    category: str,
    target: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """`attributes` are plain facts about what happened, never secrets."""
    session.add(
        AuditEvent(
            created_at=now,
            name=name,
            category=category,
            user_id=actor.user_id,
            sudo_user_id=actor.sudo_user_id,
            address=actor.address,
            target=target[:_LONGEST_TARGET] if target is not None else None,
            attributes=dict(attributes) if attributes else None,
        )
    )
