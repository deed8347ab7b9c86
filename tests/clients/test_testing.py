"""`belvedere.testing`, as the test suite of somebody's LookML project uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import looker_sdk
import pytest
from looker_sdk import models40 as models

import belvedere.testing
from belvedere.errors import BelvedereError
from belvedere.testing import Instance, Role

_MODEL = """
connection: "shop"
include: "*.view.lkml"
explore: orders {
  access_filter: { field: orders.region user_attribute: region }
}
"""
_VIEW = """
view: orders {
  dimension: region {}
  dimension_group: made { type: time timeframes: [date] sql: ${TABLE}.made_at ;; }
  measure: count { type: count }
}
"""
_DATA = """
CREATE TABLE orders (region VARCHAR, made_at TIMESTAMP);
INSERT INTO orders VALUES ('north', '2026-03-02'), ('north', '2026-03-03'),
  ('south', '2026-03-03'), ('south', '2025-03-03');
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lookml") / "shop"
    path.mkdir()
    (path / "shop.model.lkml").write_text(_MODEL)
    (path / "orders.view.lkml").write_text(_VIEW)
    (path / "shop.sql").write_text(_DATA)
    return path


@pytest.fixture(scope="module")
def looker(folder: Path) -> Iterator[Instance]:
    found = Role(["access_data", "explore", "see_looks"], models=["shop"])
    nothing = Role(["access_data", "explore", "see_looks"], models=["other"])
    with belvedere.testing.instance(
        folder,
        {"shop": folder / "shop.sql"},
        {"analyst": found, "stranger": nothing},
        now=datetime(2026, 3, 4, 12, tzinfo=UTC),
    ) as running:
        yield running


def counted(sdk: looker_sdk.methods40.Looker40SDK, **filters: str) -> int:
    query = models.WriteQuery(
        model="shop", view="orders", fields=["orders.count"], filters=filters or None
    )
    (row,) = json.loads(sdk.run_inline_query("json", query))
    return int(row["orders.count"])


def test_rows_are_those_that_a_person_may_see(looker: Instance) -> None:
    assert counted(looker.sdk("analyst", region="north")) == 2
    assert counted(looker.sdk("analyst", region="south")) == 2
    assert counted(looker.sdk("User", region="north")) == 2


def test_the_clock_stands_still(looker: Instance) -> None:
    sdk = looker.sdk("analyst", region="south")
    assert counted(sdk, **{"orders.made_date": "7 days"}) == 1


def test_a_model_that_a_role_leaves_out_is_not_there(looker: Instance) -> None:
    sdk = looker.sdk("stranger", region="north")
    assert [model.name for model in sdk.all_lookml_models()] == []
    with pytest.raises(looker_sdk.error.SDKError):
        counted(sdk)


def test_a_person_can_be_used_with_any_client(looker: Instance) -> None:
    who = looker.person("Viewer")
    assert looker.sdk().user(who.id).email == who.email
    assert looker.url.startswith("http://127.0.0.1:")


def test_mistakes_are_told(folder: Path, looker: Instance) -> None:
    with pytest.raises(BelvedereError, match="There is no role analist; there are: Admin"):
        looker.person("analist")
    with (
        pytest.raises(BelvedereError, match="There is no file"),
        belvedere.testing.instance(folder, {"shop": folder / "none.sql"}),
    ):
        pass
    with (
        pytest.raises(ValueError, match="time zone"),
        belvedere.testing.instance(now=datetime(2026, 1, 1)),
    ):
        pass


def test_nothing_is_left_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder.parent / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    with belvedere.testing.instance(folder, {"shop": folder / "shop.sql"}) as running:
        assert running.sdk().me().id
        assert list(place.iterdir())
    assert not list(place.iterdir())
