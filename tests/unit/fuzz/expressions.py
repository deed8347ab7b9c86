"""Looker expressions, mostly right ones, over the fields of `LOOKML`."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from tests.unit.fuzz.mutation import anything, mutated

from belvedere.compiler.expressions import kinds
from belvedere.results.calculations import evaluate, scalars, statistics

LOOKML = """
connection: "x"
view: t {
  dimension: id { primary_key: yes type: number }
  dimension: word {}
  dimension: amount { type: number }
  dimension: fits { type: yesno sql: ${TABLE}.fits ;; }
  dimension: size { type: tier tiers: [0, 10] sql: ${amount} ;; }
  dimension: kind { case: { when: { sql: ${amount} > 3 ;; label: "big" } else: "small" } }
  dimension: place { type: location sql_latitude: ${TABLE}.lat ;; sql_longitude: ${TABLE}.lon ;; }
  dimension_group: at { type: time timeframes: [raw, time, date, month, year, day_of_week, hour] }
  dimension: code { type: zipcode }
  measure: count { type: count }
  measure: total { type: sum sql: ${amount} ;; }
  measure: words { type: list list_field: word }
  measure: last { type: date sql: MAX(${at_raw}) ;; }
  filter: given { type: string }
  parameter: chosen { type: number }
}
explore: t {}
"""
TABLE = (
    "CREATE TABLE t (id INTEGER, word TEXT, amount DOUBLE, fits BOOLEAN, lat DOUBLE, lon DOUBLE, "
    '"at" TIMESTAMP, code TEXT)'
)
FIELDS = (
    *("t.id", "t.word", "t.amount", "t.fits", "t.size", "t.kind", "t.place", "t.at_time"),
    *("t.at_date", "t.at_month", "t.at_year", "t.at_day_of_week", "t.code", "t.count", "t.total"),
    *(
        "t.at_raw",
        "t.words",
        "t.last",
        "t.given",
        "t.chosen",
        "t.nothing",
        "other",
        "t.count:total",
    ),
)
FUNCTIONS = sorted(
    {
        *kinds.SIGNATURES,
        *scalars.SCALARS,
        *scalars.KEEPS_NULLS,
        *statistics.REDUCING,
        *statistics.PAIRED,
        *(name.removeprefix("_do_") for name in dir(evaluate.Evaluator) if name.startswith("_do_")),
        *("count", "max", "min", "when", "matches_filter", "nonsense"),
    }
)
_NUMBERS = ("0", "1", "2", "-3", "10.5", ".5", "1e3", "1e999", "99999999999999999999", "0.0000001")
_TEXTS = ('"a"', '""', '"2024-01-31"', '"it\'s"', '"%_"', '"\\""', '"1,5"', "`7 days`", "`>5`")
PIECES = (
    *(f"${{{name}}}" for name in FIELDS),
    *(f"{name}(" for name in FUNCTIONS),
    *(
        *_NUMBERS,
        *_TEXTS,
        "yes",
        "no",
        "null",
        "AND",
        "OR",
        "NOT",
        "(",
        ")",
        ",",
        "# x\n",
        "${",
        "}",
    ),
    *("+", "-", "*", "/", "=", "!=", "<>", "<", "<=", ">", ">="),
)
_LEAVES = (
    st.sampled_from(FIELDS).map(lambda name: f"${{{name}}}")
    | st.sampled_from(_NUMBERS + _TEXTS)
    | st.sampled_from(["yes", "no", "null", "row()", "now()", "rand()"])
)


def _larger(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">=", "AND", "OR"])
    called = st.builds(
        lambda name, given: f"{name}({', '.join(given)})",
        st.sampled_from(FUNCTIONS),
        st.lists(inner, max_size=4),
    )
    return (
        st.builds("({} {} {})".format, inner, operators, inner)
        | st.builds("{} {} {}".format, inner, operators, inner)
        | called
        | called
        | inner.map("-{}".format)
        | inner.map("NOT {}".format)
        | st.builds("case(when({}, {}), {})".format, inner, inner, inner)
        | st.builds("if({}, {}, {})".format, inner, inner, inner)
    )


RIGHT: SearchStrategy[str] = st.recursive(_LEAVES, _larger, max_leaves=8)
EXPRESSIONS = RIGHT | mutated(RIGHT, PIECES) | anything(PIECES)
