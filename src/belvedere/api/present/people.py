"""Somebody as others may know them."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import users
from belvedere.api.call import Call


def present_person(call: Call, user_id: str) -> dict[str, Any]:
    """The published type UserPublic."""
    user = users.get(call.db, int(user_id))
    return {
        "can": {},
        "id": user_id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "url": f"{call.services.settings.public_url}/api/4.0/users/{user.id}",
    }
