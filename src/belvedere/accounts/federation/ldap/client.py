"""A connection to an LDAP directory: bind and search, with limits of time and size."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from belvedere.accounts.federation.ldap import ber
from belvedere.accounts.federation.ldap.ber import BerError, Element
from belvedere.accounts.federation.ldap.filters import Filter
from belvedere.accounts.federation.person import Unreachable
from belvedere.errors import BelvedereError

_SECONDS = 10.0
_MOST_BYTES = 20_000_000
_PART = 65_536
_PAGE = 200
_PAGED = "1.2.840.113556.1.4.319"
_BIND, _BOUND, _UNBIND, _SEARCH = 0x60, 0x61, 0x42, 0x63
_ENTRY, _DONE, _REFERENCE, _CONTROLS = 0x64, 0x65, 0x73, 0xA0
_SIMPLE = 0x80
_SUBTREE, _BASE = 2, 0
_VERSION = 3
_SIZE_LIMIT, _NO_SUCH_OBJECT, _INVALID_CREDENTIALS = 4, 32, 49
_NAMES = {
    1: "operations error",
    2: "protocol error",
    3: "time limit exceeded",
    4: "size limit exceeded",
    8: "stronger authentication required",
    13: "confidentiality required",
    32: "no such object",
    34: "invalid name",
    48: "inappropriate authentication",
    49: "invalid credentials",
    50: "insufficient access rights",
    51: "busy",
    52: "unavailable",
    53: "unwilling to perform",
}


class DirectoryError(BelvedereError):
    """The directory refuses; `code` is its result code (RFC 4511, appendix A)."""

    def __init__(self, code: int, told: str) -> None:
        self.code = code
        name = _NAMES.get(code, "error")
        super().__init__(f"The directory answers {code} ({name}){f': {told}' if told else ''}")

    @property
    def wrong_credentials(self) -> bool:
        return self.code == _INVALID_CREDENTIALS


@dataclass(frozen=True, slots=True)
class Entry:
    """`attributes` are by name in small letters."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def values(self, name: str) -> tuple[str, ...]:
        """As texts; what is no text as hexadecimal digits."""
        return tuple(_readable(value) for value in self.attributes.get(name.lower(), ()))

    def first(self, name: str) -> str | None:
        return next(iter(self.values(name)), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a directory is, and whether it must prove that it is the one."""

    host: str
    port: int
    tls: bool
    verify: bool


class Connection:
    """Used as a context manager; Unreachable where the directory does not answer."""

    def __init__(self, place: Place) -> None:
        self._deadline = time.monotonic() + 2 * _SECONDS
        self._last_id = 0
        self._received = b""
        self._total = 0
        try:
            self._socket = _connected(place)
        except ssl.SSLCertVerificationError as error:
            message = f"The certificate of {place.host} does not hold: {error.verify_message}"
            raise Unreachable(message) from None
        except ssl.SSLError:
            raise Unreachable(f"{place.host}:{place.port} does not speak TLS") from None
        except (OSError, UnicodeError):
            raise Unreachable(f"{place.host}:{place.port} does not answer") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(Unreachable, OSError):
            self._send(ber.encoded(_UNBIND, b""))
        self._socket.close()

    def bind(self, dn: str, password: str) -> None:
        """DirectoryError where the directory does not accept both. An empty one is never sent:
        directories take that for nobody in particular, and say yes.
        """
        if not dn or not password:
            raise DirectoryError(_INVALID_CREDENTIALS, "a name and a password are needed")
        number = self._send(
            ber.sequence(
                ber.integer(_VERSION), ber.octets(dn), ber.octets(password, tag=_SIMPLE), tag=_BIND
            )
        )
        answer, _ = self._receive(number)
        if answer.tag != _BOUND:
            raise _strange()
        _check(answer)

    def search(
        self,
        base: str,
        wanted: Filter,
        attributes: Iterable[str],
        *,
        most: int = 0,
        paged: bool = False,
        here_only: bool = False,
    ) -> list[Entry]:
        """The entries below `base`, or it alone; none where it does not exist. `most` 0 is no
        limit; with one, there may be as many as that and more.
        """
        found: list[Entry] = []
        cookie: bytes | None = b"" if paged else None
        names = ber.sequence(*(ber.octets(name) for name in attributes))
        request = ber.sequence(
            ber.octets(base),
            ber.integer(_BASE if here_only else _SUBTREE, tag=ber.ENUMERATED),
            ber.integer(0, tag=ber.ENUMERATED),
            ber.integer(most),
            ber.integer(int(_SECONDS)),
            ber.boolean(value=False),
            wanted,
            names,
            tag=_SEARCH,
        )
        while True:
            number = self._send(request, _page_control(cookie))
            done = self._collect(number, found)
            cookie = done if cookie is not None else None
            if not cookie:
                return found

    def _collect(self, number: int, found: list[Entry]) -> bytes:
        """Read entries up to the end of the page; answers what names the next one."""
        while True:
            answer, controls = self._receive(number)
            if answer.tag == _ENTRY:
                found.append(_entry(answer))
            elif answer.tag == _DONE:
                _check(answer, _SIZE_LIMIT, _NO_SUCH_OBJECT)
                return _next_page(controls)
            elif answer.tag != _REFERENCE:
                raise _strange()

    # Messages

    def _send(self, operation: bytes, controls: bytes = b"") -> int:
        self._last_id += 1
        message = ber.sequence(ber.integer(self._last_id), operation, controls)
        try:
            self._socket.sendall(message)
        except OSError:
            raise Unreachable("The directory hung up") from None
        return self._last_id

    def _receive(self, number: int) -> tuple[Element, Element | None]:
        """The next message of the request: its operation and its controls."""
        try:
            while True:
                parts = self._message().children()
                if parts[0].number == number:
                    controls = parts[2] if len(parts) > 2 and parts[2].tag == _CONTROLS else None
                    return parts[1], controls
                if parts[0].number == 0:
                    raise Unreachable("The directory hung up")
        except (BerError, IndexError):
            raise _strange() from None

    def _message(self) -> Element:
        while True:
            size = ber.length_of(self._received)
            if size is not None and size > _MOST_BYTES:
                raise Unreachable("The answer of the directory is too long")
            if size is not None and len(self._received) >= size:
                message, self._received = self._received[:size], self._received[size:]
                return ber.element(message)
            self._received += self._part()

    def _part(self) -> bytes:
        if time.monotonic() > self._deadline:
            raise Unreachable("The directory takes too long")
        try:
            part = self._socket.recv(_PART)
        except OSError:
            raise Unreachable("The directory does not answer in time") from None
        self._total += len(part)
        if not part or self._total > _MOST_BYTES:
            raise Unreachable("The directory hung up" if not part else "The answer is too long")
        return part


def _connected(place: Place) -> socket.socket:
    plain = socket.create_connection((place.host, place.port), _SECONDS)
    if not place.tls:
        return plain
    context = ssl.create_default_context()
    if not place.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain, server_hostname=place.host)
    except BaseException:
        plain.close()
        raise


def _check(answer: Element, *harmless: int) -> None:
    parts = answer.children()
    code, told = parts[0].number, parts[2].text
    if code != 0 and code not in harmless:
        raise DirectoryError(code, " ".join(told.split())[:300])


def _entry(answer: Element) -> Entry:
    name, listed = answer.children()[:2]
    found: dict[str, tuple[bytes, ...]] = {}
    for item in listed.children():
        kind, values = item.children()[:2]
        plain = kind.text.partition(";")[0].lower()
        found[plain] = tuple(value.content for value in values.children())
    return Entry(name.text, found)


def _page_control(cookie: bytes | None) -> bytes:
    if cookie is None:
        return b""
    value = ber.sequence(ber.integer(_PAGE), ber.octets(cookie))
    control = ber.sequence(ber.octets(_PAGED), ber.octets(value))
    return ber.sequence(control, tag=_CONTROLS)


def _next_page(controls: Element | None) -> bytes:
    for control in controls.children() if controls is not None else ():
        parts = control.children()
        if parts[0].text == _PAGED:
            return ber.element(parts[-1].content).children()[1].content
    return b""


def _readable(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() or "\n" in text else value.hex()


def _strange() -> Unreachable:
    return Unreachable("What answers there does not speak LDAP")
