"""People."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import users
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.api.present.users import present_user


@get("/user", requires="authenticated")
def me(call: Call) -> dict[str, Any]:
    """The caller."""
    return present_user(call, users.get(call.db, call.session.user_id))
