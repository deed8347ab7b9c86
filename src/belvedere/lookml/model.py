"""The resolved model: what LookML text means, as frozen, serialisable data.

Everything here is the outcome of assembling and resolving a project (includes, constants,
extends and refinements are gone); SQL fragments stay exactly as the modeller wrote them,
with `${…}` and Liquid inside, because both depend on the query that is being compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from belvedere.lookml.dashboards import Dashboard
from belvedere.lookml.localization import Localization
from belvedere.lookml.places import (  # the rest of the package has them from here
    FilterPair as FilterPair,  # noqa: PLC0414
    Location as Location,  # noqa: PLC0414
)


class Category(StrEnum):
    dimension = "dimension"
    measure = "measure"
    filter = "filter"
    parameter = "parameter"


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    url: str
    icon_url: str | None = None


class CaseBranch(msgspec.Struct, frozen=True, omit_defaults=True):
    sql: str
    label: str


class AllowedValue(msgspec.Struct, frozen=True, omit_defaults=True):
    label: str
    value: str


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dimension, measure, filter or parameter; a dimension group is one Field per timeframe.

    `type` is the LookML type in its expanded form: `created_month` of a time group has type
    `date_month`, `days_open` of a duration group `duration_day`, a dimension with `case:` is
    `string` with `cases` filled. `timeframe` is set for every date-like dimension
    (`type: date` → "date", `type: date_time` → "time"), `interval` for durations ("day").
    A yesno timeframe (`<group>` itself) has type `yesno` and timeframe "yesno".
    """

    name: str
    view: str
    category: Category
    type: str
    sql: str | None = None
    dimension_group: str | None = None
    timeframe: str | None = None
    interval: str | None = None
    datatype: str = "datetime"
    convert_tz: bool = True

    label: str | None = None
    description: str | None = None
    view_label: str | None = None
    group_label: str | None = None
    group_item_label: str | None = None
    hidden: bool = False
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    value_format: str | None = None
    value_format_name: str | None = None
    strict_value_format: bool = False
    html: str | None = None
    links: tuple[Link, ...] = ()
    actions: tuple[dict[str, object], ...] = ()
    drill_fields: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    required_access_grants: tuple[str, ...] = ()
    can_filter: bool = True
    skip_drill_filter: bool = False
    case_sensitive: bool | None = None
    allow_fill: bool = True
    order_by_field: str | None = None
    label_from_parameter: str | None = None
    map_layer_name: str | None = None
    fanout_on: str | None = None

    primary_key: bool = False
    tiers: tuple[float, ...] = ()
    style: str = "classic"
    cases: tuple[CaseBranch, ...] = ()
    case_else: str | None = None
    alpha_sort: bool = False
    sql_latitude: str | None = None
    sql_longitude: str | None = None
    sql_start: str | None = None
    sql_end: str | None = None
    start_location_field: str | None = None
    end_location_field: str | None = None
    units: str | None = None

    filters: tuple[FilterPair, ...] = ()
    sql_distinct_key: str | None = None
    percentile: float | None = None
    precision: int | None = None
    list_field: str | None = None
    approximate: bool = False
    approximate_threshold: int | None = None
    allow_approximate_optimization: bool = False
    direction: str | None = None
    based_on: str | None = None
    based_on_time: str | None = None
    period: str | None = None
    kind: str | None = None
    value_to_date: bool = False

    default_value: str | None = None
    allowed_values: tuple[AllowedValue, ...] = ()
    suggestable: bool = True
    suggestions: tuple[str, ...] = ()
    suggest_dimension: str | None = None
    suggest_explore: str | None = None
    suggest_persist_for: str | None = None
    full_suggestions: bool | None = None
    bypass_suggest_restrictions: bool = False

    location: Location | None = None

    @property
    def is_dimension(self) -> bool:
        return self.category is Category.dimension

    @property
    def is_measure(self) -> bool:
        return self.category is Category.measure

    @property
    def measured_timeframe(self) -> str | None:
        """The timeframe that a measure of type `date` and its like is written in."""
        if not self.is_measure or not self.type.startswith("date"):
            return None
        return "date" if self.type == "date" else self.type.removeprefix("date_")

    @property
    def is_read_duration(self) -> bool:
        """A duration that a column already holds, as dimensions of derived tables do."""
        computed = self.dimension_group or self.sql_start or self.sql_end
        return self.interval is not None and not computed


class SourceColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of a native derived table: from an explore's field, or derived by `sql`."""

    name: str
    field: str | None = None
    sql: str | None = None


class BindFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    from_field: str
    to_field: str


class SortSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    field: str
    descending: bool = False


class ExploreSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    explore: str
    columns: tuple[SourceColumn, ...] = ()
    derived_columns: tuple[SourceColumn, ...] = ()
    filters: tuple[FilterPair, ...] = ()
    dev_filters: tuple[FilterPair, ...] = ()
    bind_filters: tuple[BindFilter, ...] = ()
    bind_all_filters: bool = False
    expression_custom_filter: str | None = None
    sorts: tuple[SortSpec, ...] = ()
    limit: int | None = None
    timezone: str | None = None
    for_everybody: bool = False
    """Access filters and grants are left out: they hold where the table is read."""


PUBLISHING = ("datagroup_trigger", "sql_trigger_value", "interval_trigger")
"""The ways to keep a table of which a database view can be published."""


class Persistence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How and when a derived table is kept as a real one; all None means it is not."""

    datagroup_trigger: str | None = None
    sql_trigger_value: str | None = None
    interval_trigger: str | None = None
    persist_for: str | None = None
    materialized_view: bool = False
    increment_key: str | None = None
    increment_offset: int = 0
    publish_as_db_view: bool = False
    indexes: tuple[str, ...] = ()
    partition_keys: tuple[str, ...] = ()
    cluster_keys: tuple[str, ...] = ()
    sortkeys: tuple[str, ...] = ()
    distribution: str | None = None
    distribution_style: str | None = None
    table_format: str | None = None
    table_compression: str | None = None

    @property
    def is_triggered(self) -> bool:
        return any(getattr(self, way) is not None for way in PUBLISHING)

    @property
    def is_published(self) -> bool:
        return self.publish_as_db_view and (self.is_triggered or self.materialized_view)

    def where(self, *, materializes: bool) -> Persistence:
        """As it counts in a database: one that has views that renew themselves keeps those up to
        date and published, whatever else is said; to others they are nothing.
        """
        if not self.materialized_view:
            return self
        if not materializes:
            return msgspec.structs.replace(self, materialized_view=False)
        without = dict.fromkeys((*PUBLISHING, "persist_for"))
        return msgspec.structs.replace(self, publish_as_db_view=True, **without)


class DerivedTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Exactly one of `sql`, `explore_source`, `sql_create` or `create_process` is set."""

    sql: str | None = None
    explore_source: ExploreSource | None = None
    sql_create: str | None = None
    create_process: tuple[str, ...] = ()
    persistence: Persistence | None = None
    location: Location | None = None


class View(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`fields` keeps written order; `sets` are as written (names, `set*`, `-name`, …)."""

    name: str
    label: str | None = None
    sql_table_name: str | None = None
    derived_table: DerivedTable | None = None
    fields: dict[str, Field] = {}
    sets: dict[str, tuple[str, ...]] = {}
    drill_fields: tuple[str, ...] = ()
    suggestions: bool = True
    required_access_grants: tuple[str, ...] = ()
    primary_key: str | None = None
    has_numeric_times: bool = False
    """Whether some field keeps times as numbers (datatype epoch or yyyymmdd)."""
    location: Location | None = None


class Join(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`name` is the alias in SQL and in field names; `view` the view behind it."""

    name: str
    view: str
    type: str = "left_outer"
    relationship: str = "many_to_one"
    sql_on: str | None = None
    foreign_key: str | None = None
    sql_foreign_key: str | None = None
    sql: str | None = None
    sql_where: str | None = None
    sql_having: str | None = None
    sql_table_name: str | None = None
    required_joins: tuple[str, ...] = ()
    required_access_grants: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    view_label: str | None = None
    outer_only: bool = False
    location: Location | None = None

    @property
    def has_condition(self) -> bool:
        """Whether it can be in a query's SQL; one without only lends filters and parameters."""
        ways = (self.sql_on, self.foreign_key, self.sql_foreign_key, self.sql)
        return self.type == "cross" or any(way is not None for way in ways)


class AccessFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    field: str
    user_attribute: str


class DataTest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A query and what must hold in each of its rows: (name, Looker expression)."""

    name: str
    explore_source: ExploreSource
    asserts: tuple[tuple[str, str], ...] = ()
    location: Location | None = None


class AggregateTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    dimensions: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    filters: tuple[FilterPair, ...] = ()
    sorts: tuple[SortSpec, ...] = ()
    timezone: str | None = None
    limit: int | None = None
    persistence: Persistence | None = None
    location: Location | None = None


class NamedQuery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    label: str | None = None
    description: str | None = None
    dimensions: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    pivots: tuple[str, ...] = ()
    filters: tuple[FilterPair, ...] = ()
    sorts: tuple[SortSpec, ...] = ()
    limit: int | None = None
    column_limit: int | None = None
    timezone: str | None = None


class Explore(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`base` is the base view's alias in SQL and in field names; `base_view` the view behind it.

    (`explore: e {}` → base e, base_view e; `view_name: v` → v, v; `from: v` → e, v;
    `from: v view_name: a` → a, v.) `fields` is the written restriction, None when there is none.
    """

    name: str
    base: str
    base_view: str
    label: str | None = None
    description: str | None = None
    group_label: str | None = None
    view_label: str | None = None
    hidden: bool = False
    tags: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()
    fields: tuple[str, ...] | None = None
    always_join: tuple[str, ...] = ()
    always_filter: tuple[FilterPair, ...] = ()
    conditionally_filter: tuple[FilterPair, ...] = ()
    conditionally_filter_unless: tuple[str, ...] = ()
    sql_always_where: str | None = None
    sql_always_having: str | None = None
    sql_table_name: str | None = None
    sql_preamble: str | None = None
    access_filters: tuple[AccessFilter, ...] = ()
    required_access_grants: tuple[str, ...] = ()
    cancel_grouping_fields: tuple[str, ...] = ()
    symmetric_aggregates: bool = True
    suggestions: bool = True
    case_sensitive: bool | None = None
    persist_for: str | None = None
    persist_with: str | None = None
    aggregate_tables: tuple[AggregateTable, ...] = ()
    queries: tuple[NamedQuery, ...] = ()
    location: Location | None = None


class AccessGrant(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    user_attribute: str
    allowed_values: tuple[str, ...]


class Datagroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    label: str | None = None
    description: str | None = None
    sql_trigger: str | None = None
    interval_trigger: str | None = None
    max_cache_age: str | None = None


class NamedValueFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    value_format: str
    strict_value_format: bool = False


class MapLayer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    parameters: dict[str, object] = {}


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of one project. `version` changes whenever anything in it may have changed.

    `case_sensitive` is None when nothing is written; `week_start_day` is a lower-case day.
    """

    name: str
    project: str
    version: str
    connection: str | None = None
    label: str | None = None
    explores: Mapping[str, Explore] = {}
    views: Mapping[str, View] = {}
    access_grants: dict[str, AccessGrant] = {}
    datagroups: dict[str, Datagroup] = {}
    named_value_formats: dict[str, NamedValueFormat] = {}
    map_layers: dict[str, MapLayer] = {}
    tests: tuple[DataTest, ...] = ()
    dashboards: dict[str, Dashboard] = {}
    localization: Localization | None = None
    persist_for: str | None = None
    persist_with: str | None = None
    case_sensitive: bool | None = None
    week_start_day: str = "monday"
    fiscal_month_offset: int | None = None
    has_numeric_times: bool = False
    """Whether some view has them."""
    location: Location | None = None
