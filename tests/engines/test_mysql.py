"""MySQL and MariaDB: what is their own, in the dialect and in the engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.engines.mariadb_server import MariaDBServer

from belvedere.compiler import compile_query, dialects
from belvedere.compiler.conditions import TimeContext, condition
from belvedere.compiler.request import Request
from belvedere.engines import keeps_tables, mysql, open_engine
from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.engines.mysql_runs import BATCH_ROWS
from belvedere.errors import EngineError, EngineUnavailable, LookmlError, QueryCancelled
from belvedere.lookml.model import Category, Explore, Field, Join, Model, Persistence, View

DIALECT = dialects.get("mariadb")
SLOW = "SELECT count(*) AS slow_one FROM seq_1_to_100000000 a, seq_1_to_100000 b WHERE a.seq % 7 = b.seq"
MANY = "SELECT a.seq AS many_of_them FROM seq_1_to_100000 a, seq_1_to_100000 b"


def config(server: MariaDBServer, database: str, **more: Any) -> ConnectionConfig:
    facts: dict[str, Any] = {"dialect": "mariadb", "max_connections": 2, "pool_timeout": 5.0}
    return ConnectionConfig(
        database=database,
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        **{**facts, **more},
    )


@pytest.fixture
def place(mariadb_server: MariaDBServer) -> str:
    return mariadb_server.create_database()


@pytest.fixture
def engine(mariadb_server: MariaDBServer, place: str) -> Iterator[Engine]:
    made = open_engine(config(mariadb_server, place))
    yield made
    made.close()


@pytest.fixture
def writer(mariadb_server: MariaDBServer, place: str) -> Iterator[Engine]:
    made = open_engine(config(mariadb_server, place, read_only=False))
    yield made
    made.close()


def rows(engine: Engine, sql: str, **how: Any) -> list[dict[str, Any]]:
    with engine.execute(sql, **how) as execution:
        return [row for batch in execution.batches() for row in batch.to_pylist()]


def running(server: MariaDBServer, mark: str) -> bool:
    found = server.run(
        "SELECT info FROM information_schema.processlist WHERE id <> CONNECTION_ID()"
    )
    return any(mark in (info or "") for (info,) in found)


def eventually_gone(server: MariaDBServer, mark: str) -> bool:
    for _ in range(400):
        if not running(server, mark):
            return True
        time.sleep(0.05)
    return False


# Values

TYPES = [
    ("TINYINT", "-128", pa.int64(), -128),
    ("TINYINT(1)", "TRUE", pa.int64(), 1),
    ("SMALLINT UNSIGNED", "65535", pa.int64(), 65_535),
    ("MEDIUMINT", "-8388608", pa.int64(), -8_388_608),
    ("INT UNSIGNED", "4294967295", pa.int64(), 4_294_967_295),
    ("INT(8) ZEROFILL", "42", pa.int64(), 42),
    ("BIGINT", "-9223372036854775808", pa.int64(), -(2**63)),
    ("BIGINT UNSIGNED", "18446744073709551615", pa.uint64(), 2**64 - 1),
    ("YEAR", "2018", pa.int64(), 2018),
    ("FLOAT", "0.1", pa.float64(), 0.1),
    ("DOUBLE", "-1.5e300", pa.float64(), -1.5e300),
    ("DECIMAL(10, 2)", "-12345678.90", pa.decimal128(38, 2), Decimal("-12345678.90")),
    ("DECIMAL(10, 2) UNSIGNED", "99999999.99", pa.decimal128(38, 2), Decimal("99999999.99")),
    ("DECIMAL(38, 0)", "9" * 38, pa.decimal128(38, 0), Decimal("9" * 38)),
    (
        "DECIMAL(65, 30)",
        f"-{'9' * 35}.{'9' * 30}",
        pa.decimal256(76, 30),
        Decimal(f"-{'9' * 35}.{'9' * 30}"),
    ),
    ("BIT(1)", "b'1'", pa.uint64(), 1),
    ("BIT(64)", "0xffffffffffffffff", pa.uint64(), 2**64 - 1),
    ("DATE", "'2018-05-18'", pa.date32(), date(2018, 5, 18)),
    ("DATE", "'0999-01-02'", pa.date32(), date(999, 1, 2)),
    ("DATE", "'0000-00-00'", pa.date32(), None),
    ("DATE", "'2018-05-00'", pa.date32(), None),
    ("DATETIME", "'2018-05-18 18:30:02'", pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2)),
    ("DATETIME(6)", "'1000-01-01 00:00:00.000001'", pa.timestamp("us"), datetime(1000, 1, 1, microsecond=1)),
    ("DATETIME", "'0000-00-00'", pa.timestamp("us"), None),
    ("TIMESTAMP NULL", "'2018-05-18 18:30:02'", pa.timestamp("us"), datetime(2018, 5, 18, 18, 30, 2)),
    ("TIME(3)", "'-838:59:58.125'", pa.string(), "-838:59:58.125"),
    ("CHAR(4)", "'a''é'", pa.string(), "a'é"),
    ("VARCHAR(20)", "'🎉'", pa.string(), "🎉"),
    ("VARCHAR(20) CHARACTER SET latin1", "'é'", pa.string(), "é"),
    ("LONGTEXT", "REPEAT('é', 70000)", pa.string(), "é" * 70_000),
    ("ENUM('a', 'b')", "'b'", pa.string(), "b"),
    ("SET('a', 'b')", "'a,b'", pa.string(), "a,b"),
    ("JSON", """'{"a": [1, "é"]}'""", pa.string(), '{"a": [1, "é"]}'),
    ("UUID", "'6ccd780c-baba-1026-9564-5b8c656024db'", pa.string(), "6ccd780c-baba-1026-9564-5b8c656024db"),
    ("BINARY(2)", "x'00ff'", pa.string(), "00ff"),
    ("BLOB", "x'00ff61'", pa.string(), "00ff61"),
    ("POINT", "POINT(1, 2)", pa.string(), "000000000101000000000000000000f03f0000000000000040"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "literal", "type", "value"), TYPES, ids=[f"{kind} {n}" for n, (kind, *_) in enumerate(TYPES)]
)  # fmt: skip
def test_types(mariadb_server, place, engine, kind, literal, type, value) -> None:
    mariadb_server.run(f"CREATE TABLE v (n INT, x {kind})", place)
    mariadb_server.run(f"INSERT INTO v VALUES (1, {literal}), (2, NULL)", place)
    with engine.execute("SELECT x FROM v ORDER BY n") as execution:
        assert execution.schema == pa.schema([("x", type)])
        (batch,) = execution.batches()
    assert batch.column(0).to_pylist() == [value, None]


def test_a_day_that_no_calendar_has(engine, mariadb_server, place) -> None:
    mariadb_server.run("CREATE TABLE v (x DATE, y DATETIME)", place)
    mariadb_server.run(
        "SET STATEMENT sql_mode = 'ALLOW_INVALID_DATES' FOR INSERT INTO v VALUES "
        "('2018-02-31', '2018-02-31 01:02:03'), ('2018-02-28', '2018-02-28 01:02:03')",
        place,
    )
    assert rows(engine, "SELECT * FROM v") == [
        {"x": None, "y": None},
        {"x": date(2018, 2, 28), "y": datetime(2018, 2, 28, 1, 2, 3)},
    ]


def test_computed_values(engine) -> None:
    sql = (
        "SELECT COUNT(*) AS c, SUM(seq) AS s, AVG(seq) AS a, seq > 1 AS b, NULL AS n, "
        "DATE_FORMAT('2018-05-18', '%M') AS t, GROUP_CONCAT(seq) AS g FROM seq_1_to_2"
    )
    assert rows(engine, sql) == [
        {"c": 2, "s": 3, "a": Decimal("1.5"), "b": 0, "n": None, "t": "May", "g": "1,2"}
    ]


def test_no_rows_have_types_too(engine) -> None:
    with engine.execute("SELECT seq, 'a' AS t FROM seq_1_to_2 WHERE seq > 2") as execution:
        assert execution.schema.types == [pa.uint64(), pa.string()]
        assert list(execution.batches()) == []


@pytest.mark.parametrize("count", [BATCH_ROWS - 1, BATCH_ROWS, 2 * BATCH_ROWS, 20_000])
def test_rows_come_in_batches(engine, count) -> None:
    with engine.execute(f"SELECT seq FROM seq_1_to_{count}") as execution:
        batches = [batch.column(0).to_pylist() for batch in execution.batches()]
    assert [n for batch in batches for n in batch] == list(range(1, count + 1))
    assert max(map(len, batches)) <= BATCH_ROWS


def test_values_that_the_server_cut_are_an_error(engine) -> None:
    with pytest.raises(EngineError, match="larger than max_allowed_packet"):
        rows(engine, "SELECT REPEAT('x', 1000000000) AS x")
    long = DIALECT.percentile("CONCAT(a.seq, REPEAT(0, 150))", 50)
    with pytest.raises(EngineError, match=r"cut by GROUP_CONCAT.*longer than max_allowed_packet"):
        rows(engine, f"SELECT {long} AS x FROM seq_1_to_120000 a")
    assert rows(engine, "SELECT 'a' + 1 AS x") == [{"x": 1.0}]  # a warning of another kind


# What the dialect leaves to the database


def test_collations_of_columns_decide_what_is_equal(mariadb_server, place, engine) -> None:
    mariadb_server.run("CREATE TABLE v (x VARCHAR(9) COLLATE utf8mb4_general_ci)", place)
    mariadb_server.run("INSERT INTO v VALUES ('bob'), ('Bob'), ('böb')", place)
    now = TimeContext(datetime(2018, 5, 18, tzinfo=UTC))
    field = Field(name="x", view="v", category=Category.dimension, type="string")

    def chosen(expression: str) -> list[str]:
        made = condition(DIALECT, field, "x", expression, now, case_sensitive=True)
        return [row["x"] for row in rows(engine, f"SELECT x FROM v WHERE {made.sql} ORDER BY x, 1")]

    assert set(chosen("bob")) == {"bob", "Bob", "böb"}
    assert chosen("bo%") == ["bob"]
    sums = DIALECT.sum_by_key("1", "x")
    assert rows(engine, f"SELECT {sums} AS n FROM v") == [{"n": 3}]


def test_a_full_outer_join_is_refused() -> None:
    fields = {"id": Field(name="id", view="a", category=Category.dimension, type="number")}
    views = {name: View(name=name, sql_table_name=name, fields=fields) for name in ("a", "b")}
    join = Join(name="b", view="b", type="full_outer", sql_on="${a.id} = ${b.id}")
    model = Model(
        name="m",
        project="p",
        version="1",
        views=views,
        explores={"a": Explore(name="a", base="a", base_view="a", joins=(join,))},
    )
    request = Request(model, "a", ("a.id", "b.id"), datetime.now(UTC))
    for name, label in (("mysql", "MySQL"), ("mariadb", "MariaDB")):
        with pytest.raises(LookmlError, match=f'Join "b" is full_outer, which {label} does not'):
            compile_query(request, dialects.get(name))
    assert "FULL OUTER JOIN" in compile_query(request, dialects.get("sqlite")).sql


# Time zones


def test_timestamps_are_shown_in_the_time_zone_of_the_connection(mariadb_server, place) -> None:
    mariadb_server.run("CREATE TABLE v (x TIMESTAMP NULL)", place)
    mariadb_server.run("INSERT INTO v VALUES ('2018-05-18 18:30:02')", place)
    there = open_engine(config(mariadb_server, place, timezone="America/New_York"))
    at = datetime(2018, 5, 18, 14, 30, 2)
    assert rows(there, "SELECT x FROM v") == [{"x": at}]
    epoch = DIALECT.as_timestamp("1526668202", "epoch")
    assert rows(there, f"SELECT {epoch} AS x") == [{"x": at}]
    there.close()


def test_a_time_zone_that_the_server_does_not_know(mariadb_server, place, engine) -> None:
    moment = DIALECT.timestamp(datetime(2018, 5, 18, 18, 30, 2))
    sql = f"SELECT {DIALECT.convert_timezone(moment, 'UTC', '{}')} AS x"
    assert rows(engine, sql.format("Asia/Kolkata")) == [{"x": datetime(2018, 5, 19, 0, 0, 2)}]
    for _ in range(2):
        with pytest.raises(EngineError, match=r"time zone Asia/Tokyo: its time zone tables are"):
            rows(engine, sql.format("Asia/Tokyo"))
    assert rows(engine, "SELECT 'Asia/Tokyo' AS x") == [{"x": "Asia/Tokyo"}]
    unknown = open_engine(config(mariadb_server, place, timezone="Asia/Tokyo"))
    with pytest.raises(EngineUnavailable, match="does not know the time zone Asia/Tokyo"):
        unknown.ping()


def test_a_server_without_time_zones_says_so_when_it_is_tried(engine, monkeypatch) -> None:
    assert "time zone" not in engine.ping()
    monkeypatch.setattr(mysql, "_CONVERTED", mysql._CONVERTED.replace("{zone}", "'Nowhere'"))
    assert "its time zone tables are empty or old. Load them" in engine.ping()


# Reading only


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMPORARY TABLE u AS SELECT 1 AS a",
        "TRUNCATE TABLE t",
        "REPLACE INTO t VALUES (1)",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "CALL writes()",
        "DO SLEEP(0)",
        "SET SESSION TRANSACTION READ WRITE",
        "START TRANSACTION READ WRITE",
        "EXECUTE IMMEDIATE 'DELETE FROM t'",
        "LOCK TABLES t WRITE",
        "ANALYZE DELETE FROM t",
        "SELECT writes()",
        "SELECT NEXTVAL(numbers)",
        "/*!DELETE FROM t */",
        "/*!SET @@session.tx_read_only = */ (SELECT 0)",
        "/*M!100100 SET @@session.tx_read_only = */ (SELECT 0)",
        "SELECT 1 /*! INTO OUTFILE '/tmp/belvedere-leak' */",
        "SELECT 1 INTO OUTFILE '/tmp/belvedere-leak'",
        "SELECT 1 INTO /* x */ dumpfile '/tmp/belvedere-leak'",
        "SELECT 1 --\x01 '\n INTO OUTFILE '/tmp/belvedere-leak'",
        "SELECT '\\' INTO OUTFILE ' INTO OUTFILE '/tmp/belvedere-leak'",
        "SELECT /*+ QB_NAME(`*/ '`) */ 1 INTO OUTFILE '/tmp/belvedere-leak'",
        "SELECT 1 INTO @a",
        "SELECT '\ud800'",
        "SELECT 1;",
    ],
)
def test_what_does_not_read_is_refused(mariadb_server, place, engine, sql) -> None:
    for made in (
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE SEQUENCE numbers",
        "CREATE FUNCTION writes() RETURNS INT BEGIN DELETE FROM t; RETURN 1; END",
    ):
        mariadb_server.run(made, place)
    if sql == "SELECT 1;":
        assert rows(engine, sql) == [{"1": 1}]
    else:
        with pytest.raises(EngineError):
            rows(engine, sql)
    assert rows(engine, "SELECT count(*) AS n FROM t") == [{"n": 1}]


@pytest.mark.parametrize(
    "sql",
    [
        "( SELECT 'INTO OUTFILE' AS `dumpfile` )",
        "-- DELETE\n# DELETE\n/* DELETE */ SELECT 1",
        "SELECT /*+ NO_ICP(t) */ 1 --",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "VALUES (1), (2)",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "DESCRIBE information_schema.TABLES",
        "SELECT \"it's -- /* no comment\" AS x, 'a\\'b' AS y",
    ],
)
def test_what_reads_is_not(engine, sql) -> None:
    with engine.execute(sql) as execution:
        assert execution.schema.names
        list(execution.batches())


# Stopping


def test_what_is_stopped_is_stopped_in_the_server(mariadb_server, engine) -> None:
    def started(cancel: Any) -> None:
        def stop() -> None:
            while not running(mariadb_server, "slow_one"):
                time.sleep(0.02)
            cancel()

        threading.Thread(target=stop, daemon=True).start()

    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=started)
    assert eventually_gone(mariadb_server, "slow_one")


def test_stopping_what_is_about_to_start(mariadb_server, engine) -> None:
    with pytest.raises(QueryCancelled):
        rows(engine, SLOW, started=lambda cancel: cancel())
    assert eventually_gone(mariadb_server, "slow_one")
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


def test_what_nobody_reads_any_more_is_stopped_in_the_server(mariadb_server, engine) -> None:
    with engine.execute(MANY) as execution:
        next(execution.batches())
        assert running(mariadb_server, "many_of_them")
    assert eventually_gone(mariadb_server, "many_of_them")


def test_what_the_server_stops(mariadb_server, engine) -> None:
    def stop() -> None:
        while not running(mariadb_server, "slow_one"):
            time.sleep(0.02)
        found = "SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT count(*) AS slow%'"
        for (number,) in mariadb_server.run(found):
            mariadb_server.run(f"KILL QUERY {number}")

    threading.Thread(target=stop, daemon=True).start()
    with pytest.raises(QueryCancelled, match="stopped in the database"):
        rows(engine, SLOW)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]


# What there is


def test_introspection(mariadb_server, place, engine) -> None:
    mariadb_server.run(
        "CREATE TABLE `it's` (id INT UNSIGNED NOT NULL COMMENT 'The key', x VARCHAR(7)) "
        "COMMENT 'A table'",
        place,
    )
    mariadb_server.run("CREATE VIEW v AS SELECT id FROM `it's`", place)
    other = mariadb_server.create_database()
    mariadb_server.run("CREATE TABLE o (a INT)", other)
    assert "MariaDB" in engine.ping()
    assert {place, other} <= set(engine.databases())
    assert "mysql" not in engine.databases()
    assert [schema.name for schema in engine.schemas() if schema.is_default] == [place]
    assert [schema.name for schema in engine.schemas(other)] == [other]
    found = {table.name: table for table in engine.tables(place)}
    assert (found["it's"].is_view, found["it's"].comment) == (False, "A table")
    assert (found["v"].is_view, found["v"].comment) == (True, None)
    assert [table.name for table in engine.tables(database=other)] == ["o"]
    assert {table.schema for table in engine.tables()} >= {place, other}
    columns = engine.columns(place)[place, "it's"]
    assert [(c.name, c.data_type, c.nullable, c.comment) for c in columns] == [
        ("id", "int(10) unsigned", False, "The key"),
        ("x", "varchar(7)", True, None),
    ]
    assert "table: it's" in engine.explain("SELECT * FROM `it's`")
    assert engine.write_csv("SELECT 1") is None


# Derived tables


def kept(place: str, name: str) -> list[str]:
    table = DIALECT.scratch_table(place, name)
    layout = Persistence(indexes=("shop",))
    select = "SELECT 'north' AS shop, CAST(5 AS DECIMAL(10, 2)) AS total"
    return [
        DIALECT.create_table_as(table, select, layout),
        DIALECT.create_index(table, "key_1", "shop"),
    ]


def test_derived_tables(mariadb_server, place, engine, writer) -> None:
    assert keeps_tables("mysql")
    assert keeps_tables("mariadb")
    name = "LR$" + "A" * 61
    writer.build(name, kept(place, name))
    table = DIALECT.scratch_table(place, name)
    assert rows(engine, f"SELECT * FROM {table}") == [{"shop": "north", "total": Decimal(5)}]
    writer.drop(name, DIALECT.drop_table(table))
    writer.drop(name, DIALECT.drop_table(table))
    assert engine.tables(place) == []
    with pytest.raises(EngineError, match="only reads"):
        engine.build(name, kept(place, name))


def test_a_build_that_fails_leaves_nothing(place, engine, writer) -> None:
    name = "LR$HALF"
    with pytest.raises(EngineError, match="nowhere") as failed:
        writer.build(name, [*kept(place, name), "INSERT INTO nowhere SELECT 1"])
    assert failed.value.sql == "INSERT INTO nowhere SELECT 1"
    assert engine.tables(place) == []


def test_a_build_that_is_stopped_leaves_nothing(mariadb_server, place, engine, writer) -> None:
    name = "LR$SLOW"
    table = DIALECT.scratch_table(place, name)

    def started(cancel: Any) -> None:
        threading.Timer(0.2, cancel).start()

    slowly = f"INSERT INTO {table} SELECT slow_one, 1 FROM ({SLOW}) s"
    with pytest.raises(QueryCancelled):
        writer.build(name, [*kept(place, name), slowly], started=started)
    assert eventually_gone(mariadb_server, "slow_one")
    assert engine.tables(place) == []


def test_a_build_does_not_hold_up_those_who_write(mariadb_server, place, writer) -> None:
    mariadb_server.run("CREATE TABLE source (n INT PRIMARY KEY)", place)
    mariadb_server.run("INSERT INTO source VALUES (1), (2)", place)
    table = DIALECT.scratch_table(place, "LR$COPY")
    select = "SELECT n, SLEEP(0.5) AS s FROM source"
    writes: list[bool] = []
    asleep = "SELECT 1 FROM information_schema.processlist WHERE state = 'User sleep'"

    def write() -> None:
        while not mariadb_server.run(asleep):
            time.sleep(0.02)
        mariadb_server.run(
            "SET STATEMENT innodb_lock_wait_timeout = 0 FOR DELETE FROM source", place
        )
        writes.append(bool(mariadb_server.run(asleep)))

    thread = threading.Thread(target=write)
    thread.start()
    writer.build("LR$COPY", [DIALECT.create_table_as(table, select, Persistence())])
    thread.join()
    assert writes == [True]
    assert mariadb_server.run(f"SELECT COUNT(*) FROM {table}") == [(2,)]


# Connections


def test_the_name_mysql_opens_it_too(mariadb_server, place) -> None:
    engine = open_engine(config(mariadb_server, place, dialect="mysql"))
    assert rows(engine, "SELECT DATABASE() AS d") == [{"d": place}]
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        rows(engine, "SELECT 1")


def test_a_connection_without_a_database(mariadb_server) -> None:
    engine = open_engine(config(mariadb_server, ""))
    assert rows(engine, "SELECT DATABASE() AS d") == [{"d": None}]
    assert not any(schema.is_default for schema in engine.schemas())
    engine.close()


def test_passwords_of_any_letters(mariadb_server, place) -> None:
    mariadb_server.run("CREATE USER somebody@'%' IDENTIFIED BY 'pä€ß🎉'")
    facts = {"username": "somebody", "password": "pä€ß🎉"}
    given = config(mariadb_server, "")
    made = ConnectionConfig(given.dialect, None, given.host, given.port, **facts)
    engine = open_engine(made)
    assert rows(engine, "SELECT 1 AS a") == [{"a": 1}]
    engine.close()
    wrong = ConnectionConfig(given.dialect, None, given.host, given.port, "somebody", "other")
    with pytest.raises(EngineUnavailable, match="Access denied"):
        open_engine(wrong).ping()
    mariadb_server.run("DROP USER somebody@'%'")


def test_encrypted_connections(mariadb_server, place, monkeypatch) -> None:
    def cipher(**how: bool) -> str:
        engine = open_engine(config(mariadb_server, place, **how))
        try:
            found: str = rows(engine, "SHOW STATUS LIKE 'Ssl_cipher'")[0]["Value"]
        finally:
            engine.close()
        return found

    assert not cipher()
    assert cipher(ssl=True)
    with pytest.raises(EngineUnavailable, match=r"(?i)certificate verify failed"):
        cipher(ssl=True, verify_ssl=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(mariadb_server.certificate))
    assert cipher(ssl=True, verify_ssl=True)


def test_a_missing_driver_is_named(monkeypatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("belvedere.engines.drivers.import_module", missing)
    for dialect, label in (("mysql", "MySQL"), ("mariadb", "MariaDB")):
        with pytest.raises(EngineUnavailable) as failed:
            open_engine(ConnectionConfig(dialect)).ping()
        expected = f"The driver for {label} is not installed: pip install 'belvedere[mysql]'"
        assert str(failed.value) == expected
