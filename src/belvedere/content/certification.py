"""Certification: somebody vouches for a piece of content, or does so no longer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from belvedere.accounts import texts
from belvedere.content.tables import ContentMetadata
from belvedere.errors import Invalid, Problem

STATES = ("certified", "revoked")
_LONGEST_NOTES = 10_000


def certify(meta: ContentMetadata, values: Mapping[str, Any], user_id: int, now: datetime) -> None:
    """Set state and notes. Invalid for an unknown state; null takes both away."""
    problems: list[Problem] = []
    status = values.get("certification_status")
    if status is not None and status not in STATES:
        message = f"certification_status must be {' or '.join(STATES)}"
        problems.append(Problem("certification_status", "invalid", message))
    notes = texts.checked(values, "notes", problems, _LONGEST_NOTES)
    if problems:
        raise Invalid(*problems)
    if "certification_status" in values:
        meta.certification_status = status
        meta.certifier_id = user_id if status is not None else None
        meta.certified_at = now if status is not None else None
    if "notes" in values or status is None:
        meta.certification_notes = notes or None


def revoke(meta: ContentMetadata, user_id: int, now: datetime) -> None:
    """Where it was certified: it was so as it was before somebody changed it."""
    if meta.certification_status == "certified":
        meta.certification_status = "revoked"
        meta.certifier_id, meta.certified_at = user_id, now
