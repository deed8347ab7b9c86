"""Browsers on other origins: only those that the allowlist names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADER = re.compile(r"[A-Za-z0-9\-_]{1,100}\Z")
_LOGIN = re.compile(r"/(api/4\.0/)?login(/.*)?\Z")


class Cors:
    """`origins` tells those that are allowed now; a * in one stands for one or more names before
    the rest of the host, or for any port. Signing in with a secret is never open to them.
    """

    def __init__(self, origins: Callable[[], tuple[str, ...]]) -> None:
        self._origins = origins

    def _allowed(self, headers: Mapping[str, str]) -> str | None:
        origin = headers.get("origin")
        if origin is None or origin == "null":
            return None
        plain = origin.rstrip("/").lower()
        return origin if any(_fits(allowed, plain) for allowed in self._origins()) else None

    def preflight(
        self, method: str, path: str, headers: Mapping[str, str]
    ) -> dict[str, str] | None:
        """The headers of the answer to a preflight request; None when it is none of ours."""
        if method != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        origin = self._allowed(headers)
        if origin is None or _LOGIN.match(path):
            return None
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _asked(headers),
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        }

    def headers(self, path: str, request: Mapping[str, str]) -> dict[str, str]:
        origin = self._allowed(request)
        if origin is None or _LOGIN.match(path):
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Link, X-Total-Count, X-Request-Id",
            "Vary": "Origin",
        }


def _asked(headers: Mapping[str, str]) -> str:
    """The headers that the browser wants to send, as far as they are names of any."""
    given = headers.get("access-control-request-headers", "Authorization, Content-Type")
    return ", ".join(name for part in given.split(",") if _HEADER.match(name := part.strip()))


def _fits(allowed: str, origin: str) -> bool:
    return _pattern(allowed.rstrip("/").lower()).fullmatch(origin) is not None


@lru_cache(maxsize=1024)
def _pattern(allowed: str) -> re.Pattern[str]:
    text = re.escape(allowed)
    text = text.replace(r"://\*\.", r"://(?:[a-z0-9\-]+\.)+").replace(r":\*", r"(?::\d+)?")
    return re.compile(text)
