"""The fan-out query on each kind of database beside its hand-written optimum."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from belvedere.compiler import compile_query, dialects
from belvedere.compiler.request import Request, Sort
from belvedere.engines import open_engine
from belvedere.engines.base import Engine
from belvedere.lookml.project import open_project
from benchmarks.figures import Figure, Goal, paired
from benchmarks.server import fresh
from benchmarks.shop import BEST, FAN_OUT, LOOKML, databases, java

_ROUNDS = 7


def engines(build: Path) -> list[Figure]:
    folder = fresh(build / "engines")
    os.environ["JAVA_HOME"] = str(java(folder / "java"))
    project = folder / "project"
    project.mkdir()
    (project / "shop.model.lkml").write_text(LOOKML)
    model = open_project(project).models["shop"]
    request = Request(model, "users", FAN_OUT, datetime.now(UTC), sorts=(Sort("users.state"),))
    figures = []
    with databases(folder) as found:
        for label, config in found.items():
            engine = open_engine(config)
            compiled = compile_query(request, dialects.get(config.dialect))
            figures.append(_figure(label, engine, compiled.sql))
            engine.close()
    return figures


def _figure(label: str, engine: Engine, sql: str) -> Figure:
    if _cells(_rows(engine, sql)) != _cells(_rows(engine, BEST)):
        raise RuntimeError(f"the answers of {label} differ")
    ours, theirs = paired(_runs(engine, sql), _runs(engine, BEST), rounds=_ROUNDS)
    return Figure(
        f"fan-out on {label}: over the best plan",
        ours / theirs,
        Goal("{:.2f}×", gate=1.5, stretch=1.1),
        f"{ours * 1e3:.0f} / {theirs * 1e3:.0f} ms",
    )


def _runs(engine: Engine, sql: str) -> Callable[[], object]:
    return lambda: _rows(engine, sql)


def _rows(engine: Engine, sql: str) -> pa.Table:
    with engine.execute(sql, whole=True) as execution:
        return pa.Table.from_batches(execution.batches(), execution.schema)


def _cells(table: pa.Table) -> list[tuple[str, ...]]:
    columns = [column.to_pylist() for column in table.columns]
    return [tuple(f"{float(cell):.3f}" for cell in row) for row in zip(*columns, strict=True)]
