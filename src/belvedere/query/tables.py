"""Rows that the query package keeps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class StoredQuery(Base):
    """A query as it was first asked; `fingerprint` makes equal queries one row."""

    __tablename__ = "query"

    slug: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StoredSqlQuery(Base):
    """SQL text to be run on a connection; `fingerprint` makes equal ones of a user one row."""

    __tablename__ = "sql_query"

    slug: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    connection_name: Mapped[str] = mapped_column(String(255))
    model_name: Mapped[str | None] = mapped_column(String(255))
    sql: Mapped[str] = mapped_column(Text)
    vis_config: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    creator_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_runtime: Mapped[float | None]
    run_count: Mapped[int] = mapped_column(default=0)


class QueryTaskRow(Base):
    """An asynchronous run; its result is a file beside the cache until `expires_at`."""

    __tablename__ = "query_task"
    __table_args__ = (Index("ix_query_task_creator_status", "creator_id", "status"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    query_slug: Mapped[str | None] = mapped_column(ForeignKey("query.slug"))
    merge_slug: Mapped[str | None] = mapped_column(ForeignKey("merge_query.slug"))
    """One of the two says what is run."""
    creator_id: Mapped[str] = mapped_column(String(64))
    result_format: Mapped[str] = mapped_column(String(32))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str | None] = mapped_column(String(255))
    look_id: Mapped[str | None] = mapped_column(String(64))
    dashboard_id: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16))
    result_source: Mapped[str | None] = mapped_column(String(32))
    media_type: Mapped[str | None] = mapped_column(String(255))
    error: Mapped[str | None] = mapped_column(Text)
    sql: Mapped[str | None] = mapped_column(Text)
    runtime: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RunningQueryRow(Base):
    """A query that some process has been running for a moment; `seen_at` says it still does."""

    __tablename__ = "running_query"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    process: Mapped[str] = mapped_column(String(32), index=True)
    user_id: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    connection_name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(255))
    model: Mapped[str | None] = mapped_column(String(255))
    explore: Mapped[str | None] = mapped_column(String(255))
    query_slug: Mapped[str | None] = mapped_column(String(64))
    sql: Mapped[str | None] = mapped_column(Text)
    stop_wanted: Mapped[bool] = mapped_column(default=False)


class DatagroupRow(Base):
    """What became of a model's datagroup."""

    __tablename__ = "datagroup"
    __table_args__ = (UniqueConstraint("model_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_name: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trigger_value: Mapped[str | None] = mapped_column(Text)
    trigger_error: Mapped[str | None] = mapped_column(Text)
    trigger_check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    triggered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stale_before: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MergeQueryRow(Base):
    """Several queries' results joined; `fingerprint` makes equal ones one row."""

    __tablename__ = "merge_query"

    slug: Mapped[str] = mapped_column(String(32), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HistoryRow(Base):
    """One run of a query; see history.py. `runtime` is in seconds, and so are the parts of it that
    phases.py names.
    """

    __tablename__ = "history"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int] = mapped_column(index=True)
    query_slug: Mapped[str | None] = mapped_column(String(64), index=True)
    sql_query_slug: Mapped[str | None] = mapped_column(String(64))
    merge_query_slug: Mapped[str | None] = mapped_column(String(64))
    look_id: Mapped[str | None] = mapped_column(String(64), index=True)
    dashboard_id: Mapped[str | None] = mapped_column(String(255), index=True)
    model: Mapped[str | None] = mapped_column(String(255))
    explore: Mapped[str | None] = mapped_column(String(255))
    connection_name: Mapped[str] = mapped_column(String(255))
    source: Mapped[str] = mapped_column(String(255))
    workspace_id: Mapped[str] = mapped_column(String(16), server_default="production")
    result_format: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    result_source: Mapped[str] = mapped_column(String(16))
    runtime: Mapped[float]
    message: Mapped[str | None] = mapped_column(Text)
    queued: Mapped[float | None]
    async_processing: Mapped[float | None]
    prepare: Mapped[float | None]
    pdt: Mapped[float | None]
    cache_load: Mapped[float | None]
    acquire_connection: Mapped[float | None]
    connection_held: Mapped[float | None]
    execute_main_query: Mapped[float | None]
    execute_totals_query: Mapped[float | None]
    execute_row_totals_query: Mapped[float | None]
    execute_grand_totals_query: Mapped[float | None]
    load_main_query_in_memory: Mapped[float | None]
    load_totals_query_in_memory: Mapped[float | None]
    load_row_totals_query_in_memory: Mapped[float | None]
    load_grand_totals_query_in_memory: Mapped[float | None]
    load_process_and_stream_main_query: Mapped[float | None]
    post_processing: Mapped[float | None]


class ApiUsageRow(Base):
    """How often an operation was called on one day (UTC)."""

    __tablename__ = "api_usage"

    created_on: Mapped[date] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(128), primary_key=True)
    api_query_type: Mapped[str] = mapped_column(String(16))
    total: Mapped[int]


class KeptTableRow(Base):
    """A persistent derived table by its definition, and the table that was made of it last.

    `former` are tables that were replaced, with the time (Unix seconds) from which on they can be
    dropped. `claim` names who makes it right now, until `claimed_until`. `schema_name` is where
    they are, None for the connection's.
    """

    __tablename__ = "kept_table"
    __table_args__ = (UniqueConstraint("connection_name", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_name: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(32))
    model_name: Mapped[str] = mapped_column(String(255))
    view_name: Mapped[str] = mapped_column(String(255))
    physical: Mapped[str | None] = mapped_column(String(255))
    built_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float | None]
    error: Mapped[str | None] = mapped_column(Text)
    trigger_value: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    former: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    schema_name: Mapped[str | None] = mapped_column(String(255))
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeptTableEvent(Base):
    """What happened to a persistent derived table, kept for ninety days; `seconds` is how long
    a build took.
    """

    __tablename__ = "pdt_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    connection_name: Mapped[str] = mapped_column(String(255))
    model_name: Mapped[str] = mapped_column(String(255))
    view_name: Mapped[str] = mapped_column(String(255))
    table_name: Mapped[str | None] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(32))
    message: Mapped[str | None] = mapped_column(Text)
    seconds: Mapped[float | None]


class PublishedViewRow(Base):
    """A database view that stands for the kept table of a model's view, under a name that stays.

    `physical` is the table that it reads, `key` that table's definition; `coming` is the table that
    it is being given. `error` says why it could not be made.
    """

    __tablename__ = "published_view"
    __table_args__ = (UniqueConstraint("connection_name", "model_name", "view_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_name: Mapped[str] = mapped_column(String(255))
    model_name: Mapped[str] = mapped_column(String(255))
    view_name: Mapped[str] = mapped_column(String(255))
    schema_name: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    key: Mapped[str | None] = mapped_column(String(32))
    physical: Mapped[str | None] = mapped_column(String(255))
    coming: Mapped[str | None] = mapped_column(String(255))
    error: Mapped[str | None] = mapped_column(Text)


class MaterializationRow(Base):
    """A build that somebody asked for."""

    __tablename__ = "materialization"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    model_name: Mapped[str] = mapped_column(String(255))
    view_name: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(String(64))
    source: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16))
    message: Mapped[str | None] = mapped_column(Text)
    stop_wanted: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
