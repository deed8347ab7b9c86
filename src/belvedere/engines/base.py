"""What every engine offers: SQL in, Arrow batches out, and a way to stop it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import pyarrow as pa

from belvedere.errors import EngineError

Started = Callable[[Callable[[], None]], None]


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """Where a database is and how much of it we may use; secrets already decrypted.

    `timeout` (seconds) bounds one statement, `pool_timeout` the wait for a free connection.
    """

    dialect: str
    database: str | None = None
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = None
    schema: str | None = None
    ssl: bool = False
    verify_ssl: bool = False
    max_connections: int = 30
    pool_timeout: float = 120.0
    timeout: float | None = None
    timezone: str = "UTC"
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = True
    scratch_folder: str | None = None
    """Where a database that is a file keeps derived tables: a folder of this server."""


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    name: str
    data_type: str
    nullable: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class TableInfo:
    schema: str
    name: str
    is_view: bool
    comment: str | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class SchemaInfo:
    name: str
    is_default: bool


class Execution(ABC):
    """A running statement. Use it as a context manager: leaving it frees the connection.

    Raises EngineError (QueryCancelled, QueryTimeout, EngineUnavailable) from any method,
    also in the middle of `batches`.
    """

    @property
    @abstractmethod
    def schema(self) -> pa.Schema: ...

    @abstractmethod
    def batches(self) -> Iterator[pa.RecordBatch]: ...

    @abstractmethod
    def cancel(self) -> None:
        """Stop the statement in the database; callable from any thread, at any time, twice."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; cancels what still runs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class TextExecution(ABC):
    """A statement whose rows the database itself writes, as `results.streams.stream_csv` does but
    without the header.
    """

    @abstractmethod
    def chunks(self) -> Iterator[bytes]: ...

    @abstractmethod
    def cancel(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Engine(ABC):
    """A pool of connections to one database. Thread-safe; opened lazily."""

    config: ConnectionConfig

    @abstractmethod
    def execute(
        self,
        sql: str,
        *,
        timeout: float | None = None,
        started: Started | None = None,
        whole: bool = False,
    ) -> Execution:
        """Start `sql`; returns once the result's schema is known.

        `whole` says that all rows will be kept anyway: some databases answer sooner then.

        That can take as long as the query itself: `started` is called before, with the
        function that stops it.
        """

    def write_csv(self, sql: str, *, timeout: float | None = None) -> TextExecution | None:
        """Let the database write the rows; None where it cannot, or would write them otherwise."""
        del sql, timeout
        return None

    @abstractmethod
    def ping(self) -> str:
        """Answer the database's version, or raise EngineUnavailable."""

    @abstractmethod
    def databases(self) -> list[str]: ...

    @abstractmethod
    def schemas(self, database: str | None = None) -> list[SchemaInfo]: ...

    @abstractmethod
    def tables(self, schema: str | None = None, database: str | None = None) -> list[TableInfo]: ...

    @abstractmethod
    def columns(
        self, schema: str | None = None, database: str | None = None
    ) -> dict[tuple[str, str], list[ColumnInfo]]:
        """Columns by (schema, table)."""

    @abstractmethod
    def explain(self, sql: str) -> str: ...

    # Persistent derived tables. `name` is a table's bare name, the same in every statement.

    keeps_tables: ClassVar[bool] = False
    """Whether derived tables can be kept in this kind of database."""

    def build(
        self,
        name: str,
        statements: Sequence[str],
        *,
        reads: Sequence[str] = (),
        started: Started | None = None,
    ) -> None:
        """Run the statements that make the table, all or none; `reads` are kept tables that they
        read. What happens in the database meanwhile does not wait for it.
        """
        del name, statements, reads, started
        raise EngineError(f"Derived tables are not kept in {self.config.dialect} databases")

    def provide(self, names: Sequence[str]) -> None:
        """Make sure that statements can read these kept tables."""
        del names

    def drop(self, name: str, statement: str) -> None:
        """Drop a kept table; `statement` is the dialect's way to say it."""
        del name, statement

    # Database views that stand for kept tables. `schema` is where the connection keeps tables.

    def relation(self, schema: str, name: str) -> str | None:
        """What is there under that name: the text of a view, which names the tables that it
        reads; "" for anything else; None where there is nothing.
        """
        del schema, name
        return None

    def publish(self, schema: str, name: str, table: str, statements: Sequence[str]) -> None:
        """Let the view read the kept table from now on; `statements` are the dialect's way."""
        del schema, name, table, statements
        raise EngineError(f"Views cannot be published in {self.config.dialect} databases")

    def unpublish(self, schema: str, name: str, statement: str) -> None:
        del schema, name, statement

    @abstractmethod
    def close(self) -> None: ...
