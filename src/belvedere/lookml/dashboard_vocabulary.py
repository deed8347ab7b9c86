"""What dashboards, their filters and their elements admit: data, not code."""

from __future__ import annotations

FILTER_TYPES = ("field_filter", "number_filter", "date_filter", "string_filter")
LAYOUTS = ("newspaper", "grid", "static", "tile")
TEXT_TYPES = frozenset({"text", "button", "group"})
"""Of elements that ask nothing."""

_NAMES = (
    "dashboard title description preferred_slug preferred_viewer layout rows tile_size width tabs "
    "refresh auto_run load_configuration query_timezone crossfilter_enabled filters elements "
    "enable_viz_full_screen filters_bar_collapsed filters_location_top embed_style extends "
    "extension"
)
_OPTIONS = (
    "appearance theme color_collection alert_sync_with_dashboard_filter_enabled show_title "
    "show_filters_bar text_tile_text_color tile_background_color tile_text_color background_color "
    "title_color default_tab hidden tile_separator tile_border_radius chat_enabled groups "
    "show_applied_filters preserve_desktop_layout download_settings layout_granularity style "
    "enable_dashboard_agent enabled_dashboard_agents dashboard_agents default_dashboard_agent"
)
OPTIONS = tuple(_OPTIONS.split())
PARAMETERS = frozenset([*_NAMES.split(), *OPTIONS])
_FILTER = (
    "name title type default_value allow_multiple_values required ui_config model explore field "
    "listens_to_filters group_label base_view dimension row tab_name vis_filter"
)
FILTER_PARAMETERS = frozenset(_FILTER.split())
_QUERY_KEYS = (
    "model explore base_view fields dimensions measures detail pivots sorts limit column_limit "
    "fill_fields subtotals total row_total filters filter_expression listen query_timezone "
    "dynamic_fields hidden_fields join_fields analysis_config"
)
_ELEMENT_KEYS = (
    "name title type merged_queries title_hidden refresh row col width height top left note_state "
    "note_display note_text note title_text subtitle_text body_text rich_content_json "
    "extension_id filter_id aria_description tab_name group"
)
STRUCTURE = frozenset(f"{_QUERY_KEYS} {_ELEMENT_KEYS}".split())
_CHARTS = (
    "area bar boxplot column donut_multiples funnel geo_choropleth geo_coordinates google_map grid "
    "heatmap line map pie scatter single_record single_value table timeline treemap waterfall "
    "wordcloud"
)
CHARTS = frozenset(f"looker_{name}" for name in _CHARTS.split())
"""Types of elements whose names are not those of somebody's own visualizations."""
OLD_TYPES = {"looker_single_value": "single_value", "looker_table": "table"}
EVERYWHERE = frozenset({"system__activity"})
"""Models that every instance has besides those of its projects."""
