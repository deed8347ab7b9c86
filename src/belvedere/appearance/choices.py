"""Which theme and which colours hold where nothing else is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from belvedere.instance import configuration
from belvedere.instance.configuration import Change
from belvedere.vault import Vault

SUBJECT = "appearance"


@dataclass(frozen=True, slots=True)
class Choices:
    """`themes` maps kinds of themes to names."""

    themes: dict[str, str] = field(default_factory=dict)
    color_collection: str | None = None


def read(session: Session) -> Choices:
    stored = configuration.read(session, SUBJECT)
    return Choices(dict(stored.get("themes", {})), stored.get("color_collection"))


def write(session: Session, vault: Vault, choices: Choices, change: Change) -> None:
    value: dict[str, Any] = {
        "themes": choices.themes,
        "color_collection": choices.color_collection,
    }
    configuration.write(session, vault, SUBJECT, value, change)
