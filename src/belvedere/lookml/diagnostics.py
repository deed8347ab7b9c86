"""What is wrong, or suspicious, in a project: never raised, always collected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise
from typing import Any

import msgspec

from belvedere.lookml.model import Location


class Severity(StrEnum):
    error = "error"
    warning = "warning"
    info = "info"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` groups diagnostics: syntax, parameter, reference, include, inheritance, model,
    filter, liquid, dashboard, localization.
    """

    severity: Severity
    kind: str
    message: str
    location: Location
    model: str | None = None
    explore: str | None = None
    field: str | None = None


def as_project_error(diagnostic: Diagnostic, file_path: str) -> dict[str, Any]:
    """The diagnostic as the API's ProjectError; `file_path` names the file for clients."""
    return {
        "code": diagnostic.kind,
        "severity": str(diagnostic.severity),
        "kind": diagnostic.kind,
        "message": diagnostic.message,
        "field_name": diagnostic.field,
        "source_file": diagnostic.location.file,
        "file_path": file_path,
        "line_number": diagnostic.location.line,
        "model_id": diagnostic.model,
        "explore": diagnostic.explore,
        "help_url": None,
        "params": {},
        "sanitized_message": diagnostic.message,
    }


_NEAREST = 24
_LENGTHS = 0.45
"""Names whose lengths differ by more (as a share) are never near enough."""


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """A question that names the nearest known name, or nothing."""
    wanted, length = _pairs(name), len(name)
    near = nlargest(
        _NEAREST,
        (
            (len(wanted & _pairs(candidate)), candidate)
            for candidate in known
            if abs(len(candidate) - length) <= _LENGTHS * max(length, len(candidate))
        ),
    )
    close = get_close_matches(name, [candidate for _, candidate in near], n=1, cutoff=cutoff)
    return f' Did you mean "{close[0]}"?' if close else ""


@lru_cache(maxsize=65_536)
def _pairs(name: str) -> frozenset[object]:
    """Neighbouring letters: comparing these picks the few names that are worth comparing."""
    return frozenset(pairwise(name)) if len(name) > 1 else frozenset(name)
