"""Every function of Looker expressions says the same on every engine."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from tests.engines.conftest import Database
from tests.engines.test_query_rows import dimension, model, prepare

from belvedere.compiler import compile_query, dialects
from belvedere.compiler.request import Request
from belvedere.errors import QueryError

AT = datetime(2020, 2, 29, 13, 5, 9)
MODEL = model()
MODEL.views["t"].fields.update(
    {
        f"at_{timeframe}": dimension(
            f"at_{timeframe}",
            type=f"date_{timeframe}",
            timeframe=timeframe,
            dimension_group="at",
            sql="${TABLE}.happened",
        )
        for timeframe in ("time", "minute", "raw")
    }
    | {"v": dimension("v", type="number"), "sure": dimension("sure", type="yesno", sql="1 = 1")}
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("abs(-3)", 3),
        ("ceiling(2.1)", 3),
        ("floor(-2.1)", -3),
        ("exp(0)", 1),
        ("ln(exp(2))", 2),
        ("log(1000)", 3),
        ("mod(7, 3)", 1),
        ("power(2, 10)", 1024),
        ("round(2.345, 1)", 2.3),
        ("sqrt(49)", 7),
        ("1 / 4", 0.25),
        ("1 / 0", None),
        ("rand() < 1", "Yes"),
        ('concat("a", 1, "b")', "a1b"),
        ('contains("abc", "B")', "No"),
        ('contains("abc", "b")', "Yes"),
        ('length("éa")', 2),
        ('lower("ÀB")', "àb"),
        ('upper("ab")', "AB"),
        ('position("abc", "c")', 3),
        ('position("abc", "x")', 0),
        ('replace("aXa", "a", "b")', "bXb"),
        ('substring("abcdef", 2, 3)', "bcd"),
        ("coalesce(null, 2)", 2),
        ("is_null(null)", "Yes"),
        ("if(null, 1, 2)", 2),
        ("case(when(no, 1), when(yes, 2), 3)", 2),
        ("case(when(no, 1))", None),
        ("null = null", "No"),
        ("yes AND (no OR NOT no)", "Yes"),
        ("date(2020, 2, 29)", "2020-02-29"),
        ("date(2021, 2, 29)", None),
        ("date_time(2020, 2, 29, 1, 2, 3)", "2020-02-29 01:02:03"),
        ("add_days(1, date(2020, 2, 29))", "2020-03-01"),
        ("add_months(-1, date(2020, 3, 31))", "2020-02-29"),
        ("add_years(1, date(2020, 2, 29))", "2021-02-28"),
        ("add_hours(25, date(2020, 2, 29))", "2020-03-01 01:00:00"),
        ("add_minutes(-1, ${t.at_time})", "2020-02-29 13:04:09"),
        ("add_seconds(51, ${t.at_time})", "2020-02-29 13:06:00"),
        ("diff_days(date(2020, 2, 28), date(2020, 3, 1))", 2),
        ("diff_months(date(2020, 1, 31), date(2020, 3, 1))", 1),
        ("diff_years(date(2018, 3, 1), date(2020, 2, 29))", 1),
        ("diff_hours(date(2020, 2, 29), ${t.at_hour})", 13),
        ("diff_seconds(date(2020, 2, 29), date_time(2020, 2, 29, 0, 1, 1))", 61),
        ("extract_days(${t.at_date})", 29),
        ("extract_seconds(${t.at_time})", 9),
        ("extract_minutes(${t.at_time})", 5),
        ("trunc_days(${t.at_time})", "2020-02-29 00:00:00"),
        ("trunc_years(${t.at_date})", "2020-01-01"),
        ("${t.at_year} + 1", 2021),
        ("${t.at_month}", "2020-02"),
        ("${t.at_date} >= date(2020, 2, 29)", "Yes"),
        ("matches_filter(${t.at_date}, `2020/02`)", "Yes"),
        ("matches_filter(${t.g}, `%''%`)", "No"),
        ("now() > date(2020, 1, 1)", "Yes"),
        ("${t.at_week}", "2020-02-24"),
        ("diff_days(${t.at_week}, ${t.at_date})", 5),
        ("add_hours(0, ${t.at_hour})", "2020-02-29 13:00:00"),
        ("extract_seconds(${t.at_minute})", 0),
        ("extract_minutes(${t.at_minute})", 5),
        ("add_months(1, ${t.at_month})", "2020-03-01"),
        ("extract_months(${t.at_quarter})", 1),
        ("${t.at_year} = date(2020, 1, 1)", "Yes"),
        ("${t.at_month} > date(2020, 1, 31)", "Yes"),
        ('${t.at_month} = "2020-02"', "Yes"),
        ('${t.at_date} = "2020-02-29"', "Yes"),
        ('diff_days("2020-02-27", ${t.at_date})', 2),
        ("date(extract_years(${t.at_date}), 1, 1)", "2020-01-01"),
        ("date(extract_years(${t.at_date}) + 1, 2, 29)", None),
        ("date(${t.v} * 2020, 13, 1)", None),
        ("date_time(${t.v} + 2019, 2, 29, 23, 59, 58)", "2020-02-29 23:59:58"),
        ("date_time(${t.v} + 2019, 2, 29, 24, 0, 0)", None),
        ("concat(${t.sure}, is_null(${t.sure}))", "YesNo"),
        ("lower(${t.v})", "1"),
        ('contains(${t.at_date}, "02-29")', "Yes"),
        ("mod(${t.v}, 0)", None),
        ("ln(${t.v} - 1)", None),
        ("log(-1)", None),
        ("sqrt(-1)", None),
    ],
)  # fmt: skip
def test_functions(database: Database, expression: str, expected: object) -> None:
    prepare(database, [(AT, "O'Brien", 1)])
    request = Request(
        MODEL,
        "t",
        ("mine",),
        datetime.now(UTC),
        dynamic_fields=({"dimension": "mine", "expression": expression},),
    )
    ((found,),) = database.run(compile_query(request, database.dialect).sql)
    if isinstance(expected, int | float):
        assert float(found) == pytest.approx(expected)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("abs(${t.g})", "A number is needed, not a string"),
        ("substring(${t.g}, ${t.g}, 1)", "A number is needed, not a string"),
        ("extract_days(${t.g})", "A date is needed, not a string"),
        ("add_days(1, 5)", "A date is needed, not a number"),
        ("lower()", "The function lower takes 1 argument, not 0"),
        ("concat()", "The function concat takes at least 1 argument, not 0"),
        ("if(yes, 1)", "The function if takes 3 arguments, not 2"),
        ("sqrt(" * 30 + "4" + ")" * 30, "too long when it is written as SQL"),
    ],
)
def test_mistakes_are_told_before_a_database_sees_them(expression: str, message: str) -> None:
    request = Request(
        MODEL,
        "t",
        ("mine",),
        datetime.now(UTC),
        dynamic_fields=({"dimension": "mine", "expression": expression},),
    )
    with pytest.raises(QueryError, match=re.escape(message)):
        compile_query(request, dialects.get("duckdb"))
