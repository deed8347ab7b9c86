"""Random aggregate tables never change an answer."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from tests.api.aggregate_cases import TABLES, VIEWS, Case, case
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.engines.postgres_server import PostgresServer

from belvedere import clock
from belvedere.projects import models

WRITTEN = {
    "a default filter that the query replaces": (
        'always_filter: { filters: [sale.shop: "shop 1"] }',
        "dimensions: [sale.shop] measures: [sale.total]",
        {"fields": ["sale.total"], "filters": {"sale.shop": "shop 2"}},
        True,
    ),
    "a conditional filter that the query lifts": (
        'conditionally_filter: { filters: [sale.kind: "x"] unless: [sale.shop] }',
        "dimensions: [sale.shop] measures: [sale.total]",
        {"fields": ["sale.shop", "sale.total"], "filters": {"sale.shop": "shop 2"}},
        True,
    ),
    "groups that its filter on a measure left out": (
        "",
        'dimensions: [sale.shop, sale.kind] measures: [sale.total] filters: [sale.count: ">9"]',
        {"fields": ["sale.shop", "sale.total"], "filters": {"sale.count": ">9"}},
        False,
    ),
    "the one group that its filter on a measure left out": (
        "",
        'dimensions: [] measures: [sale.total] filters: [sale.count: ">999"]',
        {"fields": ["sale.total"], "filters": {"sale.count": ">999"}},
        False,
    ),
    "a filtered measure of another time zone": (
        "",
        "dimensions: [sale.shop] measures: [sale.january_count]",
        {"fields": ["sale.january_count"], "query_timezone": "Asia/Kolkata"},
        False,
    ),
    "its filter in another time zone": (
        "",
        'dimensions: [sale.shop] measures: [sale.count] filters: [sale.sold_date: "2026-01"]',
        {
            "fields": ["sale.count"],
            "filters": {"sale.sold_date": "2026-01"},
            "query_timezone": "Asia/Kolkata",
        },
        False,
    ),
    "text of a day of another time zone": (
        "",
        "dimensions: [sale.local_day] measures: [sale.count]",
        {"fields": ["sale.local_day", "sale.count"], "query_timezone": "Asia/Kolkata"},
        False,
    ),
    "templates below its fields": (
        "",
        "dimensions: [sale.telling, sale.big] measures: [sale.count]",
        {"fields": ["sale.telling", "sale.count"]},
        False,
    ),
    "another table for other fields": (
        "",
        "dimensions: [sale.kind, sale.shop] measures: [sale.count]",
        {"fields": ["sale.shop", "sale.count"]},
        False,
    ),
    "conditions in what is always filtered": (
        "sql_always_where: {% condition sale.shop %} ${sale.kind} {% endcondition %} ;;",
        "dimensions: [sale.shop] measures: [sale.count]",
        {"fields": ["sale.count"], "filters": {"sale.shop": "-shop 1"}},
        False,
    ),
    "a raw measure that a join repeats": (
        "join: item { sql_on: ${item.sale_id} = ${sale.id} ;; relationship: one_to_many }",
        "dimensions: [sale.shop] measures: [sale.raw, item.weight]",
        {"fields": ["sale.shop", "sale.raw"]},
        False,
    ),
    "sums that a join repeats": (
        (
            "symmetric_aggregates: no "
            "join: item { sql_on: ${item.sale_id} = ${sale.id} ;; relationship: one_to_many }"
        ),
        "dimensions: [sale.shop] measures: [sale.total, item.weight]",
        {"fields": ["sale.shop", "sale.total"]},
        False,
    ),
    "rows that are not grouped": (
        "cancel_grouping_fields: [sale.kind]",
        "dimensions: [sale.kind, sale.shop] measures: [sale.count]",
        {"fields": ["sale.kind", "sale.shop"]},
        False,
    ),
    "filters that are numbers of a time": (
        "",
        "dimensions: [sale.sold_date] measures: [sale.count]",
        {"fields": ["sale.count"], "filters": {"sale.sold_day_of_month": "<15"}},
        True,
    ),
    "a measure of the result": (
        "",
        "dimensions: [sale.shop] measures: [sale.part, sale.total]",
        {"fields": ["sale.shop", "sale.part"]},
        True,
    ),
    "the same groups, some of them": (
        "",
        "dimensions: [sale.shop] measures: [sale.customers]",
        {"fields": ["sale.shop", "sale.customers"], "filters": {"sale.shop": "-shop 1"}},
        True,
    ),
    "averages of the same groups over a join that repeats": (
        "join: shop { sql_on: ${shop.id} = ${sale.shop_number} ;; relationship: many_to_one }",
        "dimensions: [sale.shop] measures: [shop.mean_area]",
        {"fields": ["sale.shop", "shop.mean_area"]},
        True,
    ),
    "hours of the day": (
        "",
        "dimensions: [sale.sold_hour_of_day] measures: [sale.count]",
        {
            "fields": ["sale.sold_hour_of_day", "sale.count"],
            "filters": {"sale.sold_hour_of_day": ">12"},
        },
        True,
    ),
    "a table that cannot be made": (
        "",
        'dimensions: [sale.shop] measures: [sale.count] filters: [sale.sold_date: "on no day"]',
        {"fields": ["sale.shop", "sale.count"]},
        False,
    ),
}


class Both:
    """The same explores over a connection that keeps tables and over one that does not."""

    def __init__(self, instance: Instance, place: dict[str, Any], folder: Path) -> None:
        self.instance, self.folder = instance, folder
        self.asks = instance.as_role("Admin", last_name="shop 1")
        for name in ("kept", "computed"):
            more = {"tmp_db_name": "scratch"} if name == "kept" else {}
            assert self.asks.post("/connections", place | {"name": name} | more).status == 200

    def write(self, explores: list[str]) -> None:
        self.folder.mkdir()
        for name in ("kept", "computed"):
            text = "\n".join([VIEWS.format(connection=name), *explores])
            (self.folder / f"{name}.model.lkml").write_text(text)
        with self.instance.services.database.session() as session:
            models.add_project(session, "shops", self.folder, clock.now())
            for name in ("kept", "computed"):
                models.register(session, name, "shops", name, clock.now())

    def ask(self, query: dict[str, Any]) -> bool:
        """Whether an aggregate table answered, once the answer is the same without it."""
        kept, computed = (answer(self.asks, query, model) for model in ("kept", "computed"))
        assert kept[:-1] == computed[:-1], (query, kept[-1], computed[-1])
        return "-- use existing" in str(kept[-1])


def answer(client: ApiClient, query: dict[str, Any], model: str) -> tuple[Any, ...]:
    """What a query gives, its SQL last; links in cells hold the model's name."""
    found = client.post(
        "/queries/run/json_detail", {**query, "model": model}, params={"cache": "false"}
    )
    if found.status != 200:
        return (found.status, found.json()["message"], "")
    told = found.json()
    parts = [_plain(told.get(part)) for part in ("data", "totals_data", "pivots")]
    return (200, bool(told["errors"]), *parts, told["sql"])


def _plain(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _plain(item) for name, item in found.items() if name != "links"}
    if isinstance(found, list):
        return [_plain(item) for item in found]
    return round(found, 9) if isinstance(found, float) else found


@pytest.fixture(params=["duckdb", "postgres"])
def both(request: pytest.FixtureRequest, instance: Instance, tmp_path: Path) -> Both:
    place: dict[str, Any] = {"dialect_name": request.param}
    if request.param == "duckdb":
        file = str(tmp_path / "shops.duckdb")
        with duckdb.connect(file) as made:
            for statement in TABLES:
                made.execute(statement)
        return Both(instance, place | {"database": file}, tmp_path / "project")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    database = server.create_database()
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        for statement in ["CREATE SCHEMA scratch", *TABLES]:
            connection.execute(statement.encode())
    place |= {"host": server.host, "port": str(server.port), "database": database}
    place |= {"username": server.user, "password": server.password}
    return Both(instance, place, tmp_path / "project")


def test_written_ones(both: Both) -> None:
    explores = [
        f"explore: e{number} {{ view_name: sale {rule} aggregate_table: rolled {{ query: {{ {held} }} "
        'materialization: { persist_for: "24 hours" } } }'
        for number, (rule, held, _, _) in enumerate(WRITTEN.values())
    ]
    both.write(explores)
    used = {}
    for number, (name, (_, _, query, _)) in enumerate(WRITTEN.items()):
        sorts = query["fields"][:1]
        used[name] = both.ask({"view": f"e{number}", "sorts": sorts, **query})
    assert used == {name: expected for name, (_, _, _, expected) in WRITTEN.items()}


@pytest.mark.parametrize("seed", [11, 12])
def test_random_ones(both: Both, seed: int) -> None:
    chance = random.Random(seed)
    cases: list[Case] = [case(number, chance) for number in range(16)]
    both.write([made.lookml for made in cases])
    answered = [both.ask(query) for made in cases for query in made.queries]
    assert any(answered)
