"""What the message says that invites somebody, where administrators wrote it themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from belvedere.errors import Invalid, Problem
from belvedere.instance import markup

DEFAULTS: Mapping[str, Any] = {"enabled": False, "content": None, "subject": None, "header": None}
_LONGEST_CONTENT = 100_000
_LONGEST_LINE = 255


@dataclass(frozen=True, slots=True)
class Welcome:
    """`content` is harmless HTML."""

    content: str
    subject: str | None
    header: str | None


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, with its content made harmless. Invalid where it is too long, or a line is
    none.
    """
    problems = []
    for name in ("subject", "header"):
        text = str(given.get(name) or "")
        if not text.isprintable() or len(text) > _LONGEST_LINE:
            message = f"{name} is a line of {_LONGEST_LINE} characters at most"
            problems.append(Problem(name, "invalid", message))
    content = str(given.get("content") or "")
    if len(content) > _LONGEST_CONTENT:
        message = f"content has {_LONGEST_CONTENT} characters at most"
        problems.append(Problem("content", "invalid", message))
    if problems:
        raise Invalid(*problems)
    return {**given, "content": markup.cleaned(content)} if content else dict(given)


def welcome(given: Mapping[str, Any]) -> Welcome:
    return Welcome(
        str(given.get("content") or ""), given.get("subject") or None, given.get("header") or None
    )


def in_force(settings: Mapping[str, Any]) -> Welcome | None:
    """None where the message is ours."""
    own = settings["custom_welcome_email"]
    return welcome(own) if own.get("enabled") and own.get("content") else None
