"""A server before an instance that makes it as rough as servers far away are: busy, closed in
places, with pages of its own size, with properties that nobody knows and without some that are
published.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

API = "/api/4.0"


@dataclass(slots=True)
class Rough:
    """`busy` answers 429 to every so many-th request, `page` is the longest page that it gives.
    `refused` maps paths to statuses; `changed` may change what is answered, by path. After
    `dies_after` writes the connection is cut at each one.
    """

    instance: str
    busy: int = 0
    page: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    changed: Callable[[str, Any], Any] | None = None
    dies_after: int | None = None
    url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def rough_instance(rough: Rough) -> Iterator[Rough]:
    class Handler(_Handler):
        behaviour = rough

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rough.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield rough
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    behaviour: Rough

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._pass_on()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815  names of http.server

    def _pass_on(self) -> None:
        rough = self.behaviour
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(API)
        with rough.lock:
            rough.counts["all"] += 1
            rough.counts[f"{self.command} {path}"] += 1
            writes = self.command != "GET" and path != "/login"
            rough.counts["writes"] += writes
            busy = rough.busy and rough.counts["all"] % rough.busy == 0
            dies = rough.dies_after is not None and rough.counts["writes"] > rough.dies_after
        if writes and dies:
            self.close_connection = True
            self.connection.close()
        elif busy:
            self._answer(429, b'{"message": "Too many requests"}', {"Retry-After": "0"})
        elif path in rough.refused:
            status = rough.refused[path]
            self._answer(status, json.dumps({"message": f"refused with {status}"}).encode())
        else:
            self._answer(*self._asked(path, parts.query, body))

    def _asked(self, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        rough = self.behaviour
        wanted = dict(parse_qsl(query))
        if rough.page and "limit" in wanted:
            wanted["limit"] = str(min(int(wanted["limit"]), rough.page))
        address = f"{rough.instance}{API}{path}?{urlencode(wanted)}"
        request = urllib.request.Request(address, body or None, method=self.command)
        for name in ("Authorization", "Content-Type"):
            if self.headers.get(name):
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request) as answer:
                status, content = answer.status, answer.read()
                is_json = answer.headers.get_content_type() == "application/json"
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        if rough.changed is not None and content and is_json and self.command == "GET":
            content = json.dumps(rough.changed(path, json.loads(content))).encode()
        return status, content

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
