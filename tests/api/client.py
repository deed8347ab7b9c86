"""A client that talks to the ASGI application without a socket and checks every answer.

Each successful answer is checked against the published types; which operation answered is
noted for docs/COVERAGE.md.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from belvedere.api import contract
from belvedere.api.routing import Router, normalized

PREFIX = "/api/4.0"
_ROUTER = Router((name, fact.method, fact.path) for name, fact in contract.operations().items())
UNPUBLISHED = frozenset({"source_file"})
"""Properties that clients read although the published types do not name them."""
UNLISTED = frozenset({"400", "401", "409", "413", "414", "415", "501"})
"""What any operation may answer without being published to: it is about the request as such, or
about what others do at the same moment.
"""
_NOTES = os.environ.get("BELVEDERE_COVERAGE_NOTES")


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        zipped = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.content) if zipped else self.content)


class Loop:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class ApiClient:
    def __init__(self, application: Any, loop: Loop, token: str | None = None) -> None:
        self._application = application
        self._loop = loop
        self.token = token

    def with_token(self, token: str | None) -> ApiClient:
        return ApiClient(self._application, self._loop, token)

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.request("POST", path, body=body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.request("PATCH", path, body=body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.request("PUT", path, body=body, **options)

    def delete(self, path: str, **options: Any) -> Response:
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        outside: bool = False,
    ) -> Response:
        plain, _, query = path.partition("?")
        full = plain if outside else f"{PREFIX}{plain}"
        sent = dict(headers or {})
        if content is None and body is not None:
            content = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        if self.token is not None:
            sent.setdefault("authorization", f"token {self.token}")
        query = query or urlencode(params or {}, doseq=True)
        response = self._loop.run(
            _exchange(self._application, method, full, query, sent, content or b"")
        )
        if not outside:
            _check(method, path, response)
        return response


async def _exchange(
    application: Any, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> Response:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
        "client": ("127.0.0.1", 1),
    }
    incoming = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []
    gone = asyncio.Event()

    async def receive() -> Any:
        if incoming:
            return incoming.pop(0)
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)
    start = sent[0]
    content = b"".join(part.get("body", b"") for part in sent[1:])
    found: dict[str, str] = {}
    for key, value in start["headers"]:
        name, text = key.decode().lower(), value.decode("latin-1")
        found[name] = f"{found[name]}\n{text}" if name in found else text
    return Response(start["status"], found, content)


def _check(method: str, path: str, response: Response) -> None:
    match = _ROUTER.match(method, normalized(path.partition("?")[0]))
    if match is None or match.operation is None:
        return
    assert response.status < 500 or response.status == 501, response.text
    _note(match.operation, response.status)
    facts = contract.operations()[match.operation]
    listed = facts.answers.keys() | {str(status) for status in facts.errors}
    assert str(response.status) in listed | UNLISTED, (response.status, response.text)
    published = facts.answers.get(str(response.status))
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if response.status >= 400:
        assert is_json
        _check_error(response)
    elif published is not None and published[0] not in (None, "string") and is_json:
        problems = contract.problems_of(response.json(), published[0] or "any", writing=False)
        unexpected = [
            problem
            for problem in problems
            if problem.code != "unknown" or problem.field.rpartition(".")[2] not in UNPUBLISHED
        ]
        assert not unexpected, unexpected


def _check_error(response: Response) -> None:
    kind = "ValidationError" if response.status == 422 else "Error"
    problems = contract.problems_of(response.json(), kind, writing=False)
    assert not problems, problems
    for item in response.json().get("errors", []):
        assert item["documentation_url"]


def _note(operation: str, status: int) -> None:
    if _NOTES and status < 400:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
        with Path(_NOTES).open("a") as notes:
            notes.write(f"{operation}\t{test}\n")
