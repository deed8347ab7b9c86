"""The name and the pictures that an instance shows in place of ours."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from belvedere.errors import Invalid, Problem
from belvedere.instance import configuration
from belvedere.instance.configuration import Change
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
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    data: bytes


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
    pictures = {name: given[f"{name}_file"] for name in PICTURES if f"{name}_file" in given}
    read = {name: _read(name, str(text)) if text else None for name, text in pictures.items()}
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


def _read(name: str, text: str) -> Picture:
    """From base64, as it is or in a data address."""
    try:
        data = b64decode("".join(text.rpartition("base64,")[2].split()), validate=True)
    except ValueError:
        data = b""
    found = next((kind for start, kind in _KINDS if data.startswith(start)), None)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        found = "image/webp"
    if found is None or len(data) > _LARGEST:
        message = (
            f"{name}_file must be a picture in base64 (PNG, JPEG, GIF, WebP or ICO) "
            f"of {_LARGEST} bytes at most"
        )
        raise Invalid(Problem(f"{name}_file", "invalid", message))
    return Picture(found, data)
