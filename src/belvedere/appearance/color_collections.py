"""Collections of colours: those that every instance has, and those that people make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.appearance import choices, css, palettes
from belvedere.appearance.palettes import StandardCollection
from belvedere.appearance.tables import CustomColorCollection, Theme
from belvedere.errors import Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.instance.configuration import Change
from belvedere.store import bump
from belvedere.vault import Vault

KINDS = ("categorical", "sequential", "diverging")
_LONGEST = 255
_MOST = 100
Palette = Mapping[str, Any]
"""`label`, and `colors` (categorical) or `stops` of `color` and `offset`."""


@dataclass(frozen=True, slots=True)
class ColorCollection:
    """`palettes` maps each of KINDS to its palettes."""

    id: str
    label: str
    palettes: Mapping[str, Sequence[Palette]]

    def palette_id(self, kind: str, position: int) -> str:
        return f"{self.id}-{kind}-{position}"

    def find(self, palette_id: str) -> Palette | None:
        for kind in KINDS:
            for position, palette in enumerate(self.palettes.get(kind, ())):
                if self.palette_id(kind, position) == palette_id:
                    return palette
        return None


@lru_cache(maxsize=1)
def standard() -> tuple[ColorCollection, ...]:
    return tuple(_from_standard(collection) for collection in palettes.STANDARD)


def _from_standard(given: StandardCollection) -> ColorCollection:
    found = {
        "categorical": [{"label": None, "colors": given.categorical.split()}],
        "sequential": [_scale(text) for text in given.sequential],
        "diverging": [_scale(given.diverging)],
    }
    return ColorCollection(given.id, given.label, found)


def _scale(text: str) -> dict[str, Any]:
    colors = text.split()
    step = 100 // (len(colors) - 1)
    stops = [{"color": color, "offset": n * step} for n, color in enumerate(colors)]
    return {"label": None, "stops": stops}


def custom(session: Session) -> list[ColorCollection]:
    rows = session.scalars(select(CustomColorCollection).order_by(CustomColorCollection.id))
    return [_from_row(row) for row in rows]


def _from_row(row: CustomColorCollection) -> ColorCollection:
    return ColorCollection(row.id, row.label, row.palettes)


def find(session: Session, collection_id: str) -> ColorCollection | None:
    for collection in standard():
        if collection.id == collection_id:
            return collection
    row = session.get(CustomColorCollection, collection_id)
    return _from_row(row) if row is not None else None


def get(session: Session, collection_id: str) -> ColorCollection:
    found = find(session, collection_id)
    if found is None:
        raise NotFound
    return found


def default(session: Session) -> ColorCollection:
    chosen = choices.read(session).color_collection
    return (find(session, chosen) if chosen else None) or get(session, palettes.DEFAULT)


def set_default(
    session: Session, vault: Vault, collection_id: str, change: Change
) -> ColorCollection:
    found = get(session, collection_id)
    made = replace(choices.read(session), color_collection=found.id)
    choices.write(session, vault, made, change)
    return found


# Changing


def create(session: Session, values: Mapping[str, Any]) -> ColorCollection:
    """The id comes from the label, and stays when the label changes."""
    bump(session, "appearance")  # whoever else changes collections waits until this is done
    _refuse(_problems(session, values, None))
    label = str(values["label"]).strip()
    row = CustomColorCollection(id=_new_id(session, label), label=label, palettes={})
    row.palettes = {kind: _read(kind, values.get(_property(kind))) for kind in KINDS}
    session.add(row)
    session.flush()
    return _from_row(row)


def update(session: Session, collection_id: str, values: Mapping[str, Any]) -> ColorCollection:
    """Kinds of palettes that are not given stay."""
    row = _own(session, collection_id)
    bump(session, "appearance")
    _refuse(_problems(session, {"label": row.label, **values}, row.id))
    row.label = str(values.get("label", row.label)).strip()
    given = [kind for kind in KINDS if _property(kind) in values]
    row.palettes = row.palettes | {kind: _read(kind, values[_property(kind)]) for kind in given}
    session.flush()
    return _from_row(row)


def remove(session: Session, collection_id: str) -> None:
    """Invalid while it is the default, or a theme uses it."""
    row = _own(session, collection_id)
    bump(session, "appearance")
    if choices.read(session).color_collection == row.id:
        raise _in_use(f"{row.label} is the default: make another collection the default first")
    for theme in session.scalars(select(Theme).order_by(Theme.id)):
        if theme.settings.get("color_collection_id") == row.id:
            raise _in_use(f"The theme {theme.name} (id {theme.id}) uses {row.label}")
    session.delete(row)
    session.flush()


def _in_use(message: str) -> Invalid:
    return Invalid(Problem("collection_id", "invalid", message))


def _own(session: Session, collection_id: str) -> CustomColorCollection:
    found = get(session, collection_id)
    row = session.get(CustomColorCollection, found.id)
    if row is None:
        raise MethodNotAllowed(f"{found.label} is a standard color collection; those stay")
    return row


def _new_id(session: Session, label: str) -> str:
    slug = re.sub(r"[^\w]+|_+", "-", label.lower()).strip("-")[:200] or "color-collection"
    chosen, number = slug, 1
    while find(session, chosen) is not None:
        number += 1
        chosen = f"{slug}-{number}"
    return chosen


def _read(kind: str, given: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    colors = "colors" if kind == "categorical" else "stops"
    return [{"label": item.get("label"), colors: item[colors]} for item in given or ()]


def _property(kind: str) -> str:
    return f"{kind}Palettes"


# Checking


def _refuse(found: Iterator[Problem]) -> None:
    listed = list(found)
    if listed:
        raise Invalid(*listed)


def _problems(session: Session, values: Mapping[str, Any], own: str | None) -> Iterator[Problem]:
    label = str(values.get("label") or "").strip()
    if not label:
        yield Problem("label", "missing_field", "A color collection needs a label")
    elif len(label) > _LONGEST:
        yield Problem("label", "invalid", f"A label has {_LONGEST} characters at most")
    others = (*standard(), *custom(session))
    if any(other.label.lower() == label.lower() and other.id != own for other in others):
        message = f"There is a color collection {label} already"
        yield Problem("label", "already_exists", message)
    for kind in KINDS:
        check = _color_problems if kind == "categorical" else _stop_problems
        given = values.get(_property(kind)) or ()
        if len(given) > _MOST:
            yield Problem(_property(kind), "invalid", f"There can be {_MOST} palettes at most")
        for position, palette in enumerate(given):
            yield from check(f"{_property(kind)}[{position}]", palette)


def _color_problems(where: str, palette: Mapping[str, Any]) -> Iterator[Problem]:
    colors = palette.get("colors") or ()
    if not 0 < len(colors) <= _MOST:
        yield Problem(f"{where}.colors", "invalid", f"A palette has 1 to {_MOST} colors")
    for position, color in enumerate(colors):
        yield from _color_problem(f"{where}.colors[{position}]", color)


def _stop_problems(where: str, palette: Mapping[str, Any]) -> Iterator[Problem]:
    stops = palette.get("stops") or ()
    if not 1 < len(stops) <= _MOST:
        yield Problem(f"{where}.stops", "invalid", f"A scale has 2 to {_MOST} stops")
    offsets = [stop.get("offset") for stop in stops]
    inside = [n for n in offsets if isinstance(n, int) and 0 <= n <= 100]
    if inside != offsets or inside != sorted(inside):
        message = "The offsets of stops are whole numbers from 0 to 100 that do not get smaller"
        yield Problem(f"{where}.stops", "invalid", message)
    for position, stop in enumerate(stops):
        yield from _color_problem(f"{where}.stops[{position}].color", stop.get("color"))


def _color_problem(where: str, color: Any) -> Iterator[Problem]:
    if not css.is_color(str(color or "")):
        yield Problem(where, "invalid", f"{where} must be a color such as #1a73e8")
