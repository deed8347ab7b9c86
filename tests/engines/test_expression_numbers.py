"""Functions of numbers say the same on every engine and in table calculations, also where they
have no value: null, and never a failing query.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from tests.engines.conftest import Database
from tests.engines.test_query_rows import dimension, model, prepare

from belvedere.compiler import compile_query
from belvedere.compiler.expressions import syntax
from belvedere.compiler.request import Request
from belvedere.results.calculations.evaluate import Evaluator

VALUES = ("0", "1", "-1", "0.5", "-0.5", "2", "-3", "10", "1000", "-1000", "10000000000", "null")
"""As they are written in an expression."""
FUNCTIONS = {
    **dict.fromkeys(("abs", "ceiling", "exp", "floor", "ln", "log", "sqrt"), 1),
    **dict.fromkeys(("mod", "power"), 2),
}


def calls() -> dict[str, str]:
    """Expressions by the name of a field; `#` stands for 1."""
    found = [
        f"{name}({', '.join(values)})"
        for name, count in FUNCTIONS.items()
        for values in product(VALUES, repeat=count)
    ]
    found += [f"round({value}, {digits})" for value in VALUES for digits in (-1, 0, 3, "null")]
    found += [f"{one} / {other}" for one in VALUES for other in VALUES]
    found += ["ln(0) + 1", "1 / ln(1)", "sqrt(0 - exp(1))", "power(power(0, -1), 2)", "exp(exp(9))"]
    return {f"c{number}": text for number, text in enumerate(found)}


def times_one(expression: str) -> str:
    """The same of values that only a row knows, as floating-point numbers."""
    words = expression.replace("(", " ( ").replace(",", " , ").replace(")", " ) ").split()
    numbers = {value.removeprefix("-") for value in VALUES} - {"null"}
    return " ".join(
        f"(${{t.d}} * {word})" if word.removeprefix("-") in numbers else word for word in words
    )


def evaluated(expression: str) -> object:
    evaluator = Evaluator(1, [], lambda *_: None, datetime(2020, 1, 1))
    return evaluator.column(syntax.parse(expression), None)[0]


@pytest.mark.parametrize("of_rows", [False, True], ids=["constants", "of rows"])
def test_numbers_without_a_value_are_null_everywhere(database: Database, of_rows: bool) -> None:
    prepare(database, [(datetime(2020, 1, 1), "x", 1)])
    is_double = database.dialect.name in ("postgres", "duckdb")
    double = "CAST(${TABLE}.v AS DOUBLE PRECISION)" if is_double else "(${TABLE}.v * 1e0)"
    asked = model()
    asked.views["t"].fields["d"] = dimension("d", type="number", sql=double)
    expressions = calls()
    wanted = {name: evaluated(text) for name, text in expressions.items()}
    wrong = []
    for start in range(0, len(expressions), 50):
        some = list(expressions)[start : start + 50]
        written = {n: times_one(expressions[n]) if of_rows else expressions[n] for n in some}
        request = Request(
            asked,
            "t",
            tuple(some),
            datetime.now(UTC),
            dynamic_fields=tuple(
                {"dimension": name, "expression": text} for name, text in written.items()
            ),
        )
        compiled = compile_query(replace(request, unsorted=True), database.dialect)
        (row,) = database.run(compiled.sql)
        for column, found in zip(compiled.columns, row, strict=True):
            expected = wanted[column.name]
            same = found is expected or (
                found is not None
                and expected is not None
                and float(found) == pytest.approx(float(expected), rel=1e-6, abs=1e-12)
            )
            if not same:
                wrong.append((written[column.name], found, expected))
    assert not wrong
