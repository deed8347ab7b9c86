"""Browsers that a person is signed in with."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import web_sessions
from belvedere.api.call import Call
from belvedere.api.operation import delete, get
from belvedere.api.people import oneself_or_any
from belvedere.api.present.sessions import present_session


@get("/users/{user_id}/sessions", requires="authenticated")
def all_user_sessions(call: Call, user_id: str) -> list[dict[str, Any]]:
    """Those that are signed in now."""
    found = oneself_or_any(call, user_id)
    return [present_session(call, row) for row in web_sessions.live(call.db, found.id, call.now)]


@get("/users/{user_id}/sessions/{session_id}", requires="authenticated")
def user_session(call: Call, user_id: str, session_id: str) -> dict[str, Any]:
    """One of them."""
    found = oneself_or_any(call, user_id)
    return present_session(call, web_sessions.get(call.db, found.id, session_id, call.now))


@delete("/users/{user_id}/sessions/{session_id}", requires="authenticated")
def delete_user_session(call: Call, user_id: str, session_id: str) -> None:
    """Sign one of them out."""
    found = oneself_or_any(call, user_id)
    web_sessions.end(call.db, web_sessions.get(call.db, found.id, session_id, call.now).id)
