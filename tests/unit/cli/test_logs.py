"""What is written down while it serves."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from belvedere.cli import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    own = logging.getLogger("belvedere")
    before = own.handlers[:], own.propagate, own.level
    yield
    own.handlers[:], own.propagate = before[0], before[1]
    own.setLevel(before[2])


def test_the_level_that_is_set_counts_for_our_own_words_alone() -> None:
    logs.write("info")
    assert logging.getLogger("belvedere.access").isEnabledFor(logging.INFO)
    assert not logging.getLogger("belvedere.api").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO)


def test_nobody_writes_lines_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    logs.write("info")
    log = logging.getLogger("belvedere.api")
    log.warning("a filter: %s", "x\r\n2026-01-01 ERROR forged\x1b[2J\u2028more")
    log.warning("who was it: %s", "Åda")
    lines = written.getvalue().split("\n")
    assert len(lines) == 3
    assert lines[0].endswith(r"a filter: x\x0d\x0a2026-01-01 ERROR forged\x1b[2J\x2028more")
    assert lines[1].endswith("who was it: Åda")
