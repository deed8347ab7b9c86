"""Which colours a chart uses: palettes by name, and what a vis_config says about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from belvedere.charts.colours import along, colour
from belvedere.charts.options import Options

CATEGORICAL = (
    "#2f6fde",
    "#f2a33a",
    "#149c8f",
    "#df5339",
    "#7b5bd6",
    "#86ad2f",
    "#d64d8a",
    "#46aee3",
    "#93694a",
    "#76838f",
    "#1d4a94",
    "#b8861b",
)
SEQUENTIAL = ("#e3edfb", "#9dc0f2", "#5a92e6", "#2763c9", "#123a7f")
DIVERGING = ("#c5362b", "#ea9a8c", "#f4f4f1", "#84b3e8", "#1f5fb8")
STATUS = ("#d94a3a", "#f6d55c", "#3c9d5d")
"""What conditional formatting runs along where it names no palette: low, middle, high."""
Lookup = Callable[[str | None, str | None], "Palette | None"]
"""The palette of that id in the collection of that id (None: the one that is meant where nothing
is named); of a palette may also be said "sequential" or "diverging", None is a categorical one.
"""
_MOST = 100


@dataclass(frozen=True, slots=True)
class Palette:
    """`continuous` palettes are stops of a scale, others colours to be told apart."""

    colours: tuple[str, ...]
    continuous: bool = False


def unknown(_collection: str | None, _palette: str | None) -> Palette | None:
    """A lookup that knows no collections."""
    return None


def chosen(application: Options, lookup: Lookup) -> Palette | None:
    """What a color_application asks for: own colours first, then a palette by its id."""
    return (
        _own(application.part("custom"))
        or _own(application.part("palette"))
        or _named(application, lookup)
    )


def _own(written: Options) -> Palette | None:
    colours = [found for item in written.items("colors") if (found := colour(item))]
    stops = [found for item in written.parts("stops") if (found := colour(item.get("color")))]
    if stops:
        return Palette(tuple(stops[:_MOST]), continuous=True)
    if not colours:
        return None
    return Palette(tuple(colours[:_MOST]), continuous=written.text("type") == "continuous")


def _named(application: Options, lookup: Lookup) -> Palette | None:
    palette = application.text("palette_id")
    collection = application.text("collection_id")
    found = lookup(collection, palette) if collection else None
    if found is not None:
        return found
    for kind, own in (("diverging", DIVERGING), ("sequential", SEQUENTIAL)):
        if palette is not None and kind in palette:
            return lookup(None, kind) or Palette(own, continuous=True)
    return None


def _ordered(colours: Sequence[str], application: Options) -> tuple[str, ...]:
    reverse = application.part("options").flag("reverse")
    return tuple(reversed(colours)) if reverse else tuple(colours)


def distinct(options: Options, lookup: Lookup, count: int) -> list[str]:
    """So many colours to be told apart."""
    application = options.part("color_application")
    found = chosen(application, lookup)
    own = [text for item in options.items("colors") if (text := colour(item))]
    if found is None:
        found = Palette(tuple(own[:_MOST])) if own else lookup(None, None)
    if found is None:
        found = Palette(CATEGORICAL)
    colours = _ordered(found.colours, application)
    if found.continuous:
        return [along(colours, n / max(1, count - 1)) for n in range(count)]
    return [colours[n % len(colours)] for n in range(count)]


def scale(application: Options, lookup: Lookup, default: Sequence[str]) -> tuple[str, ...]:
    """The stops of a scale of colours."""
    found = chosen(application, lookup)
    if found is None and default == SEQUENTIAL:
        found = lookup(None, "sequential")
    colours = found.colours if found is not None and len(found.colours) > 1 else tuple(default)
    return _ordered(colours, application)
