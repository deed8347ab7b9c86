"""Identifiers and secrets: random, long enough for what they protect."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def slug() -> str:
    """The id of a stored query (and of other things found by a short random text)."""
    return _random(22)


def client_id() -> str:
    """The 22 characters that name a query in short Explore URLs."""
    return _random(22)


def api_client_id() -> str:
    return _random(20)


def api_client_secret() -> str:
    return _random(32)


def token() -> str:
    """An access token: 240 bits."""
    return _random(40)


def password() -> str:
    return _random(16)
