"""Whether somebody who helps is let in, for how long, and whom that concerns. It is written down
here; nothing lets anybody in who has no account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts import texts, users
from belvedere.accounts.tables import SupportAllowlistEntry
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.instance import configuration
from belvedere.instance.configuration import Change
from belvedere.store import find
from belvedere.vault import Vault

_SUBJECT = "support_access"
_LONGEST = timedelta(days=365)
_LONGEST_REASON = 2000
_MOST = 1000


def entries(session: Session) -> list[SupportAllowlistEntry]:
    return list(session.scalars(select(SupportAllowlistEntry).order_by(SupportAllowlistEntry.id)))


def add(
    session: Session, emails: Iterable[object], reason: object, now: datetime
) -> list[SupportAllowlistEntry]:
    """Who is listed already stays so, for the new reason. Invalid names every malformed address."""
    given = [str(email).strip() for email in emails]
    why = str(reason or "").strip()
    problems = [
        Problem("emails", "invalid", f"{email[:200]} is not an e-mail address")
        for email in given
        if not users.is_email(email)
    ]
    if not given or len(given) > _MOST:
        message = f"emails is a list of 1 to {_MOST} addresses"
        problems.append(Problem("emails", "missing_field", message))
    if not why or texts.problem_of("reason", why, _LONGEST_REASON) is not None:
        message = f"reason has 1 to {_LONGEST_REASON} characters"
        problems.append(Problem("reason", "missing_field", message))
    if problems:
        raise Invalid(*problems)
    return [_put(session, email, why, now) for email in dict.fromkeys(e.lower() for e in given)]


def _put(session: Session, email: str, reason: str, now: datetime) -> SupportAllowlistEntry:
    row = session.scalar(select(SupportAllowlistEntry).where(SupportAllowlistEntry.email == email))
    if row is None:
        row = SupportAllowlistEntry(email=email, created_at=now)
        session.add(row)
    row.reason = reason
    known = users.find_by_email(session, email)
    row.full_name = known.display_name if known is not None else None
    session.flush()
    return row


def remove(session: Session, given: str) -> None:
    row = find(session, SupportAllowlistEntry, given)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()


def open_until(session: Session, now: datetime) -> datetime | None:
    """Until when; None where it is not open."""
    stored = configuration.read(session, _SUBJECT).get("open_until")
    until = datetime.fromisoformat(stored) if stored else None
    return until if until is not None and until > now else None


def allow(session: Session, vault: Vault, seconds: int, by: Change) -> None:
    if not 0 < seconds <= _LONGEST.total_seconds():
        message = f"duration_in_seconds must be between 1 and {int(_LONGEST.total_seconds())}"
        raise Invalid(Problem("duration_in_seconds", "invalid", message))
    until = by.at + timedelta(seconds=seconds)
    configuration.write(session, vault, _SUBJECT, {"open_until": until.isoformat()}, by)


def close(session: Session, vault: Vault, by: Change) -> None:
    configuration.write(session, vault, _SUBJECT, {"open_until": None}, by)
