"""Compiling queries of an explore of sixty views with sixty fields each."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from belvedere.compiler import compile_query
from belvedere.compiler.dialects import get
from belvedere.compiler.request import Request
from belvedere.lookml.model import Model
from belvedere.lookml.project import open_project
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.server import fresh

_RELATIONSHIPS = ("many_to_one", "one_to_many")
_VIEWS, _FIELDS, _QUERIES = 60, 60, 60


def wide(build: Path) -> list[Figure]:
    root = fresh(build / "wide")
    (root / "wide.model.lkml").write_text(_model())
    model = open_project(root).models["wide"]
    few = _asked(model, lambda dice: dice.sample(range(_VIEWS), 4))
    every = _asked(model, lambda _: list(range(_VIEWS)))
    size = f"{_VIEWS} views × {_FIELDS} fields"
    return [
        Figure(f"compile over {size}: 4 views joined", few, Goal("{:.2f} ms", 2, 0.5)),
        Figure(f"compile over {size}: all of them joined", every, Goal("{:.1f} ms", 50, 15)),
    ]


def _asked(model: Model, choose: Callable[[random.Random], list[int]]) -> float:
    """The median of queries that nobody asked before, in milliseconds."""
    dice, dialect = random.Random(7), get("duckdb")
    requests = [_request(model, dice, choose(dice)) for _ in range(_QUERIES)]
    compile_query(requests[0], dialect)
    times = [seconds(lambda asked=asked: compile_query(asked, dialect)) for asked in requests[1:]]
    return statistics.median(times) * 1e3


def _request(model: Model, dice: random.Random, views: list[int]) -> Request:
    fields = [f"view_{view}.label_{4 * dice.randrange(_FIELDS // 4)}" for view in views]
    fields += [f"view_{view}.total_{4 * dice.randrange(_FIELDS // 4) + 1}" for view in views]
    filters = {f"view_{views[0]}.moment_{4 * dice.randrange(_FIELDS // 4) + 2}_date": "30 days"}
    return Request(model, "wide", tuple(fields), datetime.now(UTC), filters=filters)


def _model() -> str:
    joins = "".join(
        f"  join: view_{number} {{ relationship: {_RELATIONSHIPS[number % 7 == 0]}"
        f" sql_on: ${{view_{(number - 1) // 2}.id}} = ${{view_{number}.parent_id}} ;; }}\n"
        for number in range(1, _VIEWS)
    )
    views = "".join(_view(number) for number in range(_VIEWS))
    explore = f"explore: wide {{\n  from: view_0\n  view_name: view_0\n{joins}}}\n"
    return f'connection: "none"\n{views}{explore}'


def _view(number: int) -> str:
    fields = "".join(_field(position) for position in range(_FIELDS))
    return (
        f"view: view_{number} {{\n  sql_table_name: warehouse.view_{number} ;;\n"
        "  dimension: id { primary_key: yes type: number }\n"
        f"  dimension: parent_id {{ type: number }}\n{fields}}}\n"
    )


def _field(position: int) -> str:
    return (
        f"  dimension: label_{position} {{ sql: UPPER(${{TABLE}}.label_{position}) ;; }}\n",
        f"  measure: total_{position} {{ type: sum sql: ${{TABLE}}.amount_{position} ;; }}\n",
        f"  dimension_group: moment_{position} {{ type: time timeframes: [date, month] }}\n",
        f"  dimension: amount_{position} {{ type: number sql: ${{TABLE}}.amount / 100.0 ;; }}\n",
    )[position % 4]
