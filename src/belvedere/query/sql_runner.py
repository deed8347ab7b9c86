"""SQL that people write themselves, run and answered row by row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from belvedere import ids
from belvedere.accounts.tokens import AccessSession
from belvedere.engines.base import Engine
from belvedere.errors import EngineError
from belvedere.query.bodies import check_format
from belvedere.query.outcome import Outcome, Resumed
from belvedere.query.runner import Runner
from belvedere.query.running import Running
from belvedere.query.statements import begun, timed, watch
from belvedere.results import encoding


def run_sql(
    runner: Runner,
    connection_name: str,
    sql: str,
    result_format: str,
    asker: AccessSession,
    *,
    model: str | None = None,
    slug: str | None = None,
    on_end: Callable[[float], None] = lambda _: None,
) -> Outcome:
    """Run a person's own SQL (read-only) and answer in the wanted format. With a model, its
    `${view.SQL_TABLE_NAME}` and `${view.field}` are filled in.

    What goes wrong before statements.HELD_ROWS rows have come is told in the answer; later it
    cuts the answer off. `on_end` is given the seconds that it took once all rows are written.
    """
    check_format(result_format, drawn=False)
    if result_format == "sql":
        return Outcome("text/plain", sql.encode(), sql=sql)
    engine = runner.engines.open(connection_name).engine
    running = Running(
        id=ids.slug(),
        user_id=str(asker.user_id),
        started_at=runner.clock(),
        connection=connection_name,
        source="sqlrunner",
        query_slug=slug,
        sql_query_slug=slug,
        sql=sql,
        workspace_id=asker.workspace_id,
        result_format=result_format,
    )
    media_type = encoding.MEDIA_TYPES[result_format]
    try:
        if model is not None and "${" in sql:
            sql = runner.handwritten(model, sql, asker, running)
        chunks = _chunks(runner, engine, running, sql, result_format, on_end)
        first = next(chunks)
    except EngineError as error:
        body = encoding.encode_error(result_format, str(error), sql)
        return Outcome(media_type, body, error=str(error), sql=sql)
    return Outcome(media_type, chunks=Resumed(first, chunks), stop=running.stop, sql=sql)


def _chunks(
    runner: Runner,
    engine: Engine,
    running: Running,
    sql: str,
    result_format: str,
    on_end: Callable[[float], None],
) -> Iterator[bytes]:
    started = time.perf_counter()
    with ExitStack() as stack:
        attempt = stack.enter_context(runner.history.recording(running))
        stack.enter_context(runner.running.track(running))
        times = timed(stack, running, streamed=True)
        execution = stack.enter_context(engine.execute(sql, started=watch(stack, running, times)))
        times.executed()
        batches = begun(execution.batches())
        yield from encoding.stream_rows(result_format, execution.schema, batches, sql)
        attempt.runtime = time.perf_counter() - started
    on_end(time.perf_counter() - started)
