"""A page of help that an organization writes for its own people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from belvedere.errors import Invalid, Problem
from belvedere.instance import configuration
from belvedere.instance.configuration import Change
from belvedere.vault import Vault

SUBJECT = "internal_help_resources"
_DEFAULTS: Mapping[str, Any] = {
    "enabled": False,
    "organization_name": None,
    "markdown_content": None,
}
_LONGEST = {"organization_name": 255, "markdown_content": 100_000}


def read(session: Session) -> dict[str, Any]:
    return {**_DEFAULTS, **configuration.read(session, SUBJECT)}


def change(session: Session, vault: Vault, values: Mapping[str, Any], by: Change) -> dict[str, Any]:
    """Set what is given and leave the rest."""
    problems = [
        Problem(name, "invalid", f"{name} has {longest} characters at most")
        for name, longest in _LONGEST.items()
        if len(str(values.get(name) or "")) > longest
    ]
    if problems:
        raise Invalid(*problems)
    found = read(session) | {name: values[name] for name in _DEFAULTS if name in values}
    found["enabled"] = bool(found["enabled"])
    configuration.write(session, vault, SUBJECT, found, by)
    return found
