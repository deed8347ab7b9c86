"""Writes docs/use/dialects.md from the dialects: `python scripts/dialects_doc.py`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from belvedere.compiler import dialects
from belvedere.compiler.dialects import Dialect
from belvedere.compiler.persistent import published_name
from belvedere.engines import has_engine, keeps_tables
from belvedere.engines.connectors import CONNECTORS

DOCUMENT = Path("docs/use/dialects.md")
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
SAME_DRIVER = {"mariadb": "mysql"}

Row = tuple[str, Callable[[Dialect], str]]


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _extra(name: str) -> str | None:
    if name in CONNECTORS:
        return CONNECTORS[name].extra
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    found = SAME_DRIVER.get(name, name)
    return found if found in extras else None


def _driver(dialect: Dialect) -> str:
    if not has_engine(dialect.name):
        return "none yet: queries are compiled, not run"
    extra = _extra(dialect.name)
    return "included" if extra is None else _code(f"pip install 'belvedere[{extra}]'")


def _approximate(dialect: Dialect) -> str:
    plain = dialect.count_distinct("x")
    return _yes(dialect.count_distinct("x", approximate=True) != plain)


def _layouts(dialect: Dialect) -> str:
    known = sorted(dialect.layouts)
    return ", ".join(map(_code, known)) if keeps_tables(dialect.name) else "–"


def _renews(dialect: Dialect) -> str:
    return _yes(dialect.renews_materialized_views) if keeps_tables(dialect.name) else "–"


def _kept_names(dialect: Dialect) -> str:
    return _code(f"{dialect.kept_prefix}…") if keeps_tables(dialect.name) else "–"


def _published(dialect: Dialect) -> str:
    name = published_name("shop", "daily", dialect)
    view = dialect.published_view("scratch", name)
    return _code(view) if keeps_tables(dialect.name) else "–"


CONNECTIONS: list[Row] = [
    ("`dialect_name`", lambda dialect: _code(dialect.name)),
    ("database", lambda dialect: dialect.label),
    ("driver", _driver),
    ("keeps derived tables", lambda dialect: _yes(keeps_tables(dialect.name))),
]
STATEMENTS: list[Row] = [
    ("database", lambda dialect: dialect.label),
    ("column of `orders.id`", lambda dialect: _code(dialect.column("orders.id"))),
    ("longest name", lambda dialect: str(dialect.max_identifier_length)),
    ("ten rows", lambda dialect: _code(dialect.limit(10, ordered=True))),
    (
        "GROUP BY",
        lambda dialect: "positions" if dialect.supports_group_by_ordinal else "expressions",
    ),
    ("full outer joins", lambda dialect: _yes(dialect.supports_full_outer_join)),
    ("nested WITH", lambda dialect: _yes(dialect.supports_nested_with)),
    ("sql_preamble", lambda dialect: _yes(dialect.supports_preamble)),
    ("booleans", lambda dialect: _yes(dialect.conditions_are_values)),
    ("empty text", lambda dialect: "is null" if dialect.empty_text_is_null else "a value"),
]
AGGREGATES: list[Row] = [
    ("database", lambda dialect: dialect.label),
    ("approximate counts", _approximate),
    (
        "medians and percentiles where rows repeat",
        lambda d: _yes(d.percentile_by_key("v", 50, "k")),
    ),
]
KEPT: list[Row] = [
    ("database", lambda dialect: dialect.label),
    ("names", _kept_names),
    ("published view `daily` of model `shop`", _published),
    ("laid out by", _layouts),
    ("`materialized_view`", _renews),
]


def _table(rows: list[Row], found: Iterable[Dialect]) -> list[str]:
    lines = [f"| {' | '.join(title for title, _ in rows)} |", "|" + "---|" * len(rows)]
    lines += [f"| {' | '.join(cell(dialect) for _, cell in rows)} |" for dialect in found]
    return [*lines, ""]


_KEPT_TEXT = (
    "A connection keeps derived tables in its `tmp_db_name`, a schema (on MySQL, MariaDB and",
    "ClickHouse a database, on BigQuery a dataset, on DuckDB and SQLite files of the instance: see",
    "there), which may be written `database.schema`. There",
    "the user of the connection, or of its `pdt_context_override`, may create, fill and drop tables",
    "and views; queries are run with the connection's own user, who has to read them. Each build",
    "makes a table with a name of its own, and an increment copies what stays of the last one: no",
    "row is changed or deleted, so that databases keep tables too that cannot do either. What a",
    "derived table says about its layout that the database does not know has no effect;",
    "`validate_project` tells it. `materialized_view` counts where the database renews such views by",
    "itself: nothing else makes them again, and a published view stands for each. Elsewhere the",
    "table's trigger counts.",
    "",
)


def document() -> str:
    found = [dialects.get(name) for name in sorted(dialects.names())]
    lines = [
        "# Databases and how they differ",
        "",
        "Written by `make dialects-doc`; do not edit. A query means the same everywhere, with the",
        "exceptions that are told here. A connection names its database by `dialect_name`.",
        "",
        "## Connections",
        "",
        *_table(CONNECTIONS, found),
        "## Statements",
        "",
        *_table(STATEMENTS, found),
        "## Aggregates",
        "",
        *_table(AGGREGATES, found),
        "## Derived tables that are kept",
        "",
        *_KEPT_TEXT,
        *_table(KEPT, found),
        "## What to know",
    ]
    for dialect in found:
        if dialect.notes:
            lines += ["", f"### {dialect.label}", "", *(f"- {note}" for note in dialect.notes)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
