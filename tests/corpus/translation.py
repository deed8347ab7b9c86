"""SQL of other databases as DuckDB's, as far as sqlglot knows how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from belvedere.compiler import dialects
from belvedere.lookml.model import Model

NATIVE = "duckdb"
_BIGQUERY = "bigquery_standard_sql"
_GUESSED = (_BIGQUERY, "snowflake", "redshift", "mysql")
_GRAMMARS = {_BIGQUERY: "bigquery", "mssql": "tsql", "mariadb": "mysql"}
_MOST_SAMPLES = 400


class NotRead(Exception):
    """The statement is not in the grammar of its dialect."""


def dialect_of(model: Model, project: str = "") -> str:
    """Our name of the dialect that the model's SQL is written in: by the name of its connection
    or of the project, else the grammar that reads most of its fields.
    """
    for called in ((model.connection or "").lower(), project.lower()):
        for name in sorted(dialects.names(), key=len, reverse=True):
            if _grammar(name) in called:
                return name
    return _guessed(tuple(_samples(model)))


def _samples(model: Model) -> Iterable[str]:
    found = 0
    for view in model.views.values():
        table = view.derived_table
        if table is not None and table.sql and "{%" not in table.sql and "{{" not in table.sql:
            yield table.sql.replace("${", "").replace("}", "")
        if view.sql_table_name and "{" not in view.sql_table_name:
            yield f"SELECT 1 FROM {view.sql_table_name}"
        for field in view.fields.values():
            if field.sql and "{%" not in field.sql and "{{" not in field.sql:
                found += 1
                if found > _MOST_SAMPLES:
                    return
                yield "SELECT " + field.sql.replace("${", "").replace("}", "")


@lru_cache(maxsize=64)
def _guessed(samples: tuple[str, ...]) -> str:
    read = Counter({name: sum(_reads(text, name) for text in samples) for name in _GUESSED})
    return read.most_common(1)[0][0]


def _reads(text: str, name: str) -> bool:
    try:
        sqlglot.parse_one(text, read=_grammar(name))
    except (SqlglotError, AttributeError):  # its parser stumbles over some texts itself
        return False
    return True


def _grammar(name: str) -> str:
    return _GRAMMARS.get(name, name)


def translated(sql: str, dialect: str) -> str:
    """The statement for DuckDB, every table under one flat name."""
    if dialect == NATIVE:
        return sql
    try:
        parsed = sqlglot.parse_one(sql, read=_grammar(dialect))
    except (SqlglotError, RecursionError, AttributeError) as error:
        raise NotRead(str(error).split("\n")[0]) from None
    for table in list(parsed.find_all(exp.Table)):
        _flatten(table)
    for unnest in list(parsed.find_all(exp.Unnest)):
        _make_list(unnest)
    for group in list(parsed.find_all(exp.Group)):
        _group_by_whole(group)
    # DuckDB cannot format quarters, and has one kind of week.
    native: str = parsed.sql(dialect=NATIVE, unsupported_level=ErrorLevel.IGNORE)
    return native.replace("%Q", "%m").replace("(ISOWEEK ", "(WEEK ")


def _flatten(table: exp.Table) -> None:
    if not isinstance(table.this, exp.Identifier) or not table.args.get("db"):
        return
    last = table.parts[-1].name
    flat = ".".join(part.name for part in table.parts)
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(last)))
    table.set("this", exp.to_identifier(flat, quoted=True))
    table.set("db", None)
    table.set("catalog", None)


def _make_list(unnest: exp.Unnest) -> None:
    """Nested rows are invented as JSON, of which DuckDB unnests only lists."""
    for operand in unnest.expressions:
        if isinstance(operand, exp.Column | exp.Dot):
            operand.replace(exp.cast(operand.copy(), "JSON[]", dialect=NATIVE))


def _group_by_whole(group: exp.Group) -> None:
    """Selected expressions instead of what they are made from: of two equal parts sqlglot may
    write one with a cast, and DuckDB compares texts.
    """
    select = group.parent
    for grouped in list(group.expressions) if isinstance(select, exp.Select) else ():
        if isinstance(grouped, exp.Literal | exp.Column):
            continue
        for shown in select.expressions:
            if any(part == grouped for part in shown.find_all(type(grouped))):
                grouped.replace(shown.unalias().copy())
                break
