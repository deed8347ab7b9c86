"""Texts in pictures: made harmless, measured, cut to fit."""

from __future__ import annotations

import html
import re
import unicodedata

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first of these travels with the drawing library; the metrics of all are the same."""
ELLIPSIS = "…"
LONGEST = 300
_UNDRAWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z][^<>]*>", re.DOTALL)
_NARROW = 0.556
_WIDE = 1.0
_BOLD = 1.06
_WIDTHS = {
    **dict.fromkeys("ijl'", 0.222),
    **dict.fromkeys(" .,:;!/\\|ftI[]·", 0.278),
    **dict.fromkeys("r()-`", 0.333),
    **dict.fromkeys('*"{}', 0.37),
    **dict.fromkeys("cksvxyzJ", 0.5),
    **dict.fromkeys("+=<>~", 0.584),
    **dict.fromkeys("FTZ", 0.611),
    **dict.fromkeys("ABEKPSVXY&", 0.667),
    **dict.fromkeys("CDHNRUw", 0.722),
    **dict.fromkeys("GOQ", 0.778),
    **dict.fromkeys("mM", 0.833),
    **dict.fromkeys("W", 0.944),
    **dict.fromkeys("%", 0.889),
    **dict.fromkeys("@…—", 1.0),
}


def clean(text: object) -> str:
    """One line of text that every drawing format can hold."""
    shown = _UNDRAWABLE.sub("\N{REPLACEMENT CHARACTER}", str(text)[: LONGEST * 4])
    shown = _SPACES.sub(" ", shown).strip()
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + ELLIPSIS


def without_tags(page: str) -> str:
    """What a reader sees of a cell's HTML."""
    return html.unescape(_TAG.sub("", page[: LONGEST * 20])).strip()


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In pixels, near enough to lay out by."""
    em = sum(_em(character) for character in text)
    return em * size * (_BOLD if bold else 1.0)


def _em(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if character.isascii():
        return _NARROW
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else 0.6


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `room`; "" where nothing fits."""
    if width(text, size, bold=bold) <= room:
        return text
    left = room - width(ELLIPSIS, size, bold=bold)
    shown = ""
    for character in text:
        left -= width(character, size, bold=bold)
        if left < 0:
            break
        shown += character
    return f"{shown.rstrip()}{ELLIPSIS}" if shown else ""


def wrapped(text: str, size: float, room: float, lines: int) -> list[str]:
    """The text in at most so many lines; the last one is cut where there is more."""
    found: list[str] = []
    current = ""
    words = text.split(" ")
    for number, word in enumerate(words):
        longer = f"{current} {word}" if current else word
        if not current or width(longer, size) <= room:
            current = longer
        elif len(found) == lines - 1:
            current = " ".join([current, *words[number:]])
            break
        else:
            found.append(current)
            current = word
    return [fitted(line, size, room) for line in (*found, current)]
