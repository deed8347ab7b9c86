"""Telephones and tablets that people want to be told on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import texts
from belvedere.accounts.tables import MobileDevice
from belvedere.errors import Conflict, Invalid, NotFound, Problem

KINDS = ("android", "ios")
_LONGEST_TOKEN = 4096


def register(
    session: Session, user_id: int, values: Mapping[str, Any], now: datetime
) -> MobileDevice:
    """Conflict where it is registered already; a device that was somebody else's is not theirs
    any more, so that they are told nothing on it.
    """
    token, kind = _checked(values)
    same = select(MobileDevice).where(MobileDevice.device_token == token)
    if any(row.user_id == user_id for row in session.scalars(same)):
        raise Conflict("The device is registered already")
    session.execute(delete(MobileDevice).where(MobileDevice.device_token == token))
    made = MobileDevice(
        id=ids.slug(),
        user_id=user_id,
        device_token=token,
        device_type=kind,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made


def of(session: Session, user_id: int, device_id: str) -> MobileDevice:
    """NotFound for anybody else's."""
    found = session.get(MobileDevice, device_id)
    if found is None or found.user_id != user_id:
        raise NotFound
    return found


def _checked(values: Mapping[str, Any]) -> tuple[str, str]:
    problems: list[Problem] = []
    token = texts.checked(values, "device_token", problems, _LONGEST_TOKEN)
    if not token:
        message = "device_token is required"
        problems.append(Problem("device_token", "missing_field", message))
    kind = str(values.get("device_type") or "")
    if kind not in KINDS:
        message = f"device_type must be {' or '.join(KINDS)}"
        problems.append(Problem("device_type", "invalid", message))
    if problems:
        raise Invalid(*problems)
    return token, kind
