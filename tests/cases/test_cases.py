"""Every case on every database: the rows of SQL that was written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from tests.cases.reading import NOW, Case, cases
from tests.cases.shop import TABLES, TYPES, rows_of
from tests.engines.conftest import Database

from belvedere.compiler import compile_query
from belvedere.compiler.compiled import SqlPart
from belvedere.errors import BelvedereError
from belvedere.lookml.model import Model
from belvedere.lookml.project import open_project
from belvedere.results.shape import Tables, shape
from belvedere.results.shaped import ROW_TOTAL, Row, Shaped

HERE = Path(__file__).parent
ALL = [case for path in sorted(HERE.glob("*.case")) for case in cases(path)]
_SEEDED: set[int] = set()


def _literal(database: Database, column: str, value: str | None) -> str:
    if value is None:
        return "NULL"
    match TYPES[column]:
        case "TIMESTAMP":
            return database.dialect.timestamp(datetime.fromisoformat(value))
        case "DATE" | "VARCHAR(40)":
            return database.dialect.string(value)
        case _:
            return value


def _seed(database: Database) -> None:
    """Once for each database that is open."""
    if id(database.connection) in _SEEDED:
        return
    _SEEDED.add(id(database.connection))
    for table, columns in TABLES.items():
        listed = ", ".join(f"{name} {database.column_type(TYPES[name])}" for name in columns)
        database.run(f"DROP TABLE IF EXISTS {table}")
        database.run(f"CREATE TABLE {table} ({listed})")
        for row in rows_of(table):
            pairs = zip(columns, row, strict=True)
            values = ", ".join(_literal(database, name, value) for name, value in pairs)
            database.run(f"INSERT INTO {table} VALUES ({values})")


@pytest.fixture(scope="session")
def by_hand() -> Iterator[Database]:
    """Where the SQL of the cases runs."""
    from belvedere.compiler import dialects

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        database = Database(dialects.get("duckdb"), connection)
        _seed(database)
        yield database


@pytest.fixture(scope="session")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @lru_cache
    def read(more: str) -> Model:
        root = tmp_path_factory.mktemp("shop")
        text = (HERE / "shop.model.lkml").read_text()
        Path(root, "shop.model.lkml").write_text(f"{text}\n{more}\n")
        project = open_project(root, "shop")
        assert [str(problem) for problem in project.errors] == []
        return project.models["shop"]

    return read


def _answer(database: Database, case: Case, model: Model) -> Shaped:
    compiled = compile_query(case.request(model), database.dialect)

    def table(part: SqlPart) -> pa.Table:
        columns = [column.name for column in part.columns]
        rows = database.run(part.sql)
        return pa.table({name: [row[n] for row in rows] for n, name in enumerate(columns)})

    tables = {name: table(part) for name, part in compiled.parts().items()}
    return shape(compiled, Tables.of(tables), NOW)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_case(case: Case, database: Database, by_hand: Database, model_of: Any) -> None:
    if database.dialect.name in case.listed("not_on"):
        return
    _seed(database)
    model = model_of(case.sections.get("lookml", ""))
    wanted = case.sections.get("error")
    if wanted is not None:
        with pytest.raises(BelvedereError) as told:
            _answer(database, case, model)
        assert wanted in str(told.value)
        return
    found = _answer(database, case, model)
    in_order = bool(case.listed("sorts"))
    for section, rows in _shown(found):
        expected = case.sections.get(section)
        if expected is None:
            continue
        by = by_hand.run(expected)
        assert _plain(rows, in_order=in_order) == _plain(by, in_order=in_order), section
    unknown = case.sections.keys() - {"lookml", *(name for name, _ in _shown(found))}
    assert not unknown


def _shown(found: Shaped) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Sections and their rows; what is pivoted stands one pivot column below the other."""
    down = [name for name in found.dimension_like if name not in found.pivots]
    if not found.pivots:
        yield "rows", [tuple(row[name] for name in found.names) for row in found.rows]
        if found.totals is not None:
            yield "totals", [tuple(found.totals.get(name) for name in found.measure_like)]
    else:
        yield "rows", [cells for row in found.rows for cells in _across(found, down, row)]
        if found.supermeasures:
            once = (*down, *found.supermeasures)
            yield "behind", [tuple(row[name] for name in once) for row in found.rows]
        if found.has_row_totals:
            yield (
                "row totals",
                [
                    (*(row[n] for n in down), *(row[n][ROW_TOTAL] for n in found.measures))
                    for row in found.rows
                ],
            )
        if found.totals is not None:
            yield "totals", list(_across(found, [], found.totals))
    for level in found.subtotals:
        names = (*level.dimensions, *found.measures)
        yield (
            f"subtotals {', '.join(level.dimensions)}",
            [tuple(row.get(name) for name in names) for row in level.rows],
        )


def _across(found: Shaped, down: list[str], row: Row) -> Iterator[tuple[Any, ...]]:
    for column in found.columns:
        if column.is_total:
            continue
        values = [(row.get(name) or {}).get(column.key) for name in found.measure_like]
        if any(value is not None for value in values):
            yield (*(row[n] for n in down), *(column.data[p] for p in found.pivots), *values)


def _plain(rows: Iterable[tuple[Any, ...]], *, in_order: bool) -> list[tuple[Any, ...]]:
    plain = [tuple(map(_value, row)) for row in rows]
    return plain if in_order else sorted(plain, key=repr)


def _value(value: Any) -> Any:
    if isinstance(value, Decimal | float):
        rounded = round(float(value), 6)
        return int(rounded) if rounded.is_integer() else rounded
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value
