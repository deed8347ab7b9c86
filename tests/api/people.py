"""Looking up what tests talk about by its name."""

from __future__ import annotations

from typing import Any

from tests.api.client import ApiClient


def made(admin: ApiClient, kind: str, name: str) -> str:
    """The id of the role, or of another thing that is searched by name."""
    found = admin.get(f"/{kind}s/search", params={"name": name}).json()
    return str(next(row["id"] for row in found if row["name"] == name))


def user_of(admin: ApiClient, email: str) -> Any:
    """The user with the address; None where there is none."""
    found = admin.get("/users/search", params={"email": email}).json()
    return found[0] if found else None
