"""Identifiers and secrets."""

from __future__ import annotations

import pytest

from belvedere import ids


@pytest.mark.parametrize(
    ("make", "length"),
    [
        (ids.slug, 22),
        (ids.client_id, 22),
        (ids.api_client_id, 20),
        (ids.api_client_secret, 32),
        (ids.token, 40),
        (ids.password, 16),
    ],
)
def test_all_are_random_and_need_no_escaping(make, length) -> None:
    made = {make() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(text) == length and text.isalnum() and text.isascii() for text in made)


def test_numbers_of_rows() -> None:
    assert [ids.number(given) for given in (7, "7", " 7 ", "2147483647")] == [7, 7, 7, 2147483647]
    for given in ("", "-1", "1.5", "٣", "x", None, "2147483648", "9" * 5000):
        assert ids.number(given) is None
