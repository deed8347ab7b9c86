"""Timeframes, durations and time zones on real databases, against Python's own calendar."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.engines.conftest import Database

from belvedere.compiler.dialects import Calendar
from belvedere.errors import QueryError

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DICE = random.Random(20180518)
MOMENTS = [
    datetime(2014, 9, 3, 17, 15),
    datetime(2016, 2, 29, 23, 59, 59, 999_999),
    datetime(2018, 12, 31),
    datetime(2021, 1, 3, 12, 7, 8, 123_456),
    datetime(1969, 12, 31, 23, 59, 59),
    datetime(1900, 3, 1, 0, 0, 0, 1),
    datetime(1000, 1, 1, 1, 1, 1),
    datetime(9998, 12, 31, 23, 59),
    *(
        datetime(1990, 1, 1) + timedelta(microseconds=_DICE.randrange(60 * 365 * 86_400 * 10**6))
        for _ in range(150)
    ),
]


def months_back(moment: datetime, months: int) -> tuple[int, int]:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return year, month + 1


def expected(moment: datetime, timeframe: str, calendar: Calendar) -> str | int:
    start = [day.lower() for day in DAYS].index(calendar.week_start_day)
    index = (moment.weekday() - start) % 7
    fiscal_year, fiscal_month = months_back(moment, calendar.fiscal_month_offset)
    quarter, fiscal_quarter = (moment.month + 2) // 3, (fiscal_month + 2) // 3
    day = moment.date().isoformat()
    clock = moment.strftime("%H:%M:%S")
    simple: dict[str, str | int] = {
        "time": f"{day} {clock}",
        "second": f"{day} {clock}",
        "minute": f"{day} {clock[:5]}",
        "hour": f"{day} {clock[:2]}",
        "microsecond": f"{day} {clock}.{moment.microsecond:06}",
        "millisecond": f"{day} {clock}.{moment.microsecond // 1000:03}",
        "date": day,
        "week": (moment.date() - timedelta(days=index)).isoformat(),
        "month": day[:7],
        "quarter": f"{moment.year:04}-Q{quarter}",
        "year": moment.year,
        "time_of_day": clock[:5],
        "hour_of_day": moment.hour,
        "day_of_week": DAYS[moment.weekday()],
        "day_of_week_index": index,
        "day_of_month": moment.day,
        "day_of_year": moment.timetuple().tm_yday,
        "week_of_year": moment.isocalendar().week,
        "month_num": moment.month,
        "month_name": MONTHS[moment.month - 1],
        "quarter_of_year": f"Q{quarter}",
        "fiscal_month_num": fiscal_month,
        "fiscal_quarter": f"{fiscal_year:04}-Q{fiscal_quarter}",
        "fiscal_quarter_of_year": f"Q{fiscal_quarter}",
        "fiscal_year": f"FY{fiscal_year:04}",
    }
    if timeframe in simple:
        return simple[timeframe]
    unit = timeframe.rstrip("0123456789")
    size = int(timeframe.removeprefix(unit))
    if unit == "hour":
        return f"{day} {moment.hour - moment.hour % size:02}:00:00"
    if unit == "minute":
        return f"{day} {clock[:2]}:{moment.minute - moment.minute % size:02}:00"
    millisecond = moment.microsecond // 1000
    return f"{day} {clock}.{millisecond - millisecond % size:03}"


TIMEFRAMES = [
    *[
        "time",
        "second",
        "minute",
        "hour",
        "microsecond",
        "millisecond",
        "date",
        "week",
        "month",
        "quarter",
        "year",
    ],
    *[
        "time_of_day",
        "hour_of_day",
        "day_of_week",
        "day_of_week_index",
        "day_of_month",
        "day_of_year",
    ],
    *[
        "week_of_year",
        "month_num",
        "month_name",
        "quarter_of_year",
        "fiscal_month_num",
        "fiscal_quarter",
    ],
    *["fiscal_quarter_of_year", "fiscal_year"],
    *(f"hour{n}" for n in (2, 3, 4, 6, 8, 12)),
    *(f"minute{n}" for n in (2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
    *(f"millisecond{n}" for n in (2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500)),
]


GROUPED = {"time", "second", "minute", "hour", "date", "week", "month", "quarter", "year"} | {
    timeframe for timeframe in TIMEFRAMES if timeframe.startswith(("hour", "minute", "millisecond"))
} - {"hour_of_day", "millisecond"}


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_a_timeframe_has_the_documented_value(database: Database, timeframe: str) -> None:
    sql = database.dialect.timeframe("x", timeframe, Calendar())
    found = database.timestamps(sql, MOMENTS)
    assert found == [expected(moment, timeframe, Calendar()) for moment in MOMENTS]


@pytest.mark.parametrize("week_start", [day.lower() for day in DAYS])
@pytest.mark.parametrize("timeframe", ["week", "day_of_week", "day_of_week_index", "week_of_year"])
def test_weeks_start_when_the_model_says(
    database: Database, week_start: str, timeframe: str
) -> None:
    calendar = Calendar(week_start_day=week_start)
    found = database.timestamps(database.dialect.timeframe("x", timeframe, calendar), MOMENTS)
    assert found == [expected(moment, timeframe, calendar) for moment in MOMENTS]


@pytest.mark.parametrize("offset", [-7, -2, 1, 3, 11, 13])
@pytest.mark.parametrize(
    "timeframe", ["fiscal_month_num", "fiscal_quarter", "fiscal_quarter_of_year", "fiscal_year"]
)
def test_fiscal_years_start_when_the_model_says(
    database: Database, offset: int, timeframe: str
) -> None:
    calendar = Calendar(fiscal_month_offset=offset)
    found = database.timestamps(database.dialect.timeframe("x", timeframe, calendar), MOMENTS)
    assert found == [expected(moment, timeframe, calendar) for moment in MOMENTS]


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_a_period_stands_for_the_value_of_its_timeframe(database: Database, timeframe: str) -> None:
    dialect, calendar = database.dialect, Calendar("sunday", 3)
    period = dialect.period("x", timeframe, calendar)
    assert (period is None) == (timeframe not in GROUPED)
    if period is None:
        return
    moments = [*MOMENTS, *(moment + timedelta(minutes=7) for moment in MOMENTS)]
    start = dialect.period_start(period, timeframe, calendar)
    values = database.timestamps(dialect.timeframe(start, timeframe, calendar), moments)
    assert values == [expected(moment, timeframe, calendar) for moment in moments]
    periods = database.timestamps(period, moments)
    assert len(set(zip(periods, values, strict=True))) == len(set(periods)) == len(set(values))


def test_raw_and_yesno_and_nulls(database: Database) -> None:
    dialect = database.dialect
    assert dialect.timeframe("x", "raw", Calendar()) == "x"
    rows = [[dialect.timestamp(MOMENTS[0])], ["NULL"]]
    assert database.column(dialect.timeframe("x", "yesno", Calendar()), rows, "x") == ["Yes", "No"]
    for timeframe in TIMEFRAMES:
        sql = dialect.timeframe(database.cast("x", "TIMESTAMP"), timeframe, Calendar())
        assert database.column(sql, [["NULL"]], "x") == [None]


@pytest.mark.parametrize("timeframe", ["minute7", "hour0", "hour5", "decade", "fiscal_week"])
def test_a_timeframe_that_is_not_documented_is_refused(database: Database, timeframe: str) -> None:
    with pytest.raises(QueryError, match=f"Unknown timeframe: {timeframe}"):
        database.dialect.timeframe("x", timeframe, Calendar())


def elapsed(unit: str, start: datetime, end: datetime) -> int:
    if end < start:
        return -elapsed(unit, end, start)
    lengths = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
    if unit in lengths:
        return (end - start) // timedelta(seconds=lengths[unit])
    months = (end.year - start.year) * 12 + end.month - start.month
    if (end.day, end.time()) < (start.day, start.time()):
        months -= 1
    return months // {"month": 1, "quarter": 3, "year": 12}[unit]


def pairs() -> list[tuple[datetime, datetime]]:
    dice = random.Random(7)
    found = [
        (datetime(2017, 9, 26), datetime(2017, 10, 25)),
        (datetime(2017, 9, 26), datetime(2017, 10, 26)),
        (datetime(2018, 1, 31), datetime(2018, 2, 28)),
        (datetime(2018, 1, 31), datetime(2018, 3, 1)),
        (datetime(2016, 2, 29), datetime(2017, 2, 28)),
        (datetime(2016, 2, 29), datetime(2017, 3, 1)),
        (datetime(2018, 5, 18, 12), datetime(2018, 6, 18, 11, 59, 59)),
        (datetime(2018, 5, 18, 12), datetime(2018, 5, 19, 11, 59, 59, 999_999)),
    ]
    for _ in range(200):
        start = datetime(2015, 1, 1) + timedelta(seconds=dice.randrange(5 * 365 * 86_400))
        step = dice.choice([timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)])
        found.append((start, start + step * dice.randrange(1000)))
    return [*found, *((end, start) for start, end in found)]


@pytest.mark.parametrize(
    "unit", ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
)
def test_durations_count_whole_units(database: Database, unit: str) -> None:
    dialect = database.dialect
    rows = [[dialect.timestamp(start), dialect.timestamp(end)] for start, end in pairs()]
    found = database.column(dialect.duration(unit, "s", "e"), rows, "s, e")
    assert found == [elapsed(unit, start, end) for start, end in pairs()]


def test_an_unknown_duration_is_refused(database: Database) -> None:
    with pytest.raises(QueryError, match="Unknown duration: fortnight"):
        database.dialect.duration("fortnight", "s", "e")


ZONES = [
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
]


def instants() -> list[datetime]:
    """Around every change of clocks in the zones, and at random."""
    dice = random.Random(11)
    start = datetime(2010, 1, 1, tzinfo=UTC)
    changes = [
        start + timedelta(hours=hour)
        for hour in range(0, 9 * 365 * 24, 6)
        for zone in map(ZoneInfo, ZONES)
        if (start + timedelta(hours=hour)).astimezone(zone).utcoffset()
        != (start + timedelta(hours=hour + 6)).astimezone(zone).utcoffset()
    ]
    near = [at + timedelta(minutes=dice.randrange(-60, 420)) for at in changes for _ in range(3)]
    return [*near, *(start + timedelta(seconds=dice.randrange(9 * 10**8)) for _ in range(50))]


def naive(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES)
def test_a_naive_column_moves_to_the_query_time_zone(typed_database: Database, zone: str) -> None:
    database, dialect = typed_database, typed_database.dialect
    sql = dialect.convert_timezone(dialect.as_timestamp("x", "datetime"), "UTC", zone)
    found = database.timestamps(sql, [naive(instant, "UTC") for instant in instants()])
    assert found == [naive(instant, zone) for instant in instants()]


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_timeframes_are_those_of_the_query_time_zone(database: Database, timeframe: str) -> None:
    dialect, calendar = database.dialect, Calendar("sunday", 3)
    local = dialect.convert_timezone(
        dialect.as_timestamp("x", "datetime"), "UTC", "America/Los_Angeles"
    )
    near = instants()[::20]
    found = database.timestamps(
        dialect.timeframe(local, timeframe, calendar), [naive(at, "UTC") for at in near]
    )
    there = [naive(at, "America/Los_Angeles") for at in near]
    assert found == [expected(moment, timeframe, calendar) for moment in there]


@pytest.mark.parametrize("session", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("datatype", ["datetime", "timestamp", "epoch"])
def test_columns_with_a_zone_and_epochs_read_as_database_time(
    typed_database: Database, session: str, datatype: str
) -> None:
    database, dialect = typed_database, typed_database.dialect
    database.set_timezone(session)
    if datatype == "epoch":
        rows = [[str(int(instant.timestamp()))] for instant in instants()]
    else:
        rows = [[database.instant(instant)] for instant in instants()]
    found = database.column(dialect.as_timestamp("x", datatype), rows, "x")
    whole = [naive(instant, session) for instant in instants()]
    assert found == whole
    moved = dialect.convert_timezone(dialect.as_timestamp("x", datatype), session, "Europe/Berlin")
    assert database.column(moved, rows, "x") == [
        naive(instant, "Europe/Berlin") for instant in instants()
    ]


@pytest.mark.parametrize(
    ("datatype", "literal"),
    [("date", "DATE '2018-05-18'"), ("yyyymmdd", "20180518"), ("yyyymmdd", "'20180518'")],
)
def test_dates_without_time_start_at_midnight(
    typed_database: Database, datatype: str, literal: str
) -> None:
    sql = typed_database.dialect.as_timestamp("x", datatype)
    assert typed_database.column(sql, [[literal], ["NULL"]], "x") == [datetime(2018, 5, 18), None]


def test_literals_of_time_read_back(typed_database: Database) -> None:
    dialect = typed_database.dialect
    found = typed_database.run(
        f"SELECT {dialect.timestamp(MOMENTS[1])}, {dialect.date(date(2016, 2, 29))}, "
        f"{dialect.epoch(datetime(2018, 5, 18, 18, 30, 2))}, {dialect.epoch(datetime(1969, 12, 31))}"
    )
    assert found == [(MOMENTS[1], date(2016, 2, 29), 1_526_668_202, -86_400)]
