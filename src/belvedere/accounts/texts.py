"""Texts that people give: trimmed, not too long, and such that every database can keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from belvedere.errors import Problem

LONGEST = 255


def checked(
    values: Mapping[str, Any], name: str, problems: list[Problem], longest: int = LONGEST
) -> str:
    """The property without blanks around it, empty where there is none; `problems` may grow."""
    given = values.get(name)
    text = "" if given is None else str(given).strip()
    problem = problem_of(name, text, longest)
    if problem is not None:
        problems.append(problem)
    return text


def problem_of(name: str, text: str, longest: int = LONGEST) -> Problem | None:
    """Why the property cannot hold the text; None where it can."""
    if len(text) > longest:
        return Problem(name, "invalid", f"{name} has {longest} characters at most")
    if not storable(text):
        return Problem(name, "invalid", f"{name} holds characters that cannot be kept")
    return None


def storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
