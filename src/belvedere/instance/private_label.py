"""The name and the pictures that an instance shows in place of ours."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from belvedere.errors import Invalid, Problem
from belvedere.instance import configuration, pictures
from belvedere.instance.configuration import Change
from belvedere.instance.pictures import Picture
from belvedere.vault import Vault

PICTURES = ("logo", "favicon")
PATH = "/private-label/"
_DEFAULTS: Mapping[str, Any] = {
    "default_title": None,
    "show_help_menu": True,
    "show_docs": True,
    "show_email_sub_options": True,
    "allow_looker_mentions": True,
    "allow_looker_links": True,
    "custom_welcome_email_advanced": True,
    "setup_mentions": False,
    "alerts_logo": False,
    "alerts_links": False,
    "folders_mentions": False,
}
_LARGEST = 500_000
_LONGEST_TITLE = 255


def shown(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration as it was stored, with the addresses of its pictures."""
    found = {name: stored.get(name, default) for name, default in _DEFAULTS.items()}
    for name in PICTURES:
        digest = stored.get(f"{name}_digest")
        found[f"{name}_url"] = f"{PATH}{name}?v={digest}" if digest else None
    return found


def taken(
    session: Session, vault: Vault, given: Mapping[str, Any], change: Change
) -> dict[str, Any]:
    """What is to be stored of a configuration; its pictures are kept apart. Null goes back to the
    default.
    """
    fields = {name: f"{name}_file" for name in PICTURES if f"{name}_file" in given}
    read = {name: _read(field, given[field]) for name, field in fields.items()}
    if len(str(given.get("default_title") or "")) > _LONGEST_TITLE:
        message = f"default_title has {_LONGEST_TITLE} characters at most"
        raise Invalid(Problem("default_title", "invalid", message))
    kept = {name: given[name] for name in _DEFAULTS if name in given}
    for name, value in kept.items():
        kept[name] = _DEFAULTS[name] if value is None else value
    for name, picture in read.items():
        kept[f"{name}_digest"] = _keep(session, vault, name, picture, change)
    return kept


def picture(session: Session, name: str) -> Picture | None:
    stored = configuration.read(session, _subject(name))
    return Picture(stored["media_type"], b64decode(stored["data"])) if stored else None


def _keep(
    session: Session, vault: Vault, name: str, found: Picture | None, change: Change
) -> str | None:
    """The digest of the picture."""
    if found is None:
        configuration.delete(session, _subject(name))
        return None
    value = {"media_type": found.media_type, "data": b64encode(found.data).decode()}
    configuration.write(session, vault, _subject(name), value, change)
    return hashlib.sha256(found.data).hexdigest()[:16]


def _subject(name: str) -> str:
    return f"private_label.{name}"


def _read(field: str, text: object) -> Picture | None:
    return pictures.read(field, str(text), _LARGEST, pictures.OF_INSTANCE) if text else None
