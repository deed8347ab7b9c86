"""SQL for databases that are not at hand: it is read by the grammar of each, and its shapes are
those that the database asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest
import sqlglot
from msgspec.structs import replace as replaced
from sqlglot import exp
from tests.unit.compiler.text_model import (
    AGGREGATES,
    DATATYPES,
    LOOKML,
    PERCENTILES,
    TIMEFRAMES,
    UNITS,
)

from belvedere.compiler import compile_query, dialects, kept_of, making
from belvedere.compiler.compiled import Compiled
from belvedere.compiler.dialects import Calendar, Dialect
from belvedere.compiler.request import Request, Scratch, Sort
from belvedere.errors import LookmlError, QueryError
from belvedere.lookml.model import Model
from belvedere.lookml.project import open_project

GRAMMARS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "bigquery_standard_sql": "bigquery",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "trino": "trino",
    "presto": "presto",
    "athena": "athena",
    "mssql": "tsql",
    "oracle": "oracle",
}
NOW = datetime(2024, 5, 17, 12, 30, tzinfo=UTC)
ZONES = {"timezone": "America/New_York", "database_timezone": "UTC"}
WITHOUT_BOOLEANS = ("mssql", "oracle")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    root = tmp_path_factory.mktemp("project")
    Path(root, "m.model.lkml").write_text(LOOKML)
    project = open_project(root, "p")
    assert [str(problem) for problem in project.errors] == []
    return project.models["m"]


@pytest.fixture(params=GRAMMARS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return dialects.get(request.param)


def read(dialect: Dialect, sql: str) -> exp.Expression:
    """The statement's tree; it must be one, and a statement that the grammar knows."""
    found = sqlglot.parse(sql, read=GRAMMARS[dialect.name])
    assert len(found) == 1, sql
    tree = found[0]
    assert tree is not None
    assert not tree.find(exp.Command), sql
    check(dialect, tree, sql)
    return tree


def check(dialect: Dialect, tree: exp.Expression, sql: str) -> None:
    if dialect.name in WITHOUT_BOOLEANS:
        assert not tree.find(exp.Boolean), sql
        for node in tree.find_all(exp.Predicate, exp.Connector, exp.Not):
            assert stands_as_condition(node), f"{node.sql()} in {sql}"
    if dialect.name == "mssql":
        check_sql_server(tree, sql)
    if dialect.name == "oracle":
        assert not re.search(r"(?m)^(?:FROM|(?:\w+ )+JOIN) \S+ AS |\) AS \w+_rows\b", sql)
        assert not re.search(r"SELECT\s+\*,", sql)
    if dialect.name == "bigquery_standard_sql":
        for alias in tree.find_all(exp.Alias):
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", alias.alias), sql
    for window in tree.find_all(exp.Window):
        if not isinstance(window.this, exp.WithinGroup):
            assert not [n for n in window.this.find_all(exp.AggFunc) if n is not window.this], sql


def stands_as_condition(node: exp.Expression) -> bool:
    above, place = node.parent, node.arg_key
    while isinstance(above, exp.Paren):
        above, place = above.parent, above.arg_key
    if isinstance(above, exp.If):
        case = above.parent
        return place == "this" and not (isinstance(case, exp.Case) and case.args.get("this"))
    return isinstance(
        above, exp.Where | exp.Having | exp.Connector | exp.Not | exp.Join | exp.Escape
    )


def check_sql_server(tree: exp.Expression, sql: str) -> None:
    assert "NULLS" not in sql
    for inner in tree.find_all(exp.With):
        above = inner.parent
        assert above is tree or (isinstance(tree, exp.Insert) and above is tree.expression), sql
    for select in tree.find_all(exp.Select):
        order, fetched = select.args.get("order"), select.args.get("limit")
        nested = select.parent is not None and not isinstance(select.parent, exp.Insert)
        assert not nested or order is None or fetched is not None, sql
        assert fetched is None or order is not None, sql
        group = select.args.get("group")
        for term in group.expressions if group and "GROUP BY ()" not in sql else ():
            assert not isinstance(term.unnest(), exp.Literal | exp.National | exp.Null), sql
            assert term.find(exp.Column), sql


def request(model: Model, *fields: str, explore: str = "orders", **more: Any) -> Request:
    return Request(model, explore, fields, NOW, **more)


def compiled(dialect: Dialect, asked: Request) -> Compiled:
    """Every statement of the query is read."""
    found = compile_query(asked, dialect)
    assert found.warnings == ()
    for part in found.parts().values():
        tree = read(dialect, part.sql)
        select = tree.find(exp.Select)
        assert select is not None
        assert len(select.expressions) == len(part.columns)
    return found


# Every statement can be read


@pytest.mark.parametrize("datatype", DATATYPES)
def test_timeframes(model: Model, dialect: Dialect, datatype: str) -> None:
    timeframes = (f"orders.{datatype}_{timeframe}" for timeframe in TIMEFRAMES)
    names = tuple(name.removesuffix("_yesno") for name in timeframes)
    compiled(dialect, request(model, *names, "orders.m_count", **ZONES))
    for name in names:
        compiled(dialect, request(model, name, "orders.m_count", limit=None, **ZONES))


def test_durations(model: Model, dialect: Dialect) -> None:
    compiled(dialect, request(model, *(f"orders.{unit}s_took" for unit in UNITS)))


FILTERS = {
    "orders.name": [
        *("a", "a,b", "-a", "a%,%b%", "-%a%", "EMPTY", "-EMPTY", "NULL", "-NULL", '""', "'', x"),
        *("it's", "100^%", "a\\b", "%[x]%", "^_%", "%", "-%"),
    ],
    "orders.amount": ["5", "not 5", "1,2", "> 5 AND < 9.5", "[1,5)", "NULL", "NOT NULL", "1e3"],
    "orders.is_big": ["Yes", "No"],
    "orders.is_open": ["Yes", "No"],
    "orders.size": ["10 to 99", "-Undefined"],
    "orders.status": ["more", "-rest"],
    "orders.place": ["10 miles from 36.97, -122.03", "inside box from 1,2 to 3,4", "NULL", "1,2"],
    "orders.way": ["> 3"],
    "orders.days_took": ["[0, 3]"],
    "orders.constant": ["x"],
    "orders.datetime_day_of_week": ["monday"],
    "orders.datetime_hour_of_day": ["> 3"],
    "orders.datetime": ["no"],
    "orders.m_sum": ["> 5", "NULL"],
    "orders.any_big": ["Yes", "No"],
    "orders.newest": ["after 2020"],
    "orders.chosen": ["2 days ago"],
    "by_name.picked": ["a%"],
    **{
        f"orders.{datatype}_date": [
            *("7 days", "last month", "2024", "before 2 weeks ago", "2024-01-01 to 2024-02-01"),
            *("NOT NULL", "NULL", "FY2024-Q2", "after 2024-05-17 10:30", "this year to second"),
        ]
        for datatype in DATATYPES
    },
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(model: Model, dialect: Dialect, name: str) -> None:
    shown = ("by_name.total",) if name.startswith("by_name") else ()
    for expression in FILTERS[name]:
        for sensitive in (True, False):
            asked = request(
                replaced(model, case_sensitive=sensitive),
                "orders.name",
                "orders.m_count",
                *shown,
                filters={name: expression},
                **ZONES,
            )
            compiled(dialect, asked)


@pytest.mark.parametrize("prefix", ["m", "f"])
@pytest.mark.parametrize("kind", AGGREGATES)
def test_measures(model: Model, dialect: Dialect, kind: str, prefix: str) -> None:
    plain = f"orders.{prefix}_{kind}"
    cannot = kind in PERCENTILES and dialect.percentile_by_key("v", 50, "k") is None
    refused = []
    for fields in (
        (plain,),
        ("orders.name", plain),
        ("orders.name", plain, "lines.count"),
        ("lines.name", plain, "items.cost_sum"),
        ("users.name", f"users.{prefix}_{kind}", "orders.m_sum", "items.cost_average"),
    ):
        try:
            compiled(dialect, request(model, *fields, sorts=(Sort(fields[-1], descending=True),)))
        except QueryError as error:
            refused.append(str(error))
    assert bool(refused) == cannot
    assert all("symmetric aggregates with percentiles" in message for message in refused)


def test_other_dimensions_and_measures(model: Model, dialect: Dialect) -> None:
    for name in (
        *("order", "size", "class", "status", "place", "way", "joined", "chosen_unit", "is_open"),
        *("constant", "is_big"),
    ):
        for sorts in (None, (Sort(f"orders.{name}"),)):
            compiled(dialect, request(model, f"orders.{name}", sorts=sorts, limit=9))
            compiled(dialect, request(model, f"orders.{name}", "orders.m_sum", sorts=sorts))
    for name in (
        *("share", "any_big", "newest", "newest_time", "big_or_not", "rough", "running"),
        "of_total",
    ):
        compiled(dialect, request(model, "orders.name", f"orders.{name}", **ZONES))


@pytest.mark.parametrize("time", ["datetime_month", "datetime_day_of_week", "size", "status"])
def test_pivots_and_totals(model: Model, dialect: Dialect, time: str) -> None:
    for sorts in (
        (Sort("orders.name", descending=True),),
        (Sort("orders.m_sum", descending=True, pivot_column=1),),
    ):
        for limit in (7, None):
            found = compiled(
                dialect,
                request(
                    model,
                    *("orders.name", f"orders.{time}", "orders.m_sum", "items.cost_sum"),
                    pivots=(f"orders.{time}",),
                    sorts=sorts,
                    limit=limit,
                    column_limit=3,
                    total=True,
                    row_total="right",
                ),
            )
            assert {"main", "total", "row_total", "grand_total"} <= set(found.parts())
    compiled(dialect, request(model, "orders.m_sum", f"orders.{time}", pivots=(f"orders.{time}",)))


def test_derived_tables(model: Model, dialect: Dialect) -> None:
    if dialect.supports_full_outer_join:
        fields = ("monthly.month", "monthly.total", "by_name.total")
        compiled(dialect, request(model, *fields, explore="monthly"))
    compiled(dialect, request(model, "yearly.place", "yearly.total", explore="yearly"))
    fields = ("orders.name", "by_name.total", "orders.m_sum")
    compiled(dialect, request(model, *fields, filters={"by_name.picked": "it's"}))


def test_kept_tables(model: Model, dialect: Dialect) -> None:
    asked = request(
        model, "kept.name", "kept.count", explore="kept", scratch=Scratch("scratch", "here")
    )
    kept = kept_of(asked, dialect, model.views["kept"])
    assert kept is not None
    assert len(kept.physical(NOW)) <= dialect.max_identifier_length
    found = compiled(dialect, asked)
    assert found.kept == (kept,)
    plan = making(asked, dialect, kept)
    target = dialect.scratch_table("scratch", kept.physical(NOW))
    previous = dialect.scratch_table("scratch", kept.name)
    statements = [
        *plan.full(target),
        plan.newest(previous),
        *plan.extended(target, previous, "2024-05-01"),
    ]
    if dialect.name != "oracle":
        statements.append(dialect.drop_table(target))
    for statement in statements:
        read(dialect, statement)
    assert kept.name.startswith(dialect.kept_prefix)


EXPRESSIONS = [
    *("abs(-3)", "ceiling(2.1)", "floor(2.1)", "exp(0)", "ln(2)", "log(10)", "mod(7, 3)"),
    *("power(2, 3)", "round(2.345, 1)", "sqrt(49)", "1 / 4", "rand() < 1", "-${orders.amount}"),
    *('concat("a", 1, ${orders.is_big})', 'contains("abc", "b")', 'length("a")', 'lower("A")'),
    *('upper("a")', 'position("abc", "c")', 'replace("aXa", "a", "b")', 'substring("abc", 2, 1)'),
    *("coalesce(null, 2)", "coalesce(${orders.is_big}, no)", "is_null(null)", "if(null, 1, 2)"),
    *("is_null(${orders.is_big})", "if(${orders.is_big}, yes, ${orders.is_open}) = no"),
    *("case(when(no, 1), when(yes, 2), 3)", "case(when(yes, no), yes)", "null = null", "yes"),
    *("yes AND (no OR NOT no)", "${orders.is_big} = ${orders.is_open}", "null OR yes"),
    *("date(2020, 2, 29)", "date(2021, 2, 29)", "date_time(2020, 2, 29, 1, 2, 3)", "now()"),
    *("now() > date(2020, 1, 1)", "matches_filter(${orders.datetime_date}, `2020/02`)"),
    *("matches_filter(${orders.name}, `a%,-b`)", "matches_filter(${orders.is_big}, `no`)"),
    *("${orders.datetime_year} + 1", "${orders.datetime_date} >= date(2020, 2, 29)"),
    *("${orders.datetime_month}", '"constant"', "1 + 1"),
    *(f"add_{unit}s(1, ${{orders.datetime_time}})" for unit in UNITS if unit[0] not in "wq"),
    *(f"diff_{unit}s(now(), ${{orders.datetime_date}})" for unit in UNITS if unit[0] not in "wq"),
    *(f"extract_{unit}s(${{orders.datetime_time}})" for unit in UNITS if unit[0] not in "wq"),
    *(f"trunc_{unit}s(${{orders.datetime_time}})" for unit in UNITS[1:] if unit[0] not in "wq"),
]


def test_expressions(model: Model, dialect: Dialect) -> None:
    for expression in EXPRESSIONS:
        own = ({"dimension": "mine", "expression": expression},)
        compiled(dialect, request(model, "mine", dynamic_fields=own, **ZONES))
        compiled(dialect, request(model, "mine", "orders.m_sum", dynamic_fields=own, **ZONES))


def test_custom_filters_and_measures(model: Model, dialect: Dialect) -> None:
    condition = '${orders.is_big} AND NOT contains(${orders.name}, "x") OR null'
    own = (
        {"measure": "kinds", "based_on": "orders.is_big", "type": "count_distinct"},
        {
            "measure": "sum",
            "based_on": "orders.amount",
            "type": "sum",
            "filter_expression": condition,
        },
        {"dimension": "bins", "calculation_type": "bin", "args": ["orders.amount", "5", "0", "50"]},
    )
    fields = ("bins", "kinds", "sum")
    compiled(
        dialect, request(model, *fields, dynamic_fields=own, filter_expression=condition, **ZONES)
    )


# Shapes


def sql_of(dialect: str, asked: Request) -> str:
    return compile_query(asked, dialects.get(dialect)).sql


LIMITS = {
    "bigquery_standard_sql": "LIMIT 5",
    "snowflake": "LIMIT 5",
    "redshift": "LIMIT 5",
    "trino": "LIMIT 5",
    "presto": "LIMIT 5",
    "athena": "LIMIT 5",
    "mssql": "OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY",
    "oracle": "FETCH FIRST 5 ROWS ONLY",
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits(model: Model, name: str) -> None:
    assert sql_of(name, request(model, "orders.name", limit=5)).endswith(f"\n{LIMITS[name]}")
    unsorted = sql_of(name, request(model, "orders.name", unsorted=True, limit=5))
    order = "ORDER BY (SELECT NULL) " if name == "mssql" else ""
    assert unsorted.endswith(f"\n{order}{LIMITS[name]}")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("bigquery_standard_sql", "`orders__name`"),
        ("snowflake", '"orders.name"'),
        ("redshift", '"orders.name"'),
        ("trino", '"orders.name"'),
        ("mssql", '"orders.name"'),
        ("oracle", '"orders.name"'),
    ],
)
def test_columns_are_quoted(model: Model, name: str, column: str) -> None:
    table = "shop.orders orders" if name == "oracle" else "shop.orders AS orders"
    assert sql_of(name, request(model, "orders.name", limit=5)).startswith(
        f"SELECT\n  orders.name AS {column}\nFROM {table}\n"
    )


def test_bigquery_columns_are_legal_and_distinct() -> None:
    dialect = dialects.get("bigquery_standard_sql")
    names = [
        *("a.b_c", "a_b.c", "a__b.c", "a.b__c", "a_.b", "a._b", "a b", "a-b", "A", "a", "a.b__d"),
        *("a.b__sort_", "a.b__source", "x" * 300, "x" * 301, "é", "_TABLE_"),
    ]
    columns = [dialect.column(name) for name in names]
    assert len({column.lower() for column in columns}) == len(names)
    for column in columns:
        assert re.fullmatch(r"`[A-Za-z][A-Za-z0-9_]{0,299}`", column)


def test_booleans_are_numbers_where_there_are_none(model: Model) -> None:
    own = ({"dimension": "mine", "expression": "if(${orders.is_open}, yes, no) = yes"},)
    for name in WITHOUT_BOOLEANS:
        sql = sql_of(name, request(model, "mine", dynamic_fields=own, limit=None))
        assert "WHEN (orders.open = 1)" in sql.replace("((", "(").replace("))", ")")
        assert "THEN 1 ELSE 0 END = 1" in sql
    sql = sql_of("snowflake", request(model, "orders.is_open", limit=None))
    assert "CASE WHEN orders.open THEN 'Yes' ELSE 'No' END" in sql


def test_sql_server_groups_by_no_constant(model: Model) -> None:
    own = ({"dimension": "mine", "expression": '"a"'},)
    alone = sql_of("mssql", request(model, "mine", dynamic_fields=own))
    assert "GROUP BY ()" in alone
    both = request(model, "mine", "orders.name", "orders.m_count", dynamic_fields=own, sorts=())
    assert "GROUP BY orders.name\n" in sql_of("mssql", both)


def test_sql_server_names_time_zones_as_windows_does() -> None:
    convert = dialects.get("mssql").convert_timezone
    assert convert("x", "UTC", "America/New_York") == (
        "CAST((x) AT TIME ZONE 'UTC' AT TIME ZONE 'Eastern Standard Time' AS DATETIME2)"
    )
    assert "'W. Europe Standard Time'" in convert("x", "UTC", "Europe/Berlin")
    assert "'India Standard Time'" in convert("x", "UTC", "Asia/Kolkata")
    with pytest.raises(QueryError, match="SQL Server has no time zone for Mars/Base"):
        convert("x", "UTC", "Mars/Base")


def test_sql_server_knows_nearly_every_time_zone() -> None:
    convert = dialects.get("mssql").convert_timezone
    missing = []
    for zone in available_timezones() - {"Factory", "localtime"}:
        try:
            convert("x", "UTC", zone)
        except QueryError:
            missing.append(zone)
    assert set(missing) <= {"Antarctica/Troll"}


def test_sql_server_leaves_nested_expressions_outside(model: Model) -> None:
    fields = ("yearly.place", "yearly.total")
    tree = read(
        dialects.get("mssql"),
        sql_of("mssql", request(model, *fields, explore="yearly", limit=None)),
    )
    names = [table.alias for table in tree.find_all(exp.CTE)]
    assert names == ["yearly__monthly", "yearly"]


def test_a_step_of_sql_server_cannot_read_a_table_in_the_middle(tmp_path: Path) -> None:
    extra = """
view: stepped {
  derived_table: {
    sql_trigger_value: SELECT 1 ;;
    sql_create: SELECT * INTO ${SQL_TABLE_NAME} FROM ${by_name.SQL_TABLE_NAME} ;;
  }
  dimension: name {}
}
explore: stepped {}
"""
    (tmp_path / "m.model.lkml").write_text(LOOKML + extra)
    found = open_project(tmp_path, "p").models["m"]
    asked = request(found, "stepped.name", explore="stepped", scratch=Scratch("s", "here"))
    with pytest.raises(LookmlError, match="cannot read by_name in the middle"):
        compile_query(asked, dialects.get("mssql"))


KEPT = {
    "bigquery_standard_sql": "PARTITION BY day CLUSTER BY name, day AS\n",
    "snowflake": " CLUSTER BY (name, day) AS\n",
    "redshift": " DISTSTYLE KEY DISTKEY (name) COMPOUND SORTKEY (day) AS\n",
    "trino": " WITH (partitioned_by = ARRAY['day']) AS\n",
    "oracle": " AS\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_layouts_of_kept_tables(model: Model, name: str) -> None:
    layout = model.views["kept"].derived_table.persistence
    made = dialects.get(name).create_table_as("t", "SELECT 1", layout)
    assert made.startswith("CREATE TABLE t")
    assert made.endswith(f"{KEPT[name]}SELECT 1")


MATERIALIZED = {
    "bigquery_standard_sql": "PARTITION BY day CLUSTER BY name, day AS\n",
    "snowflake": " CLUSTER BY (name, day) AS\n",
    "redshift": " DISTSTYLE KEY DISTKEY (name) SORTKEY (day) AUTO REFRESH YES AS\n",
    "databricks": " PARTITIONED BY (day) TRIGGER ON UPDATE AS\n",
}


@pytest.mark.parametrize("name", dialects.names())
def test_materialized_views_where_the_database_renews_them(model: Model, name: str) -> None:
    dialect = dialects.get(name)
    view = model.views["kept"]
    persistence = replaced(view.derived_table.persistence, materialized_view=True)
    for trigger in ("1 hour", None):
        changed = replaced(
            persistence, persist_for=trigger, datagroup_trigger=None, sql_trigger_value=None
        )
        table = replaced(view.derived_table, persistence=changed)
        wanted = replaced(view, derived_table=table)
        asked = request(model, "kept.name", explore="kept", scratch=Scratch("s", "here"))
        kept = kept_of(asked, dialect, wanted)
        if name not in MATERIALIZED and trigger is None:
            assert kept is None
            continue
        (first, *_) = making(asked, dialect, kept).full("s.v")
        assert first.startswith("CREATE MATERIALIZED VIEW s.v") == (name in MATERIALIZED)
        assert " ".join(MATERIALIZED.get(name, "").split()) in " ".join(first.split())


def test_sql_server_makes_tables_by_selecting_into_them(model: Model) -> None:
    dialect = dialects.get("mssql")
    layout = model.views["kept"].derived_table.persistence
    inner = "WITH v AS (\nSELECT * FROM t\n)\nSELECT * FROM v"
    assert dialect.create_table_as("n", inner, layout) == (
        "WITH v AS (\nSELECT * FROM t\n)\nSELECT * INTO n FROM v"
    )
    assert dialect.create_table_as("n", "SELECT * FROM t WHERE x", layout) == (
        "SELECT * INTO n FROM t WHERE x"
    )
    assert dialect.insert("n", inner) == (
        "WITH v AS (\nSELECT * FROM t\n)\nINSERT INTO n\nSELECT * FROM v"
    )


def test_indexes() -> None:
    made = {name: dialects.get(name).create_index("t", "i", "a") for name in GRAMMARS}
    assert {name for name, sql in made.items() if sql} == {"duckdb", "postgres", "mssql", "oracle"}
    oracle = dialects.get("oracle")
    assert oracle.create_index("t", "i", "a") != oracle.create_index("u", "i", "a")
    assert oracle.drop_table('"a\'b"') == (
        "BEGIN EXECUTE IMMEDIATE 'DROP TABLE \"a''b\" PURGE'; "
        "EXCEPTION WHEN OTHERS THEN IF SQLCODE <> -942 THEN RAISE; END IF; END;"
    )


def test_oracle_takes_an_empty_text_for_null(model: Model) -> None:
    def where(expression: str) -> str:
        asked = request(model, "orders.name", filters={"orders.name": expression})
        return re.search(r"WHERE (.*)", sql_of("oracle", asked))[1]

    assert where('""') == "(orders.name IS NULL)"
    assert where('a,""') == "((orders.name = 'a' OR orders.name IS NULL))"
    assert "''" not in where('-""')


def test_averages_of_whole_numbers_are_not_cut_off(model: Model) -> None:
    asked = request(model, "orders.name", "orders.m_average", limit=None)
    for name in ("snowflake", "redshift", "trino", "mssql"):
        assert "AVG(CAST(orders.amount AS " in sql_of(name, asked)
    for name in ("redshift", "trino", "mssql", "snowflake"):
        asked = request(model, "users.name", "users.m_count", "items.cost_average", limit=None)
        assert re.search(r"CAST\((?:SUM|CAST|\(SUM)", sql_of(name, asked)), name


# Values


HOSTILE = [
    *(
        "",
        "'",
        "''",
        "\\",
        "\\'",
        "\\\\'; DROP TABLE t; --",
        '"',
        "`",
        "a\nb\r\n\tc",
        "x\\\ny\\\r\nz",
    ),
    *(
        "\x01\x1f\x7f",
        "%_^",
        "$$ {x} ${z}",
        "/* */ -- #",
        "é 漢字 🎉 \u200b\u202e",
        "e\u0301",
        "[a]",
    ),
]


def literal(tree: exp.Expression) -> str:
    """The text that a literal, or several of them joined together, stands for."""
    node = tree.unnest()
    if isinstance(node, exp.Chr):
        return chr(int(node.expressions[0].name))
    if isinstance(node, exp.Anonymous | exp.Cast):
        return literal(node.expressions[0] if node.expressions else node.this)
    if isinstance(node, exp.Binary):
        return literal(node.left) + literal(node.right)
    assert isinstance(node, exp.Literal | exp.National | exp.ByteString), repr(node)
    return node.name


@pytest.mark.parametrize("value", HOSTILE)
def test_strings_read_back(dialect: Dialect, value: str) -> None:
    tree = sqlglot.parse_one(f"SELECT {dialect.string(value)}", read=GRAMMARS[dialect.name])
    found = literal(tree.expressions[0])
    if dialect.name == "bigquery_standard_sql":  # the parser leaves \x escapes as they are
        found = re.sub(r"\\x(..)", lambda match: chr(int(match[1], 16)), found)
    assert found == value


def test_lines_of_sql_server_are_not_continued() -> None:
    string = dialects.get("mssql").string
    assert not re.search(r"\\\r?\n", string("a\\\nb\\\r\nc\\"))
    assert string("a\\b") == "N'a\\b'"


def test_long_texts_of_oracle_are_put_together() -> None:
    string = dialects.get("oracle").string
    assert string("x" * 1000) == f"'{'x' * 1000}'"
    assert string("x" * 1001) == f"(TO_CLOB('{'x' * 1000}') || TO_CLOB('x'))"


def test_bigquery_texts_have_no_semicolons() -> None:
    assert ";" not in dialects.get("bigquery_standard_sql").string("a;b")


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("bigquery_standard_sql", "a^%b", r"CAST(x AS STRING) LIKE 'a\x5c%b'"),
        ("bigquery_standard_sql", "a\\^^_", r"CAST(x AS STRING) LIKE 'a\x5c\x5c^_'"),
        ("snowflake", "a%", "CAST(x AS VARCHAR) LIKE 'a%'"),
        ("snowflake", "^%%", "CAST(x AS VARCHAR) LIKE '^%%' ESCAPE '^'"),
        ("redshift", "a\\%", "CAST(x AS VARCHAR(65535)) LIKE ('a' || CHR(92) || '%') ESCAPE '^'"),
        ("trino", "a\\%", "CAST(x AS VARCHAR) LIKE 'a\\%'"),
        (
            "mssql",
            "[a]%",
            "CAST(x AS NVARCHAR(MAX)) COLLATE Latin1_General_100_BIN2 LIKE N'^[a]%' ESCAPE '^'",
        ),
        ("oracle", "^_%", "TO_CHAR(x) LIKE '^_%' ESCAPE '^'"),
    ],
)
def test_patterns(name: str, pattern: str, expected: str) -> None:
    assert dialects.get(name).like("x", pattern, case_sensitive=True) == expected


def test_literals_of_time() -> None:
    moment, day = datetime(2020, 2, 29, 1, 2, 3), date(2020, 2, 29)
    written = {
        name: (dialects.get(name).timestamp(moment), dialects.get(name).date(day))
        for name in GRAMMARS
    }
    standard = ("TIMESTAMP '2020-02-29 01:02:03'", "DATE '2020-02-29'")
    assert written.pop("bigquery_standard_sql") == (
        "DATETIME '2020-02-29 01:02:03'",
        "DATE '2020-02-29'",
    )
    assert written.pop("mssql") == (
        "CAST('2020-02-29T01:02:03' AS DATETIME2)",
        "CAST('2020-02-29' AS DATE)",
    )
    assert set(written.values()) == {standard}


def test_boundaries_of_bigquery_suit_every_type_of_time() -> None:
    boundary = dialects.get("bigquery_standard_sql").boundary
    assert boundary(datetime(2020, 2, 29)) == "'2020-02-29'"
    assert boundary(datetime(2020, 2, 29, 1)) == "'2020-02-29 01:00:00'"


@pytest.mark.parametrize("timeframe", ["minute7", "hour0", "decade", "fiscal_week"])
def test_unknown_timeframes_are_refused(dialect: Dialect, timeframe: str) -> None:
    with pytest.raises(QueryError, match=f"Unknown timeframe: {timeframe}"):
        dialect.timeframe("x", timeframe, Calendar())


def test_unknown_durations_are_refused(dialect: Dialect) -> None:
    with pytest.raises(QueryError, match="Unknown duration: fortnight"):
        dialect.duration("fortnight", "s", "e")


def reserved(name: str) -> Iterator[str]:
    grammar = sqlglot.Dialect.get_or_raise(GRAMMARS[name])
    yield from (word.strip() for word in grammar.generator_class.RESERVED_KEYWORDS)


def test_words_that_the_grammar_reserves_are_quoted(dialect: Dialect) -> None:
    if dialect.name in ("duckdb", "postgres"):  # they are asked themselves
        return
    for word in reserved(dialect.name):
        if word and " " not in word:
            assert dialect.identifier(word) != word, word


@pytest.mark.parametrize("name", ["snowflake", "oracle"])
def test_reserved_words_are_upper_case_where_names_are(name: str) -> None:
    assert dialects.get(name).identifier("order") == '"ORDER"'
    assert dialects.get(name).identifier("orders") == "orders"
    assert dialects.get(name).identifier("Mixed") == '"Mixed"'
