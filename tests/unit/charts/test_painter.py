"""Pictures are drawn elsewhere: what goes wrong there ends there."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from belvedere.charts.drawing import drawing, message
from belvedere.charts.drawn import Drawing
from belvedere.charts.painter import NotDrawn, Painter

from .test_drawing import BY_MONTH


@pytest.fixture
def painter() -> Iterator[Painter]:
    made = Painter(1, 30)
    yield made
    made.close()


def chart(width: int = 300) -> Drawing:
    return drawing(BY_MONTH.shaped(), BY_MONTH.presenter(), {"type": "looker_column"}, (width, 200))


def pids(painter: Painter) -> list[int]:
    return [worker._process.pid for worker in painter._live]


def test_formats(painter: Painter) -> None:
    assert painter.paint(chart(), "png")[:4] == b"\x89PNG"
    assert painter.paint(chart(), "jpg")[:3] == b"\xff\xd8\xff"
    svg = painter.paint(chart(), "svg").decode()
    assert svg.startswith("<svg")
    assert 'width="300" height="200"' in svg
    assert painter.paint(message("a & b"), "svg").startswith(b"<?xml")


def test_a_process_that_dies_is_replaced(painter: Painter) -> None:
    first = painter.paint(chart(), "png")
    [pid] = pids(painter)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert painter.paint(chart(301), "png") != first
    assert pids(painter) != [pid]


def test_a_process_that_dies_while_it_draws_fails_that_picture_only(painter: Painter) -> None:
    painter.paint(chart(), "png")
    [pid] = pids(painter)
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(NotDrawn, match="failed"):
        painter.paint(chart(302), "png")
    assert painter.paint(chart(302), "png")


def test_a_drawing_that_takes_too_long_is_given_up() -> None:
    painter = Painter(1, 5)
    try:
        painter.paint(chart(), "png")
        os.kill(pids(painter)[0], signal.SIGSTOP)
        painter._seconds = 0.3
        with pytest.raises(NotDrawn, match="too long"):
            painter.paint(chart(303), "png")
        painter._seconds = 30
        assert painter.paint(chart(303), "png")
    finally:
        painter.close()


def test_what_the_library_refuses_is_told(painter: Painter) -> None:
    with pytest.raises(NotDrawn, match="cannot be drawn"):
        painter.paint(Drawing(10, 10, specification={"mark": "nothing"}), "png")
    with pytest.raises(NotDrawn):
        painter.paint(Drawing(10, 10, svg="<svg"), "png")
    assert painter.paint(chart(), "png")


def test_specifications_load_nothing(painter: Painter, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('[{"a": "the secret"}]')
    for url in ("http://127.0.0.1:9/x.json", str(secret), secret.as_uri()):
        spec = {"data": {"url": url}, "mark": "text", "encoding": {"text": {"field": "a"}}}
        try:
            svg = painter.paint(Drawing(50, 50, specification=spec), "svg").decode()
        except NotDrawn:
            continue
        assert "the secret" not in svg
    spec = {"data": {"values": [{}]}, "mark": {"type": "image", "url": secret.as_uri()}}
    with pytest.raises(NotDrawn, match="cannot hold pictures"):
        painter.paint(Drawing(50, 50, specification=spec), "png")


def test_equal_pictures_are_drawn_once(painter: Painter) -> None:
    first = painter.paint(chart(), "png")
    os.kill(pids(painter)[0], signal.SIGKILL)
    assert painter.paint(chart(), "png") is first


def test_processes_end_with_the_painter() -> None:
    painter = Painter(1, 30)
    painter.paint(chart(), "png")
    [pid] = pids(painter)
    painter.close()
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")
