"""Derived tables in Databricks, whose connector is asked without a warehouse behind it."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Self

import pyarrow as pa
import pytest

from belvedere.engines import keeps_tables
from belvedere.engines.base import ConnectionConfig
from belvedere.engines.spark import DatabricksEngine
from belvedere.errors import EngineError, QueryCancelled

CONFIG = ConnectionConfig(
    "databricks", "main", "a.cloud.databricks.com/sql/1.0/warehouses/b", read_only=False
)


class Connector:
    """Stands for databricks.sql, its connection and its cursor at once."""

    class Error(Exception):
        pass

    class RequestError(Error):
        pass

    def __init__(self) -> None:
        self.log: list[str] = []
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.stopped = threading.Event()
        self._rows: list[dict[str, Any]] = []

    def connect(self, **how: Any) -> Self:
        assert how["session_configuration"]["ANSI_MODE"] == "true"
        return self

    def cursor(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, sql: str) -> None:
        self.log.append(sql)
        if "endless" in sql:
            assert self.stopped.wait(20)
        if "endless" in sql or "broken" in sql:
            raise self.Error("it failed")
        known = [found for start, found in self.answers.items() if sql.startswith(start)]
        self._rows = known[0] if known else [{"plan": "CreateTableAsSelect"}]

    def fetchmany_arrow(self, size: int) -> pa.Table:
        rows, self._rows = self._rows[:size], self._rows[size:]
        return pa.Table.from_pylist(rows)

    def cancel(self) -> None:
        self.stopped.set()

    def close(self) -> None:
        pass


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch) -> Connector:
    made = Connector()
    monkeypatch.setitem(sys.modules, "databricks", SimpleNamespace(sql=made))
    monkeypatch.setitem(sys.modules, "databricks.sql", made)
    return made


def ran(connector: Connector) -> list[str]:
    return [sql for sql in connector.log if not sql.startswith("EXPLAIN ")]


def test_tables_are_built_and_dropped(connector: Connector) -> None:
    assert keeps_tables("databricks")
    engine = DatabricksEngine(CONFIG)
    statements = [
        "CREATE TABLE main.s.`LR_1_t` AS SELECT 1",
        "INSERT INTO main.s.`LR_1_t` SELECT 2",
    ]
    engine.build("LR_1_t", statements)
    assert ran(connector) == statements
    renewed = "CREATE MATERIALIZED VIEW s.`LR_2_t` AS SELECT 1"
    engine.build("LR_2_t", [renewed])
    engine.drop("LR_2_t", "DROP MATERIALIZED VIEW IF EXISTS s.`LR_2_t`")
    assert not [sql for sql in connector.log if "EXPLAIN" in sql and "MATERIALIZED" in sql]
    with pytest.raises(EngineError, match="This connection only reads"):
        DatabricksEngine(replace(CONFIG, read_only=True)).drop("LR_1_t", "DROP TABLE t")
    engine.close()


@pytest.mark.parametrize("way", ["broken", "endless"])
def test_a_build_that_fails_or_is_stopped_is_dropped(connector: Connector, way: str) -> None:
    def started(stop: Any) -> None:
        if way == "endless":
            timer = threading.Timer(0.2, stop)
            timer.daemon = True
            timer.start()

    made = "CREATE TABLE s.`LR_1_t` AS SELECT 1"
    engine = DatabricksEngine(CONFIG)
    connector.answers = {"EXPLAIN": [{"plan": "x"}]}
    with pytest.raises(QueryCancelled if way == "endless" else EngineError):
        engine.build("LR_1_t", [made, f"INSERT INTO s.`LR_1_t` {way}"], started=started)
    assert ran(connector)[0] == made
    assert ran(connector)[-1] == "DROP TABLE IF EXISTS s.`LR_1_t`"
    engine.close()


def test_programs_are_not_run_by_builds(connector: Connector) -> None:
    connector.answers = {"EXPLAIN": [{"plan": "Project [reflect(a, b)]"}]}
    engine = DatabricksEngine(CONFIG)
    with pytest.raises(EngineError, match="may not run programs"):
        engine.build("LR_1_t", ["CREATE TABLE s.LR_1_t AS SELECT reflect('a', 'b')"])
    engine.close()


def test_what_is_there_under_a_name(connector: Connector) -> None:
    engine = DatabricksEngine(CONFIG)
    connector.answers = {
        "SHOW VIEWS": [{"namespace": "s", "viewName": "v"}],
        "SHOW CREATE TABLE": [{"createtab_stmt": "CREATE VIEW s.v AS SELECT * FROM s.LR_1_t"}],
    }
    assert "LR_1_t" in (engine.relation("main.s", "v") or "")
    assert connector.log[-1] == "SHOW CREATE TABLE `main`.`s`.`v`"
    connector.answers = {"SHOW VIEWS": [], "SHOW TABLES": [{"tableName": "v"}]}
    assert engine.relation("main.s", "v") == ""
    connector.answers = {"SHOW VIEWS": [], "SHOW TABLES": []}
    assert engine.relation("main.s", "v") is None
    statement = "CREATE OR REPLACE VIEW s.`v` AS\nSELECT * FROM s.`LR_1_t`"
    engine.publish("s", "v", "LR_1_t", [statement])
    engine.unpublish("s", "v", "DROP VIEW IF EXISTS s.`v`")
    assert ran(connector)[-2:] == [statement, "DROP VIEW IF EXISTS s.`v`"]
    engine.close()
