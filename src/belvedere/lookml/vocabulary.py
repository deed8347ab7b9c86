"""What each object of the language admits: data, not code.

Compiled by reading the published parameter reference; old forms that production projects still
use are included.
"""

from __future__ import annotations

NAMED_BLOCKS = frozenset(
    [
        "view",
        "explore",
        "join",
        "dimension",
        "dimension_group",
        "measure",
        "filter",
        "parameter",
        "set",
        "aggregate_table",
        "query",
        "access_grant",
        "datagroup",
        "map_layer",
        "named_value_format",
        "test",
        "explore_source",
        "column",
        "derived_column",
        "constant",
        "local_dependency",
        "remote_dependency",
        "override_constant",
        "application",
        "assert",
    ]
)
MERGED_BLOCKS = frozenset({"derived_table", "explore_source", "materialization"})
"""Blocks that extending merges parameter by parameter although they have no name."""

SOURCES: dict[str, tuple[tuple[str, ...], ...]] = {
    "view": (("sql_table_name", "derived_table"),),
    "derived_table": (("sql", "explore_source", "sql_create", "create_process"),),
}
"""Parameters of which an object has one: what extends or refines it and states another one
replaces it.
"""

ADDITIVE = frozenset(
    [
        "link",
        "action",
        "allowed_value",
        "bind_filters",
        "dev_filters",
        "filters",
        "extends",
        "access_filter",
        "sorts",
        "sort",
    ]
)
"""Parameters whose values add up under extends and refinements."""

_COMMON = "label description hidden view_label group_label group_item_label required_access_grants"
_FIELD = (
    f"{_COMMON} type sql alias tags html link action drill_fields value_format value_format_name "
    "strict_value_format can_filter case_sensitive required_fields order_by_field suggestable "
    "suggestions suggest_explore suggest_dimension suggest_persist_for full_suggestions "
    "bypass_suggest_restrictions label_from_parameter synonyms convert_tz datatype fanout_on "
    "map_layer_name allow_fill skip_drill_filter style precision decimals format default_value "
    "scope"
)
_PERSISTENCE = (
    "datagroup_trigger sql_trigger_value sql_trigger interval_trigger persist_for "
    "materialized_view increment_key increment_offset publish_as_db_view indexes partition_keys "
    "cluster_keys sortkeys distribution distribution_style table_compression table_format"
)

PARAMETERS: dict[str, frozenset[str]] = {
    name: frozenset(text.split())
    for name, text in {
        "dimension": f"{_FIELD} primary_key tiers bins case sql_case alpha_sort sql_latitude "
        "sql_longitude sql_start sql_end start_location_field end_location_field units "
        "intervals timeframes",
        "dimension_group": f"{_FIELD} timeframes intervals sql_start sql_end primary_key",
        "measure": f"{_FIELD} filters filter sql_distinct_key percentile list_field approximate "
        "approximate_threshold allow_approximate_optimization direction based_on based_on_time "
        "period kind value_to_date timeframes",
        "filter": f"{_FIELD}",
        "parameter": f"{_FIELD} allowed_value allowed_values",
        "view": "sql_table_name derived_table label view_label extends extension final suggestions "
        "required_access_grants drill_fields fields_hidden_by_default set dimension "
        "dimension_group measure filter parameter test description",
        "join": "from view_label type relationship sql_on foreign_key sql_foreign_key sql "
        "sql_where sql_having sql_table_name required_joins required_access_grants fields "
        "outer_only view_name",
        "explore": "view_name from view_label label description group_label hidden tags extends "
        "extension final fields join always_join always_filter conditionally_filter "
        "sql_always_where sql_always_having access_filter access_filter_fields "
        "required_access_grants cancel_grouping_fields symmetric_aggregates case_sensitive "
        "persist_for persist_with sql_table_name aggregate_table query suggestions sql_preamble "
        "view autogenerate_primary_keys test",
        "set": "fields label",
        "derived_table": f"sql explore_source sql_create create_process {_PERSISTENCE}",
        "explore_source": "column derived_column filters dev_filters bind_filters "
        "bind_all_filters expression_custom_filter limit sorts sort timezone",
        "datagroup": "sql_trigger interval_trigger max_cache_age label description",
        "access_grant": "user_attribute allowed_values",
        "aggregate_table": "query materialization",
        "query": "dimensions measures pivots filters sorts sort limit column_limit timezone label "
        "description",
        "materialization": _PERSISTENCE,
        "named_value_format": "value_format strict_value_format",
        "map_layer": "file url format feature_key property_key property_label_key label "
        "projection min_zoom_level max_zoom_level extents_json_url",
        "test": "explore_source assert",
        "model": "connection include label explore view access_grant datagroup map_layer "
        "named_value_format test persist_for persist_with case_sensitive week_start_day "
        "fiscal_month_offset sql_preamble template",
        "constant": "value export",
        "local_dependency": "project override_constant",
        "remote_dependency": "url ref override_constant",
        "override_constant": "value",
        "application": "label url file sri_hash mount_points entitlements",
        "visualization": "id label url file sri_hash dependencies",
        "localization_settings": "default_locale localization_level",
        "link": "label url icon_url",
        "action": "label url icon_url form_url param form_param user_attribute_param",
        "param": "name value",
        "form_param": "name type label description option required default",
        "option": "name label",
        "user_attribute_param": "user_attribute name",
        "allowed_value": "label value",
        "access_filter": "field user_attribute",
        "bind_filters": "from_field to_field",
        "always_filter": "filters",
        "conditionally_filter": "filters unless",
        "column": "field",
        "derived_column": "sql",
        "assert": "expression",
        "case": "when else",
        "when": "sql label",
        "create_process": "sql_step",
        "manifest": "project_name local_dependency remote_dependency constant "
        "localization_settings new_lookml_runtime rely_on_old_lookml_runtime application "
        "visualization",
    }.items()
}

DIMENSION_TYPES = frozenset(
    [
        "string",
        "number",
        "yesno",
        "date",
        "date_time",
        "time",
        "tier",
        "bin",
        "location",
        "distance",
        "zipcode",
        "unquoted",
        "int",
        "duration",
    ]
)
MEASURE_TYPES = frozenset(
    [
        "average",
        "average_distinct",
        "count",
        "count_distinct",
        "date",
        "date_time",
        "int",
        "list",
        "max",
        "median",
        "median_distinct",
        "min",
        "number",
        "percent_of_previous",
        "percent_of_total",
        "percentile",
        "percentile_distinct",
        "period_over_period",
        "running_total",
        "string",
        "sum",
        "sum_distinct",
        "time",
        "yesno",
    ]
)
TIMEFRAME_ALIASES = {
    "dow": "day_of_week",
    "dow_num": "day_of_week_index",
    "hod": "hour_of_day",
    "hour_of_day_num": "hour_of_day",
    "mod": "day_of_month",
    "dom": "day_of_month",
    "doy": "day_of_year",
    "woy": "week_of_year",
    "moy": "month_num",
    "tod": "time_of_day",
}
DEFAULT_TIMEFRAMES = (
    "raw",
    "time",
    "time_of_day",
    "hour",
    "hour_of_day",
    "minute",
    "second",
    "date",
    "day_of_week",
    "day_of_week_index",
    "day_of_month",
    "day_of_year",
    "week",
    "week_of_year",
    "month",
    "month_num",
    "month_name",
    "quarter",
    "quarter_of_year",
    "year",
)
FISCAL_TIMEFRAMES = (
    "fiscal_month_num",
    "fiscal_quarter",
    "fiscal_quarter_of_year",
    "fiscal_year",
)
TIMEFRAMES = frozenset(
    [
        *DEFAULT_TIMEFRAMES,
        *FISCAL_TIMEFRAMES,
        "yesno",
        "millisecond",
        "microsecond",
        *(f"hour{n}" for n in (2, 3, 4, 6, 8, 12)),
        *(f"minute{n}" for n in (2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
        *(f"millisecond{n}" for n in (2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500)),
    ]
)
INTERVALS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")

FLAGS = frozenset(
    [
        *("hidden", "primary_key", "can_filter", "convert_tz", "suggestable", "alpha_sort"),
        *("allow_fill", "case_sensitive", "bind_all_filters", "symmetric_aggregates"),
        *("skip_drill_filter", "full_suggestions", "bypass_suggest_restrictions", "approximate"),
        *("allow_approximate_optimization", "value_to_date", "strict_value_format"),
        *("fields_hidden_by_default", "final", "publish_as_db_view", "materialized_view"),
        *("outer_only", "required", "new_lookml_runtime"),
    ]
)
"""Parameters that take yes or no."""

_DATATYPES = ("epoch", "timestamp", "datetime", "date", "yyyymmdd")
_PERIODS = ("year", "fiscal_year", "quarter", "fiscal_quarter", "month", "week", "date")
_INPUTS = ("string", "number", "date", "date_time", "yesno")
CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    **{(kind, "datatype"): _DATATYPES for kind in ("dimension", "dimension_group", "measure")},
    ("filter", "datatype"): _DATATYPES,
    ("dimension", "style"): ("classic", "interval", "integer", "relational"),
    ("dimension", "units"): (
        *("feet", "kilometers", "meters", "miles", "nautical_miles", "yards"),
    ),
    ("measure", "direction"): ("row", "column"),
    ("measure", "kind"): ("previous", "difference", "relative_change"),
    ("measure", "period"): _PERIODS,
    ("parameter", "type"): (*_INPUTS, "unquoted"),
    ("filter", "type"): (*_INPUTS, "time", "zipcode", "unquoted", "tier", "location"),
    ("model", "week_start_day"): (
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ),
    ("view", "extension"): ("required",),
    ("explore", "extension"): ("required",),
    ("map_layer", "format"): ("topojson", "geojson", "vector_tile_region"),
    ("form_param", "type"): ("string", "textarea", "select"),
}
"""Parameters of an object that take one of a few words."""

_FORMAT = "use value_format"
_PREAMBLE = "it belongs to explores: write it there"
WITHOUT_EFFECT: dict[tuple[str, str], tuple[bool, str]] = {
    **{
        (kind, parameter): (serious, why)
        for kind in ("dimension", "dimension_group", "measure", "filter", "parameter")
        for parameter, serious, why in (
            (
                "fanout_on",
                True,
                "it is for the legacy SQL of BigQuery; in standard SQL a join unnests the record",
            ),
            ("format", True, _FORMAT),
            ("scope", True, "fields are named by their views"),
            ("precision", False, "sums and averages keep all their digits"),
        )
    },
    ("measure", "approximate_threshold"): (
        False,
        "approximate: yes is left to the database at every size",
    ),
    ("measure", "allow_approximate_optimization"): (
        False,
        "aggregate tables answer distinct counts exactly or not at all",
    ),
    ("join", "view_name"): (True, "use from"),
    ("explore", "autogenerate_primary_keys"): (True, "declare a primary_key"),
    ("explore", "view"): (True, "use view_name or from"),
    ("model", "sql_preamble"): (True, _PREAMBLE),
    ("model", "template"): (True, "templates are no part of the language any more"),
    ("manifest", "new_lookml_runtime"): (False, "there is one way to read LookML"),
    ("manifest", "rely_on_old_lookml_runtime"): (False, "there is one way to read LookML"),
    ("manifest", "application"): (False, "extensions need the screens of another product"),
    ("manifest", "visualization"): (False, "custom visualizations need a screen"),
}
"""Parameters that are understood and change nothing: whether that can change results, and what
to know or to do instead.
"""

_TIMES = ("date", "date_*", "time")
_COMPARED = ("period_over_period",)
MEANT_FOR: dict[tuple[str, str], tuple[str, ...]] = {
    ("dimension", "tiers"): ("tier", "bin"),
    ("dimension", "bins"): ("bin", "tier"),
    ("dimension", "style"): ("tier", "bin"),
    ("dimension", "sql_latitude"): ("location",),
    ("dimension", "sql_longitude"): ("location",),
    ("dimension", "start_location_field"): ("distance",),
    ("dimension", "end_location_field"): ("distance",),
    ("dimension", "units"): ("distance",),
    ("dimension", "sql_start"): ("duration", "duration_*"),
    ("dimension", "sql_end"): ("duration", "duration_*"),
    ("dimension", "intervals"): ("dimension_group",),
    ("dimension", "timeframes"): ("dimension_group",),
    ("measure", "timeframes"): ("time",),
    ("dimension", "datatype"): _TIMES,
    ("dimension", "convert_tz"): (*_TIMES, "duration", "duration_*"),
    ("dimension_group", "timeframes"): ("time",),
    ("dimension_group", "intervals"): ("duration",),
    ("dimension_group", "sql_start"): ("duration",),
    ("dimension_group", "sql_end"): ("duration",),
    ("measure", "percentile"): ("percentile", "percentile_distinct"),
    ("measure", "list_field"): ("list",),
    ("measure", "direction"): ("running_total", "percent_of_total"),
    ("measure", "approximate"): ("count_distinct",),
    **{
        ("measure", parameter): _COMPARED
        for parameter in ("based_on", "based_on_time", "period", "kind", "value_to_date")
    },
    ("measure", "datatype"): _TIMES,
    ("measure", "convert_tz"): _TIMES,
}
"""Parameters that only some types of a field have a use for."""
