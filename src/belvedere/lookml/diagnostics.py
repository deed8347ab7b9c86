"""What is wrong, or suspicious, in a project: never raised, always collected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

import msgspec

from belvedere.lookml.model import Location


class Severity(StrEnum):
    error = "error"
    warning = "warning"
    info = "info"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` groups diagnostics: syntax, parameter, reference, include, inheritance, model."""

    severity: Severity
    kind: str
    message: str
    location: Location
    model: str | None = None
    explore: str | None = None
    field: str | None = None

    def render(self) -> str:
        """One line: `file:line:column: severity: message`."""
        return f"{self.location}: {self.severity}: {self.message}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question that names the nearest known name, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f' Did you mean "{close[0]}"?' if close else ""
