"""What is answered beside the operations: health, versions, log-out without a version, and the
descriptions that clients generate themselves from.
"""

from __future__ import annotations

import json
from typing import Any

from belvedere.accounts import oauth
from belvedere.api import descriptions
from belvedere.api.authentication import token_in
from belvedere.api.call import Answer, Request
from belvedere.api.services import Services
from belvedere.instance import private_label

_DESCRIPTIONS = {"/swagger.json": "swagger.json", "/openapi.json": "openapi.json"}


class Outside:
    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, request: Request) -> Answer | None:
        """The answer to a path outside `/api/4.0`; None for an unknown one."""
        method = "GET" if request.method == "HEAD" else request.method
        path = request.path
        if method == "DELETE" and path == "/api/logout":
            return self._logout(request)
        if method != "GET":
            return None
        if path in ("/alive", "/availability"):
            return _answer("text/plain", b"")
        if path == "/versions":
            return _json(descriptions.versions(self._services.settings.public_url))
        if path.startswith("/api_spec/4.0/"):
            return self._description(path.removeprefix("/api_spec/4.0/"))
        if path.startswith("/errors/4.0/"):
            return _answer("text/html", descriptions.error_page(path).encode())
        if path.startswith(private_label.PATH):
            return self._picture(path.removeprefix(private_label.PATH))
        if path == "/":
            return _answer("text/html", descriptions.front_page().encode())
        return None

    def described(self, path: str, request: Request) -> Answer | None:
        """The descriptions, which anybody may read: some clients build their calls from them."""
        if request.method not in ("GET", "HEAD") or path not in _DESCRIPTIONS:
            return None
        return self._description(_DESCRIPTIONS[path])

    def _description(self, name: str) -> Answer | None:
        if name not in descriptions.NAMES:
            return None
        body = descriptions.encoded(name, self._services.settings.public_url)
        return _answer("application/json", body)

    def _picture(self, name: str) -> Answer | None:
        """What the sign-in page shows, to whoever comes; another picture has another address."""
        if name not in private_label.PICTURES:
            return None
        with self._services.database.reading() as session:
            found = private_label.picture(session, name)
        if found is None:
            return None
        headers = {
            "Cache-Control": "public, max-age=86400",
            "X-Content-Type-Options": "nosniff",
        }
        return Answer(200, found.media_type, found.data, headers)

    def _logout(self, request: Request) -> Answer:
        services = self._services
        session = services.authenticator.session(
            request.headers.get("authorization"), request.headers.get("user-agent", "")
        )
        if session is not None and token_in(request.headers.get("authorization")):
            with services.database.session() as database:
                oauth.log_out(database, session.digest)
        return _answer(None, b"", 204 if session is not None else 401)


def _answer(media_type: str | None, body: bytes, status: int = 200) -> Answer:
    return Answer(status, media_type, body, {})


def _json(value: Any) -> Answer:
    return _answer("application/json", json.dumps(value).encode())
