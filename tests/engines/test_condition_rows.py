"""Conditions choose the rows that a plain reading of the expression chooses."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st
from tests.engines.conftest import Database
from tests.engines.test_dialect_values import HOSTILE, great_circle

from belvedere.compiler.conditions import Condition, TimeContext, condition, location_condition
from belvedere.compiler.dialects import Calendar
from belvedere.lookml.model import Category, Field

NOW = TimeContext(datetime(2018, 5, 18, 18, 30, 2, tzinfo=UTC))


def field(type: str, **facts: Any) -> Field:
    return Field(name="f", view="v", category=Category.dimension, type=type, **facts)


def chosen(
    database: Database, literals: list[str], made: Condition | None, type: str = ""
) -> list[bool]:
    """Which of the rows satisfy the condition on x."""
    where = made.sql if made else "TRUE"
    column = database.cast("x", type) if type else "x"
    values = ", ".join(f"({n}, {literal})" for n, literal in enumerate(literals))
    inner = f"SELECT n, {column} AS x FROM {database.values(values, 'n, x')}"
    kept = {row[0] for row in database.run(f"SELECT n FROM ({inner}) AS t WHERE {where}")}
    return [n in kept for n in range(len(literals))]


# Strings


@dataclass(frozen=True)
class StringTerm:
    """One term, how it is written, and which texts it matches."""

    written: str
    negated: bool
    matches: Callable[[str | None], bool]


SPECIAL = set('%_^,"\\-')
LETTERS = "abAB %_^,\"'\\-é\n"


def escaped(text: str, first: bool = True) -> str:
    """By carets alone, which is the other way than quoting."""
    words = ["^" + character if character in '%_^,"' else character for character in text]
    if text.startswith("-") and first:
        words[0] = "^-"
    joined = "".join(word.replace("\\", "\\\\") for word in words)
    if joined.endswith(" "):
        joined = joined[: len(joined.rstrip(" "))] + "^ " * (
            len(joined) - len(joined.rstrip(" ")) + 1
        )
    if joined.startswith(" "):
        joined = "^" + joined
    return joined


def bare(value: str) -> str | None:
    """The value unquoted, where that is possible."""
    if value != value.strip("\n\t") or value.strip() == "" or value.upper() in ("NULL", "EMPTY"):
        return None
    return escaped(value)


@st.composite
def string_terms(draw: st.DrawFn, ignore_case: bool) -> StringTerm:
    negated = draw(st.booleans())
    sign = "-" if negated else ""
    kind = draw(st.sampled_from(["value", "value", "pattern", "pattern", "NULL", "EMPTY"]))
    if kind == "NULL":
        return StringTerm(f"{sign}NULL", negated, lambda text: text is None)
    if kind == "EMPTY":
        return StringTerm(f"{sign}EMPTY", negated, lambda text: not text)
    fold = str.lower if ignore_case else str
    if kind == "value":
        value = draw(st.text(LETTERS, max_size=4))
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        written = draw(st.sampled_from([quoted, bare(value) or quoted]))
        return StringTerm(
            sign + written, negated, lambda text: text is not None and fold(text) == fold(value)
        )
    parts = draw(st.lists(st.sampled_from(["%", "_", *"abABé^'\""]), min_size=1, max_size=4))
    parts.append("%")
    regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part)) for part in parts)
    written = "".join(part if part in "%_" else escaped(part, first=False) for part in parts)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return StringTerm(
        sign + written,
        negated,
        lambda text: text is not None and re.fullmatch(regex, text, flags) is not None,
    )


def string_matches(terms: list[StringTerm], text: str | None) -> bool:
    include = [term for term in terms if not term.negated]
    included = any(term.matches(text) for term in include) if include else True
    return included and not any(term.negated and term.matches(text) for term in terms)


@pytest.mark.parametrize("case_sensitive", [True, False])
def test_string_conditions_agree_with_a_plain_reading(
    database: Database, case_sensitive: bool
) -> None:
    texts = st.text(LETTERS, max_size=4)

    @given(
        st.lists(string_terms(ignore_case=not case_sensitive), min_size=1, max_size=4),
        st.lists(st.one_of(st.none(), texts), min_size=5, max_size=30),
    )
    @settings(max_examples=database.examples(150), deadline=None)
    def check(terms: list[StringTerm], rows: list[str | None]) -> None:
        rows = [*rows, None, "", "a", "B", "%", "ab^"]
        expression = ", ".join(term.written for term in terms)
        made = condition(database.dialect, field("string"), "x", expression, NOW, case_sensitive)
        literals = ["NULL" if text is None else database.dialect.string(text) for text in rows]
        found = chosen(database, literals, made, "VARCHAR(200)")
        assert found == [string_matches(terms, text) for text in rows], expression
        assert made is not None
        assert made.accepts_null == string_matches(terms, None)

    check()


@pytest.mark.parametrize("value", HOSTILE[:-1], ids=range(len(HOSTILE) - 1))
def test_hostile_values_match_themselves_only(database: Database, value: str) -> None:
    written = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    literals = [database.dialect.string(text) for text in HOSTILE[:-1]]
    for case_sensitive in (True, False):
        made = condition(database.dialect, field("string"), "x", written, NOW, case_sensitive)
        assert chosen(database, literals, made) == [text == value for text in HOSTILE[:-1]]


@pytest.mark.parametrize("value", HOSTILE[1:-1], ids=range(1, len(HOSTILE) - 1))
def test_hostile_values_are_found_inside_others(database: Database, value: str) -> None:
    inside = "".join("^" + c if c in '%_^,"' else c.replace("\\", "\\\\") for c in value)
    around = [f"<{text}>" for text in HOSTILE[:-1]]
    made = condition(
        database.dialect, field("string"), "x", f"%<{inside}>%", NOW, case_sensitive=True
    )
    literals = [database.dialect.string(text) for text in around]
    assert chosen(database, literals, made) == [text == f"<{value}>" for text in around]


# Numbers


@dataclass(frozen=True)
class NumberTerm:
    written: str
    negated: bool
    matches: Callable[[float], bool]
    is_value: bool = False
    is_null: bool = False


def ends(kind: str, low: int, high: int) -> Callable[[float], bool]:
    return {
        "()": lambda x: low < x < high,
        "[]": lambda x: low <= x <= high,
        "(]": lambda x: low < x <= high,
        "[)": lambda x: low <= x < high,
    }[kind]


OPPOSITE = {"()": "[]", "[]": "()", "(]": "[)", "[)": "(]"}


@st.composite
def number_terms(draw: st.DrawFn) -> tuple[str, NumberTerm, NumberTerm]:
    """The text without NOT, the term as it stands, and the term under a NOT."""
    low = draw(st.integers(-4, 4))
    high = low + draw(st.integers(1, 4))
    kind = draw(
        st.sampled_from(["value"] * 6 + ["null", "below", "above", "between", "gap", *OPPOSITE])
    )
    if kind in OPPOSITE:
        text = f"{kind[0]}{low}, {high}{kind[1]}"
        plain, negated = ends(kind, low, high), ends(OPPOSITE[kind], low, high)
        return text, NumberTerm(text, False, plain), NumberTerm(text, True, negated)
    text, matches = {
        "value": (f"{low}", lambda x: x == low),
        "null": ("NULL", lambda x: False),
        "below": (f"<= {high}", lambda x: x <= high),
        "above": (f">{low}", lambda x: x > low),
        "between": (f"{low} to {high}", lambda x: low <= x <= high),
        "gap": (f"<{low} OR >={high}", lambda x: x < low or x >= high),
    }[kind]
    facts = {"is_value": kind == "value", "is_null": kind == "null"}
    return text, NumberTerm(text, False, matches, **facts), NumberTerm(text, True, matches, **facts)


def number_matches(terms: list[NumberTerm], x: float | None) -> bool:
    def hit(term: NumberTerm) -> bool:
        return term.is_null if x is None else term.matches(x)

    include = [term for term in terms if not term.negated]
    included = any(map(hit, include)) if include else True
    return included and not any(hit(term) for term in terms if term.negated)


def test_number_conditions_agree_with_a_plain_reading(database: Database) -> None:
    rows = [None, *(n / 2 for n in range(-12, 20))]
    literals = ["NULL" if x is None else str(x) for x in rows]

    @given(st.lists(st.tuples(number_terms(), st.booleans()), min_size=1, max_size=4))
    @settings(max_examples=database.examples(200), deadline=None)
    def check(given: list[tuple[tuple[str, NumberTerm, NumberTerm], bool]]) -> None:
        text = ", ".join(("NOT " if negated else "") + term[0] for term, negated in given)
        flags = [negated for _, negated in given]
        values = all(term[1].is_value for term, _ in given)
        if sum(flags) == 1 and (flags[0] or values):
            flags = [True] * len(flags)
        terms = [term[2 if flag else 1] for (term, _), flag in zip(given, flags, strict=True)]
        made = condition(database.dialect, field("number"), "x", text, NOW, case_sensitive=True)
        found = chosen(database, literals, made, "DOUBLE PRECISION")
        assert found == [number_matches(terms, x) for x in rows], text
        assert made is not None
        assert made.accepts_null == number_matches(terms, None)

    check()


# Yes and no, places


def test_no_answer_is_a_no(database: Database) -> None:
    literals = ["TRUE", "FALSE", "NULL"]
    for expression, expected in (
        ("Yes", [True, False, False]),
        ("No", [False, True, True]),
        ("Yes,No", [True, True, True]),
    ):
        made = condition(
            database.dialect, field("yesno"), "x", expression, NOW, case_sensitive=True
        )
        assert chosen(database, literals, made, "BOOLEAN") == expected


def test_circles_and_boxes(database: Database) -> None:
    dice = random.Random(3)
    spots = [(dice.uniform(-90, 90), dice.uniform(-180, 180)) for _ in range(300)]
    values = ", ".join(f"({n}, {lat}, {lon})" for n, (lat, lon) in enumerate(spots))
    source = database.values(f"{values}, (-1, NULL, NULL)", "n, lat, lon")

    def rows(expression: str) -> set[int]:
        made = location_condition(database.dialect, "t.place", "lat", "lon", expression)
        assert made is not None
        return {row[0] for row in database.run(f"SELECT n FROM {source} WHERE {made.sql}")}

    near = {n for n, spot in enumerate(spots) if great_circle(36.97, -122.03, *spot) <= 4000}
    assert rows("4000 kilometers from 36.97, -122.03") == near
    box = {
        n for n, (lat, lon) in enumerate(spots) if 10 <= lat <= 70 and (lon >= 100 or lon <= -60)
    }
    assert rows("inside box from 70, 100 to 10, -60") == box
    assert rows("NULL") == {-1}
    assert rows("NOT NULL") == set(range(300))


# Dates

UNITS = ["hour", "day", "week", "month", "quarter", "year", "fiscal quarter", "fiscal year"]


def number_of(unit: str, local: datetime, calendar: Calendar) -> int:
    """Counts units since long ago: equal numbers, same unit."""
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    months = local.year * 12 + local.month - 1
    fiscal = months - calendar.fiscal_month_offset
    day = local.toordinal()
    return {
        "hour": day * 24 + local.hour,
        "day": day,
        "week": (day - 1 - days.index(calendar.week_start_day)) // 7,
        "month": months,
        "quarter": months // 3,
        "year": months // 12,
        "fiscal quarter": fiscal // 3,
        "fiscal year": fiscal // 12,
    }[unit]


@st.composite
def date_terms(draw: st.DrawFn) -> tuple[str, Callable[[Callable[[str], int]], bool]]:
    """A text, and its reading of how many units away a row is (negative: in the past)."""
    unit = draw(st.sampled_from(UNITS))
    n, m = draw(st.integers(0, 40)), draw(st.integers(1, 5))
    past = draw(st.booleans())
    away = -n if past else n
    point = f"{n} {unit}s {'ago' if past else 'from now'}"
    return draw(
        st.sampled_from(
            [
                (point, lambda distance: distance(unit) == away),
                (f"{point} for {m} {unit}", lambda d: away <= d(unit) < away + m),
                (f"before {point}", lambda distance: distance(unit) < away),
                (f"after {point}", lambda distance: distance(unit) >= away),
                (f"{n} {unit}", lambda distance: -n < distance(unit) <= 0),
                (f"last {unit}", lambda distance: distance(unit) == -1),
                (f"this {unit}", lambda distance: distance(unit) == 0),
                (f"next {unit}", lambda distance: distance(unit) == 1),
                (f"before next {unit}", lambda distance: distance(unit) < 1),
                (f"after last {unit}", lambda distance: distance(unit) >= -1),
                ("today", lambda distance: distance("day") == 0),
                (f"yesterday for {m} days", lambda d: -1 <= d("day") < m - 1),
                (f"this year to {unit}", lambda d: d("year") == 0 and d(unit) < 0),
            ]
        )
    )


def row_instants() -> list[datetime]:
    """Instants on full minutes near everything that clocks and calendars do."""
    dice = random.Random(9)
    start = datetime(2014, 1, 1, tzinfo=UTC)
    minutes = 8 * 365 * 24 * 60
    days = [
        datetime(2018, month, day, hour, minute, tzinfo=UTC)
        for month, day in ((3, 11), (11, 4), (2, 18), (10, 28), (5, 18), (1, 1), (12, 31))
        for hour in range(24)
        for minute in (0, 29, 30, 59)
    ]
    return [*days, *(start + timedelta(minutes=dice.randrange(minutes)) for _ in range(700))]


ROWS = row_instants()
NOWS = [
    datetime(2018, 5, 18, 18, 30, 2, tzinfo=UTC),
    datetime(2018, 11, 4, 20, 15, tzinfo=UTC),
    datetime(2018, 3, 11, 10, 0, tzinfo=UTC),
    datetime(2018, 1, 1, 0, 0, tzinfo=UTC),
    datetime(2016, 2, 29, 23, 59, 59, tzinfo=UTC),
]


@pytest.mark.parametrize(
    ("timezone", "database_timezone"),
    [
        ("UTC", "UTC"),
        ("America/Los_Angeles", "UTC"),
        ("America/Sao_Paulo", "Asia/Kolkata"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
@pytest.mark.parametrize("datatype", ["datetime", "epoch", "with a zone"])
def test_date_conditions_agree_with_a_plain_reading(
    typed_database: Database, timezone: str, database_timezone: str, datatype: str
) -> None:
    """Rows count by the units that a clock in the query's time zone shows for them."""
    database, dialect = typed_database, typed_database.dialect
    stored = [at.astimezone(ZoneInfo(database_timezone)).replace(tzinfo=None) for at in ROWS]
    type = {"datetime": "TIMESTAMP", "epoch": "BIGINT"}.get(datatype, "TIMESTAMPTZ")
    literals = {
        "datetime": [dialect.timestamp(moment) for moment in stored],
        "epoch": [str(int(at.timestamp())) for at in ROWS],
        "with a zone": [database.instant(at) for at in ROWS],
    }[datatype]
    database.run("DROP TABLE IF EXISTS moments")
    database.run(f"CREATE TABLE moments (n INTEGER, x {database.column_type(type)})")
    if datatype == "datetime":  # which is an instant in some databases, read from a clock
        database.set_timezone(database_timezone)
    values = ", ".join(f"({n}, {literal})" for n, literal in enumerate(literals))
    database.run(f"INSERT INTO moments VALUES {values}")
    database.set_timezone(database_timezone)
    zone = ZoneInfo(timezone)
    if datatype == "datetime":  # a repeated hour of the database's clock is its first reading
        home = ZoneInfo(database_timezone)
        local = [moment.replace(tzinfo=home).astimezone(zone) for moment in stored]
    else:
        local = [at.astimezone(zone) for at in ROWS]
    clock = [moment.replace(tzinfo=None) for moment in local]

    @given(
        st.lists(date_terms(), min_size=1, max_size=3),
        st.sampled_from(NOWS),
        st.sampled_from(["monday", "sunday", "thursday"]),
        st.integers(-11, 11),
    )
    @settings(max_examples=database.examples(60), deadline=None)
    def check(terms: list[Any], now: datetime, week_start: str, offset: int) -> None:
        calendar = Calendar(week_start, offset)
        time = TimeContext(now, timezone, database_timezone, calendar)
        today = now.astimezone(zone).replace(tzinfo=None)

        def distance_of(moment: datetime) -> Callable[[str], int]:
            return lambda unit: number_of(unit, moment, calendar) - number_of(unit, today, calendar)

        text = ", ".join(written for written, _ in terms)
        kind = field(
            "date_time", timeframe="time", datatype="epoch" if type == "BIGINT" else "datetime"
        )
        made = condition(dialect, kind, "x", text, time, case_sensitive=True)
        assert made is not None
        found = {row[0] for row in database.run(f"SELECT n FROM moments WHERE {made.sql}")}
        expected = {
            n
            for n, moment in enumerate(clock)
            if any(matches(distance_of(moment)) for _, matches in terms)
        }
        assert found == expected, text

    check()


@pytest.mark.parametrize(
    ("type", "datatype", "literal"),
    [
        ("DATE", "date", "DATE '{}'"),
        ("DATE", "datetime", "DATE '{}'"),
        ("INTEGER", "yyyymmdd", "{}"),
        ("VARCHAR(8)", "yyyymmdd", "'{}'"),
    ],
)
def test_dates_without_time_are_not_moved(
    database: Database, type: str, datatype: str, literal: str
) -> None:
    days = [datetime(2018, 5, 10) + timedelta(days=n) for n in range(20)]
    form = "%Y%m%d" if datatype == "yyyymmdd" else "%Y-%m-%d"
    time = TimeContext(NOW.now, "America/Los_Angeles" if datatype != "datetime" else "UTC", "UTC")
    written = field("date", timeframe="date", datatype=datatype)
    made = condition(database.dialect, written, "x", "3 days", time, case_sensitive=True)
    found = chosen(database, [literal.format(day.strftime(form)) for day in days], made, type)
    assert [day.day for day, hit in zip(days, found, strict=True) if hit] == [16, 17, 18]
