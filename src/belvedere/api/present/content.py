"""What the answers about folders, Looks, dashboards and boards have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from belvedere.accounts.tables import User
from belvedere.api.call import Call
from belvedere.api.people import known_people
from belvedere.clock import iso
from belvedere.content import metadata
from belvedere.content.among import among, encoded
from belvedere.content.tables import ContentMetadata


def text_of(number: int | None) -> str | None:
    """An id as the API writes it."""
    return None if number is None else str(number)


def time_of(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def people(call: Call, ids: Iterable[int | None]) -> dict[int | None, User]:
    """By id, whom the caller may know; nobody for None."""
    wanted = {user_id for user_id in ids if user_id is not None}
    if not wanted:
        return {}
    chosen = select(User).where(among(User.id, encoded(wanted)), known_people(call))
    found = call.db.scalars(chosen)
    return {user.id: user for user in found}


def favorites(call: Call) -> dict[int, int]:
    """By metadata: the caller's favourite."""
    return metadata.favorite_ids(call.db, call.session.user_id)


def present_certification(meta: ContentMetadata, known: dict[int | None, User]) -> dict[str, Any]:
    certifier = known.get(meta.certifier_id)
    return {
        "certification_status": meta.certification_status,
        "ui_status": meta.certification_status,
        "user_name": certifier.display_name if certifier is not None else None,
        "notes": meta.certification_notes,
        "updated_at": time_of(meta.certified_at),
    }
