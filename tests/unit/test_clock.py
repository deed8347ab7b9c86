"""Times as clients write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from belvedere import clock


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T10:00:00Z",
        " 2026-01-31T10:00:00.000+00:00 ",
        "2026-01-31T10:00:00.000000+0000",
        "2026-01-31T12:00:00+02:00",
        "2026-01-31T10:00:00",
        "2026-01-31 10:00",
        "2026-01-31 12:00:00 02:00",
        "2026-01-31T12:00:00.000000 0200",
        "2026-01-31T10:00+00:00Z",
        "2026-01-31T05:00-05:00Z",
    ],
)
def test_an_instant_is_read_however_it_is_written(text: str) -> None:
    assert clock.parsed(text) == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert clock.iso(clock.parsed(text)) == "2026-01-31T10:00:00.000+00:00"


@pytest.mark.parametrize("text", ["", "noon", "2026-13-01", "0001-01-01T00:00:00+14:00", "5"])
def test_what_names_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        clock.parsed(text)
