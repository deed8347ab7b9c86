"""Compiling a query that nobody asked before: in this process, and over HTTP."""

from __future__ import annotations

import itertools
import statistics
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from belvedere.compiler import compile_query
from belvedere.compiler.dialects import get
from belvedere.compiler.request import Request, Sort
from belvedere.lookml.project import open_project
from benchmarks.bench import Bench
from benchmarks.figures import Figure, Goal, seconds

_DIMENSIONS = (
    "order_items.created_month",
    "order_items.created_date",
    "order_items.status",
    "products.category",
    "products.brand",
    "users.state",
    "users.age_tier",
    "users.gender",
    "orders.status",
    "distribution_centers.name",
)
_MEASURES = (
    "order_items.total_sale_price",
    "order_items.order_count",
    "order_items.total_gross_margin_percentage",
    "users.average_age",
)
_FILTERS = {"order_items.created_date": "90 days", "users.state": "California,New York"}
_SHAPES = [
    (first, second, measure, other)
    for (first, second), (measure, other) in itertools.product(
        itertools.combinations(_DIMENSIONS, 2), itertools.combinations(_MEASURES, 2)
    )
]


def in_process(_bench: Bench) -> list[Figure]:
    root = Path(str(files("belvedere.demo") / "project"))
    model = open_project(root).models["thelook"]
    dialect = get("duckdb")
    requests = [
        Request(
            model=model,
            explore="order_items",
            fields=shape,
            now=datetime.now(UTC),
            filters=_FILTERS,
            sorts=(Sort(shape[2], descending=True),),
        )
        for shape in _SHAPES
    ]
    compile_query(requests[0], dialect)
    times = [seconds(lambda asked=asked: compile_query(asked, dialect)) for asked in requests[1:]]
    goal = Goal("{:.2f} ms", gate=1, stretch=0.3)
    return [Figure("compile a new query, in process", statistics.median(times) * 1e3, goal)]


def over_http(bench: Bench) -> list[Figure]:
    bodies: list[dict[str, object]] = [
        {
            "model": "thelook",
            "view": "order_items",
            "fields": list(shape),
            "filters": {**_FILTERS, "order_items.id": bench.never_asked()},
            "sorts": [f"{shape[2]} desc"],
            "limit": "500",
        }
        for shape in _SHAPES
    ]
    bench.client.run(bodies[0], "sql")
    times = [seconds(lambda body=body: bench.client.run(body, "sql")) for body in bodies[1:]]
    goal = Goal("{:.2f} ms", gate=2, stretch=0.5)
    return [Figure("compile a new query, over HTTP", statistics.median(times) * 1e3, goal)]
