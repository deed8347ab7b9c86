"""One call of an operation: who calls, with what, and what it can reach."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from belvedere.accounts import audit
from belvedere.accounts.audit import Actor
from belvedere.accounts.tokens import AccessSession
from belvedere.api.fields import ALL, Fields, parse_fields
from belvedere.api.redaction import redacted
from belvedere.content import access
from belvedere.errors import BadRequest, Unauthenticated

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from belvedere.api.services import Services
    from belvedere.content.access import Reach

_MOST_PARAMETERS = 1000


@dataclass(slots=True)
class Request:
    """A request as it came in; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    address: str
    id: str
    is_secure: bool = False
    """Whether the browser's own connection is encrypted."""


@dataclass(slots=True)
class Stream:
    """An answer in parts. Closing `chunks` stops whatever makes them."""

    media_type: str
    chunks: Iterator[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    stop: Callable[[], None] | None = None
    """Makes the source end soon, also while it is waiting for its next part."""


@dataclass(slots=True)
class Text:
    """An answer that is whole and already encoded. `fresh` says how long, and while what stays
    the same, an equal request may get the same bytes (see `answers`).
    """

    media_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    freshness: object | None = None


@dataclass(slots=True)
class Answer:
    status: int
    media_type: str | None
    body: bytes
    headers: dict[str, str]
    chunks: Iterator[bytes] | None = None
    stop: Callable[[], None] | None = None
    cookies: tuple[str, ...] = ()
    """Set-Cookie lines."""


class Call:
    def __init__(
        self,
        services: Services,
        request: Request,
        documentation: str,
        session: AccessSession | None,
    ) -> None:
        self.services = services
        self.request = request
        self.documentation = documentation
        self._session = session
        self.response_headers: dict[str, str] = {}
        self.signed_in: int | None = None
        """Whom a call without a session signed in."""
        self._stack = ExitStack()
        self._db: Session | None = None
        self._reach: Reach | None = None
        self._stops: list[Callable[[], None]] = []
        self._gone = False

    # Who

    @property
    def session(self) -> AccessSession:
        """The caller's session; Unauthenticated where the operation needs none and has none."""
        if self._session is None:
            raise Unauthenticated("Requires authentication.")
        return self._session

    @property
    def user_id(self) -> str:
        return str(self.session.user_id)

    # With what

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Query parameters; of repeated ones the last."""
        return dict(self.parameter_pairs)

    @cached_property
    def parameter_pairs(self) -> list[tuple[str, str]]:
        try:
            return parse_qsl(
                self.request.query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS
            )
        except ValueError:
            raise BadRequest("The request has too many parameters") from None

    @cached_property
    def fields(self) -> Fields:
        text = self.parameters.get("fields", "")
        return parse_fields(text) if text.strip() else ALL

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where there is none."""
        if not self.request.body.strip():
            return None
        try:
            return json.loads(self.request.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise BadRequest("The request body is not valid JSON") from None

    def narrowed(self, fields: Fields) -> Call:
        """The call for a nested object, of which `fields` are wanted."""
        self.db.connection()  # both work in one transaction
        nested = copy(self)
        nested.__dict__["fields"] = fields
        return nested

    # On what

    @property
    def now(self) -> datetime:
        return self.services.clock()

    @property
    def db(self) -> Session:
        """The application database: one transaction for the call, begun on first use."""
        if self._db is None:
            database = self.services.database
            reading = self.request.method in ("GET", "HEAD")
            self._db = self._stack.enter_context(
                database.reading() if reading else database.session()
            )
        return self._db

    @property
    def reach(self) -> Reach:
        """What content the caller may see and change, the changes of this call included."""
        if self._reach is None or access.has_changed(self.db):
            self._reach = self.services.access.reach(self.db, self.session)
        return self._reach

    def record(self, name: str, **attributes: Any) -> None:
        """Put what the call did into the audit log, in its own transaction."""
        session = self._session
        user_id = session.user_id if session is not None else self.signed_in
        actor = Actor(
            user_id, session.sudo_user_id if session is not None else None, self.request.address
        )
        audit.record(
            self.db,
            self.now,
            name,
            actor,
            category="api",
            target=redacted(self.request.path),
            attributes=attributes,
        )

    def transaction(self) -> AbstractContextManager[Session]:
        """A transaction of its own, for calls that go on for long after they stored something."""
        return self.services.database.session()

    def finish(self, error: BaseException | None = None) -> None:
        """Commit, or roll back because of `error`."""
        if error is None:
            self._stack.close()
        else:
            self._stack.__exit__(type(error), error, error.__traceback__)

    # When the client goes away

    def on_disconnect(self, stop: Callable[[], None]) -> None:
        self._stops.append(stop)
        if self._gone:
            stop()

    def disconnected(self) -> None:
        self._gone = True
        for stop in self._stops:
            stop()


def _no_constant(name: str) -> Any:
    raise ValueError(name)
