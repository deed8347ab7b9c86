"""A model over a table that is there, to ask anything of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from belvedere.compiler import compile_query, dialects
from belvedere.compiler.compiled import Compiled, SqlPart
from belvedere.compiler.request import Request
from belvedere.errors import BelvedereError, QueryError
from belvedere.lookml.model import Model
from belvedere.lookml.project import open_project
from belvedere.results.shape import Tables, shape
from belvedere.results.shaped import Shaped

NOW = datetime(2024, 6, 12, 15, 30, tzinfo=UTC)
ROWS = (
    "(1, 'a', 1.5, TRUE, 1, 2, TIMESTAMP '2024-01-31 10:00:00', '01234')",
    "(2, 'b%', -2, FALSE, NULL, 2, TIMESTAMP '2023-02-28 23:59:59', NULL)",
    "(3, NULL, NULL, NULL, 1, 2, NULL, 'x')",
    "(4, '', 1e300, TRUE, 0, 0, TIMESTAMP '1970-01-01', '')",
)
FIELDS = (*("t.word", "t.fits", "t.at_date", "t.at_time", "t.count", "t.total", "t.words"),)


@dataclass(frozen=True, repr=False)
class Shop:
    model: Model
    connection: duckdb.DuckDBPyConnection

    def compiled(self, dialect: str = "duckdb", **asked: Any) -> Compiled | None:
        fields = asked.pop("fields", ("t.id",))
        request = Request(self.model, "t", fields, NOW, **asked)
        try:
            return compile_query(request, dialects.get(dialect))
        except BelvedereError as error:
            problem = str(error)
        assert 0 < len(problem) < 2000
        return None

    def prepare(self, **asked: Any) -> None:
        found = self.compiled(**asked)
        for part in found.parts().values() if found is not None else ():
            self.connection.execute(f"EXPLAIN {part.sql}")

    def calculated(self, texts: list[str], pivots: tuple[str, ...] = ()) -> Shaped | None:
        found = self.compiled(
            fields=FIELDS,
            pivots=pivots,
            total=True,
            row_total="right" if pivots else None,
            dynamic_fields=tuple(
                {"category": "table_calculation", "table_calculation": f"c{n}", "expression": text}
                for n, text in enumerate(texts)
            ),
        )
        if found is None:
            return None
        tables = {name: self._table(part) for name, part in found.parts().items()}
        try:
            return shape(found, Tables.of(tables), NOW)
        except QueryError:
            return None

    def _table(self, part: SqlPart) -> pa.Table:
        table = self.connection.execute(part.sql).to_arrow_table()
        return table.rename_columns([column.name for column in part.columns])


@contextmanager
def opened(root: Path, lookml: str, table: str) -> Iterator[Shop]:
    Path(root, "m.model.lkml").write_text(lookml)
    project = open_project(root, "p")
    assert [str(problem) for problem in project.errors] == []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(table)
        connection.execute(f"INSERT INTO t VALUES {', '.join(ROWS)}")
        yield Shop(project.models["m"], connection)
