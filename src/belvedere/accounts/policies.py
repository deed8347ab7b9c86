"""What administrators decide about passwords and about how long one stays signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from belvedere.errors import Invalid, Problem
from belvedere.instance import configuration

_LONGEST_PASSWORD = 1000
"""Nobody types more, and hashing should not take long because somebody sent more."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    min_length: int = 10
    require_numeric: bool = False
    require_upperlower: bool = False
    require_special: bool = False
    expiration_enabled: bool = False
    expiration_duration_days: int = 90


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    allow_persistent_sessions: bool = True
    session_minutes: int = 30
    unlimited_sessions_per_user: bool = True
    use_inactivity_based_logout: bool = False
    track_session_location: bool = True


Policy = TypeVar("Policy", PasswordPolicy, SessionPolicy)
PERSISTENT = timedelta(days=30)
INACTIVITY = timedelta(minutes=15)
_PASSWORDS = "password_config"
_SESSIONS = "session_config"


def password_policy(session: Session) -> PasswordPolicy:
    return replace(PasswordPolicy(), **configuration.read(session, _PASSWORDS))


def session_policy(session: Session) -> SessionPolicy:
    return replace(SessionPolicy(), **configuration.read(session, _SESSIONS))


def changed_passwords(policy: PasswordPolicy, values: Mapping[str, Any]) -> PasswordPolicy:
    """The policy with these properties; Invalid for what it cannot be."""
    made = _with(policy, values)
    problems = [
        *_between("min_length", made.min_length, 7, 100),
        *_between("expiration_duration_days", made.expiration_duration_days, 30, 365),
    ]
    if problems:
        raise Invalid(*problems)
    return made


def changed_sessions(policy: SessionPolicy, values: Mapping[str, Any]) -> SessionPolicy:
    """Where inactivity ends sessions none outlives a day, and none is kept for good."""
    made = _with(policy, values)
    problems = _between("session_minutes", made.session_minutes, 5, 43_200)
    if problems:
        raise Invalid(*problems)
    if not made.use_inactivity_based_logout:
        return made
    day = 24 * 60
    minutes = made.session_minutes if 15 <= made.session_minutes <= day else day
    return replace(made, allow_persistent_sessions=False, session_minutes=minutes)


def store_passwords(policy: PasswordPolicy) -> tuple[str, dict[str, Any]]:
    return _PASSWORDS, asdict(policy)


def store_sessions(policy: SessionPolicy) -> tuple[str, dict[str, Any]]:
    return _SESSIONS, asdict(policy)


def check_password(policy: PasswordPolicy, password: str) -> None:
    """Invalid names everything that the password lacks."""
    wanted = []
    if len(password) < policy.min_length:
        wanted.append(f"at least {policy.min_length} characters")
    if policy.require_numeric and not any(c.isdigit() for c in password):
        wanted.append("a digit")
    mixed = any(c.isupper() for c in password) and any(c.islower() for c in password)
    if policy.require_upperlower and not mixed:
        wanted.append("upper and lower case letters")
    if policy.require_special and all(c.isalnum() for c in password):
        wanted.append("a special character")
    if len(password) > _LONGEST_PASSWORD:
        wanted.append(f"no more than {_LONGEST_PASSWORD} characters")
    if wanted:
        message = f"A password needs {', '.join(wanted)}"
        raise Invalid(Problem("password", "invalid", message))


def is_expired(policy: PasswordPolicy, changed_at: datetime | None, now: datetime) -> bool:
    if not policy.expiration_enabled or changed_at is None:
        return False
    return changed_at + timedelta(days=policy.expiration_duration_days) <= now


def _with(policy: Policy, values: Mapping[str, Any]) -> Policy:
    known = {name: values[name] for name in asdict(policy) if values.get(name) is not None}
    return replace(policy, **known)


def _between(name: str, value: int, least: int, most: int) -> list[Problem]:
    if least <= value <= most:
        return []
    return [Problem(name, "invalid", f"{name} must be between {least} and {most}")]
