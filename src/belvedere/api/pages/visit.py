"""A browser's request for a page: its form, its cookies, who is signed in, and the answer."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from belvedere import ids
from belvedere.accounts import audit, web_sessions
from belvedere.accounts.audit import Actor
from belvedere.accounts.tables import User, WebSession
from belvedere.accounts.web_sessions import Device, Started
from belvedere.api.call import Answer, Request
from belvedere.errors import BadRequest, BelvedereError
from belvedere.instance import general

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from belvedere.api.services import Services

_PERSISTENT_SECONDS = 30 * 24 * 3600
_MOST_FIELDS = 100
_NOWHERE = ("'none'",)


class ForgedForm(BelvedereError):
    """A form that did not come from one of our pages."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("belvedere.api.pages"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


@dataclass(slots=True)
class _Cookies:
    """Those to be set, as header lines."""

    lines: list[str] = field(default_factory=list)


class Visit:
    """One request for a page. Used as a context manager: leaving it commits, or rolls back."""

    def __init__(self, services: Services, request: Request) -> None:
        self.services = services
        self.request = request
        self._stack = ExitStack()
        self._db: Session | None = None
        self._cookies = _Cookies()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    # What came

    @property
    def now(self) -> datetime:
        return self.services.clock()

    @cached_property
    def parameters(self) -> dict[str, str]:
        return _pairs(self.request.query)

    @cached_property
    def form(self) -> dict[str, str]:
        try:
            return _pairs(self.request.body.decode())
        except UnicodeDecodeError:
            raise BadRequest("The form cannot be read") from None

    @cached_property
    def cookies(self) -> dict[str, str]:
        pairs = (
            part.strip().partition("=")
            for part in self.request.headers.get("cookie", "").split(";")
        )
        return {name: value for name, _, value in pairs if name}

    @property
    def device(self) -> Device:
        return Device(self.request.address, self.request.headers.get("user-agent", ""))

    @property
    def db(self) -> Session:
        """One transaction for the visit; it may write."""
        if self._db is None:
            self._db = self._stack.enter_context(self.services.database.session())
        return self._db

    def release(self) -> None:
        """Commit what was done so far and hold nothing while other servers take their time."""
        self._stack.close()
        self._stack, self._db = ExitStack(), None

    def give_up(self, error: Exception) -> None:
        """Take back what was done since the last commit, because of the error."""
        with suppress(type(error)):
            self._stack.__exit__(type(error), error, error.__traceback__)
        self._stack, self._db = ExitStack(), None

    # Who is there

    @cached_property
    def session(self) -> WebSession | None:
        cookie = self.cookies.get(self.cookie_name("session"))
        if cookie is None:
            return None
        found = web_sessions.find(self.db, self.services.vault, cookie, self.now)
        if found is not None:
            web_sessions.touch(self.db, found, self.now)
        return found

    @cached_property
    def embed_session(self) -> WebSession | None:
        """A session that opens embedded content and nothing else: its cookie is sent from other
        sites' pages too.
        """
        cookie = self.cookies.get(self.cookie_name("embed"))
        if cookie is None:
            return None
        vault = self.services.vault
        return web_sessions.find(self.db, vault, cookie, self.now, embedded=True)

    @cached_property
    def embedded(self) -> User | None:
        session = self.embed_session
        return None if session is None else self.db.get(User, session.user_id)

    @cached_property
    def user(self) -> User | None:
        return None if self.session is None else self.db.get(User, self.session.user_id)

    def sign_in(self, user: User, credentials_type: str, *, stay: bool = False) -> None:
        """A new session with a new cookie: one that was there before means nothing now."""
        if self.session is not None:
            web_sessions.end(self.db, self.session.id)
        if self.embed_session is not None:
            self.leave_embedded()
        started = web_sessions.start(
            self.db,
            self.services.vault,
            user,
            self.now,
            self.device,
            credentials_type=credentials_type,
            stay=stay,
        )
        self._keep(started)
        self.record("login", user.id, credentials_type=credentials_type)

    def _keep(self, started: Started) -> None:
        seconds = _PERSISTENT_SECONDS if started.persistent else None
        self.set_cookie("session", started.cookie, seconds)

    def sign_in_embedded(
        self, user: User, lifetime: timedelta, sudo_user_id: int | None = None
    ) -> None:
        """In place of whoever this browser was signed in as."""
        if self.session is not None:
            self.record("logout", self.session.user_id)
            web_sessions.end(self.db, self.session.id)
        if self.embed_session is not None:
            web_sessions.end(self.db, self.embed_session.id)
        self.set_cookie("session", "", 0, embedded=True)
        vault, device = self.services.vault, self.device
        started = web_sessions.start_embedded(
            self.db, vault, user, self.now, device, lifetime, sudo_user_id=sudo_user_id
        )
        self.set_cookie("embed", started.cookie, None, embedded=True)
        self.record("login", user.id, sudo_user_id, credentials_type="embed")

    def leave_embedded(self) -> None:
        """The browser's own sign-in counts."""
        if self.embed_session is not None:
            web_sessions.end(self.db, self.embed_session.id)
        self.set_cookie("embed", "", 0, embedded=True)

    def sign_out(self) -> None:
        if self.session is not None:
            self.record("logout", self.session.user_id)
            web_sessions.end(self.db, self.session.id)
        if self.embed_session is not None:
            self.leave_embedded()
        self.set_cookie("session", "", 0)

    def record(
        self, name: str, user_id: int | None, sudo_user_id: int | None = None, **attributes: Any
    ) -> None:
        actor = Actor(user_id, sudo_user_id, self.request.address)
        audit.record(self.db, self.now, name, actor, category="web", attributes=attributes)

    # Cookies and forgery

    @property
    def _secure(self) -> bool:
        return self.request.is_secure or self.services.settings.public_url.startswith("https:")

    def cookie_name(self, name: str) -> str:
        return f"__Host-belvedere_{name}" if self._secure else f"belvedere_{name}"

    def set_cookie(
        self, name: str, value: str, seconds: int | None, *, embedded: bool = False
    ) -> None:
        """`embedded` cookies can be set and are sent within other sites' pages; browsers do so
        over HTTPS only.
        """
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self._secure else ""
        site = "None" if embedded and self._secure else "Lax"
        self._cookies.lines.append(
            f"{self.cookie_name(name)}={value}; Path=/; HttpOnly; SameSite={site}{secure}{age}"
        )

    @cached_property
    def csrf(self) -> str:
        """What a form has to bring back: the session's, or before there is one the cookie's."""
        if self.session is not None:
            return self.session.csrf
        known = self.cookies.get(self.cookie_name("csrf"))
        if known is not None and len(known) >= 40:
            return known
        made = ids.token()
        self.set_cookie("csrf", made, None)
        return made

    def check_form(self) -> None:
        """ForgedForm unless the form comes from a page that this browser got from us."""
        origin = self.request.headers.get("origin")
        if origin not in (None, "null") and not self._is_ours(str(origin)):
            raise ForgedForm("The form came from another site")
        given = self.form.get("csrf", "")
        if not given or not hmac.compare_digest(given.encode(), self.csrf.encode()):
            raise ForgedForm("The form is too old; please try again")

    @property
    def hosts(self) -> tuple[str, ...]:
        """What this server is called: in the settings, and by the browser."""
        own = urlsplit(self.services.settings.public_url).netloc
        return tuple(dict.fromkeys((own, self.request.headers.get("host", own))))

    def _is_ours(self, origin: str) -> bool:
        ours = urlsplit(self.services.settings.public_url)
        host = self.request.headers.get("host", "")
        scheme = "https" if self._secure else ours.scheme
        return origin in (f"{ours.scheme}://{ours.netloc}", f"{scheme}://{host}")

    # The answer

    def page(
        self,
        template: str,
        title: str,
        status: int = 200,
        *,
        frames: tuple[str, ...] | None = None,
        **values: Any,
    ) -> Answer:
        """`frames` are the origins whose pages may show this one; nobody's may without it."""
        nonce = secrets.token_urlsafe(16)
        brand = self._brand()
        text = (
            _templates()
            .get_template(f"{template}.html")
            .render(title=title, nonce=nonce, brand=brand, **{"problem": None, **values})
        )
        headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self'; base-uri 'none'; "
                f"frame-ancestors {' '.join(frames or _NOWHERE)}"
            ),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        if frames is None:
            headers["X-Frame-Options"] = "DENY"
        return self._answer(status, "text/html", text.encode(), headers)

    def _brand(self) -> dict[str, Any]:
        """The name and the pictures of the instance."""
        with self.services.database.reading() as session:
            found: dict[str, Any] = general.read(session)["privatelabel_configuration"]
        return found

    def redirect(self, address: str) -> Answer:
        headers = {
            "Location": address,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return self._answer(303, None, b"", headers)

    def _answer(
        self, status: int, media_type: str | None, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        return Answer(status, media_type, body, dict(headers), cookies=tuple(self._cookies.lines))


def _pairs(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise BadRequest("The form has too many fields") from None


def local(address: str) -> str:
    """The address if it is one of this server's own pages, else the first page."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and address.isprintable() and "\\" not in address else "/"
