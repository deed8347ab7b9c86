"""Sessions of Spark Connect and of Databricks behind one face."""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from belvedere.engines.base import ConnectionConfig
from belvedere.engines.drivers import driver
from belvedere.errors import EngineUnavailable

BATCH_ROWS = 10_000
_NOISE = re.compile(
    r"\A\s*(?:\([\w.$]+\) )?(?:\[[A-Z_.0-9]+\] )?|"
    r"(?: SQLSTATE: \w+|\s*== SQL|\s*JVM stacktrace:|;? line \d+,? pos \d+).*",
    re.DOTALL,
)
_LOST_MARKS = ("INVALID_HANDLE", "NO_ACTIVE_SESSION", "Invalid SessionHandle")


def clean(message: str) -> str:
    """The message as one paragraph, without error classes, positions, plans and stack traces."""
    return " ".join(_NOISE.sub("", message).split()).strip(" .") or "The database failed"


def quoted(*names: str | None) -> str:
    return ".".join(f"`{name.replace('`', '``')}`" for name in names if name)


class Session(ABC):
    """A session of the database; it runs one statement at a time."""

    @abstractmethod
    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a statement of our own."""

    @abstractmethod
    def plan(self, query: str) -> str:
        """How the query would run, as text."""

    @abstractmethod
    def tables(self, sql: str) -> Iterator[pa.Table]:
        """The rows of a query in pieces; at least one, which may be empty."""

    @abstractmethod
    def interrupt(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def is_own(self, error: BaseException | None) -> bool:
        """Whether the driver raised the error."""

    @abstractmethod
    def is_lost(self, error: BaseException | None) -> bool: ...


class ConnectSession(Session):
    def __init__(self, url: str, settings: dict[str, str]) -> None:
        connect = pyspark("pyspark.sql.connect.session")
        self._error = pyspark("pyspark.errors").PySparkException
        self._session = connect.SparkSession(url)
        # What cannot be reached is tried once more on a new session, not for ten minutes.
        self._session.client.set_retry_policies([])
        with _unwarned():  # some settings are deprecated, and still there
            for name, value in settings.items():
                self._session.conf.set(name, value)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._session.sql(sql).toArrow().to_pylist()
        return found

    def plan(self, query: str) -> str:
        planned = self._session.sql(query)
        client = self._session.client
        return str(client.explain_string(planned._plan.to_proto(client), "extended"))  # noqa: SLF001

    def tables(self, sql: str) -> Iterator[pa.Table]:
        client = self._session.client
        plan = self._session.sql(sql)._plan.to_proto(client)  # noqa: SLF001
        found = client.to_table_as_iterator(plan, {})
        with contextlib.closing(found):
            for item in found:
                if isinstance(item, pa.Table):
                    yield item

    def interrupt(self) -> None:
        self._session.interruptAll()

    def close(self) -> None:
        self._session.stop()

    def is_own(self, error: BaseException | None) -> bool:
        return isinstance(error, self._error | OSError | pa.ArrowException)

    def is_lost(self, error: BaseException | None) -> bool:
        code = getattr(error, "_grpc_status_code", None)
        lost = code is not None and code.name in ("UNAVAILABLE", "UNAUTHENTICATED")
        return lost or any(mark in str(error) for mark in _LOST_MARKS)


class DatabricksSession(Session):
    def __init__(self, config: ConnectionConfig) -> None:
        self._driver = driver("databricks.sql", "Databricks", "databricks")
        self._cursor: Any = None
        host, _, path = (config.host or "").removeprefix("https://").partition("/")
        try:
            self._connection = self._driver.connect(
                server_hostname=host,
                http_path=dict(config.options).get("http_path") or f"/{path}",
                access_token=config.password,
                catalog=config.database,
                schema=config.schema,
                session_configuration={"ANSI_MODE": "true", "TIMEZONE": config.timezone},
                user_agent_entry="belvedere",
                enable_telemetry=False,
                _port=config.port or 443,
            )
        except (self._driver.Error, OSError) as error:
            raise EngineUnavailable(clean(str(error))) from None

    def rows(self, sql: str) -> list[dict[str, Any]]:
        return [row for table in self.tables(sql) for row in table.to_pylist()]

    def plan(self, query: str) -> str:
        return "\n".join(str(row["plan"]) for row in self.rows(f"EXPLAIN EXTENDED {query}"))

    def tables(self, sql: str) -> Iterator[pa.Table]:
        with self._connection.cursor() as cursor:
            self._cursor = cursor
            cursor.execute(sql)
            while True:
                table = cursor.fetchmany_arrow(BATCH_ROWS)
                yield table
                if not table.num_rows:
                    return

    def interrupt(self) -> None:
        if self._cursor is not None:
            self._cursor.cancel()

    def close(self) -> None:
        self._connection.close()

    def is_own(self, error: BaseException | None) -> bool:
        return isinstance(error, self._driver.Error | OSError | pa.ArrowException)

    def is_lost(self, error: BaseException | None) -> bool:
        lost = isinstance(error, self._driver.RequestError)
        return lost or any(mark in str(error) for mark in _LOST_MARKS)


@contextlib.contextmanager
def _unwarned() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pyspark(module: str) -> Any:
    """Its advice about the version of pandas, which is not used here, is not passed on."""
    with _unwarned():
        found = driver(module, "Spark", "spark")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    return found
