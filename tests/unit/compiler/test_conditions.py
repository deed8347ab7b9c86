"""Which grammar a field takes, and what its conditions say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from belvedere.compiler import dialects
from belvedere.compiler.conditions import (
    Condition,
    TimeContext,
    condition,
    date_bounds,
    location_condition,
)
from belvedere.compiler.conditions.dates import range_of
from belvedere.compiler.conditions.instants import first_instant
from belvedere.compiler.dialects import Calendar
from belvedere.errors import QueryError
from belvedere.lookml.filters import parse_date
from belvedere.lookml.model import CaseBranch, Category, Field

DUCKDB = dialects.get("duckdb")
FRIDAY = TimeContext(datetime(2018, 5, 18, 18, 30, 2, 500_000, tzinfo=UTC))


def field(type: str = "string", **facts: object) -> Field:
    given = {"category": Category.dimension, **facts}
    return Field(name="field", view="view", type=type, **given)  # type: ignore[arg-type]


def made(
    written: Field, expression: str, time: TimeContext = FRIDAY, case_sensitive: bool = True
) -> Condition | None:
    return condition(DUCKDB, written, "t.c", expression, time, case_sensitive)


def sql(
    written: Field, expression: str, time: TimeContext = FRIDAY, case_sensitive: bool = True
) -> str:
    found = made(written, expression, time, case_sensitive)
    assert found is not None
    return found.sql


STRING = [
    ("FOO", "t.c = 'FOO'", False),
    ("FOO,BAR", "t.c IN ('FOO', 'BAR')", False),
    ("FOO,FOO", "t.c = 'FOO'", False),
    ("%FOO%", "CAST(t.c AS VARCHAR) LIKE '%FOO%'", False),
    ("%10^%%", "CAST(t.c AS VARCHAR) LIKE '%10^%%' ESCAPE '^'", False),
    ("%", "t.c IS NOT NULL", False),
    ("%, NULL", "(t.c IS NOT NULL OR t.c IS NULL)", True),
    ("EMPTY", "(LENGTH(CAST(t.c AS VARCHAR)) = 0 OR t.c IS NULL)", True),
    ("-EMPTY", "LENGTH(CAST(t.c AS VARCHAR)) <> 0", False),
    ("NULL", "t.c IS NULL", True),
    ("-NULL", "t.c IS NOT NULL", False),
    ("NULL,-NULL", "1 = 0", False),
    ("-FOO", "(t.c <> 'FOO' OR t.c IS NULL)", True),
    ("-FOO,-BAR", "(t.c NOT IN ('FOO', 'BAR') OR t.c IS NULL)", True),
    ("-FOO,-NULL", "t.c <> 'FOO'", False),
    ("-FOO%", "(NOT (CAST(t.c AS VARCHAR) LIKE 'FOO%') OR t.c IS NULL)", True),
    ("-%", "(1 = 0 OR t.c IS NULL)", True),
    ("FOO%,BAR", "(t.c = 'BAR' OR CAST(t.c AS VARCHAR) LIKE 'FOO%')", False),
    ("FOO%,-FOOD", "(CAST(t.c AS VARCHAR) LIKE 'FOO%' AND t.c <> 'FOOD')", False),
    ("it's", "t.c = 'it''s'", False),
]


@pytest.mark.parametrize(("expression", "text", "accepts_null"), STRING)
def test_string_conditions(expression: str, text: str, accepts_null: bool) -> None:
    assert made(field(), expression) == Condition(text, accepts_null)


def test_case_is_ignored_where_the_model_says_so() -> None:
    def insensitive(expression: str) -> str:
        return sql(field(), expression, case_sensitive=False)

    assert insensitive("Bob") == "LOWER(t.c) = LOWER('Bob')"
    assert insensitive("Bob%") == "CAST(t.c AS VARCHAR) ILIKE 'Bob%'"
    assert insensitive("a,b") == "(LOWER(t.c) = LOWER('a') OR LOWER(t.c) = LOWER('b'))"
    assert insensitive("-a") == "(NOT (LOWER(t.c) = LOWER('a')) OR t.c IS NULL)"


NUMBER = [
    ("5", "t.c = 5", False),
    ("NOT 5", "(t.c <> 5 OR t.c IS NULL)", True),
    ("1, 3, 5", "t.c IN (1, 3, 5)", False),
    ("NOT 66, 99, 4", "(t.c NOT IN (66, 99, 4) OR t.c IS NULL)", True),
    ("5, NOT 6, NOT 7", "(t.c = 5 AND t.c NOT IN (6, 7))", False),
    (">1 AND <100, NOT 2", "((t.c > 1 AND t.c < 100) AND t.c <> 2)", False),
    ("5.5 to 10", "(t.c >= 5.5 AND t.c <= 10)", False),
    ("NOT 3 to 80.44", "((t.c < 3 OR t.c > 80.44) OR t.c IS NULL)", True),
    ("<3 OR >80.44", "(t.c < 3 OR t.c > 80.44)", False),
    ("NOT (3,12)", "((t.c < 3 OR t.c > 12) OR t.c IS NULL)", True),
    ("(-inf,inf)", "t.c IS NOT NULL", False),
    ("NOT (-inf,inf)", "(1 = 0 OR t.c IS NULL)", True),
    ("5, NULL", "(t.c = 5 OR t.c IS NULL)", True),
    ("NOT NULL", "t.c IS NOT NULL", False),
    ("NOT >1, 2, <100", "((t.c <> 2 AND t.c <= 1 AND t.c >= 100) OR t.c IS NULL)", True),
]


@pytest.mark.parametrize(("expression", "text", "accepts_null"), NUMBER)
def test_number_conditions(expression: str, text: str, accepts_null: bool) -> None:
    assert made(field("number"), expression) == Condition(text, accepts_null)


def test_yes_and_no() -> None:
    yesno = field("yesno")
    assert made(yesno, "Yes") == Condition("t.c")
    assert made(yesno, "no") == Condition("NOT COALESCE(t.c, FALSE)", accepts_null=True)
    compound = condition(DUCKDB, yesno, "a OR b", "No", FRIDAY, case_sensitive=True)
    assert compound is not None
    assert compound.sql == "NOT COALESCE((a OR b), FALSE)"


@pytest.mark.parametrize("type", ["string", "number", "date", "yesno"])
def test_an_empty_expression_is_no_condition(type: str) -> None:
    assert made(field(type), "") is None


TIER = {"tiers": (10.0, 20.0)}


@pytest.mark.parametrize(
    ("written", "expression", "text"),
    [
        (field("tier", **TIER), "T01 [10,20)", "t.c = 'T01 [10.0,20.0)'"),
        (field("tier", style="relational", **TIER), "-< 10", "(t.c <> '< 10.0' OR t.c IS NULL)"),
        (field("tier", style="integer", **TIER), "10 to 19", "t.c = '10 to 19'"),
        (field("tier", **TIER), "%10.0%", "t.c IN ('T00 (-inf,10.0)', 'T01 [10.0,20.0)')"),
        (field("tier", **TIER), "-TXX%", "(t.c <> 'TXX Undefined' OR t.c IS NULL)"),
        (field("tier", **TIER), "x%,y%", "CAST(t.c AS VARCHAR) LIKE 'x%'"),
        (field(cases=(CaseBranch("x", "Small"),)), "Small", "t.c = 'Small'"),
        (field("zipcode"), "95060", "t.c = '95060'"),
        (field("distance"), ">5", "t.c > 5"),
        (field("duration_day"), ">5", "t.c > 5"),
        (field("date_hour_of_day", timeframe="hour_of_day"), "17", "t.c = 17"),
        (field("date_day_of_week", timeframe="day_of_week"), "monday", "t.c = 'Monday'"),
        (field("date_month_name", timeframe="month_name"), "-MAY", "(t.c <> 'May' OR t.c IS NULL)"),
        (field("date_time_of_day", timeframe="time_of_day"), "17:15", "t.c = '17:15'"),
        (field("date_quarter_of_year", timeframe="quarter_of_year"), "Q1", "t.c = 'Q1'"),
        (field("yesno", timeframe="yesno"), "Yes", "t.c"),
        (field("date_year"), "NULL", "t.c IS NULL"),
        (field("date_day_of_month"), ">3", "t.c > 3"),
        (field("date_time", category=Category.filter), "NULL", "t.c IS NULL"),
        (field("count", category=Category.measure), ">3", "t.c > 3"),
        (field("number", category=Category.measure), "NOT 0", "(t.c <> 0 OR t.c IS NULL)"),
        (field("string", category=Category.measure), "x%", "CAST(t.c AS VARCHAR) LIKE 'x%'"),
        (field("yesno", category=Category.measure), "No", "NOT COALESCE(t.c, FALSE)"),
        (field("date", category=Category.measure), "2018", None),
    ],
)
def test_the_field_decides_the_grammar(written: Field, expression: str, text: str | None) -> None:
    if text is None:
        start = "TIMESTAMP '2018-01-01 00:00:00'"
        text = f"(t.c >= {start} AND t.c < TIMESTAMP '2019-01-01 00:00:00')"
    assert sql(written, expression) == text


def test_a_text_outside_the_grammar_names_the_filter_and_the_field() -> None:
    with pytest.raises(
        QueryError, match=r'Invalid filter: soon on view\.field: "soon" is not a date'
    ):
        made(field("date"), "soon")
    with pytest.raises(QueryError, match=r"Invalid filter: maybe on view\.field"):
        made(field("yesno"), "maybe")
    with pytest.raises(QueryError, match=r"Invalid filter: x{199}… on"):
        made(field("number"), "x" * 10_000)
    with pytest.raises(QueryError, match="is a location"):
        made(field("location"), "1, 2")
    with pytest.raises(QueryError, match="Invalid filter: soon: "):
        date_bounds("soon", FRIDAY)
    with pytest.raises(QueryError, match=r"Invalid filter: nowhere on t\.place: "):
        location_condition(DUCKDB, "t.place", "lat", "lon", "nowhere")
    with pytest.raises(QueryError, match="Unknown time zone: Mars/Olympus"):
        made(field("date"), "today", TimeContext(FRIDAY.now, "Mars/Olympus"))


LOCATION = [
    ("", None, False),
    ("1.5, -2", "(lat = 1.5 AND lon = -2.0)", False),
    ("NULL", "(lat IS NULL OR lon IS NULL)", True),
    ("NOT NULL", "(lat IS NOT NULL AND lon IS NOT NULL)", False),
    (
        "inside box from 2, -4 to 1, -3",
        "(lat >= 1.0 AND lat <= 2.0 AND (lon >= -4.0 AND lon <= -3.0))",
        False,
    ),
    (
        "inside box from 2, 170 to 1, -170",
        "(lat >= 1.0 AND lat <= 2.0 AND (lon >= 170.0 OR lon <= -170.0))",
        False,
    ),
]


@pytest.mark.parametrize(("expression", "text", "accepts_null"), LOCATION)
def test_locations(expression: str, text: str | None, accepts_null: bool) -> None:
    found = location_condition(DUCKDB, "t.place", "lat", "lon", expression)
    assert found == (None if text is None else Condition(text, accepts_null))


# Dates. Ends are exclusive: a documented 18:30:01 is written 18:30:02 here.

WORKED = [
    ("1 second", "2018-05-18 18:30:02", "2018-05-18 18:30:03"),
    ("60 seconds", "2018-05-18 18:29:02", "2018-05-18 18:30:02"),
    ("60 seconds ago for 1 second", "2018-05-18 18:29:02", "2018-05-18 18:29:03"),
    ("1 minute", "2018-05-18 18:30", "2018-05-18 18:31"),
    ("60 minutes", "2018-05-18 17:31", "2018-05-18 18:31"),
    ("60 minutes ago for 1 minute", "2018-05-18 17:30", "2018-05-18 17:31"),
    ("1 hour", "2018-05-18 18:00", "2018-05-18 19:00"),
    ("24 hours", "2018-05-17 19:00", "2018-05-18 19:00"),
    ("24 hours ago for 1 hour", "2018-05-17 18:00", "2018-05-17 19:00"),
    ("2 days", "2018-05-17", "2018-05-19"),
    ("1 day ago", "2018-05-17", "2018-05-18"),
    ("7 days ago for 7 days", "2018-05-11", "2018-05-18"),
    ("today for 7 days", "2018-05-18", "2018-05-25"),
    ("last 3 days", "2018-05-16", "2018-05-19"),
    ("1 week", "2018-05-14", "2018-05-21"),
    ("this week", "2018-05-14", "2018-05-21"),
    ("2 weeks", "2018-05-07", "2018-05-21"),
    ("last week", "2018-05-07", "2018-05-14"),
    ("1 week ago", "2018-05-07", "2018-05-14"),
    ("next week", "2018-05-21", "2018-05-28"),
    ("before this week", None, "2018-05-14"),
    ("after this week", "2018-05-14", None),
    ("1 month", "2018-05-01", "2018-06-01"),
    ("this month", "2018-05-01", "2018-06-01"),
    ("2 months", "2018-04-01", "2018-06-01"),
    ("last month", "2018-04-01", "2018-05-01"),
    ("2 months ago", "2018-03-01", "2018-04-01"),
    ("before 2 months ago", None, "2018-03-01"),
    ("next month", "2018-06-01", "2018-07-01"),
    ("2 months from now", "2018-07-01", "2018-08-01"),
    ("6 months from now for 3 months", "2018-11-01", "2019-02-01"),
    ("1 quarter", "2018-04-01", "2018-07-01"),
    ("this quarter", "2018-04-01", "2018-07-01"),
    ("2 quarters", "2018-01-01", "2018-07-01"),
    ("last quarter", "2018-01-01", "2018-04-01"),
    ("2 quarters ago", "2017-10-01", "2018-01-01"),
    ("next quarter", "2018-07-01", "2018-10-01"),
    ("2018-07-01 for 1 quarter", "2018-07-01", "2018-10-01"),
    ("1 year", "2018-01-01", "2019-01-01"),
    ("this year", "2018-01-01", "2019-01-01"),
    ("2 years", "2017-01-01", "2019-01-01"),
    ("last year", "2017-01-01", "2018-01-01"),
    ("2 years ago", "2016-01-01", "2017-01-01"),
    ("before 2 years ago", None, "2016-01-01"),
]

OTHERS = [
    ("2018/05/10 for 5 months", "2018-05-10", "2018-10-10"),
    ("2018/05 for 2 months", "2018-05-01", "2018-07-01"),
    ("2018/05/10 05:00 for 5 hours", "2018-05-10 05:00", "2018-05-10 10:00"),
    ("2018/01/31 for 1 month", "2018-01-31", "2018-02-28"),
    ("2018-Q2", "2018-04-01", "2018-07-01"),
    ("2016-1", "2015-01-01", "2016-01-01"),
    ("2018-05-10 to 2018-06", "2018-05-10", "2018-06-01"),
    ("before 2018-05-10", None, "2018-05-10"),
    ("after 2018-05", "2018-05-01", None),
    ("2018-05-10 14:30", "2018-05-10 14:30", "2018-05-10 14:31"),
    ("2018-05-10 14:30:02.25", "2018-05-10 14:30:02.25", "2018-05-10 14:30:02.26"),
    ("friday", "2018-05-18", "2018-05-19"),
    ("saturday", "2018-05-12", "2018-05-13"),
    ("before monday", None, "2018-05-14"),
    ("after monday", "2018-05-14", None),
    ("yesterday for 2 days", "2018-05-17", "2018-05-19"),
    ("tomorrow", "2018-05-19", "2018-05-20"),
    ("after 2 days ago", "2018-05-16", None),
    ("before 2 days", None, "2018-05-16"),
    ("after 2 hours from now", "2018-05-18 20:00", None),
    ("this year to second", "2018-01-01", "2018-05-18 18:30:02"),
    ("this week to day", "2018-05-14", "2018-05-18"),
    ("before today", None, "2018-05-18"),
    ("after tomorrow", "2018-05-19", None),
    ("last 3 days ago for 2 days", "2018-05-15", "2018-05-17"),
    ("7 days from now", "2018-05-25", "2018-05-26"),
    ("9999", "9999-01-01", None),
    ("5000 years", None, "2019-01-01"),
    ("after 9999999 years from now", "9999-12-31 23:59:59.999999", None),
]


def local_range(expression: str, time: TimeContext) -> tuple[datetime | None, datetime | None]:
    (term,) = parse_date(expression).terms
    return range_of(term, time)


def at(text: str | None) -> datetime | None:
    return (
        None
        if text is None
        else datetime.fromisoformat(text.ljust(26, "0") if "." in text else text)
    )


@pytest.mark.parametrize(("expression", "start", "end"), WORKED + OTHERS)
def test_ranges_of_dates(expression: str, start: str | None, end: str | None) -> None:
    assert local_range(expression, FRIDAY) == (at(start), at(end))


@pytest.mark.parametrize(
    ("offset", "expression", "start", "end"),
    [
        (3, "FY2018", "2018-04-01", "2019-04-01"),
        (3, "FY2018-Q3", "2018-10-01", "2019-01-01"),
        (15, "FY2018", "2019-04-01", "2020-04-01"),
        (13, "FY2018-Q1", "2019-02-01", "2019-05-01"),
        (15, "this fiscal year", "2018-04-01", "2019-04-01"),
        (-2, "FY2018", "2017-11-01", "2018-11-01"),
        (-2, "FY2018-Q1", "2017-11-01", "2018-02-01"),
        (3, "this fiscal year", "2018-04-01", "2019-04-01"),
        (1, "this fiscal quarter", "2018-05-01", "2018-08-01"),
        (1, "last fiscal quarter", "2018-02-01", "2018-05-01"),
        (6, "2 fiscal years", "2016-07-01", "2018-07-01"),
        (-2, "before this fiscal year", None, "2017-11-01"),
        (0, "this fiscal quarter", "2018-04-01", "2018-07-01"),
        (3, "this quarter", "2018-04-01", "2018-07-01"),
    ],
)
def test_fiscal_ranges(offset: int, expression: str, start: str | None, end: str) -> None:
    time = TimeContext(FRIDAY.now, calendar=Calendar(fiscal_month_offset=offset))
    assert local_range(expression, time) == (at(start), at(end))


@pytest.mark.parametrize(
    ("start_day", "start"),
    [("monday", 14), ("friday", 18), ("saturday", 12), ("sunday", 13), ("thursday", 17)],
)
def test_weeks_start_when_the_model_says(start_day: str, start: int) -> None:
    time = TimeContext(FRIDAY.now, calendar=Calendar(week_start_day=start_day))
    first = datetime(2018, 5, start)
    assert local_range("this week", time) == (first, first + timedelta(weeks=1))


def test_now_is_read_in_the_time_zone_of_the_query() -> None:
    tokyo = TimeContext(FRIDAY.now, timezone="Asia/Tokyo")
    assert local_range("today", tokyo)[0] == datetime(2018, 5, 19)
    assert local_range("this hour", tokyo)[0] == datetime(2018, 5, 19, 3)


LOS_ANGELES = TimeContext(FRIDAY.now, "America/Los_Angeles", "UTC")
MAY_18 = "2018-05-18"


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "(t.c >= TIMESTAMP '2018-05-18 07:00:00' AND t.c < TIMESTAMP '2018-05-19 07:00:00')"),
        (
            {"convert_tz": False},
            "(t.c >= TIMESTAMP '2018-05-18 00:00:00' AND t.c < TIMESTAMP '2018-05-19 00:00:00')",
        ),
        ({"datatype": "date"}, "(t.c >= DATE '2018-05-18' AND t.c < DATE '2018-05-19')"),
        ({"datatype": "yyyymmdd"}, "(t.c >= '20180518' AND t.c < '20180519')"),
        ({"datatype": "epoch"}, "(t.c >= 1526626800 AND t.c < 1526713200)"),
        ({"datatype": "epoch", "convert_tz": False}, "(t.c >= 1526601600 AND t.c < 1526688000)"),
    ],
)
def test_boundaries_take_the_form_of_the_column(facts: dict[str, object], text: str) -> None:
    assert sql(field("date", timeframe="date", **facts), MAY_18, LOS_ANGELES) == text


def test_epochs_are_whole_seconds() -> None:
    text = sql(field("date", datatype="epoch"), "2018-05-18 18:30:02.5", FRIDAY)
    assert text == "(t.c >= 1526668203 AND t.c < 1526668203)"


def test_several_ranges_are_one_of_them() -> None:
    found = made(field("date"), "before 2018, 2019-01-01 to 2020, NULL")
    assert found is not None
    assert found.accepts_null
    assert found.sql == (
        "(t.c < TIMESTAMP '2018-01-01 00:00:00' OR (t.c >= TIMESTAMP '2019-01-01 00:00:00' "
        "AND t.c < TIMESTAMP '2020-01-01 00:00:00') OR t.c IS NULL)"
    )
    assert made(field("date"), "NOT NULL") == Condition("t.c IS NOT NULL")


@pytest.mark.parametrize(
    ("expression", "bounds"),
    [
        ("2018-05-18", ("2018-05-18 07:00", "2018-05-19 07:00")),
        ("before 2018", (None, "2018-01-01 08:00")),
        ("after 2018", ("2018-01-01 08:00", None)),
        ("2018, 2016", ("2016-01-01 08:00", "2019-01-01 08:00")),
        ("2018, after 2020", ("2018-01-01 08:00", None)),
        ("NULL", (None, None)),
        ("", (None, None)),
    ],
)
def test_bounds_for_templates(expression: str, bounds: tuple[str | None, str | None]) -> None:
    assert date_bounds(expression, LOS_ANGELES) == tuple(map(at, bounds))


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("America/Los_Angeles", "2018-03-11 02:30", "2018-03-11 10:00"),
        ("America/Los_Angeles", "2018-03-11 02:00", "2018-03-11 10:00"),
        ("America/Los_Angeles", "2018-03-11 03:00", "2018-03-11 10:00"),
        ("America/Los_Angeles", "2018-11-04 01:30", "2018-11-04 08:30"),
        ("America/Los_Angeles", "2018-11-04 02:00", "2018-11-04 10:00"),
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04 03:00"),
        ("America/Havana", "2018-11-04 00:00", "2018-11-04 04:00"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),
        ("Australia/Lord_Howe", "2018-10-07 02:15", "2018-10-06 15:30"),
    ],
)
def test_times_that_clocks_skip_or_repeat(zone: str, local: str, instant: str) -> None:
    found = first_instant(datetime.fromisoformat(local), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2037, 1, 1)),
    st.integers(0, 7200),
    st.sampled_from(["America/Sao_Paulo", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Gaza"]),
)
def test_later_times_never_come_earlier(local: datetime, seconds: int, zone: str) -> None:
    where = ZoneInfo(zone)
    first = first_instant(local, where)
    assert first <= first_instant(local + timedelta(seconds=seconds), where)
    assert first.astimezone(where).replace(tzinfo=None) >= local
    just_before = (first - timedelta(seconds=1)).astimezone(where)
    assert just_before.replace(tzinfo=None) < local


def test_the_far_ends_of_time_have_no_time_zone() -> None:
    assert sql(field("date"), "before 5000 years ago", LOS_ANGELES) == (
        "t.c < TIMESTAMP '0001-01-01 00:00:00'"
    )
    assert sql(field("date"), "9999", LOS_ANGELES) == "t.c >= TIMESTAMP '9999-01-01 00:00:00'"
