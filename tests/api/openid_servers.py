"""Two OpenID providers: an honest one from a package, and one that lies as a test wants it to."""

from __future__ import annotations

import hmac
import json
import socket
import subprocess
import sys
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

SECRET = "what only the two of us know"


@dataclass(frozen=True)
class HonestProvider:
    """The package oidc-provider-mock, in a process of its own."""

    url: str

    def register(self, redirect_uri: str) -> tuple[str, str]:
        """A client; its id and its secret."""
        found = httpx.post(f"{self.url}/oauth2/clients", json={"redirect_uris": [redirect_uri]})
        return found.json()["client_id"], found.json()["client_secret"]

    def person(self, subject: str, **claims: Any) -> None:
        assert httpx.put(f"{self.url}/users/{subject}", json=claims).status_code == 204

    def authorize(self, address: str, subject: str | None) -> str:
        """What the person does there: where the browser is sent next. None denies, and then the
        package forgets the state that the standard wants back.
        """
        form = {"action": "deny"} if subject is None else {"sub": subject}
        answer = httpx.post(address, data=form)
        assert answer.status_code == 302, answer.text
        found = answer.headers["location"]
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        return found if subject is not None else f"{found}&state={state}"

    def config(self, redirect_uri: str, **more: Any) -> dict[str, Any]:
        client_id, secret = self.register(redirect_uri)
        return {
            "identifier": client_id,
            "secret": secret,
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/oauth2/authorize",
            "token_endpoint": f"{self.url}/oauth2/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "user_attribute_map_email": "email",
            "user_attribute_map_first_name": "given_name",
            "user_attribute_map_last_name": "family_name",
            "groups_attribute": "groups",
            **more,
        }


@contextmanager
def honest_provider() -> Iterator[HonestProvider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["--port", str(port), "--require-registration", "true", "--require-nonce", "true"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{url}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < deadline, "the provider did not start"
                time.sleep(0.05)
        yield HonestProvider(url)
    finally:
        process.terminate()
        process.wait(timeout=20)


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@dataclass
class RogueProvider:
    """Answers what the test sets: `token` makes the ID token from the claims that it should
    have, `userinfo` changes what is told of the person.
    """

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "ours"}))
    token: Callable[[RogueProvider, dict[str, Any]], Any] = lambda self, claims: self.signed(claims)
    userinfo: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    redeemed: list[dict[str, str]] = field(default_factory=list)

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        made = {"alg": "RS256", "kid": "ours", **header}
        return jwt.encode(made, claims, key or self.key, algorithms=[made["alg"]])

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."

    def shared(self, claims: dict[str, Any], secret: bytes) -> str:
        signed = f"{_part({'alg': 'HS256', 'kid': 'ours'})}.{_part(claims)}"
        digest = hmac.new(secret, signed.encode(), sha256).digest()
        return f"{signed}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    def claims(self) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": "somebody",
            "aud": self.asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
        }

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "identifier": "belvedere",
            "secret": SECRET,
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "user_attribute_map_email": "email",
            **more,
        }

    def come_back(self, address: str) -> str:
        """Where it sends the browser that came to the address."""
        self.asked = dict(parse_qsl(urlsplit(address).query))
        return f"/openidconnect?code=c0de&state={self.asked['state']}"

    def answer(self, path: str, form: dict[str, str], headers: Any) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **self.discovery}
        if path == "/jwks":
            return 200, {"keys": [self.key.as_dict(private=False, alg="RS256", use="sig")]}
        if path == "/token":
            named = b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
            self.redeemed.append({**form, "client": named})
            if challenge_of(form["code_verifier"]) != self.asked["code_challenge"]:
                return 400, {"error": "invalid_grant"}
            token = self.token(self, self.claims())
            return 200, {"access_token": "t", "token_type": "Bearer", "id_token": token}
        if path == "/userinfo":
            return 200, {"sub": "somebody", "email": "somebody@example.com", **self.userinfo}
        return 404, {}


@contextmanager
def rogue_provider() -> Iterator[RogueProvider]:
    provider = RogueProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer({name: values[0] for name, values in parse_qs(body.decode()).items()})

        def _answer(self, form: dict[str, str]) -> None:
            status, value = provider.answer(urlsplit(self.path).path, form, self.headers)
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
