"""Every function of Looker expressions says the same on every engine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.engines.conftest import Database
from tests.engines.test_query_rows import MODEL, prepare

from belvedere.compiler import compile_query
from belvedere.compiler.request import Request

AT = datetime(2020, 2, 29, 13, 5, 9)


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
        ("add_minutes(-1, ${t.at_hour})", "2020-02-29 13:04:09"),
        ("add_seconds(51, ${t.at_hour})", "2020-02-29 13:06:00"),
        ("diff_days(date(2020, 2, 28), date(2020, 3, 1))", 2),
        ("diff_months(date(2020, 1, 31), date(2020, 3, 1))", 1),
        ("diff_years(date(2018, 3, 1), date(2020, 2, 29))", 1),
        ("diff_hours(date(2020, 2, 29), ${t.at_hour})", 13),
        ("diff_seconds(date(2020, 2, 29), date_time(2020, 2, 29, 0, 1, 1))", 61),
        ("extract_days(${t.at_date})", 29),
        ("extract_seconds(${t.at_hour})", 9),
        ("extract_minutes(${t.at_hour})", 5),
        ("trunc_days(${t.at_hour})", "2020-02-29 00:00:00"),
        ("trunc_years(${t.at_date})", "2020-01-01"),
        ("${t.at_year} + 1", 2021),
        ("${t.at_month}", "2020-02"),
        ("${t.at_date} >= date(2020, 2, 29)", "Yes"),
        ("matches_filter(${t.at_date}, `2020/02`)", "Yes"),
        ("matches_filter(${t.g}, `%''%`)", "No"),
        ("now() > date(2020, 1, 1)", "Yes"),
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
