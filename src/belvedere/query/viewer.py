"""A signed-in person as the compiler knows them."""

from __future__ import annotations

from belvedere.accounts.tokens import AccessSession
from belvedere.compiler.request import Viewer


def viewer_of(session: AccessSession) -> Viewer:
    known = session.known
    return Viewer(known.values, known.literal, known.editable, known.hidden)
