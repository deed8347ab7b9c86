"""Checks over a resolved model: every name that it refers to must exist, every type have what it
needs, every filter and every template be readable.
"""

from __future__ import annotations

from collections.abc import Iterator

from belvedere.lookml.check_derived import circles
from belvedere.lookml.check_explores import ExploreChecks, datagroup, grants, view_tables
from belvedere.lookml.check_fields import FieldChecks
from belvedere.lookml.check_names import Names, Reporter
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import ExploreSource, Location, Model, View


def check_model(model: Model) -> Iterator[Diagnostic]:
    """What is wrong in the model as a whole; each diagnostic once a place."""
    names, reporter = Names(model), Reporter(model)
    explores = {name: ExploreChecks(names, found) for name, found in model.explores.items()}
    for view in model.views.values():
        yield from FieldChecks(names, view).found()
        yield from _view(reporter, names, view, explores)
    for checks in explores.values():
        yield from checks.found()
    for test in model.tests:
        owner = f'test "{test.name}"'
        source = test.explore_source
        yield from _source(reporter, source, owner, test.location, explores)
        for name, expression in test.asserts if source.explore in explores else ():
            told = f'assert "{name}" of {owner}'
            yield from explores[source.explore].expression(expression, told, test.location)
        if not test.asserts:
            message = f"{owner} asserts nothing"
            yield reporter.problem(message, test.location, severity=Severity.warning)
    yield from circles(model, reporter)
    if model.persist_with is not None:
        yield from datagroup(reporter, names, model.persist_with, model.location)


def _view(
    reporter: Reporter, names: Names, view: View, explores: dict[str, ExploreChecks]
) -> Iterator[Diagnostic]:
    yield from view_tables(reporter, names, view)
    yield from grants(reporter, names, view.required_access_grants, view)
    for item in view.drill_fields:
        yield from _lost(reporter, names, view, item, "drill_fields")
    for name, members in view.sets.items():
        for item in members:
            yield from _lost(reporter, names, view, item, f'set "{name}"')
    table = view.derived_table
    if table is not None and table.explore_source is not None:
        owner = f'derived table "{view.name}"'
        yield from _source(reporter, table.explore_source, owner, table.location, explores)
        yield from _bound(reporter, names, view, table.explore_source)


def _lost(
    reporter: Reporter, names: Names, view: View, item: str, owner: str
) -> Iterator[Diagnostic]:
    message = names.lost_item(view, item)
    if message is not None:
        told = message.replace("{}", f'{owner} of view "{view.name}"', 1)
        yield reporter.problem(told, view.location, severity=Severity.warning)


def _source(
    reporter: Reporter,
    source: ExploreSource,
    owner: str,
    location: Location | None,
    explores: dict[str, ExploreChecks],
) -> Iterator[Diagnostic]:
    checks = explores.get(source.explore)
    if checks is not None:
        yield from checks.source(source, owner, location)
        return
    hint = did_you_mean(source.explore, explores)
    message = f"Unknown source explore {source.explore} in {owner} declaration.{hint}"
    yield reporter.problem(message, location, explore=source.explore)


def _bound(
    reporter: Reporter, names: Names, view: View, source: ExploreSource
) -> Iterator[Diagnostic]:
    """bind_all_filters means the filters of the one explore that the table is made from."""
    if not source.bind_all_filters:
        return
    for explore in names.model.explores.values():
        joined = {explore.base_view, *(join.view for join in explore.joins)}
        if view.name in joined and explore.name != source.explore:
            message = (
                f"Cannot use native derived table {view.name} with bind_all_filters outside of "
                f"its source explore {source.explore}"
            )
            yield reporter.problem(message, explore.location, explore=explore.name)
