"""Literals, names, patterns and order on real databases."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from tests.engines.conftest import Database

from belvedere.compiler import dialects
from belvedere.compiler.dialects.base import Dialect
from belvedere.errors import QueryError

HOSTILE = [
    "",
    "'",
    "''",
    "\\",
    "\\'",
    "\\\\'; DROP TABLE t; --",
    "'; DROP TABLE t; --",
    '"',
    "`",
    "a\nb\r\n\tc",
    "\b\f\x01\x1f\x7f",
    "%_^",
    "100%",
    "a^b",
    "$$ $1 $tag$ :name %s %(x)s {x} {{ y }} ${z}",
    "E'\\x41'",
    "U&'\\0041'",
    "/* */ -- #",
    "é Ü ß 漢字 🎉 \u200b\u202e\ufeff",
    "e\u0301",
    "x" * 100_000,
]


def as_written(database: Database, sql: str) -> list[tuple[object, ...]]:
    return database.run(sql)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_string_reads_back_as_it_is(database: Database, value: str) -> None:
    literal = database.dialect.string(value)
    assert as_written(database, f"SELECT {literal}, {literal} = {literal}") == [(value, True)]


def test_any_strings_read_back_as_they_are(database: Database) -> None:
    characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])

    @given(st.lists(st.text(characters, max_size=30), min_size=1, max_size=30))
    @settings(max_examples=40, deadline=None)
    def check(values: list[str]) -> None:
        literals = ", ".join(database.dialect.string(value) for value in values)
        assert as_written(database, f"SELECT {literals}") == [tuple(values)]

    check()


def test_backslashes_do_not_depend_on_a_setting_of_postgres(postgres_server) -> None:
    psycopg = pytest.importorskip("psycopg")
    value = "a\\'b\\\\n"
    with psycopg.connect(postgres_server.url()) as connection:
        for setting in ("on", "off"):
            try:
                connection.execute(f"SET standard_conforming_strings = {setting}")
            except psycopg.Error:
                connection.rollback()
                continue
            row = connection.execute(f"SELECT {dialects.get('postgres').string(value)}").fetchone()
            assert row == (value,)


@pytest.mark.parametrize("name", dialects.names())
@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x\udfff"])
def test_what_no_database_can_hold_is_refused(name: str, value: str) -> None:
    with pytest.raises(QueryError, match="A text value"):
        dialects.get(name).string(value)


def test_numbers_and_booleans(typed_database: Database) -> None:
    database, dialect = typed_database, typed_database.dialect
    written = ["5", "-1.5", "0.000001", "123456789012345678901234567890", ".5", "1e6"]
    row = as_written(database, f"SELECT {', '.join(map(dialect.number, written))}")[0]
    assert [Decimal(str(value)) for value in row] == [Decimal(text) for text in written]
    booleans = f"SELECT {dialect.boolean(True)}, {dialect.boolean(False)}"
    assert as_written(database, booleans) == [(True, False)]


@pytest.mark.parametrize("name", dialects.names())
@pytest.mark.parametrize(
    "text", ["", "1; DROP TABLE t", "1 OR 1=1", "٣", "0x10", "1\n", "NaN", "-"]
)
def test_what_is_no_number_is_refused(name: str, text: str) -> None:
    with pytest.raises(QueryError, match="Not a number"):
        dialects.get(name).number(text)


NAMES = [
    "orders", "Orders", "order", "user", "select", "order_items.sale price", 'a"b', "ünïcode",
    "1st", "x; --", "all", "left", "values", "coalesce", "timestamp", "lambda", "qualify",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_are_names(database: Database, name: str) -> None:
    dialect = database.dialect
    alias, column = dialect.identifier(name), dialect.quote(name)
    sql = f"SELECT {alias}.{column} FROM (SELECT 7 AS {column}) AS {alias}"
    assert as_written(database, sql) == [(7,)]


def test_plain_names_stay_bare(database: Database) -> None:
    assert database.dialect.identifier("order_items") == "order_items"
    assert database.dialect.identifier("order") == database.dialect.quote("order")


def test_reserved_words_are_those_of_the_database(typed_database: Database) -> None:
    database = typed_database
    sql = {
        "duckdb": (
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        ),
        "postgres": "SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'",
        "mariadb": "SELECT LOWER(word) FROM information_schema.keywords WHERE word RLIKE '^[A-Z_]+$'",
        "clickhouse": (
            "SELECT DISTINCT arrayJoin(splitByChar(' ', lower(keyword))) AS word "
            "FROM system.keywords WHERE match(word, '^[a-z_]+$')"
        ),
    }[database.dialect.name]
    words = {row[0] for row in as_written(database, sql)}
    if database.dialect.name not in ("mariadb", "clickhouse"):  # which reserve but some of them
        assert words <= database.dialect.reserved_words
    for word in sorted(words | database.dialect.reserved_words):
        name = database.dialect.identifier(word)
        sql = f"SELECT {name}.x FROM (SELECT 7 AS x) AS {name}"
        assert as_written(database, sql) == [(7,)], word


def test_a_dialect_that_does_not_state_a_fact_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="dialect Half does not state: label"):
        type("Half", (Dialect,), {"name": "half"})


LIKES = [
    ("a%", True, ["abc", "a", "a\nb"]),
    ("A%", True, ["ABC"]),
    ("A%", False, ["abc", "a", "ABC", "a\nb"]),
    ("%^%%", True, ["50%"]),
    ("^_%", True, ["_x"]),
    ("_^_", True, []),
    ("%^^%", True, ["x^y"]),
    ("%\\%", True, ["c:\\d"]),
    ("%'%", True, ["it's"]),
    ("_", True, ["a", "🎉"]),
    ("%É%", False, ["café"]),
    ("%É%", True, []),
]


@pytest.mark.parametrize(("pattern", "case_sensitive", "matches"), LIKES)
def test_patterns(
    database: Database, pattern: str, case_sensitive: bool, matches: list[str]
) -> None:
    dialect = database.dialect
    texts = ["abc", "a", "ABC", "a\nb", "50%", "_x", "x^y", "c:\\d", "it's", "🎉", "café"]
    like = dialect.like("x", pattern, case_sensitive=case_sensitive)
    found = database.column(like, [[dialect.string(text)] for text in texts], "x")
    assert [text for text, hit in zip(texts, found, strict=True) if hit] == matches


def test_equality_ignoring_case_and_length(database: Database) -> None:
    dialect = database.dialect
    texts = ["Bob", "BOB", "bob", "bobby", ""]
    rows = [[dialect.string(text)] for text in texts]
    same = database.column(dialect.equals_ignoring_case("x", "bOB"), rows, "x")
    assert same == [True, True, True, False, False]
    assert database.column(dialect.length("x"), rows, "x") == [3, 3, 3, 5, 0]


@pytest.mark.parametrize(
    ("descending", "order"), [(False, [1, 2, 3, None]), (True, [3, 2, 1, None])]
)
def test_nulls_sort_last_both_ways(
    database: Database, descending: bool, order: list[int | None]
) -> None:
    by = database.dialect.order("x", descending=descending)
    source = database.values("(2), (NULL), (3), (1)", "x")
    sql = f"SELECT x FROM {source} ORDER BY {by}"
    assert [row[0] for row in as_written(database, sql)] == order
    limited = f"{sql} {database.dialect.limit(2, ordered=True)}"
    assert [row[0] for row in as_written(database, limited)] == order[:2]


def test_casts(typed_database: Database) -> None:
    database, cast = typed_database, typed_database.dialect.cast
    columns = [cast("7", "string"), cast("'7'", "number"), cast("'true'", "boolean")]
    assert as_written(database, f"SELECT {', '.join(columns)}") == [("7", 7, True)]
    moment = "'2018-05-18 18:30:02'"
    columns = [cast(moment, "date"), cast(moment, "datetime")]
    day, time = as_written(database, f"SELECT {', '.join(columns)}")[0]
    assert (day.isoformat(), time.isoformat()) == ("2018-05-18", "2018-05-18T18:30:02")
    assert as_written(database, f"SELECT {database.dialect.text('7')}") == [("7",)]


def great_circle(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """By the angle between two vectors, not by the haversine."""

    def vector(lat: float, lon: float) -> tuple[float, float, float]:
        lat, lon = math.radians(lat), math.radians(lon)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    one, other = vector(lat1, lon1), vector(lat2, lon2)
    cross = math.hypot(
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )
    return 6371 * math.atan2(cross, sum(a * b for a, b in zip(one, other, strict=True)))


@pytest.mark.parametrize(
    "ends",
    [
        (36.97, -122.03, 37.77, -122.42),
        (0, 0, 0, 0),
        (90, 0, -90, 0),
        (0, 0, 0, 180),
        (-33.87, 151.21, 51.5, -0.13),
    ],
)
def test_distances_are_great_circles(
    database: Database, ends: tuple[float, float, float, float]
) -> None:
    sql = database.dialect.distance(*(database.cast(str(end), "DOUBLE PRECISION") for end in ends))
    assert as_written(database, f"SELECT {sql}")[0][0] == pytest.approx(
        great_circle(*ends), abs=1e-6
    )
