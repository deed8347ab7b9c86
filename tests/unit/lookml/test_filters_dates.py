from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, strategies as st

from belvedere.lookml.filters import (
    After,
    Before,
    Between,
    DateFilter,
    DateNull,
    FilterSyntaxError,
    Fiscal,
    Moment,
    Offset,
    Span,
    Term,
    Units,
    Weekday,
    parse_date,
)

TODAY = Offset(0, "day")
MAY_2018 = Moment(datetime(2018, 5, 1), Units(1, "month"))
DAY = Moment(datetime(2018, 5, 10), Units(1, "day"))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("2018", Span(Moment(datetime(2018, 1, 1), Units(1, "year")))),
        ("2018-05", Span(MAY_2018)),
        ("2018/05", Span(MAY_2018)),
        ("2018-Q2", Span(Moment(datetime(2018, 4, 1), Units(1, "quarter")))),
        ("2018/q2", Span(Moment(datetime(2018, 4, 1), Units(1, "quarter")))),
        ("FY2018", Span(Fiscal(2018))),
        ("FY2018-Q3", Span(Fiscal(2018, 3))),
        ("2018-05-10", Span(DAY)),
        ("2018/05/10", Span(DAY)),
        ("2018-05-10 14", Span(Moment(datetime(2018, 5, 10, 14), Units(1, "hour")))),
        ("2018-05-10 14:30", Span(Moment(datetime(2018, 5, 10, 14, 30), Units(1, "minute")))),
        ("2018-05-10T14:30:02", Span(Moment(datetime(2018, 5, 10, 14, 30, 2), Units(1, "second")))),
        (
            "2018-05-10 14:30:02.25",
            Span(Moment(datetime(2018, 5, 10, 14, 30, 2, 250_000), Units(10_000, "microsecond"))),
        ),
        ("2018/05/10 for 5 months", Span(DAY, Units(5, "month"))),
        ("2018/05 for 2 months", Span(MAY_2018, Units(2, "month"))),
        ("2018/05/10 to 2018-05", Between(DAY, MAY_2018)),
        ("before 2018/05/10", Before(DAY)),
        ("after 2018/05/10", After(DAY)),
        ("today", Span(TODAY)),
        ("Yesterday", Span(Offset(-1, "day"))),
        ("tomorrow", Span(Offset(1, "day"))),
        ("today for 7 days", Span(TODAY, Units(7, "day"))),
        ("monday", Span(Weekday(0))),
        ("before sunday", Before(Weekday(6))),
        ("after Wednesday", After(Weekday(2))),
        ("friday for 2 weeks", Span(Weekday(4), Units(2, "week"))),
        ("3 days", Span(Offset(-2, "day"), Units(3, "day"))),
        ("last 3 days", Span(Offset(-2, "day"), Units(3, "day"))),
        ("1 fiscal quarter", Span(Offset(0, "fiscal quarter"), Units(1, "fiscal quarter"))),
        ("3 days ago", Span(Offset(-3, "day"))),
        ("3 days ago for 2 weeks", Span(Offset(-3, "day"), Units(2, "week"))),
        ("last 3 days ago for 2 weeks", Span(Offset(-3, "day"), Units(2, "week"))),
        ("before 2 years ago", Before(Offset(-2, "year"))),
        ("after 2 years ago", After(Offset(-2, "year"))),
        ("before 2 years", Before(Offset(-2, "year"))),
        ("after last 2 years", After(Offset(-2, "year"))),
        ("before today", Before(TODAY)),
        ("after tomorrow", After(Offset(1, "day"))),
        ("before 2 hours from now", Before(Offset(2, "hour"))),
        ("2 months from now", Span(Offset(2, "month"))),
        ("6 months from now for 3 months", Span(Offset(6, "month"), Units(3, "month"))),
        ("this day", Span(TODAY)),
        ("this fiscal year", Span(Offset(0, "fiscal year"))),
        ("last week", Span(Offset(-1, "week"))),
        ("last second", Span(Offset(-1, "second"))),
        ("next fiscal_quarter", Span(Offset(1, "fiscal quarter"))),
        ("before this week", Before(Offset(0, "week"))),
        ("after next month", After(Offset(1, "month"))),
        ("this year to second", Between(Offset(0, "year"), Offset(0, "second"))),
        ("this week to day", Between(Offset(0, "week"), TODAY)),
        ("NULL", DateNull()),
        ("NOT NULL", DateNull(negated=True)),
        ("not  null", DateNull(negated=True)),
        ("-NULL", DateNull(negated=True)),
        ("  7   Days  Ago ", Span(Offset(-7, "day"))),
    ],
)
def test_the_documented_expressions(text: str, meaning: Term) -> None:
    assert parse_date(text) == DateFilter((meaning,))


def test_a_month_with_one_digit_is_a_number_of_years() -> None:
    assert parse_date("2016-1") == parse_date("2015")
    assert parse_date("2016-3") == parse_date("2013")


def test_only_seconds_leave_the_current_one_out() -> None:
    assert parse_date("60 seconds") == parse_date("60 seconds ago for 60 seconds")
    assert parse_date("1 second") == DateFilter((Span(Offset(0, "second"), Units(1, "second")),))


def test_a_list_is_read_term_by_term() -> None:
    assert parse_date("2018-05, today,NULL,") == DateFilter(
        (Span(MAY_2018), Span(TODAY), DateNull())
    )


@pytest.mark.parametrize("text", ["", " ", "any time", "Any Value"])
def test_nothing_written_is_any_time(text: str) -> None:
    assert parse_date(text).is_any


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2018-5-10",
        "2018/5",
        "2018-05/10",
        "20180510",
        "7 fortnights",
        "days",
        "-3 days",
        "99999999999999999999 days",
        "9" * 10_000 + " days",
        "before",
        "today for",
        "for 3 days",
        "this year to",
        "3 days ago ago",
        "next 7 days",
        "2018-Q5",
        "' OR 1=1 --",
        "x" * 100_000,
        "today for " * 10_000,
        " to " * 10_000,
    ],
)
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(FilterSyntaxError, match=r'is not a date filter such as "7 days"') as raised:
        parse_date(text)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    "text", ["2018-13", "2018-02-30", "2018-05-10 24:00", "2018-05-10 10:60", "0000", "FY0000"]
)
def test_dates_that_no_calendar_has_are_refused(text: str) -> None:
    with pytest.raises(FilterSyntaxError, match="is not a date: "):
        parse_date(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "today",
                "ago",
                "3",
                "7",
                "days",
                "week",
                "month",
                "2018",
                "2018-05",
                "for",
                "to",
                "before",
                "after",
                "this",
            ]
        )
    ).map(" ".join)
)
def test_a_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    assert complaint(text) != ""


def complaint(text: str) -> str | None:
    try:
        parse_date(text)
    except FilterSyntaxError as error:
        return str(error)
    return None
