"""Pictures of charts: how many a core draws in a second, and how many the drawing library would."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psutil
import vl_convert
from scripts.charts_doc import PICTURES

from belvedere.charts.drawing import drawing
from belvedere.charts.drawn import Drawing
from belvedere.charts.painter import Painter
from benchmarks.figures import Figure, Goal

_ROUNDS = 5
_WIDTH, _HEIGHT = 800, 500


def charts() -> list[Figure]:
    """Twenty kinds of charts, again and again, in seconds of processor time."""
    theirs = _library()
    ours = _whole_way()
    note = f"the drawing library alone: {1 / theirs:.0f}"
    goal = Goal("{:,.0f}", gate=100, more_is_better=True)
    return [Figure("charts: PNG a second and core", 1 / ours, goal, note)]


def _specified(shift: int) -> list[Drawing]:
    """Equal pictures are not drawn again: `shift` makes them differ in their width."""
    room = (_WIDTH + shift, _HEIGHT)
    return [
        drawing(one.shaped(), one.presenter(), config, room) for one, config in PICTURES.values()
    ]


def _whole_way() -> float:
    """From the result to the picture."""
    painter = Painter(1, 120)
    try:
        for item in _specified(0):
            painter.paint(item, "png")
        [worker] = psutil.Process().children()

        def used() -> float:
            times = worker.cpu_times()
            return time.process_time() + times.user + times.system

        return _each(lambda shift: [painter.paint(item, "png") for item in _specified(shift)], used)
    finally:
        painter.close()


def _library() -> float:
    """From the specification, or our SVG, to the picture."""
    drawings = _specified(0)
    return _each(lambda _: [_drawn(item) for item in drawings], time.process_time)


def _drawn(item: Drawing) -> bytes:
    svg = item.svg or vl_convert.vegalite_to_svg(item.specification)
    return bytes(vl_convert.svg_to_png(svg))


def _each(work: Callable[[int], Any], used: Callable[[], float]) -> float:
    """Seconds a picture, after one round that does not count."""
    work(1)
    began = used()
    for number in range(_ROUNDS):
        work(2 + number)
    return (used() - began) / _ROUNDS / len(PICTURES)
