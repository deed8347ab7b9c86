"""LookML dashboards as frozen data: what a project's `*.dashboard.lookml` files mean.

Texts are as written: labels may be keys of the project's strings, default values and element
filters may hold Liquid. `shown_dashboards.shown_dashboard` gives them as one viewer sees them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from belvedere.lookml.places import FilterPair, Location


class Listen(msgspec.Struct, frozen=True):
    """The dashboard filter `filter` is put on the field `field`."""

    filter: str
    field: str


class DashboardFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`type` is one of field_filter, number_filter, date_filter, string_filter."""

    name: str
    title: str | None = None
    type: str = "field_filter"
    default_value: str | None = None
    allow_multiple_values: bool = True
    required: bool = False
    ui_config: dict[str, Any] | None = None
    model: str | None = None
    explore: str | None = None
    field: str | None = None
    listens_to_filters: tuple[str, ...] = ()
    location: Location | None = None


class JoinField(msgspec.Struct, frozen=True):
    """A merged query's field and the field of the first query that it has to equal."""

    field_name: str
    source_field_name: str


class ElementQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One query of an element; `join_fields` where it is merged with the ones before it, `name`
    for a source of a merged result.
    """

    name: str | None = None
    model: str | None = None
    explore: str | None = None
    fields: tuple[str, ...] = ()
    pivots: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    fill_fields: tuple[str, ...] = ()
    filters: tuple[FilterPair, ...] = ()
    filter_expression: str | None = None
    limit: int | None = None
    column_limit: int | None = None
    total: bool = False
    row_total: str | None = None
    subtotals: tuple[str, ...] = ()
    dynamic_fields: tuple[dict[str, Any], ...] = ()
    hidden_fields: tuple[str, ...] = ()
    query_timezone: str | None = None
    analysis_config: dict[str, Any] | None = None
    listen: tuple[Listen, ...] = ()
    join_fields: tuple[JoinField, ...] = ()
    location: Location | None = None


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where an element stands: columns of 24 and rows of 50 px in newspapers, tiles of
    `tile_size` px in tile and static layouts (`top`, `left` in px).
    """

    row: int | None = None
    col: int | None = None
    width: int | None = None
    height: int | None = None
    top: int | None = None
    left: int | None = None


class DashboardElement(msgspec.Struct, frozen=True, kw_only=True):
    """A tile. `queries` is empty for texts and buttons, one for most, several for merged
    results, of which `shape` is what is done with the merged rows. `vis_config` holds what
    belongs to the picture alone.
    """

    name: str
    type: str = "table"
    title: str | None = None
    title_hidden: bool = False
    queries: tuple[ElementQuery, ...] = ()
    shape: ElementQuery | None = None
    placement: Placement = Placement()
    note_text: str | None = None
    note_state: str | None = None
    note_display: str | None = None
    refresh: str | None = None
    title_text: str | None = None
    subtitle_text: str | None = None
    body_text: str | None = None
    rich_content_json: str | None = None
    extension_id: str | None = None
    filter_id: str | None = None
    aria_description: str | None = None
    tab_name: str | None = None
    group: str | None = None
    vis_config: dict[str, Any] = {}
    location: Location | None = None

    @property
    def is_merged(self) -> bool:
        return len(self.queries) > 1


class DashboardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a grid layout; `height` in px."""

    elements: tuple[str, ...] = ()
    height: int | None = None


class DashboardTab(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    label: str | None = None


class EmbedStyle(msgspec.Struct, frozen=True, kw_only=True):
    background_color: str | None = None
    show_title: bool | None = None
    title_color: str | None = None
    show_filters_bar: bool | None = None
    tile_background_color: str | None = None
    tile_text_color: str | None = None
    text_tile_text_color: str | None = None


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One dashboard of a model, extensions merged. `refresh` is as written ("2 hours")."""

    name: str
    model: str
    title: str | None = None
    description: str | None = None
    preferred_slug: str | None = None
    preferred_viewer: str | None = None
    layout: str = "newspaper"
    rows: tuple[DashboardRow, ...] = ()
    tile_size: int = 160
    width: int = 1200
    tabs: tuple[DashboardTab, ...] = ()
    refresh: str | None = None
    auto_run: bool = True
    load_configuration: str | None = None
    query_timezone: str | None = None
    crossfilter_enabled: bool = False
    enable_viz_full_screen: bool = True
    filters_bar_collapsed: bool = False
    filters_location_top: bool = True
    embed_style: EmbedStyle = EmbedStyle()
    filters: tuple[DashboardFilter, ...] = ()
    elements: tuple[DashboardElement, ...] = ()
    options: dict[str, Any] = {}
    """Further settings of newer exports, as written."""
    location: Location | None = None

    @property
    def id(self) -> str:
        """The dashboard's id in the API."""
        return f"{self.model}::{self.name}"
