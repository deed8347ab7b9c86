"""The demo shop's database: seven tables of invented trade, the same for the same day."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from math import sqrt
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from belvedere.demo.catalogue import distribution_centers, draw_catalogue
from belvedere.demo.customers import draw_customers
from belvedere.demo.sampling import Calendar
from belvedere.demo.trade import draw_trade
from belvedere.demo.traffic import draw_events

SEED = 19_620_404
ITEMS, USERS, PRODUCTS, EVENTS = 100_000, 10_000, 3_000, 500_000

Report = Callable[[str, float], None]
"""Called with the table being written and the share of the work done, from 0 to 1."""


def generate(
    path: Path,
    scale: float = 1.0,
    *,
    today: date | None = None,
    progress: Report | None = None,
) -> None:
    """Write a DuckDB file with `scale` × 100,000 order items that end on `today`.

    `today` defaults to the current day in UTC. The file appears only when it is complete and
    replaces one that stands there. The same `scale` and `today` always give the same rows.
    """
    report = progress or _silent
    day = today or datetime.now(UTC).date()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with duckdb.connect(str(unfinished)) as database:
            for name, share, table in _tables(scale, day):
                report(name, share)
                database.register("drawn", table)
                database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM drawn')
                database.unregister("drawn")
        unfinished.replace(path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    report("done", 1.0)


def _tables(scale: float, today: date) -> Iterator[tuple[str, float, pa.Table]]:
    """Yield each table with its name and the share of the work that lies before it."""
    goods, people, sales, visits = map(np.random.default_rng, np.random.SeedSequence(SEED).spawn(4))
    calendar = Calendar.until(today)
    yield "distribution_centers", 0.0, distribution_centers()
    catalogue = draw_catalogue(goods, max(200, round(PRODUCTS * sqrt(scale))))
    yield "products", 0.02, catalogue.table
    customers = draw_customers(people, max(20, round(USERS * scale)), calendar)
    yield "users", 0.04, customers.table
    trade = draw_trade(sales, max(50, round(ITEMS * scale)), calendar, customers, catalogue)
    yield "orders", 0.1, trade.orders
    yield "order_items", 0.15, trade.order_items
    yield "inventory_items", 0.25, trade.inventory_items
    events = max(100, round(EVENTS * scale))
    yield "events", 0.4, draw_events(visits, events, calendar, customers, catalogue, trade)


def _silent(_table: str, _share: float) -> None:
    """Nobody is watching."""
