"""A browser of sorts: it keeps cookies, fills in the forms of pages, and follows nothing."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.api.client import ApiClient, Response

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Browser:
    def __init__(self, client: ApiClient) -> None:
        self._client = client.with_token(None)
        self.cookies: dict[str, str] = {}

    def get(self, address: str, **headers: str) -> Response:
        return self._send("GET", address, b"", headers)

    def post(self, address: str, form: dict[str, str], **headers: str) -> Response:
        body = urlencode(form).encode()
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._send("POST", address, body, kind | headers)

    def _send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Response:
        parts = urlsplit(address)
        sent = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        params = dict(parse_qsl(parts.query))
        found = self._client.request(
            method, parts.path, content=body, headers=sent, outside=True, params=params
        )
        for line in found.headers.get("set-cookie", "").splitlines():
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return found

    def sign_in(self, email: str, password: str, return_to: str = "/") -> Response:
        page = self.get(f"/login?{urlencode({'return_to': return_to})}")
        return self.post("/login", hidden(page) | {"email": email, "password": password})


def hidden(page: Response) -> dict[str, str]:
    """What the page's forms bring back."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
