"""Run this query as this person: model, compilation, cache, database, encoding."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from belvedere import ids
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tokens import AccessSession
from belvedere.clock import Clock, iso
from belvedere.compiler import compile_query, dialects
from belvedere.compiler.compiled import Compiled, SqlPart
from belvedere.compiler.request import Request, Scratch, Viewer
from belvedere.compiler.selection import Selector
from belvedere.connections.connections import is_timezone
from belvedere.connections.registry import EngineRegistry, OpenConnection
from belvedere.engines.base import Engine, Started
from belvedere.errors import BadRequest, EngineError, Forbidden, NotBuilt, NotFound, QueryError
from belvedere.lookml.field_metadata import Audience
from belvedere.lookml.model import Model
from belvedere.lookml.scope import Scope, scope_of
from belvedere.projects.served import ServedModels
from belvedere.query.cache import Result, ResultCache, key_of
from belvedere.query.datagroups import DatagroupStates
from belvedere.query.definition import Definition
from belvedere.query.derived.builder import Builder, Order
from belvedere.query.inflight import InFlight
from belvedere.query.options import RunOptions
from belvedere.query.persistence import reuse_seconds
from belvedere.query.presenter import QueryPresenter
from belvedere.query.running import Running, RunningQueries
from belvedere.results import encoding, streams
from belvedere.results.presenter import Facts
from belvedere.results.shape import Tables, shape
from belvedere.settings import Settings

STREAMED = frozenset({"json", "csv", "txt"})
_FOR_PROGRAMS = STREAMED | {"json_label", "inline_json"}
PICTURES = frozenset({"png", "jpg"})
_DEVELOP = Permission("develop")
STREAM_FROM = 50_000
"""Results that may be longer than this are streamed where their format can be."""
_MOST_COMPILED = 2000
_COUNTS_TIME: dict[tuple[str, str, str], bool] = {}
_OTHER_TIME = timedelta(days=417, hours=5, minutes=7, seconds=11)


@dataclass(frozen=True, slots=True)
class Reusable:
    """Until when an answer may be given again (Unix seconds), and under which model version."""

    until: float
    model: str
    version: str


@dataclass(slots=True)
class Outcome:
    """An answer: `body`, or `chunks` of one that is streamed (close them to stop it).

    `error` is the database's message where the body tells of a failed query.
    """

    media_type: str
    body: bytes = b""
    chunks: Iterator[bytes] | None = None
    stop: Callable[[], None] | None = None
    reusable: Reusable | None = None
    from_cache: bool = False
    runtime: float = 0.0
    sql: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query compiled for a person, and where it will run."""

    model: Model
    scope: Scope
    compiled: Compiled
    connection: OpenConnection
    depends_on_time: bool
    may_see_sql: bool
    audience: Audience
    reuse: int
    fresh_since: float
    """Unix seconds: older results do not count any more."""
    request: Request


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
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._engines = engines
        self._models = models
        self._cache = cache
        self._datagroups = datagroups
        self._builder = builder
        self.running = running
        self._settings = settings
        self._clock = clock
        self._inflight: InFlight[Result] = InFlight()
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()
        self._lock = threading.Lock()

    # Preparing

    def prepare(
        self, definition: Definition, asker: AccessSession, limit: int | None = None
    ) -> Prepared:
        """Compile for the asker. NotFound for what the asker cannot see; `limit` overrides."""
        if not asker.permissions.may_see_model(definition.model):
            raise NotFound
        served = self._models.get(definition.model)
        model = served.model
        if model is None or definition.view not in model.explores:
            raise NotFound
        if model.connection is None:
            raise BadRequest(f'The model "{model.name}" names no connection')
        if not served.may_use(model.connection):
            raise BadRequest(
                f'The model "{model.name}" is not configured to use the connection '
                f'"{model.connection}"'
            )
        try:
            connection = self._engines.open(model.connection)
        except NotFound:
            message = f'The model "{model.name}" uses the connection "{model.connection}", '
            raise BadRequest(message + "which does not exist") from None
        request = self._request(model, definition, asker, connection, limit)
        compiled, depends = self._compile(request, definition, connection)
        scope = scope_of(model, definition.view)
        return Prepared(
            model=model,
            scope=scope,
            compiled=compiled,
            connection=connection,
            depends_on_time=depends,
            may_see_sql=asker.permissions.has(Permission("see_sql"), model.name),
            audience=Audience(
                Selector(request, scope).visible,
                asker.permissions.has(Permission("see_lookml"), model.name),
                asker.attributes,
            ),
            reuse=reuse_seconds(model, scope.explore, self._settings.cache_seconds),
            fresh_since=self._datagroups.fresh_since(model, scope.explore),
            request=request,
        )

    def _reading_kept(self, prepared: Prepared, running: Running, *, rebuild: bool) -> Prepared:
        """The same over the derived tables that are kept right now; makes those that are not."""
        kept = prepared.compiled.kept
        if not kept:
            return prepared
        order = Order(
            prepared.request,
            prepared.connection,
            running,
            rebuild=rebuild,
            rebuild_below=rebuild,
        )
        tables = self._builder.ready(kept, order)
        return replace(prepared, compiled=prepared.compiled.reading(tables))

    def _request(
        self,
        model: Model,
        definition: Definition,
        asker: AccessSession,
        connection: OpenConnection,
        limit: int | None,
    ) -> Request:
        sorts, unsorted = definition.sort_terms()
        database = connection.config.timezone
        zone = definition.query_timezone or connection.query_timezone or database
        if zone == "user_timezone":
            zone = asker.timezone or connection.query_timezone or database
        if not is_timezone(zone):
            raise QueryError(f"{zone} is not a time zone")
        own = definition.row_limit()
        chosen = own if limit is None else (None if limit < 0 else limit)
        return Request(
            model=model,
            explore=definition.view,
            fields=definition.fields or (),
            now=self._clock(),
            pivots=definition.pivots or (),
            fill_fields=definition.fill_fields or (),
            filters=definition.filters or {},
            filter_expression=definition.filter_expression,
            sorts=sorts,
            unsorted=unsorted,
            limit=chosen,
            column_limit=definition.pivot_limit(),
            total=bool(definition.total),
            row_total=definition.row_total,
            subtotals=definition.subtotals or (),
            dynamic_fields=definition.dynamic_items(),
            timezone=zone,
            database_timezone=database,
            viewer=Viewer(asker.attributes, frozenset(asker.attributes)),
            scratch=_scratch(connection),
        )

    def _compile(
        self, request: Request, definition: Definition, connection: OpenConnection
    ) -> tuple[Compiled, bool]:
        """The compiled query, and whether its SQL depends on the time of asking."""
        key = (
            request.model.project,
            request.model.name,
            request.model.version,
            definition.fingerprint(),
            request.limit,
            request.timezone,
            request.database_timezone,
            connection.config.dialect,
            request.scratch,
            tuple(sorted(request.viewer.attributes.items())),
        )
        found = self._compiled.get(key)
        if found is not None:
            return found, False
        dialect = dialects.get(connection.config.dialect)
        compiled = compile_query(request, dialect)
        if compiled.reads_clock:
            return compiled, True
        if _may_tell_time(compiled, request.model):
            later = compile_query(replace(request, now=request.now + _OTHER_TIME), dialect)
            if later.sql != compiled.sql:
                return compiled, True
        with self._lock:
            self._compiled[key] = compiled
            while len(self._compiled) > _MOST_COMPILED:
                self._compiled.popitem(last=False)
        return compiled, False

    # Running

    def run(
        self,
        definition: Definition,
        options: RunOptions,
        asker: AccessSession,
        *,
        slug: str | None = None,
        source: str = "api",
        on_start: Callable[[Running], None] = lambda _: None,
    ) -> Outcome:
        """Answer in the wanted format. A failure of the database is an answer too (`error`)."""
        _check_format(options.result_format)
        prepared = self.prepare(definition, asker, options.limit)
        sql = prepared.compiled.sql
        if options.result_format == "sql":
            if not prepared.may_see_sql:
                raise Forbidden("Seeing SQL needs the permission see_sql")
            text = ";\n".join(part.sql for part in prepared.compiled.parts().values())
            return Outcome("text/plain", text.encode(), sql=sql)
        running = Running(
            id=ids.slug(),
            user_id=str(asker.user_id),
            started_at=self._clock(),
            connection=prepared.connection.name,
            source=source,
            model=definition.model,
            explore=definition.view,
            query_slug=slug,
            sql=sql,
        )
        on_start(running)
        try:
            with self.running.track(running):
                rebuild = options.rebuild_pdts and asker.permissions.has(_DEVELOP, definition.model)
                prepared = self._reading_kept(prepared, running, rebuild=rebuild)
            if _is_streamed(prepared.compiled, options):
                return self._streamed(prepared, options, running)
            return self._bounded(prepared, options, running)
        except EngineError as error:
            return self._failed(prepared, options, error)

    def _failed(self, prepared: Prepared, options: RunOptions, error: EngineError) -> Outcome:
        shown = prepared.compiled.sql if prepared.may_see_sql else None
        message = str(error) if prepared.may_see_sql else "The query failed in the database"
        body = encoding.encode_error(options.result_format, message, shown)
        media_type = encoding.MEDIA_TYPES[options.result_format]
        return Outcome(media_type, body, sql=prepared.compiled.sql, error=message)

    # Bounded results

    def _bounded(self, prepared: Prepared, options: RunOptions, running: Running) -> Outcome:
        compiled = prepared.compiled
        with self.running.track(running):
            answers = {
                name: self._result(prepared, part, options, running)
                for name, part in compiled.parts().items()
            }
        fresh = all(cached for _, cached in answers.values())
        results = {name: result for name, (result, _) in answers.items()}
        runtime = sum(result.runtime for result in results.values())
        facts = self._facts(prepared, results["main"].ran_at, runtime, from_cache=fresh)
        tables = Tables.of({name: result.table for name, result in results.items()})
        body = self._encoded(prepared, options, tables, facts)
        until = min(result.ran_at for result in results.values()) + prepared.reuse
        return Outcome(
            encoding.MEDIA_TYPES[options.result_format],
            body,
            reusable=self._reusable(prepared, options, until),
            from_cache=fresh,
            runtime=runtime,
            sql=compiled.sql,
        )

    def _encoded(
        self,
        prepared: Prepared,
        options: RunOptions,
        tables: Tables,
        facts: Facts,
    ) -> bytes:
        compiled = prepared.compiled
        presenter = QueryPresenter(
            prepared.scope,
            compiled,
            prepared.audience,
            drill_links=options.generate_drill_links,
            path_prefix=options.path_prefix,
        )
        plain = compiled.plain and not _calculates(compiled, options)
        if plain and options.result_format in STREAMED and not options.apply_formatting:
            batches = tables.main.to_batches()
            return b"".join(_text_rows(options.result_format, batches, compiled, presenter))
        calculated = _calculates(compiled, options)
        shaped = shape(compiled, tables, _local_time(facts) if calculated else None)
        if shaped.problems and options.server_table_calcs:
            name, message = shaped.problems[0]
            raise QueryError(f"The table calculation {name}: {message}")
        return encoding.encode(
            options.result_format, shaped, presenter, facts, formatted=options.apply_formatting
        )

    def _reusable(self, prepared: Prepared, options: RunOptions, until: float) -> Reusable | None:
        if prepared.depends_on_time or not options.cache or options.result_format == "json_detail":
            return None
        return Reusable(until, prepared.model.name, prepared.model.version)

    def _facts(
        self, prepared: Prepared, ran_at: float, runtime: float, *, from_cache: bool
    ) -> Facts:
        compiled = prepared.compiled
        return Facts(
            id=key_of(prepared.connection.identity, compiled.sql)[:32],
            sql=compiled.sql if prepared.may_see_sql else None,
            runtime=round(runtime, 6),
            ran_at=iso(datetime.fromtimestamp(ran_at, self._clock().tzinfo)),
            from_cache=from_cache,
            timezone=compiled.timezone,
            filters=dict(compiled.filters),
            sorts=[(sort.field, sort.descending) for sort in compiled.sorts],
            warnings=[(warning.field, warning.message) for warning in compiled.warnings],
            model=compiled.model,
            explore=compiled.explore,
            fill_fields=list(compiled.fill_fields),
            aggregate_table=compiled.aggregate_table,
        )

    def _result(
        self, prepared: Prepared, part: SqlPart, options: RunOptions, running: Running
    ) -> tuple[Result, bool]:
        """The rows of one statement, and whether they were there already."""
        connection = prepared.connection
        key = key_of(connection.identity, part.sql)
        if options.cache or options.cache_only:
            age = None if options.cache_only else float(prepared.reuse)
            cached = self._cache.get(key, younger_than=age)
            if cached is not None and (options.cache_only or cached.ran_at >= prepared.fresh_since):
                return cached, True
        if options.cache_only:
            raise NotFound("There is no cached result of this query")
        result = self._inflight.run(
            key,
            lambda: self._executed(connection.engine, part.sql, running),
            lambda: running.stopped,
        )
        if prepared.reuse > 0:
            self._cache.put(key, result)
        return result, False

    def _executed(self, engine: Engine, sql: str, running: Running) -> Result:
        started = time.perf_counter()
        running.refuse_if_stopped()
        with ExitStack() as stack:
            execution = stack.enter_context(
                engine.execute(sql, started=_watch(stack, running), whole=True)
            )
            table = pa.Table.from_batches(execution.batches(), execution.schema)
        return Result(table, self._clock().timestamp(), time.perf_counter() - started)

    # Streamed results

    def _streamed(self, prepared: Prepared, options: RunOptions, running: Running) -> Outcome:
        chunks = self._stream(prepared, options, running)
        first = next(chunks)  # a statement that cannot start fails here, before any answer
        media_type = encoding.MEDIA_TYPES[options.result_format]
        return Outcome(
            media_type,
            chunks=_Resumed(first, chunks),
            stop=running.stop,
            sql=prepared.compiled.sql,
        )

    def _stream(self, prepared: Prepared, options: RunOptions, running: Running) -> Iterator[bytes]:
        compiled, engine = prepared.compiled, prepared.connection.engine
        presenter = QueryPresenter(
            prepared.scope, compiled, prepared.audience, drill_links=False, path_prefix=None
        )
        with ExitStack() as stack:
            stack.enter_context(self.running.track(running))
            # Only csv: DuckDB's own JSON comes late and takes hundreds of megabytes.
            if options.result_format == "csv":
                text = engine.write_text(compiled.sql, "csv")
                if text is not None:
                    stack.enter_context(text)
                    stack.enter_context(running.stoppable(text.cancel))
                    yield streams.csv_line(_header(compiled, presenter))
                    yield from text.chunks()
                    return
            watch = _watch(stack, running)
            execution = stack.enter_context(engine.execute(compiled.sql, started=watch))
            yield from _text_rows(options.result_format, execution.batches(), compiled, presenter)

    def column(
        self, definition: Definition, asker: AccessSession
    ) -> tuple[list[object], bool, str | None]:
        """The first column's values, whether they were cached, and the database's error."""
        prepared = self.prepare(definition, asker)
        running = Running(
            id=ids.slug(),
            user_id=str(asker.user_id),
            started_at=self._clock(),
            connection=prepared.connection.name,
            source="suggest",
            model=definition.model,
            explore=definition.view,
            sql=prepared.compiled.sql,
        )
        with self.running.track(running):
            try:
                prepared = self._reading_kept(prepared, running, rebuild=False)
                part = prepared.compiled.parts()["main"]
                result, cached = self._result(prepared, part, RunOptions("json"), running)
            except EngineError as error:
                return [], False, str(error)
        return result.table.column(0).to_pylist(), cached, None

    # SQL Runner

    def run_sql(
        self,
        connection_name: str,
        sql: str,
        result_format: str,
        asker: AccessSession,
        *,
        slug: str | None = None,
    ) -> Outcome:
        """Run a person's own SQL (read-only) and answer in the wanted format."""
        _check_format(result_format)
        if result_format == "sql":
            return Outcome("text/plain", sql.encode(), sql=sql)
        connection = self._engines.open(connection_name)
        running = Running(
            id=ids.slug(),
            user_id=str(asker.user_id),
            started_at=self._clock(),
            connection=connection_name,
            source="sql_runner",
            query_slug=slug,
            sql=sql,
        )
        media_type = encoding.MEDIA_TYPES[result_format]
        with self.running.track(running):
            try:
                result = self._executed(connection.engine, sql, running)
            except EngineError as error:
                body = encoding.encode_error(result_format, str(error), sql)
                return Outcome(media_type, body, error=str(error), sql=sql)
        names = result.table.column_names
        body = encoding.encode_rows(result_format, names, result.table)
        return Outcome(media_type, body, runtime=result.runtime, sql=sql)


def _scratch(connection: OpenConnection) -> Scratch | None:
    return None if connection.scratch is None else Scratch(connection.scratch, connection.place)


class _Resumed:
    """An iterator whose first item was taken already; closing it closes the source."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._first: bytes | None = first
        self._rest = rest

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return next(self._rest)

    def close(self) -> None:
        close = getattr(self._rest, "close", None)
        if close is not None:
            close()


def _watch(stack: ExitStack, running: Running) -> Started:
    """Lets the running query stop its statement, until the stack is unwound."""

    def started(cancel: Callable[[], None]) -> None:
        stack.enter_context(running.stoppable(cancel))

    return started


def _check_format(result_format: str) -> None:
    if result_format in PICTURES:
        raise NotBuilt(f"The result format {result_format} is not offered yet")
    if result_format not in encoding.FORMATS:
        known = ", ".join(sorted(encoding.FORMATS))
        raise BadRequest(f"Unknown result format {result_format}; there are {known}")


def _is_streamed(compiled: Compiled, options: RunOptions) -> bool:
    long = compiled.limit is None or compiled.limit > STREAM_FROM
    return (
        long
        and compiled.plain
        and not _calculates(compiled, options)
        and options.result_format in STREAMED
        and not options.apply_formatting
        and not options.cache_only
    )


def _calculates(compiled: Compiled, options: RunOptions) -> bool:
    """Rows for programs hold table calculations where these are asked for, all else always."""
    if not compiled.calculations:
        return False
    return options.server_table_calcs or options.result_format not in _FOR_PROGRAMS


def _local_time(facts: Facts) -> datetime:
    return (
        datetime.fromisoformat(facts.ran_at)
        .astimezone(ZoneInfo(facts.timezone))
        .replace(tzinfo=None)
    )


def _header(compiled: Compiled, presenter: QueryPresenter) -> list[str]:
    return [presenter.label(column.name) for column in compiled.columns]


def _text_rows(
    result_format: str,
    batches: Iterator[pa.RecordBatch] | list[pa.RecordBatch],
    compiled: Compiled,
    presenter: QueryPresenter,
) -> Iterator[bytes]:
    if result_format == "json":
        return streams.stream_json(batches, [column.name for column in compiled.columns])
    delimiter = "," if result_format == "csv" else "\t"
    return streams.stream_csv(batches, _header(compiled, presenter), delimiter)


def _may_tell_time(compiled: Compiled, model: Model) -> bool:
    """Whether some literal in the SQL may have been computed from the time of asking."""
    if "TIMESTAMP '" in compiled.sql or "DATE '" in compiled.sql:
        return True
    return _counts_time(model)


def _counts_time(model: Model) -> bool:
    """Whether some column keeps times as numbers, whose bounds are written as numbers too."""
    key = (model.project, model.name, model.version)
    if key not in _COUNTS_TIME:
        if len(_COUNTS_TIME) > 256:
            _COUNTS_TIME.clear()
        _COUNTS_TIME[key] = any(
            field.datatype in ("epoch", "yyyymmdd")
            for view in model.views.values()
            for field in view.fields.values()
        )
    return _COUNTS_TIME[key]
