"""One instance, by its API."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from belvedere.errors import BelvedereError

_PAGE = 500
_TIMEOUT = 120
_UNAUTHENTICATED = 401
_TRIES = 7
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_NOT_NOW = frozenset({429, 503})
"""Refused before anything was done."""
_BROKEN = frozenset({0, 500, 502, 504})
"""Something may have been done: only what can be done twice is tried again."""
_REPEATABLE = frozenset({"GET", "PUT", "PATCH"})


class ApiError(BelvedereError):
    """The instance refused, or could not be reached (`status` 0); `wait` is in seconds."""

    def __init__(self, status: int, message: str, wait: float | None = None) -> None:
        self.status = status
        self.wait = wait
        super().__init__(message)


class Api:
    """Signs in when it is first asked, and again when its token has run out. An instance that is
    busy or away for a moment is asked again.
    """

    def __init__(
        self, url: str, client_id: str, client_secret: str, *, verify: bool = True
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ApiError(0, f"{url} is no address of an instance: it begins with https://")
        self.url = url.rstrip("/").removesuffix("/api/4.0")
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._context = None if verify else ssl._create_unverified_context()  # noqa: S323, SLF001  asked for
        self._token = ""
        self._was_there = False

    def get(self, path: str, **params: str) -> Any:
        query = f"?{urlencode(params)}" if params else ""
        return self._json("GET", path + query, None)

    def data(self, path: str) -> bytes:
        """What the instance answers, as it is."""
        return self._signed_in("GET", path, None)

    def pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """Every item of a list that comes in pages, however small the instance makes them."""
        known: set[object] = set()
        offset = 0
        while True:
            found = self.get(path, limit=str(_PAGE), offset=str(offset), **params) or ()
            fresh = [one for one in found if one.get("id") not in known]
            if not fresh:
                return
            yield from fresh
            known.update(one.get("id") for one in fresh)
            offset += len(found)

    def post(self, path: str, body: Any) -> Any:
        return self._json("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._json("PATCH", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._json("PUT", path, body)

    def delete(self, path: str) -> None:
        self._signed_in("DELETE", path, None)

    def _json(self, method: str, path: str, body: Any) -> Any:
        text = self._signed_in(method, path, body)
        try:
            return json.loads(text) if text else None
        except ValueError:
            message = f"{method} {path}: {self.url} does not answer as the API does"
            raise ApiError(0, message) from None

    def _signed_in(self, method: str, path: str, body: Any) -> bytes:
        if not self._token:
            self._sign_in()
        try:
            return self._patiently(method, path, body)
        except ApiError as error:
            if error.status != _UNAUTHENTICATED:
                raise
            self._sign_in()
            return self._patiently(method, path, body)

    def _sign_in(self) -> None:
        self._token = ""
        form = urlencode(self._credentials)
        try:
            answer = json.loads(self._patiently("POST", "/login", form))
            self._token = answer["access_token"]
        except ApiError as error:
            if error.status:
                message = f"{self.url} does not accept the client id and secret"
                raise ApiError(error.status, message) from None
            raise
        except (ValueError, LookupError, TypeError):
            raise ApiError(0, f"{self.url} is no instance: it does not answer as one") from None
        self._was_there = True

    def _patiently(self, method: str, path: str, body: Any) -> bytes:
        wait = _FIRST_WAIT
        for _ in range(_TRIES - 1):
            try:
                return self._call(method, path, body)
            except ApiError as error:
                if not self._is_worth_waiting(error, method):
                    raise
                time.sleep(min(wait if error.wait is None else error.wait, _LONGEST_WAIT))
                wait *= 2
        return self._call(method, path, body)

    def _is_worth_waiting(self, error: ApiError, method: str) -> bool:
        broken = error.status in _BROKEN and method in _REPEATABLE and self._was_there
        return error.status in _NOT_NOW or broken

    def _call(self, method: str, path: str, body: Any) -> bytes:
        headers = {"Authorization": f"token {self._token}"} if self._token else {}
        data = None
        if isinstance(body, str):
            data = body.encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(  # noqa: S310  the scheme was looked at
            f"{self.url}/api/4.0{path}", data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT, context=self._context) as answer:  # noqa: S310
                found: bytes = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                told = f"{method} {path}: {_message(error)}"
                raise ApiError(error.code, told, _wait(error)) from None
        except (urllib.error.URLError, HTTPException, TimeoutError, OSError) as error:
            raise ApiError(0, f"{self.url} cannot be reached: {error}") from None
        return found


def _message(error: urllib.error.HTTPError) -> str:
    try:
        body = json.loads(error.read())
        details = "; ".join(
            f"{one.get('field') or ''}: {one.get('message')}".removeprefix(": ")
            for one in body.get("errors") or ()
        )
        return details or str(body.get("message") or error.reason)
    except (ValueError, AttributeError, OSError, HTTPException):
        return str(error.reason)


def _wait(error: urllib.error.HTTPError) -> float | None:
    """What the instance asks for; dates are not read."""
    try:
        return max(float(error.headers.get("Retry-After", "")), 0.0)
    except ValueError:
        return None


def part(value: object) -> str:
    """Something in a path."""
    return quote(str(value), safe="")


def kept(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the properties that say something."""
    return {name: values[name] for name in names if values.get(name) is not None}
