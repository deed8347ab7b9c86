"""Public Looks: their rows for everybody who knows the address, `/looks/SLUG.csv`.

A public Look runs as the person whose Look it is, and is there for as long as that person may
show it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts import tokens
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import User
from belvedere.accounts.tokens import AccessSession
from belvedere.api.call import Answer, Request
from belvedere.api.services import Services
from belvedere.content.tables import Look
from belvedere.errors import BadRequest, EngineError, LookmlError, NotFound, QueryError
from belvedere.query import stored
from belvedere.query.definition import Definition
from belvedere.query.options import RunOptions
from belvedere.query.running import Context, Running

_ADDRESS = re.compile(r"/looks/([A-Za-z0-9]{16,64})(?:\.([a-z]{1,8}))?")
_ALWAYS = datetime.max.replace(tzinfo=UTC)
_FORMATS = frozenset({"html", "csv", "txt", "json", "xlsx", "png", "jpg"})
_MAKE_PUBLIC = Permission("create_public_looks")
_NOTHING_RUNS = "sandbox allow-popups; script-src 'none'; object-src 'none'; form-action 'none'"
"""What models put into cells must not act as whoever is signed in here and looks at them."""
_FAILED = "This Look cannot be shown right now"
_GONE = "There is no public Look at this address"


class PublicLooks:
    def __init__(self, services: Services) -> None:
        self._services = services

    def asked(self, request: Request) -> re.Match[str] | None:
        """The parts of the address; None for that of something else."""
        reads = request.method in ("GET", "HEAD")
        return _ADDRESS.fullmatch(request.path) if reads else None

    def answer(self, match: re.Match[str]) -> Answer:
        """NotFound for a Look that is not public; what else goes wrong is nobody's business."""
        result_format = match[2] or "html"
        if result_format not in _FORMATS:
            raise NotFound(_GONE)
        with self._services.database.reading() as session:
            look_id, slug, definition, owner = self._found(session, match[1])
        formatted = result_format in ("html", "txt")
        options = RunOptions(result_format, apply_formatting=formatted, apply_vis=formatted)

        def note(running: Running) -> None:
            running.context = Context(look_id=str(look_id))

        try:
            outcome = self._services.runner.run(
                definition, options, owner, slug=slug, source="public_look", on_start=note
            )
        except (LookmlError, QueryError, EngineError, NotFound):
            raise BadRequest(_FAILED) from None
        if outcome.error:
            raise BadRequest(_FAILED)
        return Answer(
            200,
            outcome.media_type,
            outcome.body,
            {
                "Cache-Control": "no-store",
                "Content-Security-Policy": _NOTHING_RUNS,
                "Referrer-Policy": "no-referrer",
                "X-Robots-Tag": "noindex",
            },
            outcome.chunks,
            outcome.stop,
        )

    def _found(self, session: Session, slug: str) -> tuple[int, str, Definition, AccessSession]:
        live = Look.public_slug == slug, Look.public, Look.deleted_at.is_(None)
        look = session.scalar(select(Look).where(*live))
        user = session.get(User, look.user_id) if look is not None and look.user_id else None
        if look is None or user is None or user.is_disabled:
            raise NotFound(_GONE)
        definition = stored.definition_of(stored.get(session, look.query_slug))
        owner = tokens.acting_as(session, self._services.vault, user, _ALWAYS)
        if not owner.permissions.has(_MAKE_PUBLIC, definition.model):
            raise NotFound(_GONE)
        return look.id, look.query_slug, definition, owner
