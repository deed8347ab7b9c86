"""What the instance's general settings can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from belvedere.errors import Problem

_DOMAIN = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?\Z")
_INTERVAL = re.compile(r"[1-9]\d{0,5} (second|minute|hour|day)s?\Z")
_LONGEST = 2000


def problems_of(values: Mapping[str, Any]) -> list[Problem]:
    """Of the settings that are given; null goes back to what holds where nobody set anything."""
    return [
        Problem(name, "invalid", f"{name} must be {wanted}")
        for name, (is_right, wanted) in _RULES.items()
        if values.get(name) is not None and not is_right(values[name])
    ]


def _is_address(text: str) -> bool:
    plain = len(text) <= _LONGEST and text.isascii() and text.isprintable() and " " not in text
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    leads = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    return plain and "\\" not in text and leads and port != 0


def _are_domains(names: list[str]) -> bool:
    return all(_DOMAIN.match(name) is not None for name in names)


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "timezone": (lambda text: text in available_timezones(), "the name of a time zone"),
    "host_url": (_is_address, "an address such as https://example.com"),
    "content_certification_documentation_link": (
        lambda text: text == "" or _is_address(text),
        "an address such as https://example.com",
    ),
    "email_domain_allowlist": (_are_domains, "a list of domains such as example.com"),
    "dashboard_auto_refresh_minimum_interval": (
        lambda text: text == "" or _INTERVAL.match(text) is not None,
        "a span such as 30 seconds or 1 minute",
    ),
}
