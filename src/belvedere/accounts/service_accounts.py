"""Accounts of programs: they have API keys and no other way in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from belvedere.accounts import texts, users
from belvedere.accounts.tables import User
from belvedere.errors import Invalid, NotFound, Problem

_NAME = "service_account_name"


def get(session: Session, user_id: str) -> User:
    """NotFound for people."""
    found = users.get(session, user_id)
    if found.service_account_name is None:
        raise NotFound
    return found


def create(session: Session, values: Mapping[str, Any], now: datetime) -> User:
    made = User(first_name="", last_name="", created_at=now, updated_at=now)
    made.service_account_name = _name(values)
    made.is_disabled = bool(values.get("is_disabled"))
    session.add(made)
    users.touched(session, made, now)
    return made


def update(session: Session, found: User, values: Mapping[str, Any], now: datetime) -> None:
    """One that is disabled is signed out everywhere."""
    if _NAME in values:
        found.service_account_name = _name(values)
    if values.get("is_disabled") is not None:
        found.is_disabled = bool(values["is_disabled"])
        if found.is_disabled:
            users.sign_out(session, found.id)
    users.touched(session, found, now)


def _name(values: Mapping[str, Any]) -> str:
    problems: list[Problem] = []
    name = texts.checked(values, _NAME, problems)
    if not name:
        message = "A service account needs a name"
        problems.append(Problem(_NAME, "missing_field", message))
    if problems:
        raise Invalid(*problems)
    return name
