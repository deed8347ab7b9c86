"""Identifiers and secrets: random, long enough for what they protect."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits
_LARGEST_NUMBER = 2**31 - 1
_LONGEST_NUMBER = 20


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def number(given: object) -> int | None:
    """The number of a row; None for what can be none: every database counts to this one."""
    text = str(given).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        return None
    found = int(text)
    return found if found <= _LARGEST_NUMBER else None


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
