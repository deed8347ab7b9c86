"""A prepared query's rows in the wanted format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from belvedere.clock import iso
from belvedere.compiler.compiled import Compiled, SqlPart
from belvedere.errors import BadRequest, QueryError
from belvedere.query import pictures
from belvedere.query.cache import Result, key_of
from belvedere.query.options import RunOptions
from belvedere.query.pictures import Pictures
from belvedere.query.preparing import Prepared
from belvedere.query.presenter import QueryPresenter
from belvedere.results import encoding, streams
from belvedere.results.encoded import stream_query
from belvedere.results.presenter import Facts, Presenter
from belvedere.results.shape import Tables, outline, shape
from belvedere.results.shaped import Shaped
from belvedere.results.visible import Visible, VisiblePresenter

STREAM_FROM = 50_000
"""Results that may be longer than this are streamed."""
PICTURES = frozenset(pictures.MEDIA_TYPES)
MEDIA_TYPES = encoding.MEDIA_TYPES | pictures.MEDIA_TYPES
_TEXTS = frozenset({"json", "csv", "txt"})
FOR_PROGRAMS = _TEXTS | {"json_label", "inline_json"}
_WITH_OPTIONS = frozenset({"json_detail", "json_fe", "json_bi"})
"""Formats for clients that draw: they apply the options of visualizations themselves."""


def check_format(result_format: str, *, drawn: bool = True) -> None:
    """BadRequest for a format that is none; `drawn`: whether pictures are among them."""
    formats = {*encoding.FORMATS, *(PICTURES if drawn else ())}
    if result_format not in formats:
        known = ", ".join(sorted(formats))
        raise BadRequest(f"Unknown result format {result_format}; there are {known}")


def is_streamed(prepared: Prepared, options: RunOptions) -> bool:
    compiled = prepared.compiled
    long = compiled.limit is None or compiled.limit > STREAM_FROM
    return (
        long
        and compiled.plain
        and not calculates(compiled, options)
        and not options.cache_only
        and not applies_options(prepared, options)
    )


def calculates(compiled: Compiled, options: RunOptions) -> bool:
    """Rows for programs hold table calculations where these are asked for, all else always."""
    if not compiled.calculations:
        return False
    return options.server_table_calcs or options.result_format not in FOR_PROGRAMS


def applies_options(prepared: Prepared, options: RunOptions) -> bool:
    wanted = options.apply_vis and options.result_format not in _WITH_OPTIONS
    return wanted and bool(prepared.vis_config)


def presenter_of(prepared: Prepared, options: RunOptions) -> QueryPresenter:
    return QueryPresenter(
        prepared.scope,
        prepared.compiled,
        prepared.audience,
        drill_links=options.generate_drill_links,
        path_prefix=options.path_prefix,
        dynamic_fields=prepared.request.dynamic_fields,
        number_format=prepared.number_format,
        database_timezone=prepared.request.database_timezone,
    )


def tables_of(compiled: Compiled, results: dict[str, Result]) -> Tables:
    """Results by the names of the query's parts, with the names of their columns."""
    parts = compiled.parts()
    return Tables.of({name: _named(results[name].table, part) for name, part in parts.items()})


def _named(rows: Any, part: SqlPart) -> Any:
    """Columns are known by their place: databases cut long names off."""
    return rows.rename_columns([column.name for column in part.columns])


def shown_sql(compiled: Compiled) -> str:
    """The statement as it is shown; it tells which rows of the answer it does not give."""
    filled = (" ".join(name.split()) for name in compiled.fill_fields)
    notes = [
        f"-- raw sql results do not include filled-in values for '{name}'\n" for name in filled
    ]
    return "".join([*notes, compiled.sql])


def facts_of(
    prepared: Prepared, now: datetime, ran_at: float, runtime: float, *, from_cache: bool
) -> Facts:
    compiled = prepared.compiled
    return Facts(
        id=key_of(prepared.connection.identity, compiled.sql)[:32],
        sql=shown_sql(compiled) if prepared.may_see_sql else None,
        runtime=round(runtime, 6),
        ran_at=iso(datetime.fromtimestamp(ran_at, now.tzinfo)),
        from_cache=from_cache,
        timezone=compiled.timezone,
        filters={name: text for name, text in compiled.filters if prepared.may_name(name)},
        sorts=[(sort.field, sort.descending) for sort in compiled.sorts],
        warnings=[(warning.field, warning.message) for warning in compiled.warnings],
        model=compiled.model,
        explore=compiled.explore,
        fill_fields=list(compiled.fill_fields),
        aggregate_table=compiled.aggregate_table,
        filter_expression=compiled.filter_expression,
        number_format=prepared.number_format,
    )


def body_of(
    prepared: Prepared, options: RunOptions, tables: Tables, facts: Facts, drawn: Pictures
) -> bytes:
    """A bounded result, encoded."""
    compiled = prepared.compiled
    presenter = presenter_of(prepared, options)
    if _is_plain(prepared, options):
        batches = tables.main.to_batches()
        return b"".join(_text_rows(options.result_format, batches, compiled, presenter))
    shaped = shaped_of(prepared, tables, facts, calculated=calculates(compiled, options))
    refuse_uncalculated(shaped, options)
    return encoded(shaped, presenter, facts, options, prepared.vis_config, drawn)


def _is_plain(prepared: Prepared, options: RunOptions) -> bool:
    """Whether the rows can be written as they came from the database."""
    return (
        prepared.compiled.plain
        and options.result_format in _TEXTS
        and not options.apply_formatting
        and not calculates(prepared.compiled, options)
        and not applies_options(prepared, options)
    )


def shaped_of(prepared: Prepared, tables: Tables, facts: Facts, *, calculated: bool) -> Shaped:
    return shape(prepared.compiled, tables, local_time(facts) if calculated else None)


def local_time(facts: Facts) -> datetime:
    ran_at = datetime.fromisoformat(facts.ran_at)
    return ran_at.astimezone(ZoneInfo(facts.timezone)).replace(tzinfo=None)


def refuse_uncalculated(shaped: Shaped, options: RunOptions) -> None:
    """Calculations that were asked for by name are answered or refused."""
    failed = [problem for problem in shaped.problems if problem[0] in shaped.calculations]
    if failed and options.server_table_calcs:
        name, message = failed[0]
        raise QueryError(f"The table calculation {name}: {message}")


def encoded(
    shaped: Shaped,
    presenter: Presenter,
    facts: Facts,
    options: RunOptions,
    vis_config: dict[str, Any] | None,
    drawn: Pictures,
) -> bytes:
    if options.result_format in PICTURES:
        return drawn.of(shaped, presenter, vis_config, options)
    if options.apply_vis and vis_config and options.result_format not in _WITH_OPTIONS:
        visible = Visible.of(vis_config)
        visible.apply(shaped)
        presenter = VisiblePresenter(presenter, visible)
    return encoding.encode(
        options.result_format, shaped, presenter, facts, formatted=options.apply_formatting
    )


def failure(prepared: Prepared, options: RunOptions, message: str, now: datetime) -> bytes:
    """The database's error in the wanted format."""
    facts = facts_of(prepared, now, now.timestamp(), 0.0, from_cache=False)
    shaped, presenter = outline(prepared.compiled), presenter_of(prepared, options)
    return encoding.encode_failure(options.result_format, shaped, presenter, facts, message)


def header_of(prepared: Prepared, options: RunOptions) -> list[str]:
    presenter = presenter_of(prepared, options)
    return [presenter.label(column.name) for column in prepared.compiled.columns]


def streamed(
    prepared: Prepared,
    options: RunOptions,
    batches: Iterable[pa.RecordBatch],
    facts: Callable[[], Facts],
) -> Iterator[bytes]:
    """A plain result of any length, encoded as its rows come."""
    compiled, presenter = prepared.compiled, presenter_of(prepared, options)
    if _is_plain(prepared, options):
        return iter(_text_rows(options.result_format, batches, compiled, presenter))
    main = compiled.parts()["main"]
    return stream_query(
        options.result_format,
        compiled,
        (_named(batch, main) for batch in batches),
        presenter,
        facts,
        formatted=options.apply_formatting,
    ).chunks


def _text_rows(
    result_format: str,
    batches: Iterable[pa.RecordBatch],
    compiled: Compiled,
    presenter: Presenter,
) -> Iterator[bytes]:
    names = [column.name for column in compiled.columns]
    if result_format == "json":
        return streams.stream_json(batches, names)
    delimiter = "," if result_format == "csv" else "\t"
    return streams.stream_csv(batches, [presenter.label(name) for name in names], delimiter)
