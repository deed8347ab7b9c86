"""How databases that are reached through a driver tell what is there under a name, and other
things that whoever makes tables in them has to know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LOWER = re.compile(r"[a-z_][a-z0-9_]*\Z")
_PARTS = r"""(?:(?:`[^`]+`|"[^"]+"|\[[^\]]+\]|[\w$]+)\.)*"""


@dataclass(frozen=True, slots=True)
class Writing:
    """`relation` makes the query that answers, for a schema and a name, a row with the text of the
    view of that name; the text is empty or null for anything else, and there is no row for nothing.
    Where it answers only the kind, `shown` makes the statement that shows a view's text.
    """

    relation: Callable[[str, str], str]
    shown: Callable[[str, str], str] | None = None
    patience: str | None = None
    """Said before statements that wait for those who read: others would wait behind them."""
    drop: str = "DROP TABLE IF EXISTS {table}"
    single_commits: bool = False
    """Whether a single statement runs outside of a transaction: some of them have to."""


def place_of(name: str, statements: Sequence[str]) -> tuple[str | None, str] | None:
    """The schema and the whole name of the table, as the statements write them."""
    pattern = re.compile(rf"""({_PARTS})(?:[`"\[]{re.escape(name)}[`"\]]|{re.escape(name)})""")
    for sql in statements:
        found = pattern.search(sql)
        if found is not None:
            return found[1].removesuffix(".") or None, found[0]
    return None


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _named(name: str, quote: str = '"') -> str:
    if _PLAIN.match(name):
        return name
    return f"{quote}{name.replace(quote, quote + quote)}{quote}"


def _upper(name: str) -> str:
    """The name as databases know it where bare names are upper case."""
    return name.upper() if _LOWER.match(name) else name


def _split(schema: str) -> tuple[str, str]:
    """What comes before the schema's own name, with its dot; the name."""
    outer, _, inner = schema.rpartition(".")
    return "".join(f"{_named(part)}." for part in outer.split(".") if part), inner


def _backslashed(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _standard(place: str, schema: str, name: str, text: Callable[[str], str] = quoted) -> str:
    """From an information schema, whose tables' names begin with `place`."""
    return (
        f"SELECT COALESCE(v.view_definition, '') AS text FROM {place}TABLES t "
        f"LEFT JOIN {place}VIEWS v "
        "ON v.table_schema = t.table_schema AND v.table_name = t.table_name "
        f"WHERE t.table_schema = {text(schema)} AND t.table_name = {text(name)}"
    )


def _snowflake(schema: str, name: str) -> str:
    before, inner = _split(schema)
    return _standard(f"{before}INFORMATION_SCHEMA.", _upper(inner), _upper(name))


def _bigquery(schema: str, name: str) -> str:
    place = schema.replace("\\", "\\\\").replace("`", "\\`")
    return _standard(
        f"`{place}`.INFORMATION_SCHEMA.", schema.rpartition(".")[2], name, _backslashed
    )


def _redshift(schema: str, name: str) -> str:
    """Names are lower case, in quotes too, unless the database is told otherwise."""
    inner = schema.rpartition(".")[2].lower()
    return (
        "SELECT CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) ELSE '' END AS text "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE LOWER(n.nspname) = {quoted(inner)} AND LOWER(c.relname) = {quoted(name.lower())}"
    )


def _sql_server(schema: str, name: str) -> str:
    before, inner = _split(schema)
    return (
        f"SELECT m.definition AS text FROM {before}sys.objects o "
        f"JOIN {before}sys.schemas s ON s.schema_id = o.schema_id "
        f"LEFT JOIN {before}sys.sql_modules m ON m.object_id = o.object_id "
        f"WHERE s.name = N{quoted(inner)} AND o.name = N{quoted(name)}"
    )


def _oracle(schema: str, name: str) -> str:
    """What begins with an underscore is written in quotes."""
    owner, found = (part if part[:1] == "_" else _upper(part) for part in (schema, name))
    return (
        "SELECT v.text_vc AS text FROM all_objects o LEFT JOIN all_views v "
        "ON v.owner = o.owner AND v.view_name = o.object_name "
        f"WHERE o.owner = {quoted(owner)} AND o.object_name = {quoted(found)}"
    )


def _kind(schema: str, name: str) -> str:
    """All names are lower case."""
    before, inner = _split(schema)
    return (
        f"SELECT table_type AS kind FROM {before}information_schema.tables "
        f"WHERE table_schema = {quoted(inner.lower())} AND table_name = {quoted(name.lower())}"
    )


def _shown(schema: str, name: str) -> str:
    before, inner = _split(schema)
    return f"SHOW CREATE VIEW {before}{_named(inner)}.{_named(name)}"


SNOWFLAKE = Writing(_snowflake)
BIGQUERY = Writing(_bigquery)
REDSHIFT = Writing(_redshift, patience="SET statement_timeout TO 10000", single_commits=True)
TRINO = Writing(_kind, _shown)
SQL_SERVER = Writing(_sql_server, patience="SET LOCK_TIMEOUT 10000")
ORACLE = Writing(
    _oracle,
    patience="ALTER SESSION SET DDL_LOCK_TIMEOUT = 10",
    drop="DROP TABLE {table} PURGE",
)
