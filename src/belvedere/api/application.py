"""The ASGI application: reads a request, finds its operation, runs it in a thread, answers."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import logging
import secrets
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from belvedere.accounts.tokens import AccessSession
from belvedere.api import contract, outside
from belvedere.api.answers import Answers, Freshness, Kept
from belvedere.api.authentication import token_in
from belvedere.api.call import Answer, Call, Request, Stream, Text
from belvedere.api.cors import Cors
from belvedere.api.errors import (
    Documentation,
    ErrorAnswer,
    answer_for,
    plain_answer,
    published,
)
from belvedere.api.operation import OPERATIONS
from belvedere.api.pages.router import Pages
from belvedere.api.proxies import Proxies
from belvedere.api.public_looks import PublicLooks
from belvedere.api.rate_limit import RateLimit
from belvedere.api.redaction import redacted
from belvedere.api.routing import Match, Router, normalized
from belvedere.api.services import Services
from belvedere.errors import BelvedereError, TooManyRequests, Unauthenticated
from belvedere.store.database import conflict

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/api/4.0"
_JSON = "application/json"
_GZIP_FROM = 1400
_LONGEST_QUERY = 64_000
_BODY_SECONDS = 120.0
_RUN_PATHS = ("/api/4.0/queries/",)
_log = logging.getLogger("belvedere.api")
_access = logging.getLogger("belvedere.access")


class StreamBroken(Exception):
    """An answer failed after its beginning was sent: the connection is cut, so that nobody
    takes the beginning for the whole.
    """


class Application:
    def __init__(self, services: Services, on_close: Callable[[], None] = lambda: None) -> None:
        self._services = services
        self._on_close = on_close
        settings = services.settings
        self._documentation = Documentation(settings.documentation_url or settings.public_url)
        facts = contract.operations()
        self._router = Router((name, fact.method, fact.path) for name, fact in facts.items())
        self._pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="call")
        self._answers = Answers(services.watch, services.models, settings.answer_cache_bytes)
        self._rate = RateLimit(settings.rate_limit)
        self._cors = Cors(services.origins.current)
        self._proxies = Proxies(settings.trusted_proxies)
        self._outside = outside.Outside(services)
        self._pages = Pages(services)
        self._public_looks = PublicLooks(services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._on_close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    # A request

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        raw = scope.get("raw_path") or scope["path"].encode()
        path = normalized(raw.partition(b"?")[0].decode("latin-1"))
        method = scope["method"]
        preflight = self._cors.preflight(method, path, headers)
        if preflight is not None:
            await _send(send, Answer(204, None, b"", preflight), method)
            return
        try:
            body = await self._body_in_time(receive, headers)
        except TimeoutError:
            answer = self._plain(408, "The request body takes too long", method, path)
            answer.headers["Connection"] = "close"
            await _send(send, answer, method)
            return
        caller = self._proxies.caller(scope)
        request = Request(
            method=method,
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body or b"",
            address=caller.address,
            id=secrets.token_hex(8),
            is_secure=caller.is_secure,
        )
        if body is None:
            answer = self._plain(413, "The request body is too large", method, path)
            answer.headers["Connection"] = "close"
        else:
            answer = self._remembered(request) or await self._answered(request, receive)
        answer.headers.setdefault("X-Request-Id", request.id)
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers |= self._cors.headers(path, headers)
        await self._deliver(answer, request, receive, send)

    async def _body_in_time(self, receive: Receive, headers: Mapping[str, str]) -> bytes | None:
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return await self._body(receive)  # there is none to wait for; a timer has its price
        async with asyncio.timeout(_BODY_SECONDS):
            return await self._body(receive)

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body; None when it is longer than allowed (the rest is read and dropped)."""
        limit = self._services.settings.body_limit
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body") and len(body) <= limit:
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            size += len(message.get("body", b""))
            if size <= limit:
                parts.append(message.get("body", b""))
            elif size > limit * 4:
                return None
        return b"".join(parts) if size <= limit else None

    def _remembered(self, request: Request) -> Answer | None:
        """The bytes an equal request was answered with, while they are still the answer."""
        key = _answer_key(request)
        kept = self._answers.find(key) if key is not None else None
        if kept is None:
            return None
        self._services.runner.history.repeat(kept.freshness.entry)
        self._count(kept.operation)
        return Answer(200, kept.media_type, kept.body, {})

    async def _answered(self, request: Request, receive: Receive) -> Answer:
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        state = _State()
        work = loop.run_in_executor(self._pool, self._work, request, state)
        watch = asyncio.ensure_future(_gone(receive))
        try:
            both: set[asyncio.Future[Any]] = {work, watch}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await loop.run_in_executor(None, state.disconnected)
            answer = await work
        finally:
            if not watch.done():
                watch.cancel()
        if _access.isEnabledFor(logging.INFO):
            took = (time.perf_counter() - started) * 1000
            path = redacted(request.path)
            _access.info(
                "%s %s %s %d %.1f ms", request.id, request.method, path, answer.status, took
            )
        return answer

    def _work(self, request: Request, state: _State) -> Answer:
        """In a thread: from the request to the answer, whatever happens."""
        try:
            return self._operate(request, state)
        except BelvedereError as error:
            return self._error(error, request, request.path)
        except Exception:
            path = redacted(request.path)
            _log.exception("request %s: %s %s failed", request.id, request.method, path)
            message = f"Something went wrong; the server's log has the details ({request.id})"
            return self._plain(500, message, request.method, request.path)

    def _operate(self, request: Request, state: _State) -> Answer:
        if len(request.query) > _LONGEST_QUERY:
            return self._plain(414, "The address is too long", request.method, request.path)
        if not request.path.startswith(f"{PREFIX}/"):
            return self._beside(request)
        path = request.path[len(PREFIX) :]
        found = self._outside.described(path, request)
        if found is not None:
            return found
        match = self._router.match(request.method, path)
        if match is None:
            return self._plain(404, "Not found", request.method, path)
        if match.operation is None:
            answer = self._plain(405, "Method not allowed", request.method, path)
            answer.headers["Allow"] = ", ".join(match.allowed)
            return answer
        return self._call(request, match, state)

    def _beside(self, request: Request) -> Answer:
        """What is no operation."""
        public = self._public_looks.asked(request)
        if public is not None:
            limits = self._rate.check(request.address)
            answer = self._public_looks.answer(public)
            answer.headers |= limits
            return answer
        found = self._outside.answer(request) or self._pages.answer(request)
        return found or self._nowhere(request)

    def _nowhere(self, request: Request) -> Answer:
        """What is no address of ours; that of an operation without the API's part is documented
        to be forbidden.
        """
        match = self._router.match(request.method, request.path)
        if match is None or match.operation is None:
            return self._plain(404, "Not found", request.method, request.path)
        text = f"Addresses of the API begin with {PREFIX}"
        return self._plain(403, text, request.method, request.path)

    def _call(self, request: Request, match: Match, state: _State) -> Answer:
        name = match.operation or ""
        facts = contract.operations()[name]
        documentation = self._documentation.url(0, facts.method, facts.path)
        operation = OPERATIONS.get(name)
        call: Call | None = None
        try:
            public = operation is not None and operation.requires == "public"
            session = self._session(request, public=public)
            limits = self._rate.check(
                token_in(request.headers.get("authorization")) or request.address
            )
            self._count(name)
            if operation is None:
                _require(session)
                message = f"Unsupported by this version. Not implemented: {name}"
                return self._plain(501, message, facts.method, facts.path)
            unreadable = _unsupported_media(request, facts.body)
            if unreadable:
                return self._plain(415, unreadable, facts.method, facts.path)
            call = Call(self._services, request, documentation, session)
            state.call = call
            epochs = self._answers.epochs()
            result = operation(call, match.values)
            if request.method not in ("GET", "HEAD") and facts.activity != "db_query":
                call.record(name)
            call.finish()
            answer = self._encoded(result, operation.status, call)
            answer.headers |= limits
            self._keep(request, result, call, epochs, name)
            return answer
        except BaseException as error:
            if call is not None:
                call.finish(error)
            told = error if isinstance(error, BelvedereError) else conflict(error)
            if told is None:
                raise
            fitting = published(told, facts.errors)
            return self._error(fitting, request, facts.path, documentation)

    def _count(self, name: str) -> None:
        kind = contract.operations()[name].activity
        self._services.runner.history.calls.count(name, kind)

    def _session(self, request: Request, *, public: bool) -> AccessSession | None:
        try:
            headers = request.headers
            return self._services.authenticator.session(
                headers.get("authorization"), headers.get("user-agent", "")
            )
        except Unauthenticated:
            if public:
                return None
            raise

    def _encoded(self, result: Any, status: int, call: Call) -> Answer:
        headers = call.response_headers
        if isinstance(result, Stream):
            return Answer(
                status, result.media_type, b"", headers | result.headers, result.chunks, result.stop
            )
        if isinstance(result, Text):
            return Answer(result.status, result.media_type, result.body, headers | result.headers)
        if status == 204:
            return Answer(204, None, b"", headers)
        projected = call.fields.project(result)
        body = json.dumps(projected, ensure_ascii=False, separators=(",", ":"), default=str)
        return Answer(status, _JSON, body.encode("utf-8", "replace"), headers)

    def _keep(
        self, request: Request, result: Any, call: Call, epochs: tuple[int, ...], name: str
    ) -> None:
        if not isinstance(result, Text) or not isinstance(result.freshness, Freshness):
            return
        key = _answer_key(request)
        if key is not None:
            expires = call.session.expires_at.timestamp()
            kept = Kept(result.media_type, result.body, result.freshness, epochs, expires, name)
            self._answers.keep(key, kept)

    # Errors

    def _error(
        self, error: BelvedereError, request: Request, path: str, documentation: str | None = None
    ) -> Answer:
        url = documentation or self._documentation.url(0, request.method, path)
        found = answer_for(error, url)
        assert found is not None  # noqa: S101  every error of ours has an answer
        headers = dict(found.headers)
        if isinstance(error, TooManyRequests):
            headers |= self._rate.headers_when_limited()
        return Answer(found.status, _JSON, found.body, headers)

    def _plain(self, status: int, message: str, method: str, path: str) -> Answer:
        found: ErrorAnswer = plain_answer(
            status, message, self._documentation.url(status, method, path.removeprefix(PREFIX))
        )
        return Answer(status, _JSON, found.body, dict(found.headers))

    # Sending

    async def _deliver(
        self, answer: Answer, request: Request, receive: Receive, send: Send
    ) -> None:
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        if answer.chunks is not None:
            await self._stream(answer, zipped=zipped, receive=receive, send=send)
            return
        if zipped and len(answer.body) >= _GZIP_FROM and _compresses(answer.media_type):
            answer.body = gzip.compress(answer.body, compresslevel=1)
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Vary"] = "Accept-Encoding"
        await _send(send, answer, request.method)

    async def _stream(self, answer: Answer, *, zipped: bool, receive: Receive, send: Send) -> None:
        """Part by part; stops the source when the client goes, cuts the line when it fails."""
        assert answer.chunks is not None  # noqa: S101  asked by the caller
        loop = asyncio.get_running_loop()
        chunks = answer.chunks
        packer = zlib.compressobj(1, zlib.DEFLATED, 31) if zipped else None
        if packer is not None:
            answer.headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        watch = asyncio.ensure_future(_gone(receive))
        try:
            chunk = await self._next(answer, chunks, watch)
            await send(_start(answer))
            while chunk is not None and not watch.done():
                data = packer.compress(chunk) if packer is not None else chunk
                if data:
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                chunk = await self._next(answer, chunks, watch)
            tail = packer.flush() if packer is not None else b""
            await send({"type": "http.response.body", "body": tail, "more_body": False})
        except BelvedereError as error:
            _log.warning("an answer broke off: %s", error)
            raise StreamBroken(str(error)) from None
        finally:
            watch.cancel()
            close = getattr(chunks, "close", None)
            if close is not None:
                await loop.run_in_executor(self._pool, close)

    async def _next(
        self, answer: Answer, chunks: Iterator[bytes], watch: asyncio.Future[None]
    ) -> bytes | None:
        """The next part; when the client goes while it is being made, the source is stopped."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._pool, next, chunks, None)
        both: set[asyncio.Future[Any]] = {work, watch}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not work.done() and answer.stop is not None:
            await loop.run_in_executor(None, answer.stop)
        return await work


@dataclass(slots=True)
class _State:
    """What the event loop and the working thread share about one request."""

    call: Call | None = None

    def disconnected(self) -> None:
        if self.call is not None:
            self.call.disconnected()


def _require(session: AccessSession | None) -> None:
    if session is None:
        raise Unauthenticated("Requires authentication.")


def _answer_key(request: Request) -> tuple[str, str, str, str, bytes] | None:
    if not request.path.startswith(_RUN_PATHS) or "/run/" not in request.path:
        return None
    headers = request.headers
    # A token can belong to one browser.
    caller = f"{headers.get('authorization', '')}\n{headers.get('user-agent', '')}"
    return (caller, request.method, request.path, request.query, request.body)


def _unsupported_media(request: Request, body: contract.Body | None) -> str | None:
    """Bodies are JSON unless the operation says otherwise; no content type counts as JSON, and so
    does a form that is none: one of the official SDKs sends that when it is given other headers.
    """
    if body is None or not request.body:
        return None
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = "application/x-www-form-urlencoded"
    allowed = {"", _JSON, body.media_type, "text/plain"}
    if body.media_type == form or given in allowed or given.endswith("+json"):
        return None
    if given == form and request.body.lstrip()[:1] in (b"{", b"["):
        return None
    return f"The request body must be {body.media_type}, not {given}"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _compresses(media_type: str | None) -> bool:
    kind = media_type or ""
    return kind.startswith("text/") or "json" in kind or "sql" in kind


def _start(answer: Answer) -> dict[str, Any]:
    headers = [
        (name.lower().encode(), value.encode("latin-1", "replace"))
        for name, value in answer.headers.items()
    ]
    headers += [(b"set-cookie", line.encode("latin-1", "replace")) for line in answer.cookies]
    if answer.media_type is not None:
        headers.append((b"content-type", _with_charset(answer.media_type).encode()))
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


def _with_charset(media_type: str) -> str:
    if media_type == _JSON or media_type.startswith("text/"):
        return f"{media_type}; charset=utf-8"
    return media_type


async def _send(send: Send, answer: Answer, method: str) -> None:
    start = _start(answer)
    if answer.status != 204:
        start["headers"].append((b"content-length", str(len(answer.body)).encode()))
    with contextlib.suppress(ConnectionError):
        await send(start)
        body = b"" if method == "HEAD" or answer.status == 204 else answer.body
        await send({"type": "http.response.body", "body": body})
