"""The instance's collections of colours, for charts that name them or none."""

from __future__ import annotations

import threading

from belvedere.appearance import color_collections
from belvedere.appearance.color_collections import KINDS, ColorCollection
from belvedere.charts.palettes import Palette
from belvedere.store import Database, EpochWatch

_TOPICS = ("appearance", "instance")


class CollectionPalettes:
    """Thread-safe; remembers what it read until collections change. To be called as
    `charts.palettes.Lookup` says.
    """

    def __init__(self, database: Database, watch: EpochWatch) -> None:
        self._database = database
        self._watch = watch
        self._lock = threading.Lock()
        self._epoch: tuple[int, ...] = ()
        self._known: dict[tuple[str | None, str | None], Palette | None] = {}

    def __call__(self, collection: str | None, palette: str | None) -> Palette | None:
        key = (collection, palette)
        epoch = self._watch.snapshot(*_TOPICS)
        with self._lock:
            if epoch != self._epoch or len(self._known) > 500:
                self._known.clear()
                self._epoch = epoch
            if key in self._known:
                return self._known[key]
        found = self._read(collection, palette)
        with self._lock:
            if epoch == self._epoch:
                self._known[key] = found
        return found

    def _read(self, collection: str | None, palette: str | None) -> Palette | None:
        with self._database.reading() as session:
            found = (
                color_collections.default(session)
                if collection is None
                else color_collections.find(session, collection)
            )
        return None if found is None else _palette(found, palette)


def _palette(collection: ColorCollection, palette: str | None) -> Palette | None:
    """By its id, or the first of its kind; the first categorical one where nothing is named."""
    wanted = palette or "categorical"
    if wanted in KINDS:
        wanted = collection.palette_id(wanted, 0)
    found = collection.find(wanted)
    if found is None:
        return None
    stops = [stop["color"] for stop in found.get("stops") or ()]
    return Palette(tuple(stops or found["colors"]), continuous=bool(stops))
