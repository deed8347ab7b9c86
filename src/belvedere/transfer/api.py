"""One instance, by its API."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from belvedere.errors import BelvedereError

_PAGE = 500
_TIMEOUT = 120
_UNAUTHENTICATED = 401


class ApiError(BelvedereError):
    """The instance refused, or could not be reached (`status` 0)."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class Api:
    """Signs in when it is first asked, and again when its token has run out."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, *, verify: bool = True
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ApiError(0, f"{url} is no address of an instance: it begins with https://")
        self.url = url.rstrip("/").removesuffix("/api/4.0")
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._context = None if verify else ssl._create_unverified_context()  # noqa: S323, SLF001  asked for
        self._token = ""

    def get(self, path: str, **params: str) -> Any:
        query = f"?{urlencode(params)}" if params else ""
        return self._signed_in("GET", path + query, None)

    def pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """Every item of a list that comes in pages."""
        offset = 0
        while True:
            found = self.get(path, limit=str(_PAGE), offset=str(offset), **params)
            yield from found
            if len(found) < _PAGE:
                return
            offset += _PAGE

    def post(self, path: str, body: Any) -> Any:
        return self._signed_in("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self._signed_in("PATCH", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._signed_in("PUT", path, body)

    def delete(self, path: str) -> None:
        self._signed_in("DELETE", path, None)

    def _signed_in(self, method: str, path: str, body: Any) -> Any:
        if not self._token:
            self._sign_in()
        try:
            return self._call(method, path, body)
        except ApiError as error:
            if error.status != _UNAUTHENTICATED:
                raise
            self._sign_in()
            return self._call(method, path, body)

    def _sign_in(self) -> None:
        self._token = ""
        form = urlencode(self._credentials)
        try:
            self._token = self._call("POST", "/login", form)["access_token"]
        except ApiError as error:
            if error.status:
                message = f"{self.url} does not accept the client id and secret"
                raise ApiError(error.status, message) from None
            raise

    def _call(self, method: str, path: str, body: Any) -> Any:
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
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, f"{method} {path}: {_message(error)}") from None
        except (urllib.error.URLError, TimeoutError, OSError) as error:
            raise ApiError(0, f"{self.url} cannot be reached: {error}") from None
        return json.loads(text) if text else None


def _message(error: urllib.error.HTTPError) -> str:
    try:
        body = json.loads(error.read())
        details = "; ".join(str(one.get("message")) for one in body.get("errors") or ())
        return details or str(body.get("message") or error.reason)
    except (ValueError, AttributeError):
        return str(error.reason)


def part(value: object) -> str:
    """Something in a path."""
    return quote(str(value), safe="")


def kept(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the properties that say something."""
    return {name: values[name] for name in names if values.get(name) is not None}
