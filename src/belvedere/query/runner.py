"""Run this query as this person: model, compilation, cache, database, encoding."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from belvedere import activity, ids
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tokens import AccessSession
from belvedere.charts.painter import NotDrawn
from belvedere.clock import Clock
from belvedere.compiler.persistent import KeptTable, named
from belvedere.connections.registry import EngineRegistry, OpenConnection
from belvedere.errors import (
    BadRequest,
    EngineError,
    EngineUnavailable,
    Forbidden,
    LookmlError,
    QueryCancelled,
)
from belvedere.lookml.model import Model
from belvedere.projects.served import ServedModels
from belvedere.query import bodies
from belvedere.query.cache import Result, ResultCache
from belvedere.query.datagroups import DatagroupStates
from belvedere.query.definition import Definition
from belvedere.query.derived.builder import Builder, Order, Tables
from belvedere.query.history import Entry, History
from belvedere.query.options import RunOptions
from belvedere.query.outcome import Outcome, Resumed, Reusable
from belvedere.query.phases import Phases
from belvedere.query.pictures import Pictures, row_limit
from belvedere.query.preparing import Offer, Prepared, Preparer
from belvedere.query.running import Running, RunningQueries
from belvedere.query.statements import Statements, begun, timed, watch
from belvedere.results import encoding, streams
from belvedere.results.presenter import Facts
from belvedere.settings import Settings

API = "api4"
"""What a run is called that a program asks for."""
_DEVELOP = Permission("develop")
HIDDEN_ERROR = "The query failed in the database"


class Runner:
    """Thread-safe; one per process."""

    def __init__(
        self,
        engines: EngineRegistry,
        models: ServedModels,
        cache: ResultCache,
        datagroups: DatagroupStates,
        builder: Builder,
        running: RunningQueries,
        history: History,
        pictures: Pictures,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self.engines = engines
        self.running = running
        self.history = history
        self.pictures = pictures
        self.statements = Statements(cache, clock)
        self.clock = clock
        self._builder = builder
        self._preparer = Preparer(engines, models, datagroups, settings, clock)

    def prepare(
        self,
        definition: Definition,
        asker: AccessSession,
        limit: int | None = None,
        alone: str | None = None,
    ) -> Prepared:
        """Compile for the asker. NotFound for what the asker cannot see; `limit` overrides;
        `alone` is the one view that is read, if it is one.
        """
        return self._preparer.prepare(definition, asker, limit, alone)

    def offer(self, model: str, explore: str, asker: AccessSession) -> Offer:
        """What an explore offers to the asker; NotFound where it is nothing."""
        return self._preparer.offer(model, explore, asker)

    def connected(self, model: Model) -> OpenConnection:
        """The connection that queries of the model run on; BadRequest where there is none."""
        return self._preparer.connected(model)

    def ready(self, prepared: Prepared, running: Running, *, rebuild: bool = False) -> Prepared:
        """The same over the derived tables that are kept right now; makes those that are not."""
        kept = prepared.compiled.kept
        if not kept:
            return prepared
        name = prepared.connection.name
        may_go_without = prepared.compiled.aggregate_table is not None and not rebuild
        if may_go_without and any(self._builder.failed_lately(name, table) for table in kept):
            return self.ready(self._preparer.from_source(prepared), running)
        order = Order(
            prepared.request,
            prepared.connection,
            running,
            rebuild=rebuild,
            rebuild_below=rebuild,
        )
        began = time.perf_counter()
        with self.history.recording(running, failures_only=True), self.running.track(running):
            tables = self._made(kept, order, may_fail=may_go_without)
        running.phases.add("pdt", time.perf_counter() - began)
        if tables is None:
            return self.ready(self._preparer.from_source(prepared), running)
        return replace(prepared, compiled=prepared.compiled.reading(tables))

    def _made(self, kept: Sequence[KeptTable], order: Order, *, may_fail: bool) -> Tables | None:
        """The tables; None where the database refuses to make one and the query needs none."""
        try:
            return self._builder.ready(kept, order)
        except EngineError as error:
            if may_fail and not isinstance(error, EngineUnavailable | QueryCancelled):
                return None
            raise

    def handwritten(self, model: str, sql: str, asker: AccessSession, running: Running) -> str:
        """The asker's own SQL over the tables of a model, which are made where they are kept."""
        own = self._preparer.handwritten(model, sql, asker)
        if own.connection.name != running.connection:
            message = f"The model {model} uses the connection {own.connection.name} by now, not "
            raise BadRequest(f"{message}{running.connection}: store the SQL query again")
        if not own.text.kept:
            return own.text.sql
        order = Order(own.request, own.connection, running)
        with self.history.recording(running, failures_only=True), self.running.track(running):
            return named(own.text.sql, self._builder.ready(own.text.kept, order))

    def started(
        self,
        prepared: Prepared,
        definition: Definition,
        asker: AccessSession,
        source: str,
        slug: str | None = None,
    ) -> Running:
        """What is listed while the query runs."""
        return Running(
            id=ids.slug(),
            user_id=str(asker.user_id),
            started_at=self.clock(),
            connection=prepared.connection.name,
            source=source,
            model=prepared.model.name,
            explore=prepared.compiled.explore,
            query_slug=slug,
            sql=prepared.compiled.sql,
            definition=definition,
            workspace_id=asker.workspace_id,
            phases=Phases(prepare=prepared.took),
        )

    def run(
        self,
        definition: Definition,
        options: RunOptions,
        asker: AccessSession,
        *,
        slug: str | None = None,
        source: str = API,
        on_start: Callable[[Running], None] = lambda _: None,
    ) -> Outcome:
        """Answer in the wanted format. A failure of the database is an answer too (`error`)."""
        bodies.check_format(options.result_format)
        prepared = self.prepare(definition, asker, _limit(definition, options))
        if prepared.model.name == activity.MODEL:
            self.history.flush()
        if options.result_format == "sql":
            return Outcome("text/plain", sql_text(prepared).encode(), sql=prepared.compiled.sql)
        running = self.started(prepared, definition, asker, source, slug)
        running.result_format = options.result_format
        on_start(running)
        try:
            rebuild = options.rebuild_pdts and asker.permissions.has(_DEVELOP, definition.model)
            prepared = self.ready(prepared, running, rebuild=rebuild)
            if bodies.is_streamed(prepared, options):
                return self._streamed(prepared, options, running)
            return self._bounded(prepared, options, running)
        except EngineError as error:
            return failed(self, prepared, options, error)
        except NotDrawn as error:
            body = self.pictures.instead(error, options)
            return Outcome(bodies.MEDIA_TYPES[options.result_format], body, error=str(error))

    # Bounded results

    def results(
        self, prepared: Prepared, options: RunOptions, running: Running
    ) -> tuple[dict[str, Result], bool]:
        """The rows of every statement by the name of its part, and whether all were cached."""
        with self.running.track(running):
            answers = {
                name: self.statements.result(prepared, part, options, running, name)
                for name, part in prepared.compiled.parts().items()
            }
        cached = all(cached for _, cached in answers.values())
        return {name: result for name, (result, _) in answers.items()}, cached

    def facts(self, prepared: Prepared, results: dict[str, Result], *, from_cache: bool) -> Facts:
        runtime = sum(result.runtime for result in results.values())
        ran_at = results["main"].ran_at
        return bodies.facts_of(prepared, self.clock(), ran_at, runtime, from_cache=from_cache)

    def _bounded(self, prepared: Prepared, options: RunOptions, running: Running) -> Outcome:
        with self.history.recording(running) as attempt:
            results, cached = self.results(prepared, options, running)
            runtime = sum(result.runtime for result in results.values())
            attempt.from_cache, attempt.runtime, attempt.answered = cached, runtime, True
            began = time.perf_counter()
            facts = self.facts(prepared, results, from_cache=cached)
            tables = bodies.tables_of(prepared.compiled, results)
            body = bodies.body_of(prepared, options, tables, facts, self.pictures)
            running.phases.post_processing = time.perf_counter() - began
        until = min(result.ran_at for result in results.values()) + prepared.reuse
        return Outcome(
            bodies.MEDIA_TYPES[options.result_format],
            body,
            reusable=_reusable(prepared, options, until, attempt.entry),
            from_cache=cached,
            runtime=runtime,
            sql=prepared.compiled.sql,
        )

    # Streamed results

    def _streamed(self, prepared: Prepared, options: RunOptions, running: Running) -> Outcome:
        chunks = self._stream(prepared, options, running)
        first = next(chunks)  # a statement that cannot start fails here, before any answer
        media_type = encoding.MEDIA_TYPES[options.result_format]
        return Outcome(
            media_type,
            chunks=Resumed(first, chunks),
            stop=running.stop,
            sql=prepared.compiled.sql,
        )

    def _stream(self, prepared: Prepared, options: RunOptions, running: Running) -> Iterator[bytes]:
        sql, engine = prepared.compiled.sql, prepared.connection.engine
        started = self.clock().timestamp()

        def elapsed() -> float:
            return self.clock().timestamp() - started

        def facts() -> Facts:
            return bodies.facts_of(prepared, self.clock(), started, elapsed(), from_cache=False)

        with ExitStack() as stack:
            attempt = stack.enter_context(self.history.recording(running))
            stack.callback(lambda: setattr(attempt, "runtime", elapsed()))
            stack.enter_context(self.running.track(running))
            # Only csv: DuckDB's own JSON comes late and takes hundreds of megabytes.
            if options.result_format == "csv" and not options.apply_formatting:
                text = engine.write_csv(sql)
                if text is not None:
                    stack.enter_context(text)
                    stack.callback(_streaming(running))
                    stack.enter_context(running.stoppable(text.cancel))
                    chunks = text.chunks()
                    first = next(chunks, b"")
                    yield streams.csv_line(bodies.header_of(prepared, options)) + first
                    yield from chunks
                    return
            times = timed(stack, running, streamed=True)
            execution = stack.enter_context(
                engine.execute(sql, started=watch(stack, running, times))
            )
            times.executed()
            yield from bodies.streamed(prepared, options, begun(execution.batches()), facts)

    def column(
        self,
        definition: Definition,
        asker: AccessSession,
        reuse: int | None = None,
        alone: str | None = None,
    ) -> tuple[list[object], bool, str | None]:
        """The first column's values, whether they were cached, and the database's error as far
        as the asker may read it. `reuse` (seconds) says how long results count for this; `alone`
        is the one view that is read, where it does not refer to others.
        """
        try:
            prepared = self.prepare(definition, asker, alone=alone)
        except LookmlError:
            if alone is None:
                raise
            prepared = self.prepare(definition, asker)
        if reuse is not None:
            prepared = replace(prepared, reuse=reuse)
        running = self.started(prepared, definition, asker, "suggest")
        try:
            prepared = self.ready(prepared, running)
            part = prepared.compiled.parts()["main"]
            with self.history.recording(running) as attempt, self.running.track(running):
                result, cached = self.statements.result(prepared, part, RunOptions("json"), running)
                attempt.from_cache, attempt.runtime = cached, result.runtime
        except EngineError as error:
            return [], False, shown_error(prepared, error)
        return result.table.column(0).to_pylist(), cached, None


def _streaming(running: Running) -> Callable[[], None]:
    """Notes, when it is called, how long the database has been writing an answer itself."""
    began = time.perf_counter()

    def over() -> None:
        running.phases.load_process_and_stream_main_query = time.perf_counter() - began

    return over


def sql_text(prepared: Prepared) -> str:
    """Every statement of the query; Forbidden for those who may not see SQL."""
    if not prepared.may_see_sql:
        raise Forbidden("Seeing SQL needs the permission see_sql")
    _, *others = prepared.compiled.parts().values()
    return ";\n".join([bodies.shown_sql(prepared.compiled), *(part.sql for part in others)])


def shown_error(prepared: Prepared, error: EngineError) -> str:
    """Databases quote the statement in their messages."""
    return str(error) if prepared.may_see_sql else HIDDEN_ERROR


def failed(runner: Runner, prepared: Prepared, options: RunOptions, error: EngineError) -> Outcome:
    message = shown_error(prepared, error)
    if options.result_format in bodies.PICTURES:
        body = runner.pictures.saying(message, options)
    else:
        body = bodies.failure(prepared, options, message, runner.clock())
    media_type = bodies.MEDIA_TYPES[options.result_format]
    return Outcome(media_type, body, sql=prepared.compiled.sql, error=message)


def _limit(definition: Definition, options: RunOptions) -> int | None:
    """The limit that overrides the query's own."""
    limit = options.limit
    if options.result_format not in bodies.PICTURES:
        return limit
    own = definition.row_limit() if limit is None else limit if limit >= 0 else None
    return row_limit(own)


def _reusable(
    prepared: Prepared, options: RunOptions, until: float, entry: Entry | None
) -> Reusable | None:
    if (
        entry is None
        or prepared.depends_on_time
        or not options.cache
        or options.result_format == "json_detail"
    ):
        return None
    return Reusable(until, prepared.model.name, prepared.model.version, entry)
