"""LookML tests: run their queries and check what they assert of every row."""

from __future__ import annotations

import json
from dataclasses import dataclass

from belvedere.accounts.tokens import AccessSession
from belvedere.errors import BelvedereError, NotFound
from belvedere.lookml.model import DataTest, Model
from belvedere.query.definition import Definition
from belvedere.query.options import RunOptions
from belvedere.query.runner import Runner


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """`failures` says of each assert that does not hold what happened."""

    failures: tuple[str, ...]
    failed: int


_MOST_ROWS = 5000
"""Of a test that says no limit."""


def run(runner: Runner, model: Model, test: DataTest, asker: AccessSession) -> TestOutcome:
    """Run the test as the asker; a query that cannot run fails every assert."""
    definition = _definition(model, test)
    options = RunOptions("json", server_table_calcs=True)
    try:
        outcome = runner.run(definition, options, asker, source="lookml_test")
        rows = json.loads(outcome.body)
    except NotFound:
        return _broken(test, f"There is no explore {test.explore_source.explore}")
    except BelvedereError as error:
        return _broken(test, str(error))
    if outcome.error is not None:
        return _broken(test, outcome.error)
    failed = [
        f"The assertion {name} does not hold in row {number}: {expression}"
        for name, expression in test.asserts
        if (number := _first_failing(rows, name))
    ]
    return TestOutcome(tuple(failed), len(failed))


def _broken(test: DataTest, message: str) -> TestOutcome:
    return TestOutcome((message,), len(test.asserts))


def _first_failing(rows: list[dict[str, object]], name: str) -> int:
    """The first row (from 1) in which the assertion is not yes; 0 where it always is."""
    return next((n for n, row in enumerate(rows, 1) if row.get(_calculation(name)) != "Yes"), 0)


def _calculation(name: str) -> str:
    return f"assert {name}"


def fields(model: Model, test: DataTest) -> tuple[str, ...]:
    """Full names of what the test's query selects."""
    columns = test.explore_source.columns
    return tuple(_qualified(model, test, column.field or column.name) for column in columns)


def filters(model: Model, test: DataTest) -> dict[str, str]:
    pairs = test.explore_source.filters
    return {_qualified(model, test, pair.field): pair.expression for pair in pairs}


def _qualified(model: Model, test: DataTest, name: str) -> str:
    """Bare names are those of the explore's base view."""
    explore = model.explores.get(test.explore_source.explore)
    return name if "." in name or explore is None else f"{explore.base}.{name}"


def _definition(model: Model, test: DataTest) -> Definition:
    source = test.explore_source
    asserts = [
        {"table_calculation": _calculation(name), "expression": expression}
        for name, expression in test.asserts
    ]
    return Definition(
        model=model.name,
        view=source.explore,
        fields=fields(model, test),
        filters=filters(model, test),
        sorts=tuple(
            f"{_qualified(model, test, sort.field)} {'desc' if sort.descending else 'asc'}"
            for sort in source.sorts
        ),
        limit=str(source.limit or _MOST_ROWS),
        filter_expression=source.expression_custom_filter,
        query_timezone=None if source.timezone == "query_timezone" else source.timezone,
        dynamic_fields=json.dumps(asserts),
    )
