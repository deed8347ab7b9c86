"""Running a merge query: its sources as the asker, joined in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from belvedere.accounts.tokens import AccessSession
from belvedere.charts.painter import NotDrawn
from belvedere.compiler.calculated import calculations
from belvedere.compiler.compiled import Calculation
from belvedere.errors import EngineError, QueryError
from belvedere.lookml.labels import titleize
from belvedere.lookml.value_formats import NAMED_VALUE_FORMATS
from belvedere.query import bodies
from belvedere.query.definition import Definition
from belvedere.query.options import RunOptions
from belvedere.query.outcome import Outcome
from belvedere.query.pictures import Pictures
from belvedere.query.preparing import Prepared
from belvedere.query.presenter import QueryPresenter
from belvedere.query.runner import Runner, failed, sql_text
from belvedere.query.running import Running
from belvedere.results.merging import MOST_SOURCE_ROWS, Arrangement, Merged, Source, merged
from belvedere.results.presenter import Facts, Presenter
from belvedere.results.separators import separators_of
from belvedere.results.value_formats import Formatter, field_formatter

Pairs = Sequence[tuple[str, str]]
OnStart = Callable[[Running], None]


@dataclass(frozen=True, slots=True)
class MergeSource:
    """A source query; `pairs` are (field_name, source_field_name) as they were written."""

    definition: Definition
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge query. `shape` is the Definition that holds what is done with the merged rows:
    pivots, sorts, limits, total, table calculations, vis_config.
    """

    slug: str
    sources: Sequence[MergeSource]
    shape: Definition


@dataclass(frozen=True, slots=True)
class _Answered:
    prepared: Prepared
    facts: Facts
    source: Source
    warnings: Sequence[tuple[str, str]]


def run_merge(
    runner: Runner,
    merge: Merge,
    options: RunOptions,
    asker: AccessSession,
    on_start: OnStart = lambda _: None,
) -> Outcome:
    """Answer in the wanted format. NotFound where the asker may not see one of the sources;
    the first failure of a database is the answer. `on_start` is told of each source's run.
    """
    bodies.check_format(options.result_format)
    if not merge.sources:
        raise QueryError("The merge query has no source queries")
    prepared = [_prepared(runner, source, merge, asker) for source in merge.sources]
    if options.result_format == "sql":
        text = ";\n".join(sql_text(one) for one in prepared)
        return Outcome("text/plain", text.encode(), sql=text)
    answered: list[_Answered] = []
    for one, source in zip(prepared, merge.sources, strict=True):
        try:
            running = runner.started(one, source.definition, asker, "merge_query", merge.slug)
            running.merge_query_slug = merge.slug
            running.result_format = options.result_format
            on_start(running)
            answered.append(_answered(runner, one, source, options, running, answered[:1]))
        except EngineError as error:
            return failed(runner, one, options, error)
    try:
        body = _body(merge, answered, options, runner.pictures)
    except NotDrawn as error:
        body = runner.pictures.instead(error, options)
    return Outcome(
        bodies.MEDIA_TYPES[options.result_format],
        body,
        from_cache=all(one.facts.from_cache for one in answered),
        runtime=sum(one.facts.runtime for one in answered),
    )


def _prepared(runner: Runner, source: MergeSource, merge: Merge, asker: AccessSession) -> Prepared:
    definition = source.definition
    if definition.pivots:
        raise QueryError("A query that is pivoted cannot be merged; pivot the merged result")
    total = bool(merge.shape.total)
    definition = structs.replace(definition, total=total, row_total=None, subtotals=None)
    own = definition.row_limit()
    limit = MOST_SOURCE_ROWS if own is None else min(own, MOST_SOURCE_ROWS)
    return runner.prepare(definition, asker, limit)


def _answered(
    runner: Runner,
    prepared: Prepared,
    source: MergeSource,
    options: RunOptions,
    running: Running,
    first: Sequence[_Answered],
) -> _Answered:
    prepared = runner.ready(prepared, running)
    with runner.history.recording(running) as attempt:
        results, cached = runner.results(prepared, options, running)
        attempt.from_cache = cached
        attempt.runtime = sum(result.runtime for result in results.values())
    facts = runner.facts(prepared, results, from_cache=cached)
    tables = bodies.tables_of(prepared.compiled, results)
    shaped = bodies.shaped_of(prepared, tables, facts, calculated=True)
    here = {*shaped.names}
    there = {*first[0].source.shaped.names} if first else here
    pairs, warnings = [], []
    for written in source.pairs if first else ():
        pair = _oriented(written, there, here)
        if pair is None:
            warnings.append((written[0], _cannot_merge(written)))
        else:
            pairs.append(pair)
    if first and not source.pairs:
        raise QueryError("A source of a merge query names no fields to merge by")
    if warnings:  # half of a condition would find rows that the whole one does not
        shaped.rows, pairs = [], []
    calculated = {item.name: item.field for item in prepared.compiled.calculations}
    return _Answered(prepared, facts, Source(shaped, tuple(pairs), calculated), warnings)


def _cannot_merge(pair: tuple[str, str]) -> str:
    return (
        f"The merge by {pair[0]} and {pair[1]} finds nothing: one of them is not in its query, "
        "or you do not have access to it."
    )


def _oriented(pair: tuple[str, str], first: set[str], here: set[str]) -> tuple[str, str] | None:
    """(field of the first source, field here): the API's description says that field_name is
    the first's, exported dashboards have it the other way round.
    """
    for there, own in (pair, pair[::-1]):
        if there in first and own in here:
            return there, own
    return None


def _body(
    merge: Merge, answered: Sequence[_Answered], options: RunOptions, pictures: Pictures
) -> bytes:
    shape = merge.shape
    sorts, _ = shape.sort_terms()
    limit = options.limit if options.limit is not None else _own_limit(shape)
    arrangement = Arrangement(
        pivots=shape.pivots or (),
        sorts=sorts,
        limit=None if limit is None or limit < 0 else limit,
        column_limit=shape.pivot_limit(),
    )
    found = merged([one.source for one in answered], arrangement)
    facts = _facts(merge, answered)
    items = _calculations(shape)
    if items and (options.server_table_calcs or options.result_format not in bodies.FOR_PROGRAMS):
        # Its libraries take a tenth of a second to import, which the start can spare.
        from belvedere.results.calculations import compute  # noqa: PLC0415

        compute(found.shaped, items, sorts or (), bodies.local_time(facts))
        bodies.refuse_uncalculated(found.shaped, options)
    presenter = _MergePresenter(answered, found, items, options)
    return bodies.encoded(found.shaped, presenter, facts, options, shape.vis_config, pictures)


def _own_limit(shape: Definition) -> int | None:
    return int(shape.limit) if shape.limit else None


def _calculations(shape: Definition) -> tuple[Calculation, ...]:
    """The table calculations over the merged rows; other custom fields belong to a source."""
    items = shape.dynamic_items()
    calculated = [item for item in items if isinstance(item.get("table_calculation"), str)]
    if len(calculated) < len(items):
        raise QueryError("Only table calculations can be made of merged results")
    return calculations(calculated)


def _facts(merge: Merge, answered: Sequence[_Answered]) -> Facts:
    """Those of the first source, with what is true of all of them."""
    every = [one.facts for one in answered]
    texts = [facts.sql for facts in every]
    sorts, _ = merge.shape.sort_terms()
    return replace(
        every[0],
        sql=None if None in texts else ";\n".join(text for text in texts if text is not None),
        runtime=round(sum(facts.runtime for facts in every), 6),
        ran_at=min(facts.ran_at for facts in every),
        from_cache=all(facts.from_cache for facts in every),
        filters={},
        filter_expression=None,
        sorts=[(sort.field, sort.descending) for sort in sorts or ()],
        warnings=[pair for one in answered for pair in (*one.facts.warnings, *one.warnings)],
        fill_fields=[],
        aggregate_table=None,
    )


def _format(item: Calculation) -> str | None:
    named = NAMED_VALUE_FORMATS.get(item.field.value_format_name or "")
    return item.field.value_format or named


class _MergePresenter:
    """Cells are shown as their source shows them; each sees its source's row."""

    def __init__(
        self,
        answered: Sequence[_Answered],
        found: Merged,
        items: Sequence[Calculation],
        options: RunOptions,
    ) -> None:
        self._sources: list[QueryPresenter] = [
            bodies.presenter_of(one.prepared, options) for one in answered
        ]
        self._names = found.names
        self._owners: dict[str, tuple[int, str]] = {}
        for number in reversed(range(len(answered))):
            for own, name in found.names[number].items():
                self._owners[name] = (number, own)
        separators = separators_of(answered[0].prepared.number_format)
        self._items = {item.name: item for item in items}
        self._formats: dict[str, Formatter] = {
            item.name: field_formatter(item.field, _format(item), separators) for item in items
        }

    def _of(self, name: str) -> tuple[Presenter, str] | None:
        owner = self._owners.get(name)
        return None if owner is None else (self._sources[owner[0]], owner[1])

    def problems(self) -> list[tuple[str, str]]:
        return [told for source in self._sources for told in source.problems()]

    def label(self, name: str) -> str:
        found = self._of(name)
        if found is not None:
            return found[0].label(found[1])
        item = self._items.get(name)
        return (item.field.label if item else None) or titleize(name)

    def rendered(self, name: str, value: Any) -> str:
        found = self._of(name)
        return found[0].rendered(found[1], value) if found else self._formats[name](value)

    def html(self, name: str, value: Any, row: dict[str, Any]) -> str | None:
        found = self._of(name)
        return found[0].html(found[1], value, self._row(name, row)) if found else None

    def links(self, name: str, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
        found = self._of(name)
        return found[0].links(found[1], value, self._row(name, row)) if found else []

    def filterable(self, name: str, value: Any) -> str | None:
        found = self._of(name)
        return found[0].filterable(found[1], value) if found else None

    def field_metadata(self, name: str) -> dict[str, Any]:
        found = self._of(name)
        if found is None:
            return {"name": name, "label": self.label(name), "dynamic": True, "measure": True}
        return found[0].field_metadata(found[1]) | {"name": name}

    def _row(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row by the names of the cell's own source."""
        called = self._names[self._owners[name][0]]
        return {own: row[shown] for own, shown in called.items() if shown in row}
