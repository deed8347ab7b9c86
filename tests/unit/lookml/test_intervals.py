"""How often something is refreshed, as a number."""

from __future__ import annotations

import pytest

from belvedere.lookml.intervals import milliseconds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2 hours 30 minutes", 9_000_000),
        ("1 day, 1 second", 86_401_000),
        ("90", 90_000),
        (" 1 Hour ", 3_600_000),
        ("5minutes", 300_000),
        ("2 weeks", 1_209_600_000),
        (None, None),
        ("", None),
        ("never", None),
        ("2 hours or so", None),
        ("about 2 hours", None),
        ("1.5 hours", None),
        ("0 minutes", None),
        ("9" * 40, None),
    ],
)
def test_intervals(text: str | None, found: int | None) -> None:
    assert milliseconds(text) == found
