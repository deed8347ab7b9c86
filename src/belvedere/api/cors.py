"""Browsers on other origins: only those that the allowlist names."""

from __future__ import annotations

from collections.abc import Mapping

_METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"


class Cors:
    """Off until there are origins. `/login` is never open to browsers on other origins."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origin.rstrip("/") for origin in origins)

    def _allowed(self, headers: Mapping[str, str]) -> str | None:
        origin = headers.get("origin")
        return origin if origin is not None and origin.rstrip("/") in self._origins else None

    def preflight(
        self, method: str, path: str, headers: Mapping[str, str]
    ) -> dict[str, str] | None:
        """The headers of the answer to a preflight request; None when it is none of ours."""
        if method != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        origin = self._allowed(headers)
        if origin is None or path.endswith("/login"):
            return None
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": headers.get(
                "access-control-request-headers", "Authorization, Content-Type"
            ),
            "Access-Control-Max-Age": "600",
            "Vary": "Origin",
        }

    def headers(self, request: Mapping[str, str]) -> dict[str, str]:
        origin = self._allowed(request)
        if origin is None:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Link, X-Total-Count, X-Request-Id",
            "Vary": "Origin",
        }
