"""Which addresses are fetched from."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.certificates import certify

from belvedere.accounts.federation import outbound
from belvedere.accounts.federation.outbound import Outbound, networks
from belvedere.accounts.federation.person import Unreachable


def _looked_up(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[Any]:
    """Every name has the addresses; answers where connections go."""
    tried: list[Any] = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    def connect(place: Any, timeout: float) -> socket.socket:
        tried.append(place)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    tried = _looked_up(monkeypatch, address)
    with pytest.raises(Unreachable, match="may not be reached"):
        Outbound().get("https://idp.example.com/metadata")
    assert tried == []


def test_one_bad_address_of_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = _looked_up(monkeypatch, "93.184.216.34", "127.0.0.1")
    with pytest.raises(Unreachable, match="may not be reached"):
        Outbound().get("https://idp.example.com/")
    assert tried == []


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = _looked_up(monkeypatch, "93.184.216.34")
    with pytest.raises(Unreachable, match="does not answer"):
        Outbound().get("https://idp.example.com:8443/")
    assert tried == [("93.184.216.34", 8443)]


def test_networks_that_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = _looked_up(monkeypatch, "10.1.2.3")
    outbound = Outbound(networks("10.0.0.0/8, fd00::/8"))
    with pytest.raises(Unreachable, match="does not answer"):
        outbound.get("https://idp.internal/")
    assert tried == [("10.1.2.3", 443)]
    with pytest.raises(Unreachable, match="may not be reached"):
        outbound.get("http://idp.internal/")


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https:///nowhere",
        "https://user@example.com/",
        "https://example.com:99999/",
        "https://example.com/a b",
        "https://example.com/\r\nX: y",
        "https://[::1",
        "example.com",
        "",
    ],
)
def test_addresses_in_other_forms(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    tried = _looked_up(monkeypatch, "93.184.216.34")
    with pytest.raises(Unreachable):
        Outbound().get(address)
    assert tried == []


def test_certificates_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = tmp_path / "server.pem"
    key = certify(certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    allowed = Outbound(networks("127.0.0.0/8, ::1/128"))

    def serve() -> None:
        while True:
            try:
                plain, _ = server.accept()
            except OSError:
                return
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as other:
                other.recv(10_000)
                other.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = server.getsockname()[1]
        with pytest.raises(Unreachable):
            allowed.get(f"https://127.0.0.1:{port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert allowed.get(f"https://127.0.0.1:{port}/").body == b"hi"
        with pytest.raises(Unreachable):
            allowed.get(f"https://localhost:{port}/")
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_answers_that_come_drop_by_drop(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """Each drop is in time; the whole is not. Without an end this test would have none."""
    monkeypatch.setattr(outbound, "_SECONDS", 0.4)
    over = threading.Event()

    def serve() -> None:
        other, _ = server.accept()
        with other, suppress(OSError):
            other.sendall(said)
            while not over.wait(0.05):
                other.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        allowed = Outbound(networks("127.0.0.0/8"))
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        try:
            with pytest.raises(Unreachable):
                allowed.get(address)
        finally:
            over.set()
            thread.join()


def test_long_answers_are_hung_up_on() -> None:
    """At once, not when whoever keeps the error lets go of it: this test would have no end."""

    def serve() -> None:
        other, _ = server.accept()
        with other, suppress(OSError):
            other.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                other.sendall(b"x" * 100_000)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        allowed = Outbound(networks("127.0.0.0/8"))
        with pytest.raises(Unreachable, match="too long") as kept:
            allowed.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join(20)
        assert not thread.is_alive(), kept


@pytest.mark.parametrize("text", ["10.0.0.0/99", "here", "10.0.0.1/8"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        networks(text)
