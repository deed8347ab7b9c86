from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from belvedere.demo.generate import generate

TODAY = date(2026, 3, 14)
TABLES = (
    "distribution_centers", "events", "inventory_items", "order_items", "orders", "products",
    "users",
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "thelook.duckdb"
    generate(path, 0.05, today=TODAY)
    return path


@pytest.fixture
def shop(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path), read_only=True) as database:
        yield database


def one(shop: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = shop.execute(sql).fetchone()
    assert row is not None
    return row[0]


def fingerprint(path: Path) -> dict[str, object]:
    with duckdb.connect(str(path), read_only=True) as shop:
        return {
            table: shop.execute(f"SELECT count(*), bit_xor(hash(t)) FROM {table} t").fetchone()
            for table in TABLES
        }


def test_every_table_is_there_with_a_dense_key(shop: duckdb.DuckDBPyConnection) -> None:
    names = shop.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    assert tuple(name for (name,) in names) == TABLES
    for table in TABLES:
        sql = f"SELECT count(*), count(DISTINCT id), min(id), max(id) FROM {table}"
        count, distinct, lowest, highest = shop.execute(sql).fetchone() or ()
        assert (distinct, lowest, highest) == (count, 1, count)


def test_the_scale_counts_order_items(shop: duckdb.DuckDBPyConnection) -> None:
    assert one(shop, "SELECT count(*) FROM order_items") == 5_000


def test_the_same_day_gives_the_same_rows(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.duckdb"
    generate(again, 0.05, today=TODAY)
    assert fingerprint(again) == fingerprint(path)


def test_another_day_gives_other_rows(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    generate(other, 0.05, today=date(2025, 11, 2))
    assert fingerprint(other)["orders"] != fingerprint(path)["orders"]


@pytest.mark.parametrize(
    ("child", "key", "parent"),
    [
        ("products", "distribution_center_id", "distribution_centers"),
        ("inventory_items", "product_id", "products"),
        ("orders", "user_id", "users"),
        ("order_items", "order_id", "orders"),
        ("order_items", "user_id", "users"),
        ("order_items", "product_id", "products"),
        ("order_items", "inventory_item_id", "inventory_items"),
        ("events", "user_id", "users"),
    ],
)
def test_no_foreign_key_dangles(
    shop: duckdb.DuckDBPyConnection, child: str, key: str, parent: str
) -> None:
    missing = f"SELECT count(*) FROM {child} c WHERE {key} NOT IN (SELECT id FROM {parent})"
    assert one(shop, missing) == 0


@pytest.mark.parametrize(
    "broken",
    [
        "FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.user_id <> o.user_id",
        "FROM order_items i JOIN orders o ON o.id = i.order_id WHERE i.created_at <> o.created_at",
        (
            "FROM order_items i JOIN inventory_items s ON s.id = i.inventory_item_id"
            " WHERE s.product_id <> i.product_id"
        ),
        (
            "FROM order_items i JOIN inventory_items s ON s.id = i.inventory_item_id"
            " WHERE (s.sold_at IS NULL) <> (i.status = 'Cancelled') OR s.sold_at <> i.created_at"
        ),
        "FROM inventory_items WHERE sold_at < created_at",
        "FROM orders o JOIN users u ON u.id = o.user_id WHERE o.created_at < u.created_at",
        (
            "FROM orders o WHERE num_of_item <>"
            " (SELECT count(*) FROM order_items i WHERE i.order_id = o.id)"
        ),
        (
            "FROM orders o WHERE (o.status = 'Returned') <> EXISTS"
            " (FROM order_items i WHERE i.order_id = o.id AND i.status = 'Returned')"
        ),
        "FROM order_items WHERE (returned_at IS NOT NULL) <> (status = 'Returned')",
        "FROM order_items WHERE (shipped_at IS NULL) <> (status IN ('Processing', 'Cancelled'))",
        (
            "FROM orders WHERE shipped_at < created_at OR delivered_at < shipped_at"
            " OR returned_at < delivered_at"
        ),
        (
            "FROM inventory_items s JOIN products p ON p.id = s.product_id"
            " WHERE s.product_name <> p.name OR s.product_brand <> p.brand OR s.product_sku <> p.sku"
        ),
    ],
)
def test_tables_agree(shop: duckdb.DuckDBPyConnection, broken: str) -> None:
    assert one(shop, f"SELECT count(*) {broken}") == 0


@pytest.mark.parametrize("column", ["created_at", "shipped_at", "delivered_at", "returned_at"])
def test_nothing_happens_after_today(shop: duckdb.DuckDBPyConnection, column: str) -> None:
    assert one(shop, f"SELECT max({column})::DATE <= DATE '{TODAY}' FROM orders") is True


def test_a_session_is_one_visit_in_order(shop: duckdb.DuckDBPyConnection) -> None:
    broken = """
        SELECT count(*) FROM (
            SELECT count(*) AS events, max(sequence_number) AS last,
                   count(DISTINCT coalesce(user_id, 0)) AS visitors,
                   arg_max(sequence_number, created_at) AS latest
            FROM events GROUP BY session_id)
        WHERE events <> last OR visitors <> 1 OR latest <> last"""
    assert one(shop, broken) == 0


def test_every_order_ends_a_session(shop: duckdb.DuckDBPyConnection) -> None:
    purchases = "SELECT user_id, created_at FROM events WHERE event_type = 'Purchase'"
    orders = "SELECT user_id, created_at FROM orders"
    assert one(shop, f"SELECT count(*) FROM ({purchases} EXCEPT ALL {orders})") == 0
    assert one(shop, f"SELECT count(*) FROM ({orders} EXCEPT ALL {purchases})") == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("users", "age"),
        ("events", "user_id"),
        ("events", "city"),
        ("inventory_items", "sold_at"),
        ("orders", "shipped_at"),
    ],
)
def test_some_values_are_unknown(shop: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    known, rows = shop.execute(f"SELECT count({column}), count(*) FROM {table}").fetchone() or ()
    assert 0 < known < rows


def test_trade_is_skewed(shop: duckdb.DuckDBPyConnection) -> None:
    """The best fifth of the brands sells far more than a fifth, and most customers come back."""
    share = """
        SELECT sum(sold) FILTER (place <= 0.2) / sum(sold) FROM (
            SELECT sum(sale_price) AS sold, percent_rank() OVER (ORDER BY sold DESC) AS place
            FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY brand)"""
    assert float(str(one(shop, share))) > 0.4
    returning = (
        "SELECT avg((orders > 1)::INT) FROM (SELECT count(*) orders FROM orders GROUP BY user_id)"
    )
    assert float(str(one(shop, returning))) > 0.5


def test_progress_only_rises(tmp_path: Path) -> None:
    shares: list[float] = []
    generate(tmp_path / "d", 0.01, today=TODAY, progress=lambda _name, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "thelook.duckdb"
    target.write_text("before")

    def stop(name: str, _share: float) -> None:
        if name == "orders":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(target, 0.01, today=TODAY, progress=stop)
    assert target.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["thelook.duckdb"]
