"""Results as pictures: drawn as their vis_config says, in the size that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from belvedere.charts.drawn import DEFAULT_SIZE, LARGEST_SIDE, LEAST_SIDE, Drawing
from belvedere.charts.painter import NotDrawn, Painter
from belvedere.charts.palettes import Lookup, unknown
from belvedere.query.options import RunOptions
from belvedere.results.presenter import Presenter
from belvedere.results.shaped import Shaped

MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg"}
MOST_ROWS = 5000


class Pictures:
    """Thread-safe; one per process."""

    def __init__(self, painter: Painter, palettes: Lookup = unknown) -> None:
        self._painter = painter
        self._palettes = palettes

    def of(
        self,
        shaped: Shaped,
        presenter: Presenter,
        config: Mapping[str, Any] | None,
        options: RunOptions,
    ) -> bytes:
        """The picture of a result; NotDrawn when it cannot be made in time."""
        # Charts are many modules, which the start can spare.
        from belvedere.charts.drawing import drawing  # noqa: PLC0415

        notes = []
        if shaped.truncated and len(shaped.rows) == MOST_ROWS:
            notes.append(f"Only the first {MOST_ROWS:,} rows of the result are drawn.")
        notes += [text for _, text in shaped.problems[:2]]
        found = drawing(
            shaped, presenter, config, room_of(options), palettes=self._palettes, notes=notes
        )
        return self._painter.paint(found, options.result_format)

    def painted(self, drawing: Drawing, picture_format: str) -> bytes:
        """A drawing as png, jpg or svg; NotDrawn when it cannot be made in time."""
        return self._painter.paint(drawing, picture_format)

    def saying(self, text: str, options: RunOptions) -> bytes:
        """A picture of words, in place of a chart."""
        from belvedere.charts.drawing import message  # noqa: PLC0415

        return self._painter.paint(message(text, room_of(options)), options.result_format)

    def instead(self, error: NotDrawn, options: RunOptions) -> bytes:
        """A picture of why there is none; the error itself where not even that can be drawn."""
        try:
            return self.saying(str(error), options)
        except NotDrawn:
            raise error from None


def row_limit(own: int | None) -> int:
    """How many rows of a result are fetched for its picture."""
    return MOST_ROWS if own is None else min(own, MOST_ROWS)


def room_of(options: RunOptions) -> tuple[int, int]:
    """Width and height in pixels; where one is given, the other follows in proportion."""
    wide, high = DEFAULT_SIZE
    width, height = options.image_width, options.image_height
    if width is None and height is None:
        return DEFAULT_SIZE
    if width is None:
        width = round((height or high) * wide / high)
    if height is None:
        height = round(width * high / wide)
    return _held(width), _held(height)


def _held(side: int) -> int:
    return max(LEAST_SIDE, min(LARGEST_SIDE, side))
