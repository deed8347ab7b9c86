"""Raw explores to the frozen model: joins, filters, aggregate tables, named queries."""

from __future__ import annotations

from collections.abc import Iterable

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.model import (
    AccessFilter,
    AggregateTable,
    Explore,
    FilterPair,
    Join,
    NamedQuery,
)
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve_tables import persistence

JOIN_TYPES = ("left_outer", "inner", "full_outer", "cross")
RELATIONSHIPS = ("many_to_one", "one_to_one", "one_to_many", "many_to_many")
_NOBODYS = "-"
"""No user attribute can have this name: filtered by it, an explore has no rows."""


def resolve_explore(reader: Reader, raw: Raw) -> Explore:
    reader.check_parameters(raw, "explore")
    view_name, from_name = reader.text(raw, "view_name"), reader.text(raw, "from")
    base = view_name or raw.name
    if raw.last("persist_for") is not None and raw.last("persist_with") is not None:
        message = f"The explore {raw.name} has persist_for and persist_with: persist_with counts"
        reader.report(
            message, raw.location, severity=Severity.warning, kind="model", explore=raw.name
        )
    conditional = raw.last("conditionally_filter")
    always = raw.last("always_filter")
    return Explore(
        name=raw.name,
        base=base,
        base_view=from_name or base,
        label=reader.text(raw, "label"),
        description=reader.text(raw, "description"),
        group_label=reader.text(raw, "group_label"),
        view_label=reader.text(raw, "view_label"),
        hidden=reader.flag(raw, "hidden"),
        tags=reader.names(raw, "tags"),
        joins=tuple(_join(reader, child, raw.name) for child in raw.children("join")),
        fields=reader.maybe_names(raw, "fields"),
        always_join=reader.names(raw, "always_join"),
        always_filter=_inner_pairs(reader, always),
        conditionally_filter=_inner_pairs(reader, conditional),
        conditionally_filter_unless=_inner_names(reader, conditional, "unless"),
        sql_always_where=reader.text(raw, "sql_always_where"),
        sql_always_having=reader.text(raw, "sql_always_having"),
        sql_table_name=reader.text(raw, "sql_table_name"),
        sql_preamble=reader.text(raw, "sql_preamble"),
        access_filters=tuple(_access_filters(reader, raw)),
        required_access_grants=reader.names(raw, "required_access_grants"),
        cancel_grouping_fields=reader.names(raw, "cancel_grouping_fields"),
        symmetric_aggregates=reader.flag(raw, "symmetric_aggregates", True),
        suggestions=reader.flag(raw, "suggestions", True),
        case_sensitive=reader.maybe_flag(raw, "case_sensitive"),
        persist_for=reader.span(raw, "persist_for"),
        persist_with=reader.text(raw, "persist_with"),
        aggregate_tables=tuple(
            _aggregate_table(reader, child) for child in raw.children("aggregate_table")
        ),
        queries=tuple(_named_query(reader, child) for child in raw.children("query")),
        location=raw.location,
    )


def _holder(value: Value | None) -> Raw | None:
    """The block of always_filter and its kin as an object of its own."""
    if value is None or value.node.kind != "block":
        return None
    raw = Raw(value.node.key, "", value)
    for child in value.node.children:
        raw.values.setdefault(child.key, []).append(Value(child, value.tree))
    return raw


def _inner_pairs(reader: Reader, value: Value | None) -> tuple[FilterPair, ...]:
    holder = _holder(value)
    return reader.pairs(holder) if holder is not None else ()


def _inner_names(reader: Reader, value: Value | None, parameter: str) -> tuple[str, ...]:
    holder = _holder(value)
    return reader.names(holder, parameter) if holder is not None else ()


def _access_filters(reader: Reader, raw: Raw) -> Iterable[AccessFilter]:
    for name in reader.all_names(raw, "access_filter_fields"):
        reader.report(
            f"access_filter_fields is no longer in the language: nobody sees rows until an "
            f"access_filter says which user attribute restricts {name}",
            raw.location,
            kind="model",
            explore=raw.name,
        )
        yield AccessFilter(name, _NOBODYS)
    for value in raw.all("access_filter"):
        written = reader.texts(value)
        if not written and value.node.kind == "block":
            continue
        if "field" not in written or "user_attribute" not in written:
            reader.report("access_filter needs a field and a user_attribute", value.location)
        yield AccessFilter(written.get("field", ""), written.get("user_attribute", ""))


def _join(reader: Reader, raw: Raw, explore: str) -> Join:
    reader.check_parameters(raw, "join")
    relationship = reader.text(raw, "relationship")
    conditions = ("sql_on", "foreign_key", "sql_foreign_key")
    if relationship is None and any(raw.last(name) is not None for name in conditions):
        reader.report(
            f"Join {raw.name}: relationship missing, assumed to be many_to_one.",
            raw.location,
            severity=Severity.warning,
            kind="model",
            explore=explore,
        )
    return Join(
        name=raw.name,
        view=reader.text(raw, "from") or raw.name,
        type=_join_type(reader, raw),
        relationship=_one_of(reader, raw, "relationship", RELATIONSHIPS),
        sql_on=reader.text(raw, "sql_on"),
        foreign_key=reader.text(raw, "foreign_key"),
        sql_foreign_key=reader.text(raw, "sql_foreign_key"),
        sql=reader.text(raw, "sql"),
        sql_where=reader.text(raw, "sql_where"),
        sql_having=reader.text(raw, "sql_having"),
        sql_table_name=reader.text(raw, "sql_table_name"),
        required_joins=reader.names(raw, "required_joins"),
        required_access_grants=reader.names(raw, "required_access_grants"),
        fields=reader.maybe_names(raw, "fields"),
        view_label=reader.text(raw, "view_label"),
        outer_only=reader.flag(raw, "outer_only"),
        location=raw.location,
    )


def _join_type(reader: Reader, raw: Raw) -> str:
    """The old `outer_only: yes` makes every join an outer one."""
    kind = _one_of(reader, raw, "type", JOIN_TYPES)
    return "left_outer" if kind == "inner" and reader.flag(raw, "outer_only") else kind


def _one_of(reader: Reader, raw: Raw, parameter: str, allowed: tuple[str, ...]) -> str:
    text = reader.text(raw, parameter)
    if text is None:
        return allowed[0]
    if text not in allowed:
        value = raw.last(parameter)
        hint = did_you_mean(text, allowed)
        reader.report(
            f"{parameter} of join {raw.name} takes one of {', '.join(allowed)}, not {text}.{hint}",
            value.location if value else raw.location,
        )
        return allowed[0]
    return text


def _aggregate_table(reader: Reader, raw: Raw) -> AggregateTable:
    queries = [*raw.children("query")]
    query = queries[-1] if queries else None
    reader.check_parameters(raw, "aggregate_table")
    value = raw.last("query")
    holder = query or _holder(value)
    materialization = raw.objects.get(("materialization", ""))
    if materialization is not None:
        reader.check_parameters(materialization, "materialization")
    if holder is not None:
        reader.check_parameters(holder, "query")
    if holder is None or materialization is None:
        lacks = "query" if holder is None else "materialization"
        reader.report(f"The aggregate_table {raw.name} has no {lacks}", raw.location)
    return AggregateTable(
        name=raw.name,
        dimensions=reader.names(holder, "dimensions") if holder else (),
        measures=reader.names(holder, "measures") if holder else (),
        filters=reader.pairs(holder) if holder else (),
        sorts=reader.sorts(holder) if holder else (),
        timezone=reader.text(holder, "timezone") if holder else None,
        limit=reader.whole(holder, "limit") if holder else None,
        persistence=persistence(reader, materialization) if materialization else None,
        location=raw.location,
    )


def _named_query(reader: Reader, raw: Raw) -> NamedQuery:
    reader.check_parameters(raw, "query")
    return NamedQuery(
        name=raw.name,
        label=reader.text(raw, "label"),
        description=reader.text(raw, "description"),
        dimensions=reader.names(raw, "dimensions"),
        measures=reader.names(raw, "measures"),
        pivots=reader.names(raw, "pivots"),
        filters=reader.pairs(raw),
        sorts=reader.sorts(raw),
        limit=reader.whole(raw, "limit"),
        column_limit=reader.whole(raw, "column_limit"),
        timezone=reader.text(raw, "timezone"),
    )
