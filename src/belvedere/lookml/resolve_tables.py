"""Derived tables: SQL, explore sources, and how they are kept."""

from __future__ import annotations

from collections.abc import Mapping

from belvedere.lookml.assemble import Raw
from belvedere.lookml.diagnostics import Severity
from belvedere.lookml.model import (
    PUBLISHING,
    BindFilter,
    DerivedTable,
    ExploreSource,
    Location,
    Persistence,
    SourceColumn,
)
from belvedere.lookml.reading import Reader

_TRIGGERS = ("datagroup_trigger", "sql_trigger_value", "interval_trigger", "persist_for")
"""The first that is written counts."""
_LAYOUT = (
    *("distribution", "distribution_style", "sortkeys", "indexes", "partition_keys"),
    *("cluster_keys", "increment_key", "increment_offset", "table_format", "table_compression"),
)


def derived_table(reader: Reader, view: Raw) -> DerivedTable | None:
    raw = view.objects.get(("derived_table", ""))
    if raw is None:
        return None
    reader.check_parameters(raw, "derived_table")
    steps: tuple[str, ...] = ()
    for value in raw.all("create_process"):
        steps = tuple(
            reader.filled(child.value, value)
            for child in value.node.children
            if child.key == "sql_step"
        )
        if not steps:
            reader.report("Missing required sql_step in create_process", value.location)
    _check_statements(reader, raw)
    return DerivedTable(
        sql=reader.text(raw, "sql"),
        explore_source=explore_source(reader, raw),
        sql_create=reader.text(raw, "sql_create"),
        create_process=steps,
        persistence=persistence(reader, raw),
        location=raw.location,
    )


def _check_statements(reader: Reader, raw: Raw) -> None:
    """Tables made by statements of their own: kept in any case, as those statements say."""
    ways = [way for way in ("sql_create", "create_process") if way in raw.values]
    if not ways:
        return
    if not any(name in raw.values for name in (*_TRIGGERS, "sql_trigger")):
        reader.report(
            f"A derived table by {ways[0]} is always a persistent one: it needs a trigger "
            f"({', '.join(_TRIGGERS)})",
            raw.location,
            kind="model",
        )
    for name in _LAYOUT:
        if name in raw.values:
            reader.report(
                f"{name} has no effect beside {ways[0]}: write it into the statements",
                raw.values[name][-1].location,
                severity=Severity.warning,
            )


def explore_source(reader: Reader, parent: Raw) -> ExploreSource | None:
    sources = list(parent.children("explore_source"))
    if not sources:
        return None
    raw = sources[-1]
    reader.check_parameters(raw, "explore_source")
    binds = []
    for value in raw.all("bind_filters"):
        written = reader.texts(value)
        binds.append(BindFilter(written.get("from_field", ""), written.get("to_field", "")))
    return ExploreSource(
        explore=raw.name,
        columns=tuple(
            SourceColumn(child.name, reader.text(child, "field"), None)
            for child in raw.children("column")
        ),
        derived_columns=tuple(
            SourceColumn(child.name, None, reader.text(child, "sql"))
            for child in raw.children("derived_column")
        ),
        filters=reader.pairs(raw),
        dev_filters=reader.pairs(raw, "dev_filters"),
        bind_filters=tuple(binds),
        bind_all_filters=reader.flag(raw, "bind_all_filters"),
        expression_custom_filter=reader.text(raw, "expression_custom_filter"),
        sorts=reader.sorts(raw),
        limit=reader.whole(raw, "limit"),
        timezone=reader.text(raw, "timezone"),
    )


def persistence(reader: Reader, raw: Raw) -> Persistence | None:
    values = {
        name: reader.text(raw, name)
        for name in (
            "datagroup_trigger",
            "increment_key",
            "distribution",
            "distribution_style",
            "table_format",
            "table_compression",
        )
    }
    for name in ("interval_trigger", "persist_for"):
        values[name] = reader.span(raw, name)
    values["sql_trigger_value"] = reader.text(raw, "sql_trigger_value") or reader.text(
        raw, "sql_trigger"
    )
    materialized = reader.flag(raw, "materialized_view")
    trigger = _the_trigger(reader, raw, values)
    if not materialized:
        _check_published(reader, raw, trigger)
    if not materialized and trigger is None:
        return None
    values |= {name: None for name in _TRIGGERS if name != trigger}
    return Persistence(
        **values,
        materialized_view=materialized,
        increment_offset=reader.whole(raw, "increment_offset") or 0,
        publish_as_db_view=reader.flag(raw, "publish_as_db_view"),
        indexes=reader.names(raw, "indexes"),
        partition_keys=reader.names(raw, "partition_keys"),
        cluster_keys=reader.names(raw, "cluster_keys"),
        sortkeys=reader.names(raw, "sortkeys"),
    )


def _the_trigger(reader: Reader, raw: Raw, values: Mapping[str, str | None]) -> str | None:
    """The one way of those that are written that counts."""
    written = [name for name in _TRIGGERS if values[name]]
    if len(written) > 1:
        reader.report(
            f"Several ways to keep one table ({', '.join(written)}): {written[0]} counts",
            raw.location,
            severity=Severity.warning,
            kind="model",
        )
    return written[0] if written else None


def _check_published(reader: Reader, raw: Raw, trigger: str | None) -> None:
    if not reader.flag(raw, "publish_as_db_view") or trigger in PUBLISHING:
        return
    reader.report(
        "publish_as_db_view has no effect: only tables with a trigger are published "
        f"({', '.join(PUBLISHING)})",
        raw.values["publish_as_db_view"][-1].location,
        severity=Severity.warning,
        kind="model",
    )


def check_table(reader: Reader, view: str, table: DerivedTable) -> None:
    """A derived table has one definition, and filters bound to a query forbid keeping it."""
    location = table.location or Location("", 1)
    source = table.explore_source
    ways = (table.sql, source, table.sql_create, table.create_process or None)
    written = sum(way is not None for way in ways)
    if written != 1:
        has = "no" if written == 0 else "more than one"
        message = (
            f"The derived_table of view {view} has {has} definition: it takes one of sql, "
            "explore_source, sql_create and create_process"
        )
        reader.report(message, location, kind="model")
    if source is None:
        return
    if table.persistence is not None and (source.bind_filters or source.bind_all_filters):
        message = f"The derived table of view {view} cannot be kept: it binds filters of the query"
        reader.report(message, location, kind="model")
    if source.bind_filters and source.bind_all_filters:
        message = f"The derived table of view {view} has bind_filters beside bind_all_filters"
        reader.report(message, location, kind="model")
