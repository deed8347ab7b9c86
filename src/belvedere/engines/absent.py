"""Databases that SQL is compiled for and that nothing here can talk to yet."""

from __future__ import annotations

from typing import NoReturn

from belvedere.engines.base import (
    ColumnInfo,
    ConnectionConfig,
    Engine,
    Execution,
    SchemaInfo,
    Started,
    TableInfo,
)
from belvedere.errors import EngineUnavailable


class AbsentEngine(Engine):
    """Connections to them can be made, and their queries be seen as SQL."""

    def __init__(self, config: ConnectionConfig, label: str) -> None:
        self.config = config
        self._label = label

    def _refuse(self, sql: str | None = None) -> NoReturn:
        raise EngineUnavailable(
            f"Belvedere compiles SQL for {self._label}, but has no engine for it yet: "
            "queries cannot be run on this connection",
            sql,
        )

    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,
    ) -> Execution:
        del timeout, started, whole
        self._refuse(sql)

    def ping(self) -> str:
        self._refuse()

    def databases(self) -> list[str]:
        self._refuse()

    def schemas(self, database: str | None = None) -> list[SchemaInfo]:
        del database
        self._refuse()

    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]:
        del schema, database
        self._refuse()

    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        del schema, database
        self._refuse()

    def explain(self, sql: str) -> str:
        self._refuse(sql)

    def close(self) -> None:
        """There is nothing to close."""
