"""How derived tables are made in databases that are not at hand: every statement is read by the
database's grammar, and says what the database asks for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from msgspec.structs import replace as replaced
from sqlglot import exp

from belvedere.compiler import dialects, kept_of, making
from belvedere.compiler.dialects import Dialect
from belvedere.compiler.layouts import LAYOUTS, without_effect
from belvedere.compiler.persistent import Making, published_name
from belvedere.compiler.request import Request, Scratch
from belvedere.lookml.model import Model, Persistence
from belvedere.lookml.project import open_project

GRAMMARS = {
    "bigquery_standard_sql": "bigquery",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "databricks": "databricks",
    "trino": "trino",
    "athena": "athena",
    "mssql": "tsql",
    "oracle": "oracle",
}
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOOKML = """
connection: "c"
view: sale {
  dimension: shop {}
  dimension_group: sold {
    type: time timeframes: [raw, time, date, month] datatype: timestamp sql: ${TABLE}.sold_at ;;
  }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
}
explore: sale {}
view: plain {
  derived_table: { persist_for: "1 hour" sql: SELECT shop, amount FROM sale ;; }
  dimension: shop {}
}
view: above {
  derived_table: { interval_trigger: "1 hour" sql: SELECT shop FROM ${plain.SQL_TABLE_NAME} ;; }
  dimension: shop {}
}
view: laid {
  derived_table: {
    interval_trigger: "1 hour"
    indexes: ["shop"] sortkeys: ["amount"] partition_keys: ["sold_at"] cluster_keys: ["shop"]
    distribution: "shop" distribution_style: all table_format: ORC table_compression: SNAPPY
    sql: SELECT shop, amount, sold_at FROM sale ;;
  }
  dimension_group: sold {
    type: time timeframes: [date] datatype: timestamp sql: ${TABLE}.sold_at ;;
  }
}
view: clustered {
  derived_table: {
    interval_trigger: "1 hour" cluster_keys: ["shop", "amount"] distribution_style: even
    sql: SELECT shop, amount FROM sale ;;
  }
}
view: native {
  derived_table: {
    interval_trigger: "1 hour"
    explore_source: sale {
      column: shop {} column: month { field: sale.sold_month } column: total {}
      sorts: [sale.total: desc]
    }
  }
}
view: timed {
  derived_table: {
    interval_trigger: "1 hour" partition_keys: ["at"] increment_key: "at"
    explore_source: sale { column: shop {} column: at { field: sale.sold_time } column: total {} }
  }
}
view: growing {
  derived_table: {
    interval_trigger: "1 hour" increment_key: "sold_date" increment_offset: 2
    sql: SELECT shop, sold_at FROM sale
         WHERE {% incrementcondition sold_date %} sold_at {% endincrementcondition %} ;;
  }
  dimension_group: sold { type: time timeframes: [date] sql: ${TABLE}.sold_at ;; }
}
view: created {
  derived_table: {
    interval_trigger: "1 hour"
    sql_create: CREATE TABLE ${SQL_TABLE_NAME} AS SELECT shop FROM ${plain.SQL_TABLE_NAME} ;;
  }
}
view: processed {
  derived_table: {
    interval_trigger: "1 hour"
    create_process: {
      sql_step: CREATE TABLE ${SQL_TABLE_NAME} (word VARCHAR(20)) ;;
      sql_step: INSERT INTO ${SQL_TABLE_NAME} SELECT shop FROM ${plain.SQL_TABLE_NAME} ;;
    }
  }
}
view: mirrored {
  derived_table: {
    materialized_view: yes datagroup_trigger: daily cluster_keys: ["shop"]
    sql: SELECT shop, amount FROM sale ;;
  }
}
datagroup: daily { sql_trigger: SELECT 1 ;; }
"""


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
    """The statement's tree. The grammar lacks two words that the database documents."""
    sql = sql.replace("INTERLEAVED SORTKEY", "COMPOUND SORTKEY")
    sql = sql.replace("TRIGGER ON UPDATE", "").replace("AUTO REFRESH YES", "")
    (tree,) = sqlglot.parse(sql, read=GRAMMARS[dialect.name])
    assert tree is not None
    assert not tree.find(exp.Command), sql
    return tree


def plan_of(model: Model, dialect: Dialect, view: str) -> tuple[Making, str, str]:
    """How it is made, into which table, and from which former one."""
    asked = Request(model, "sale", (), NOW, scratch=Scratch("scratch", "here"))
    kept = kept_of(asked, dialect, model.views[view])
    assert kept is not None
    assert len(kept.physical(NOW)) <= dialect.max_identifier_length
    target = dialect.scratch_table("scratch", kept.physical(NOW))
    return making(asked, dialect, kept), target, dialect.scratch_table("scratch", kept.name)


def made(model: Model, dialect: Dialect, view: str) -> list[str]:
    """The statements, the table in them being called TARGET."""
    plan, target, _ = plan_of(model, dialect, view)
    statements = plan.full(target)
    for statement in statements:
        read(dialect, statement)
    return [" ".join(statement.replace(target, "TARGET").split()) for statement in statements]


def test_a_table_is_made_of_its_query(model: Model, dialect: Dialect) -> None:
    (statement,) = made(model, dialect, "plain")
    body = "WITH plain AS ( SELECT shop, amount FROM sale ) SELECT *"
    whole = f"{body} INTO TARGET FROM plain"
    if dialect.name != "mssql":
        whole = f"CREATE TABLE TARGET AS {body} FROM plain"
    assert statement == whole


LAID = {
    "bigquery_standard_sql": ["PARTITION BY DATE(sold_at) CLUSTER BY shop"],
    "snowflake": ["CLUSTER BY (shop)"],
    "redshift": ["DISTSTYLE KEY DISTKEY (shop) COMPOUND SORTKEY (amount)"],
    "databricks": ["PARTITIONED BY (sold_at)"],
    "trino": ["WITH (partitioned_by = ARRAY['sold_at'])"],
    "athena": [
        "WITH (format = 'ORC', write_compression = 'SNAPPY', partitioned_by = ARRAY['sold_at'])"
    ],
    "mssql": ["", "ON TARGET (shop)"],
    "oracle": ["", "ON TARGET (shop)"],
}
CLUSTERED = {
    "bigquery_standard_sql": " CLUSTER BY shop, amount",
    "snowflake": " CLUSTER BY (shop, amount)",
    "redshift": " DISTSTYLE EVEN",
    "databricks": " CLUSTER BY (shop, amount)",
}


def test_tables_are_laid_out_as_the_database_knows_how(model: Model, dialect: Dialect) -> None:
    first, *others = made(model, dialect, "laid")
    wanted, *indexes = LAID[dialect.name]
    if dialect.name != "mssql":
        assert re.match(r"CREATE TABLE TARGET(.*?) ?AS WITH", first)[1].strip() == wanted
    assert [re.sub(r"CREATE INDEX \S+ ", "", other) for other in others] == indexes
    (clustered,) = made(model, dialect, "clustered")
    head = f"CREATE TABLE TARGET{CLUSTERED.get(dialect.name, '')} AS"
    assert clustered.startswith(head) or dialect.name == "mssql"


@pytest.mark.parametrize("name", dialects.names())
def test_the_facts_tell_which_layouts_count(name: str) -> None:
    dialect = dialects.get(name)
    values: dict[str, Any] = dict.fromkeys(LAYOUTS, ("a",))
    values |= {"distribution": "a", "distribution_style": "all"}
    values |= {"table_format": "ORC", "table_compression": "GZIP"}
    bare = dialect.create_table_as("t", "SELECT 1", Persistence())
    for parameter in LAYOUTS:
        layout = Persistence(**{parameter: values[parameter]})
        counts = dialect.create_table_as("t", "SELECT 1", layout) != bare
        if parameter == "indexes":
            counts = counts or dialect.create_index("t", "i", "a") is not None
        assert counts == (parameter in dialect.layouts), parameter


def test_native_tables(model: Model, dialect: Dialect) -> None:
    (statement,) = made(model, dialect, "native")
    assert "TARGET" in statement
    plan, target, _ = plan_of(model, dialect, "native")
    tree = read(dialect, plan.full(target)[0])
    assert {"shop", "month", "total"} <= {alias.alias.lower() for alias in tree.find_all(exp.Alias)}


def test_tables_of_tables(model: Model, dialect: Dialect) -> None:
    plan, target, _ = plan_of(model, dialect, "above")
    (statement,) = plan.full(target)
    (below,) = plan.reads
    assert below.view.name == "plain"
    assert dialect.scratch_table("scratch", below.name) in statement
    assert "amount" not in statement


def test_increments_copy_what_stays_and_add_the_rest(model: Model, dialect: Dialect) -> None:
    plan, target, previous = plan_of(model, dialect, "growing")
    assert plan.grows
    newest = read(dialect, plan.newest(previous))
    assert newest.find(exp.Max)
    copied, added = plan.extended(target, previous, datetime(2026, 2, 10, 12))
    tree = read(dialect, copied)
    assert isinstance(tree, exp.Select if dialect.name == "mssql" else exp.Create)
    assert re.search(r"growing\.sold_at < .*2026-02-08", copied)
    assert previous in copied
    assert isinstance(read(dialect, added), exp.Insert)
    assert re.search(r"sold_at\)? >= .*2026-02-08", added), added
    assert "DELETE" not in copied + added  # tables are never changed, only replaced


def test_partitions_of_bigquery_are_times() -> None:
    dialect = dialects.get("bigquery_standard_sql")
    assert [dialect.partition_key("a", kind) for kind in ("timestamp", "datetime", "date", "")] == [
        *("DATE(a)", "DATE(a)", "a", "a"),
    ]


def test_a_time_that_partitions_a_native_table_is_one(model: Model) -> None:
    dialect = dialects.get("bigquery_standard_sql")
    (statement,) = made(model, dialect, "timed")
    assert statement.startswith("CREATE TABLE TARGET PARTITION BY DATE(at) AS")
    assert "CAST(`sale__sold_time` AS DATETIME) AS at" in statement.replace("`at`", "at")
    plan, target, previous = plan_of(model, dialect, "timed")
    copied, _ = plan.extended(target, previous, datetime(2026, 2, 10, 12))
    assert re.search(r"timed\.`?at`? < CAST\(.* AS DATETIME\)", copied)
    (elsewhere,) = made(model, dialects.get("snowflake"), "timed")
    assert "PARTITION" not in elsewhere
    assert 'CAST("sale.sold_time"' not in elsewhere


def test_statements_of_ones_own(model: Model, dialect: Dialect) -> None:
    (created,) = made(model, dialect, "created")
    assert created.startswith("CREATE TABLE TARGET AS SELECT shop FROM scratch")
    first, second = made(model, dialect, "processed")
    assert first == "CREATE TABLE TARGET (word VARCHAR(20))"
    assert second.startswith("INSERT INTO TARGET SELECT shop FROM scratch")


RENEWED = {
    "bigquery_standard_sql": "CREATE MATERIALIZED VIEW TARGET CLUSTER BY shop AS WITH",
    "snowflake": "CREATE MATERIALIZED VIEW TARGET CLUSTER BY (shop) AS WITH",
    "redshift": "CREATE MATERIALIZED VIEW TARGET AUTO REFRESH YES AS WITH",
    "databricks": "CREATE MATERIALIZED VIEW TARGET CLUSTER BY (shop) TRIGGER ON UPDATE AS WITH",
}


def test_materialized_views(model: Model, dialect: Dialect) -> None:
    (statement,) = made(model, dialect, "mirrored")
    plan, target, _ = plan_of(model, dialect, "mirrored")
    persistence = plan.kept.persistence
    if dialect.name not in RENEWED:
        assert "MATERIALIZED" not in statement
        assert (persistence.datagroup_trigger, persistence.is_published) == ("daily", False)
        assert dialect.drop_kept(target) == [dialect.drop_table(target)]
        return
    assert statement.startswith(RENEWED[dialect.name])
    # The database renews it whatever else is said, and a view with a stable name stands for it.
    assert not persistence.is_triggered
    assert persistence.is_published
    table, view = dialect.drop_kept(target)
    assert (table, view) == (
        f"DROP TABLE IF EXISTS {target}",
        f"DROP MATERIALIZED VIEW IF EXISTS {target}",
    )
    for drop in (table, view):
        assert isinstance(read(dialect, drop), exp.Drop)


PUBLISHED = {
    "bigquery_standard_sql": "scratch.`shop_daily`",
    "snowflake": "scratch.shop_daily",
    "databricks": "scratch.`shop_daily`",
    "athena": "scratch.shop_daily",
    "oracle": "scratch.shop_daily",
}


def test_published_views(dialect: Dialect) -> None:
    view = dialect.published_view("scratch", published_name("shop", "daily", dialect))
    assert view == PUBLISHED.get(dialect.name, 'scratch."shop_daily"')
    table = dialect.scratch_table("scratch", f"{dialect.kept_prefix}ABC_daily")
    ways = [[dialect.create_view(view, table)], *dialect.replace_view(view, table)]
    for statement in (statement for way in ways for statement in way):
        sql = statement
        if dialect.name == "mssql":
            sql = sql.replace("CREATE OR ALTER", "CREATE")
        assert isinstance(read(dialect, sql), exp.Create | exp.Drop)
    if dialect.name == "redshift":  # columns cannot change in place
        assert [len(way) for way in ways] == [1, 1, 2]
    drop = dialect.drop_view(view)
    if dialect.name == "oracle":
        assert drop.startswith("BEGIN EXECUTE IMMEDIATE 'DROP VIEW scratch.shop_daily'; EXCEPTION")
    else:
        assert isinstance(read(dialect, drop), exp.Drop)


def test_names_of_athena_suit_statements_of_both_kinds() -> None:
    athena = dialects.get("athena")
    table = athena.scratch_table("a-b.scratch", "LR_ABC_daily")
    assert table == '"a-b".scratch.LR_ABC_daily'
    assert athena.drop_table(table) == "DROP TABLE IF EXISTS `a-b`.scratch.LR_ABC_daily"


@pytest.mark.parametrize("name", dialects.names())
def test_what_has_no_effect_is_told(model: Model, name: str) -> None:
    dialect = dialects.get(name)
    found = without_effect(model, dialect, keeps_tables=True)
    told = {message.split(" has no effect")[0] for message in (item.message for item in found)}
    views = {"laid": LAYOUTS, "clustered": ("cluster_keys", "distribution_style")}
    views |= {"timed": ("partition_keys",), "mirrored": ("cluster_keys",)}
    expected = {
        f'{parameter} of derived table "{view}"'
        for view, parameters in views.items()
        for parameter in parameters
        if parameter not in dialect.layouts
    }
    if not dialect.renews_materialized_views:
        expected.add('materialized_view of derived table "mirrored"')
    assert told == expected
    assert {str(item.severity) for item in found} <= {"info"}
    assert all(item.location.line > 1 for item in found)


def test_databases_that_keep_nothing_are_told(model: Model) -> None:
    found = without_effect(model, dialects.get("presto"), keeps_tables=False)
    kinds = {item.message.split('"')[1]: str(item.severity) for item in found}
    assert kinds["plain"] == "info"
    assert kinds["created"] == kinds["processed"] == "error"
    twice = replaced(model, views={**model.views, "again": model.views["plain"]})
    assert len(without_effect(twice, dialects.get("presto"), keeps_tables=False)) == len(found)
