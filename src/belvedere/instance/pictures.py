"""Pictures that people give as text: read, and told from what is none."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from belvedere.errors import Invalid, Problem

ON_PAGES: Mapping[str, str] = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WebP",
}
"""Names of media types; no kind that could carry scripts."""
OF_INSTANCE = {**ON_PAGES, "image/x-icon": "ICO"}
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)
_ENOUGH = 64


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    data: bytes


def read(field: str, text: str, largest: int, kinds: Mapping[str, str] = ON_PAGES) -> Picture:
    """From base64, as it is or in a data address; `largest` is in bytes. Invalid for anything
    else than a picture of these kinds.
    """
    data = _decoded(text)
    media_type = _media_type(data)
    if media_type is None or media_type not in kinds or len(data) > largest:
        names = list(kinds.values())
        message = (
            f"{field} must be a picture in base64 ({', '.join(names[:-1])} or {names[-1]}) "
            f"of {largest} bytes at most"
        )
        raise Invalid(Problem(field, "invalid", message))
    return Picture(media_type, data)


def media_type_of(text: str) -> str | None:
    """Of a picture in plain base64, by how it begins; None where it is none."""
    return _media_type(_decoded(text[:_ENOUGH]))


def _media_type(data: bytes) -> str | None:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS if data.startswith(start)), None)


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.rpartition("base64,")[2].split()), validate=True)
    except ValueError:
        return b""
