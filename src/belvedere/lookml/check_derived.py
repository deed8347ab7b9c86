"""Derived tables that are made from one another in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from belvedere.lookml.check_names import Reporter, references, tables
from belvedere.lookml.diagnostics import Diagnostic
from belvedere.lookml.model import Explore, ExploreSource, Join, Model, View

Reads = Mapping[str, tuple[str, ...]]
"""Derived table → the derived tables that its definition certainly reads, by view name."""


def circles(model: Model, reporter: Reporter) -> Iterator[Diagnostic]:
    """Each circle once, where its first table is defined."""
    reads = _reads(model)
    done: set[str] = set()
    for start in reads:
        for trail in _circles_from(start, reads, done):
            view = model.views[trail[0]]
            table = view.derived_table
            yield reporter.problem(
                f"Derived tables refer to one another in a circle: {' → '.join(trail)}",
                (table.location if table is not None else None) or view.location,
            )


def _circles_from(start: str, reads: Reads, done: set[str]) -> Iterator[list[str]]:
    """Circles below a table; `done` are the tables all of whose circles are known."""
    trail: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = []

    def enter(name: str) -> None:
        trail.append(name)
        stack.append((name, iter(reads[name])))

    if start not in done:
        enter(start)
    while stack:
        name, rest = stack[-1]
        found = next(rest, None)
        if found is None:
            stack.pop()
            trail.pop()
            done.add(name)
        elif found in trail:
            yield [*trail[trail.index(found) :], found]
        elif found not in done:
            enter(found)


def _reads(model: Model) -> Reads:
    derived = {name for name, view in model.views.items() if view.derived_table is not None}
    return {
        name: tuple(
            read for read in dict.fromkeys(_read(model, model.views[name])) if read in derived
        )
        for name in model.views
        if name in derived
    }


def _read(model: Model, view: View) -> Iterator[str]:
    table = view.derived_table
    if table is None:
        return
    yield from tables(table.sql or "")
    source = table.explore_source
    explore = model.explores.get(source.explore) if source is not None else None
    if source is not None and explore is not None:
        yield from _joined(explore, _aliases(explore, source))
    for text in (table.sql_create or "", *table.create_process):
        # A statement of its own names the table that it makes like any other.
        yield from (name for name in tables(text) if name != view.name)


def _aliases(explore: Explore, source: ExploreSource) -> Iterator[str]:
    """Views whose fields the source's query names."""
    names = [column.field or column.name for column in source.columns]
    names += [pair.field for pair in source.filters]
    for name in names:
        yield name.rpartition(".")[0] or explore.base


def _joined(explore: Explore, aliases: Iterable[str]) -> Iterator[str]:
    """The views behind the aliases, and behind those that their joins refer to."""
    joins = {join.name: join for join in explore.joins}
    yield explore.base_view
    wanted, seen = [*aliases, *explore.always_join], {explore.base}
    while wanted:
        join = joins.get(wanted.pop())
        if join is None or join.name in seen:
            continue
        seen.add(join.name)
        yield join.view
        wanted += _needs(join)


def _needs(join: Join) -> Iterator[str]:
    for text in (join.sql_on, join.sql_where, join.sql):
        yield from (name.rpartition(".")[0] for name in references(text or ""))
    if join.foreign_key is not None:
        yield join.foreign_key.rpartition(".")[0]
    yield from join.required_joins
