"""Which properties of a thing are moved, under the names that the API gives them."""

from __future__ import annotations

QUERY = (
    "model",
    "view",
    "fields",
    "pivots",
    "fill_fields",
    "filters",
    "filter_expression",
    "sorts",
    "limit",
    "column_limit",
    "total",
    "row_total",
    "subtotals",
    "vis_config",
    "filter_config",
    "visible_ui_sections",
    "dynamic_fields",
    "query_timezone",
)
ATTRIBUTE = (
    "label",
    "type",
    "default_value",
    "value_is_hidden",
    "user_can_view",
    "user_can_edit",
    "hidden_value_domain_whitelist",
)
USER = ("first_name", "last_name", "is_disabled", "locale")
LOOK = ("title", "description", "is_run_on_load", "public")
DASHBOARD = (
    "title",
    "description",
    "slug",
    "hidden",
    "query_timezone",
    "refresh_interval",
    "load_configuration",
    "lookml_link_id",
    "preferred_viewer",
    "crossfilter_enabled",
    "alert_sync_with_dashboard_filter_enabled",
    "filters_bar_collapsed",
    "filters_location_top",
    "enable_viz_full_screen",
    "show_filters_bar",
    "show_title",
    "background_color",
    "text_tile_text_color",
    "tile_background_color",
    "tile_text_color",
    "title_color",
    "appearance",
    "download_settings",
    "layout_granularity",
    "style",
    "preserve_desktop_layout",
    "chat_enabled",
)
ELEMENT = (
    "type",
    "title",
    "title_hidden",
    "title_text",
    "subtitle_text",
    "body_text",
    "note_text",
    "note_state",
    "note_display",
    "rich_content_json",
    "extension_id",
    "aria_description",
    "refresh_interval",
)
RESULT_MAKER = ("dynamic_fields", "sorts", "total", "vis_config")
FILTER = (
    "name",
    "title",
    "type",
    "default_value",
    "model",
    "explore",
    "dimension",
    "row",
    "listens_to_filters",
    "allow_multiple_values",
    "required",
    "ui_config",
)
LAYOUT = ("type", "active", "column_width", "width", "label", "description", "order")
COMPONENT = (
    "row",
    "column",
    "width",
    "height",
    "granular_row",
    "granular_column",
    "granular_width",
    "granular_height",
)
MERGE = ("column_limit", "dynamic_fields", "pivots", "sorts", "total", "limit", "vis_config")
ITEM = (
    "custom_title",
    "custom_description",
    "custom_url",
    "use_custom_title",
    "use_custom_description",
    "use_custom_url",
    "use_custom_image",
    "custom_image_data_base64",
)
CLEARED = {
    "looks": ("description",),
    "dashboards": (
        "description",
        "query_timezone",
        "refresh_interval",
        "load_configuration",
        "lookml_link_id",
        "background_color",
        "text_tile_text_color",
        "tile_background_color",
        "tile_text_color",
        "title_color",
    ),
    "boards": ("description",),
}
"""Properties by kind that are emptied where what is moved does not have them."""
