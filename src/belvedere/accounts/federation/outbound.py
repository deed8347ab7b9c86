"""Fetching from addresses that somebody wrote into a configuration, without being led astray.

The name is looked up once and every address that it has must be allowed; the connection goes to
the address that was checked. Redirects are not followed, answers are short, and time is limited.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from belvedere.accounts.federation.person import Unreachable

_SECONDS = 10.0
_MOST_BYTES = 2_000_000
_PART = 65_536
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes


def networks(text: str) -> tuple[Network, ...]:
    """ValueError for what is no comma list of networks such as 10.0.0.0/8."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


class Outbound:
    """`allowed` are networks that count beside public addresses. Plain http only goes to this
    machine itself, and only where that is allowed.
    """

    def __init__(self, allowed: tuple[Network, ...] = ()) -> None:
        self._allowed = allowed

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.send("GET", address, b"", headers or {})

    def send(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Unreachable for addresses that are not allowed, and where nothing usable answers."""
        connection, path = self._connection(address)
        alarm = threading.Timer(_SECONDS, connection.hang_up)
        alarm.daemon = True
        alarm.start()
        try:
            connection.request(method, path, body or None, {**headers, "Connection": "close"})
            with connection.getresponse() as response:  # it holds the socket, too
                reply = Reply(response.status, _read(response))
            if connection.is_late:  # what came until then may be a part
                raise Unreachable(f"{_shown(address)} takes too long")
            return reply
        except (OSError, http.client.HTTPException, ValueError):
            raise Unreachable(f"{_shown(address)} does not answer") from None
        finally:
            alarm.cancel()
            connection.close()

    def _connection(self, address: str) -> tuple[_Pinned, str]:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            raise Unreachable("The address cannot be read") from None
        host = parts.hostname
        if parts.scheme not in ("https", "http") or not host or parts.username is not None:
            raise Unreachable("The address must begin with https:// and name a host")
        secure = parts.scheme == "https"
        place = self._checked(host, port or (443 if secure else 80), secure=secure)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if not path.isascii() or not path.isprintable() or " " in path:
            raise Unreachable("The address holds characters that addresses do not have")
        return _Pinned(host, port, place, secure=secure), path

    def _checked(self, host: str, port: int, *, secure: bool) -> tuple[str, int]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable(f"There is no host {host}") from None
        places = [(str(item[4][0]), int(item[4][1])) for item in found]
        for place, _ in places:
            known = ipaddress.ip_address(place.partition("%")[0])
            if not self._may_reach(known) or not (secure or _plain(known).is_loopback):
                raise Unreachable(f"{host} may not be reached from this server")
        if not places:
            raise Unreachable(f"There is no host {host}")
        return places[0]

    def _may_reach(self, address: Address) -> bool:
        plain = _plain(address)
        return _is_public(plain) or any(
            plain in network for network in self._allowed if network.version == plain.version
        )


class _Pinned(http.client.HTTPConnection):
    """A connection to a place that was looked up before; the certificate is that of the name."""

    def __init__(
        self, host: str, port: int | None, place: tuple[str, int], *, secure: bool
    ) -> None:
        super().__init__(host, port or (443 if secure else 80), timeout=_SECONDS)
        self._place = place
        self._secure = secure
        self._opened: socket.socket | None = None
        self.is_late = False

    def hang_up(self) -> None:
        """Whoever waits for an answer waits no longer: also one that comes drop by drop."""
        self.is_late = True
        if self._opened is not None:
            with suppress(OSError):
                self._opened.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        plain = self._opened = socket.create_connection(self._place, _SECONDS)
        if not self._secure:
            self.sock = plain
            return
        try:
            context = ssl.create_default_context()
            self.sock = self._opened = context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_public(address: Address) -> bool:
    """IPv6 has many ways to write private IPv4 addresses; its public ones all begin alike."""
    anywhere = address.version == 4 or address in _GLOBAL_UNICAST
    return anywhere and address.is_global and not address.is_multicast


def _read(response: http.client.HTTPResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := response.read1(_PART):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            raise Unreachable("The answer is too long")
    return b"".join(parts)


def _shown(address: str) -> str:
    """Without what may be secret in a query."""
    return address.partition("?")[0][:200]
