"""Raw views and explores to the frozen model: inheritance applied, names expanded, defaults set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from belvedere.lookml.assemble import Raw, Value, merged
from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.model import (
    AccessFilter,
    AccessGrant,
    AggregateTable,
    BindFilter,
    Datagroup,
    DataTest,
    DerivedTable,
    Explore,
    ExploreSource,
    Field,
    FilterPair,
    Join,
    MapLayer,
    Model,
    NamedQuery,
    NamedValueFormat,
    Persistence,
    SourceColumn,
    View,
)
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve_fields import FieldResolver

JOIN_TYPES = ("left_outer", "inner", "full_outer", "cross")
RELATIONSHIPS = ("many_to_one", "one_to_one", "one_to_many", "many_to_many")


class Inheritance:
    """Views or explores of a model by name, extends and refinements merged."""

    def __init__(self, reader: Reader, kind: str, raws: Iterable[Raw]) -> None:
        self._reader = reader
        self._kind = kind
        self.objects: dict[str, Raw] = {}
        self._refinements: dict[str, list[Raw]] = {}
        self._merged: dict[str, Raw] = {}
        for raw in raws:
            self._add(raw)
        for name, refinements in self._refinements.items():
            self._check_refinements(name, refinements)

    def _add(self, raw: Raw) -> None:
        if raw.name.startswith("+"):
            self._refinements.setdefault(raw.name[1:], []).append(raw)
            return
        if raw.name in self.objects:
            self._reader.report(
                f"{self._article} {self._kind} named {raw.name} has been defined multiple times; "
                f"see also {self.objects[raw.name].location}",
                raw.location,
                kind="model",
            )
        self.objects[raw.name] = raw

    @property
    def _article(self) -> str:
        return "An" if self._kind == "explore" else "A"

    def _check_refinements(self, name: str, refinements: list[Raw]) -> None:
        if name not in self.objects:
            hint = did_you_mean(name, self.objects)
            for raw in refinements:
                message = f"Cannot refine unknown {self._kind} ({name}).{hint}"
                self._reader.report(message, raw.location, kind="inheritance")
        final = False
        for raw in refinements:
            if final:
                message = f"{self._kind} {name} is refined after a refinement with final: yes"
                self._reader.report(message, raw.location, kind="inheritance")
            final = final or self._reader.flag(raw, "final")

    def names(self) -> list[str]:
        """Every object that is not `extension: required`."""
        return [name for name in self.objects if not self._required(name)]

    def _required(self, name: str) -> bool:
        return self._reader.text(self.objects[name], "extension") == "required"

    def get(self, name: str) -> Raw:
        return self._resolve(name, ())

    def _resolve(self, name: str, trail: tuple[str, ...]) -> Raw:
        if name in self._merged:
            return self._merged[name]
        raw = self.objects[name]
        own = [raw, *self._refinements.get(name, [])]
        sources: list[Raw] = []
        result: Raw | None = None
        for layer in own:
            for base in self._reader.all_names(layer, "extends"):
                parent = self._parent(base, layer, (*trail, name))
                if parent is not None:
                    sources += parent.sources
                    result = parent if result is None else merged(result, parent)
        for layer in own:
            result = layer if result is None else merged(result, layer)
        assert result is not None  # noqa: S101  `own` is never empty
        final = Raw(
            raw.key,
            name,
            raw.origin,
            result.values,
            result.objects,
            raw.repeated,
            (*sources, *own),
        )
        self._merged[name] = final
        return final

    def _parent(self, base: str, layer: Raw, trail: tuple[str, ...]) -> Raw | None:
        if base in trail:
            cycle = " → ".join([*trail, base])
            self._reader.report(
                f"Extends form a circle: {cycle}", layer.location, kind="inheritance"
            )
            return None
        if base not in self.objects:
            hint = did_you_mean(base, self.objects)
            self._reader.report(
                f"Cannot extend unknown {self._kind} ({base}).{hint}",
                layer.location,
                kind="inheritance",
            )
            return None
        parent = self._resolve(base, trail)
        kept = {name: value for name, value in parent.values.items() if name != "extension"}
        return Raw(parent.key, parent.name, parent.origin, kept, parent.objects, [], parent.sources)


# Views


def resolve_view(reader: Reader, raw: Raw, *, fiscal: bool) -> View:
    reader.check_parameters(raw, "view")
    hidden = reader.flag(raw, "fields_hidden_by_default")
    fields: dict[str, Field] = {}
    for field in FieldResolver(reader, raw.name, hidden=hidden, fiscal=fiscal).fields(raw):
        if field.name in fields:
            reader.report(
                f'There are several fields named "{field.name}" in view "{raw.name}"',
                field.location or raw.location,
                severity=Severity.warning,
                kind="model",
                field_name=f"{raw.name}.{field.name}",
            )
        fields[field.name] = field
    derived = _derived_table(reader, raw)
    table = reader.text(raw, "sql_table_name")
    if derived is not None and table is not None:
        reader.report(
            f"Cannot specify both sql_table_name and derived_table for view {raw.name}",
            raw.location,
            kind="model",
        )
    return View(
        name=raw.name,
        label=reader.text(raw, "label") or reader.text(raw, "view_label"),
        sql_table_name=None if derived is not None else table,
        derived_table=derived,
        fields=fields,
        sets={child.name: reader.names(child, "fields") for child in raw.children("set")},
        drill_fields=reader.names(raw, "drill_fields"),
        suggestions=reader.flag(raw, "suggestions", True),
        required_access_grants=reader.names(raw, "required_access_grants"),
        primary_key=_primary_key(reader, raw, fields),
        location=raw.location,
    )


def _primary_key(reader: Reader, raw: Raw, fields: dict[str, Field]) -> str | None:
    keys = [name for name, field in fields.items() if field.primary_key and field.is_dimension]
    if len(keys) > 1:
        reader.report(
            f"Multiple primary key definitions for view '{raw.name}': '{keys[0]}' and '{keys[1]}'",
            fields[keys[1]].location or raw.location,
            kind="model",
        )
    return keys[0] if keys else None


def _derived_table(reader: Reader, view: Raw) -> DerivedTable | None:
    raw = view.objects.get(("derived_table", ""))
    if raw is None:
        return None
    reader.check_parameters(raw, "derived_table")
    steps: tuple[str, ...] = ()
    for value in raw.all("create_process"):
        steps = tuple(
            reader.filled(child.value) for child in value.node.children if child.key == "sql_step"
        )
    return DerivedTable(
        sql=reader.text(raw, "sql"),
        explore_source=_explore_source(reader, raw),
        sql_create=reader.text(raw, "sql_create"),
        create_process=steps,
        persistence=_persistence(reader, raw),
        location=raw.location,
    )


def _explore_source(reader: Reader, parent: Raw) -> ExploreSource | None:
    sources = list(parent.children("explore_source"))
    if not sources:
        return None
    raw = sources[-1]
    reader.check_parameters(raw, "explore_source")
    binds = []
    for value in raw.all("bind_filters"):
        written = {child.key: child.value for child in value.node.children}
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


def _persistence(reader: Reader, raw: Raw) -> Persistence | None:
    values = {
        name: reader.text(raw, name)
        for name in (
            "datagroup_trigger",
            "interval_trigger",
            "persist_for",
            "increment_key",
            "distribution",
            "distribution_style",
        )
    }
    values["sql_trigger_value"] = reader.text(raw, "sql_trigger_value") or reader.text(
        raw, "sql_trigger"
    )
    view = reader.flag(raw, "materialized_view")
    triggers = ("datagroup_trigger", "interval_trigger", "persist_for", "sql_trigger_value")
    if not view and not any(values[name] for name in triggers):
        return None
    return Persistence(
        **values,
        materialized_view=view,
        increment_offset=reader.whole(raw, "increment_offset") or 0,
        publish_as_db_view=reader.flag(raw, "publish_as_db_view"),
        indexes=reader.names(raw, "indexes"),
        partition_keys=reader.names(raw, "partition_keys"),
        cluster_keys=reader.names(raw, "cluster_keys"),
        sortkeys=reader.names(raw, "sortkeys"),
    )


# Explores


def resolve_explore(reader: Reader, raw: Raw) -> Explore:
    reader.check_parameters(raw, "explore")
    view_name, from_name = reader.text(raw, "view_name"), reader.text(raw, "from")
    base = view_name or raw.name
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
        case_sensitive=reader.maybe_flag(raw, "case_sensitive"),
        persist_for=reader.text(raw, "persist_for"),
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
    for value in raw.all("access_filter"):
        written = {child.key: reader.filled(child.value) for child in value.node.children}
        if not written:
            continue
        if "field" not in written or "user_attribute" not in written:
            reader.report("access_filter needs a field and a user_attribute", value.location)
        yield AccessFilter(written.get("field", ""), written.get("user_attribute", ""))


def _join(reader: Reader, raw: Raw, explore: str) -> Join:
    reader.check_parameters(raw, "join")
    relationship = reader.text(raw, "relationship")
    if relationship is None and raw.last("sql") is None:
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
        type=_one_of(reader, raw, "type", JOIN_TYPES),
        relationship=_one_of(reader, raw, "relationship", RELATIONSHIPS),
        sql_on=reader.text(raw, "sql_on"),
        foreign_key=reader.text(raw, "foreign_key"),
        sql_foreign_key=reader.text(raw, "sql_foreign_key"),
        sql=reader.text(raw, "sql"),
        sql_where=reader.text(raw, "sql_where"),
        sql_table_name=reader.text(raw, "sql_table_name"),
        required_joins=reader.names(raw, "required_joins"),
        required_access_grants=reader.names(raw, "required_access_grants"),
        fields=reader.maybe_names(raw, "fields"),
        view_label=reader.text(raw, "view_label"),
        outer_only=reader.flag(raw, "outer_only"),
        location=raw.location,
    )


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
    value = raw.last("query")
    holder = query or _holder(value)
    materialization = raw.objects.get(("materialization", ""))
    return AggregateTable(
        name=raw.name,
        dimensions=reader.names(holder, "dimensions") if holder else (),
        measures=reader.names(holder, "measures") if holder else (),
        filters=reader.pairs(holder) if holder else (),
        sorts=reader.sorts(holder) if holder else (),
        timezone=reader.text(holder, "timezone") if holder else None,
        limit=reader.whole(holder, "limit") if holder else None,
        persistence=_persistence(reader, materialization) if materialization else None,
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


# The model


def resolve_model(
    reader: Reader,
    name: str,
    project: str,
    version: str,
    raw: Raw,
    raws: list[Raw],
    view_of: Callable[[Raw], View] | None = None,
) -> Model:
    """`raw` holds the model file's own parameters, `raws` every object that it includes.

    `view_of` may answer an earlier resolution of the same raw view.
    """
    reader.check_parameters(raw, "model")
    fiscal_offset = reader.whole(raw, "fiscal_month_offset")
    views = Inheritance(reader, "view", [item for item in raws if item.key == "view"])
    explores = Inheritance(reader, "explore", [item for item in raws if item.key == "explore"])
    resolve = view_of or (lambda view: resolve_view(reader, view, fiscal=fiscal_offset is not None))
    resolved = {key: resolve(views.get(key)) for key in views.names()}
    by_kind: dict[str, list[Raw]] = {}
    for item in raws:
        by_kind.setdefault(item.key, []).append(item)
    return Model(
        name=name,
        project=project,
        version=version,
        connection=reader.text(raw, "connection"),
        label=reader.text(raw, "label"),
        explores=_explores(reader, explores, resolved),
        views=resolved,
        access_grants={
            item.name: AccessGrant(
                item.name,
                reader.text(item, "user_attribute") or "",
                reader.names(item, "allowed_values"),
            )
            for item in by_kind.get("access_grant", [])
        },
        datagroups={item.name: _datagroup(reader, item) for item in by_kind.get("datagroup", [])},
        named_value_formats={
            item.name: NamedValueFormat(
                item.name,
                reader.text(item, "value_format") or "",
                reader.flag(item, "strict_value_format"),
            )
            for item in by_kind.get("named_value_format", [])
        },
        map_layers={
            item.name: MapLayer(
                name=item.name,
                parameters={key: reader.text(item, key) for key in item.values},
            )
            for item in by_kind.get("map_layer", [])
        },
        tests=tuple(_tests(reader, by_kind.get("test", []))),
        persist_for=reader.text(raw, "persist_for"),
        persist_with=reader.text(raw, "persist_with"),
        case_sensitive=reader.maybe_flag(raw, "case_sensitive"),
        week_start_day=(reader.text(raw, "week_start_day") or "monday").lower(),
        fiscal_month_offset=fiscal_offset,
        location=raw.location,
    )


def _tests(reader: Reader, raws: list[Raw]) -> Iterable[DataTest]:
    for raw in raws:
        reader.check_parameters(raw, "test")
        source = _explore_source(reader, raw)
        if source is None:
            reader.report(f'The test "{raw.name}" has no explore_source', raw.location)
            continue
        asserts = tuple(
            (child.name, reader.text(child, "expression") or "") for child in raw.children("assert")
        )
        yield DataTest(name=raw.name, explore_source=source, asserts=asserts, location=raw.location)


def _datagroup(reader: Reader, raw: Raw) -> Datagroup:
    reader.check_parameters(raw, "datagroup")
    return Datagroup(
        name=raw.name,
        label=reader.text(raw, "label"),
        description=reader.text(raw, "description"),
        sql_trigger=reader.text(raw, "sql_trigger"),
        interval_trigger=reader.text(raw, "interval_trigger"),
        max_cache_age=reader.text(raw, "max_cache_age"),
    )


def _explores(reader: Reader, explores: Inheritance, views: dict[str, View]) -> dict[str, Explore]:
    """Explores whose base view exists; joins of unknown views are left out, with an error."""
    found: dict[str, Explore] = {}
    for name in explores.names():
        explore = resolve_explore(reader, explores.get(name))
        if explore.base_view not in views:
            _unknown_view(reader, explore.base_view, views, explore, explore)
            continue
        joins = []
        for join in explore.joins:
            if join.view in views:
                joins.append(join)
            else:
                _unknown_view(reader, join.view, views, join, explore)
        if len(joins) != len(explore.joins):
            explore = _with_joins(explore, tuple(joins))
        found[name] = explore
    return found


def _with_joins(explore: Explore, joins: tuple[Join, ...]) -> Explore:
    values = {name: getattr(explore, name) for name in explore.__struct_fields__}
    return Explore(**(values | {"joins": joins}))


def _unknown_view(
    reader: Reader, view: str, views: dict[str, View], owner: Explore | Join, explore: Explore
) -> None:
    if owner.location is not None:
        reader.report(
            f'Unknown view "{view}" in explore "{explore.name}".{did_you_mean(view, views)}',
            owner.location,
            kind="reference",
            explore=explore.name,
        )
