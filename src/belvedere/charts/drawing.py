"""From a result and its vis_config to a drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from belvedere.charts.cartesian import cartesian
from belvedere.charts.circular import donuts, pie
from belvedere.charts.colours import QUIET
from belvedere.charts.content import Content, content_of
from belvedere.charts.drawn import DEFAULT_SIZE, Drawing
from belvedere.charts.maps import map_chart
from belvedere.charts.palettes import Lookup, unknown
from belvedere.charts.plot import KINDS
from belvedere.charts.shapes import funnel, treemap, wordcloud
from belvedere.charts.steps import boxplot, heatmap, timeline, waterfall
from belvedere.charts.svg import Canvas
from belvedere.charts.tables import table
from belvedere.charts.text import clean, wrapped
from belvedere.charts.values import single_record, single_value
from belvedere.charts.vega import Spec
from belvedere.results.presenter import Presenter
from belvedere.results.shaped import Shaped

_NARROWEST_CHART = 120
"""Smaller charts are drawn at this size and shrunk."""
Room = tuple[int, int]


_SPECIFIED: dict[str, Callable[[Content, Room, Lookup], Spec | None]] = {
    "looker_pie": pie,
    "looker_donut_multiples": donuts,
    "looker_waterfall": waterfall,
    "looker_boxplot": boxplot,
    "looker_heatmap": heatmap,
    "heatmap": heatmap,
    "looker_timeline": timeline,
    "looker_map": map_chart,
    "looker_google_map": map_chart,
    "looker_geo_coordinates": map_chart,
    "looker_geo_choropleth": map_chart,
}
_DRAWN: dict[str, Callable[[Content, Room, Lookup], Canvas | None]] = {
    "looker_funnel": funnel,
    "looker_treemap": treemap,
    "treemap": treemap,
    "looker_wordcloud": wordcloud,
    "single_value": single_value,
    "looker_grid": table,
    "looker_table": table,
    "table": table,
    "looker_single_record": lambda content, room, _: single_record(content, room),
}
TYPES = frozenset((*KINDS, *_SPECIFIED, *_DRAWN))


def drawing(
    shaped: Shaped,
    presenter: Presenter,
    config: object,
    room: Room = DEFAULT_SIZE,
    *,
    palettes: Lookup = unknown,
    notes: Sequence[str] = (),
) -> Drawing:
    """The picture of a result. Takes out of `shaped` what the vis_config hides.

    A type that is not known, or cannot show this result, becomes a table that says so; `notes`
    stand below the picture.
    """
    if not shaped.rows:
        return message("No results", room)
    content = content_of(shaped, presenter, config)
    content.notes.extend(notes)
    if not content.rows:
        return message("No rows are shown", room)
    wanted = content.options.text("type") or "table"
    small = (max(_NARROWEST_CHART, room[0]), max(_NARROWEST_CHART, room[1]))
    before = list(content.notes)
    if wanted in KINDS:
        found = cartesian(content, wanted, small, palettes)
    elif wanted in _SPECIFIED:
        found = _SPECIFIED[wanted](content, small, palettes)
    else:
        return _own(content, wanted, room, palettes)
    if found is not None:
        return Drawing(*room, specification=found)
    content.notes[:] = [*before, f"This result cannot be drawn as {_called(wanted)}."]
    return Drawing(*room, svg=table(content, room, palettes).written())


def _own(content: Content, wanted: str, room: Room, palettes: Lookup) -> Drawing:
    draw = _DRAWN.get(wanted)
    if draw is None:
        content.notes.append(f"{_called(wanted)} is no chart that is known here.")
        draw = table
    canvas = draw(content, room, palettes)
    if canvas is None:
        content.notes.append(f"This result cannot be drawn as {_called(wanted)}.")
        canvas = table(content, room, palettes)
    return Drawing(*room, svg=canvas.written())


def _called(wanted: str) -> str:
    return clean(wanted.removeprefix("looker_").replace("_", " "))[:60]


def message(text: str, room: Room = DEFAULT_SIZE) -> Drawing:
    """A picture that says something instead of a chart."""
    wide, high = room
    size = max(8.0, min(15.0, wide / 24))
    canvas = Canvas(*room)
    lines = wrapped(clean(text), size, wide * 0.86, 8)
    top = high / 2 - (len(lines) - 1) * size * 0.7
    for number, line in enumerate(lines):
        y = top + number * size * 1.4
        canvas.text(wide / 2, y, line, size, fill=QUIET, anchor="middle")
    return Drawing(*room, svg=canvas.written())
