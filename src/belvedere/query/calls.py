"""Calls of the API: counted in memory by day and operation, written together with the history."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from belvedere.clock import Clock
from belvedere.query.tables import ApiUsageRow

KEPT = timedelta(days=2 * 366)
"""So that the whole of last year can still be asked for at the end of this one."""
Counted = Counter[tuple[date, str, str]]


class ApiCalls:
    """Thread-safe; the calls that this process answered and has not written down yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counted: Counted = Counter()

    def count(self, operation: str, kind: str) -> None:
        key = (self._clock().date(), operation, kind)
        with self._lock:
            self._counted[key] += 1

    def take(self) -> Counted:
        """What was counted since the last time; give it back if it could not be written."""
        with self._lock:
            taken, self._counted = self._counted, Counter()
        return taken

    def give_back(self, counted: Counted) -> None:
        with self._lock:
            self._counted.update(counted)


def write(session: Session, counted: Counted) -> None:
    """Add to what every process of the instance has written for these days."""
    for (day, operation, kind), total in sorted(counted.items()):
        session.execute(
            _insert(session).on_conflict_do_update(
                index_elements=[ApiUsageRow.created_on, ApiUsageRow.endpoint],
                set_={"total": ApiUsageRow.total + total},
            ),
            {"created_on": day, "endpoint": operation, "api_query_type": kind, "total": total},
        )


def _insert(session: Session) -> Any:
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(ApiUsageRow)


def purge(session: Session, today: date) -> None:
    session.execute(delete(ApiUsageRow).where(ApiUsageRow.created_on < today - KEPT))
