"""Measures beside a join that repeats their rows, tiers and weeks: as counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil, floor
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

import pytest
from tests.engines.conftest import Database

from belvedere.compiler import compile_query
from belvedere.compiler.request import Request, Sort
from belvedere.lookml.model import Model
from belvedere.lookml.project import open_project

LOOKML = """
connection: "c"
week_start_day: sunday
view: orders {
  dimension: id { primary_key: yes type: number }
  dimension: size { type: tier tiers: [2, 5] style: integer sql: ${TABLE}.amount ;; }
  dimension_group: made { type: time timeframes: [week, day_of_week_index] sql: ${TABLE}.made ;; }
  measure: count { type: count }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
  measure: mean { type: average sql: ${TABLE}.amount ;; }
  measure: middle { type: median sql: ${TABLE}.amount ;; }
  measure: high { type: percentile percentile: 75 sql: ${TABLE}.amount ;; }
  measure: shops { type: list list_field: shop }
  measure: shop_count { type: count_distinct sql: ${shop} ;; }
  dimension: shop {}
}
view: items {
  dimension: id { primary_key: yes type: number }
  dimension: order_id { type: number }
  measure: count { type: count }
  measure: fees { type: sum_distinct sql_distinct_key: ${order_id} ;; sql: ${TABLE}.fee ;; }
  measure: fee { type: average_distinct sql_distinct_key: ${order_id} ;; sql: ${TABLE}.fee ;; }
}
explore: orders {
  join: items { relationship: one_to_many sql_on: ${orders.id} = ${items.order_id} ;; }
}
"""
ORDERS = [
    (number, number % 9, "xyz"[number % 3], datetime(2021, 3, 12, 7) + timedelta(hours=9 * number))
    for number in range(40)
]
ITEMS = [(n, order, order % 5) for n, order in enumerate([*range(0, 40, 2), *range(30), *range(7)])]
MEASURES = ("count", "total", "mean", "middle", "high", "shops", "shop_count")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    root = tmp_path_factory.mktemp("project")
    (root / "m.model.lkml").write_text(LOOKML)
    return open_project(Path(root)).models["m"]


@pytest.fixture
def shop(database: Database) -> Database:
    dialect, moment = database.dialect, database.column_type("TIMESTAMP")
    for name, columns in (
        ("orders", f"id INTEGER, amount INTEGER, shop VARCHAR(20), made {moment}"),
        ("items", "id INTEGER, order_id INTEGER, fee INTEGER"),
    ):
        database.run(f"DROP TABLE IF EXISTS {name}")
        database.run(f"CREATE TABLE {name} ({columns})")
    for number, amount, name, made in ORDERS:
        values = f"{number}, {amount}, {dialect.string(name)}, {dialect.timestamp(made)}"
        database.run(f"INSERT INTO orders VALUES ({values})")
    for row in ITEMS:
        database.run(f"INSERT INTO items VALUES {row}")
    return database


def percentile(values: list[int], percent: int) -> float:
    rank = len(values) * percent / 100
    ordered = sorted(values)
    return (ordered[ceil(rank) - 1] + ordered[min(floor(rank), len(values) - 1)]) / 2


def measured(orders: list[tuple[int, int, str, datetime]]) -> tuple[object, ...]:
    amounts = [amount for _, amount, *_ in orders]
    shops = sorted({shop for _, _, shop, _ in orders})
    ends = (percentile(amounts, 50), percentile(amounts, 75))
    return (len(orders), sum(amounts), mean(amounts), *ends, ", ".join(shops), len(shops))


def rows(database: Database, model: Model, *fields: str, zone: str = "UTC") -> list[list[object]]:
    request = Request(
        model,
        "orders",
        fields,
        datetime.now(UTC),
        sorts=(Sort(fields[0]),),
        timezone=zone,
        database_timezone="UTC",
        limit=None,
    )
    found = database.run(compile_query(request, database.dialect).sql)
    return [[cell if isinstance(cell, str) else float(cell) for cell in row] for row in found]


def test_tiers_hold_measures_that_count_every_order_once(shop: Database, model: Model) -> None:
    measures = [f"orders.{name}" for name in MEASURES]
    found = rows(shop, model, "orders.size", *measures, "items.count")
    tiers = {"Below 2": range(2), "2 to 4": range(2, 5), "5 or Above": range(5, 99)}
    wanted = []
    for tier, amounts in tiers.items():
        orders = [order for order in ORDERS if order[1] in amounts]
        items = sum(order in {number for number, *_ in orders} for _, order, _ in ITEMS)
        values = [
            cell if isinstance(cell, str) else pytest.approx(cell) for cell in measured(orders)
        ]
        wanted.append([tier, *values, items])
    assert found == wanted


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Kolkata"])
def test_weeks_begin_on_the_day_of_the_model(shop: Database, model: Model, zone: str) -> None:
    """At local midnight of the query's time zone, across a change of clocks."""

    def local(made: datetime) -> datetime:
        return made.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))

    weeks: dict[str, list[tuple[int, int, str, datetime]]] = {}
    days: dict[float, int] = {}
    for order in ORDERS:
        day = local(order[3])
        index = (day.weekday() + 1) % 7
        weeks.setdefault(f"{day - timedelta(days=index):%Y-%m-%d}", []).append(order)
        days[float(index)] = days.get(float(index), 0) + 1
    found = rows(shop, model, "orders.made_week", "orders.count", "orders.total", zone=zone)
    assert found == [[week, *measured(orders)[:2]] for week, orders in sorted(weeks.items())]
    found = rows(shop, model, "orders.made_day_of_week_index", "orders.count", zone=zone)
    assert found == [list(pair) for pair in sorted(days.items())]


def test_distinct_sums_count_their_key_once(shop: Database, model: Model) -> None:
    found = rows(shop, model, "orders.shop", "items.fees", "items.fee", "items.count")
    wanted = []
    for name in "xyz":
        orders = {number for number, _, shop_name, _ in ORDERS if shop_name == name}
        fees = {order: fee for _, order, fee in ITEMS if order in orders}
        count = sum(order in orders for _, order, _ in ITEMS)
        wanted.append([name, sum(fees.values()), pytest.approx(mean(fees.values())), count])
    assert found == wanted
