"""Dashboards that people made: their tiles, filters and layouts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere import clock
from belvedere.content.tables.folders import Folder
from belvedere.content.tables.metadata import ContentMetadata
from belvedere.store import Base, UtcDateTime, index_of_folded


class Dashboard(Base):
    """`deleted_at` is set while it is in the trash; its folder may be gone then. Its slug is
    that of its metadata.
    """

    __tablename__ = "dashboard"
    __table_args__ = (
        # Whole searches are answered from these, without the rows.
        Index("ix_dashboard_title", "title", "id", "folder_id", "deleted_at", "user_id"),
        Index("ix_dashboard_folder_id", "folder_id", "deleted_at", "user_id"),
        index_of_folded("dashboard", "title"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folder.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    hidden: Mapped[bool] = mapped_column(default=False)
    query_timezone: Mapped[str | None] = mapped_column(String(64))
    refresh_interval: Mapped[str | None] = mapped_column(String(64))
    preferred_viewer: Mapped[str | None] = mapped_column(String(64))
    load_configuration: Mapped[str | None] = mapped_column(String(64))
    lookml_link_id: Mapped[str | None] = mapped_column(String(512), index=True)
    alert_sync_with_dashboard_filter_enabled: Mapped[bool] = mapped_column(default=False)
    chat_enabled: Mapped[bool] = mapped_column(default=False)
    crossfilter_enabled: Mapped[bool] = mapped_column(default=False)
    enable_viz_full_screen: Mapped[bool] = mapped_column(default=True)
    filters_bar_collapsed: Mapped[bool] = mapped_column(default=False)
    filters_location_top: Mapped[bool] = mapped_column(default=True)
    preserve_desktop_layout: Mapped[bool] = mapped_column(default=False)
    show_filters_bar: Mapped[bool | None] = mapped_column(default=True)
    show_title: Mapped[bool | None] = mapped_column(default=True)
    background_color: Mapped[str | None] = mapped_column(String(64))
    text_tile_text_color: Mapped[str | None] = mapped_column(String(64))
    tile_background_color: Mapped[str | None] = mapped_column(String(64))
    tile_text_color: Mapped[str | None] = mapped_column(String(64))
    title_color: Mapped[str | None] = mapped_column(String(64))
    appearance: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    download_settings: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    layout_granularity: Mapped[str | None] = mapped_column(String(64))
    style: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_updater_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleter_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    meta: Mapped[ContentMetadata] = relationship(
        lazy="joined", innerjoin=True, passive_deletes="all"
    )
    folder: Mapped[Folder | None] = relationship(lazy="selectin")
    elements: Mapped[list[DashboardElement]] = relationship(
        order_by="DashboardElement.id", passive_deletes="all"
    )
    filters: Mapped[list[DashboardFilter]] = relationship(
        order_by="DashboardFilter.row, DashboardFilter.id", passive_deletes="all"
    )
    layouts: Mapped[list[DashboardLayout]] = relationship(
        order_by="DashboardLayout.id", passive_deletes="all"
    )


class ResultMaker(Base):
    """How a tile gets its rows: one query, merge query or SQL query, and what it listens to."""

    __tablename__ = "result_maker"

    id: Mapped[int] = mapped_column(primary_key=True)
    query_slug: Mapped[str | None] = mapped_column(ForeignKey("query.slug"))
    merge_slug: Mapped[str | None] = mapped_column(ForeignKey("merge_query.slug"))
    sql_slug: Mapped[str | None] = mapped_column(ForeignKey("sql_query.slug"))
    dynamic_fields: Mapped[str | None] = mapped_column(Text)
    filterables: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    sorts: Mapped[list[str] | None] = mapped_column(JSON)
    total: Mapped[bool] = mapped_column(default=False)
    vis_config: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class DashboardElement(Base):
    """A tile. When it was made is not known of those from before it was kept."""

    __tablename__ = "dashboard_element"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), index=True
    )
    dashboard_layout_id: Mapped[int | None] = mapped_column(
        ForeignKey("dashboard_layout.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=clock.now)
    type: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str | None] = mapped_column(Text)
    title_hidden: Mapped[bool] = mapped_column(default=False)
    title_text: Mapped[str | None] = mapped_column(Text)
    subtitle_text: Mapped[str | None] = mapped_column(Text)
    body_text: Mapped[str | None] = mapped_column(Text)
    note_text: Mapped[str | None] = mapped_column(Text)
    note_state: Mapped[str | None] = mapped_column(String(64))
    note_display: Mapped[str | None] = mapped_column(String(64))
    rich_content_json: Mapped[str | None] = mapped_column(Text)
    aria_description: Mapped[str | None] = mapped_column(Text)
    extension_id: Mapped[str | None] = mapped_column(String(255))
    filter_id: Mapped[str | None] = mapped_column(String(255))
    image_id: Mapped[str | None] = mapped_column(String(255))
    group_id: Mapped[str | None] = mapped_column(String(255))
    refresh_interval: Mapped[str | None] = mapped_column(String(64))
    lookml_link_id: Mapped[str | None] = mapped_column(String(512))
    look_id: Mapped[int | None] = mapped_column(
        ForeignKey("look.id", ondelete="SET NULL"), index=True
    )
    query_slug: Mapped[str | None] = mapped_column(ForeignKey("query.slug"), index=True)
    merge_slug: Mapped[str | None] = mapped_column(ForeignKey("merge_query.slug"))
    result_maker_id: Mapped[int | None] = mapped_column(
        ForeignKey("result_maker.id", ondelete="SET NULL"), index=True
    )

    result_maker: Mapped[ResultMaker | None] = relationship()


class DashboardImage(Base):
    """A picture that elements of one dashboard show; a copy of the dashboard has it under the
    same id.
    """

    __tablename__ = "dashboard_image"

    dashboard_id: Mapped[int] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    file_name: Mapped[str | None] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DashboardFilter(Base):
    __tablename__ = "dashboard_filter"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(64))
    default_value: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(String(255))
    explore: Mapped[str | None] = mapped_column(String(255))
    dimension: Mapped[str | None] = mapped_column(String(255))
    row: Mapped[int | None] = mapped_column()
    listens_to_filters: Mapped[list[str] | None] = mapped_column(JSON)
    allow_multiple_values: Mapped[bool] = mapped_column(default=False)
    required: Mapped[bool] = mapped_column(default=False)
    ui_config: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class DashboardLayout(Base):
    __tablename__ = "dashboard_layout"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    dashboard_id: Mapped[int] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), index=True
    )
    type: Mapped[str | None] = mapped_column(String(64))
    active: Mapped[bool] = mapped_column(default=False)
    column_width: Mapped[int | None] = mapped_column()
    width: Mapped[int | None] = mapped_column()
    label: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    order: Mapped[int | None] = mapped_column()
    lookml_link_id: Mapped[str | None] = mapped_column(String(512))

    components: Mapped[list[DashboardLayoutComponent]] = relationship(
        order_by="DashboardLayoutComponent.id", passive_deletes="all"
    )


class DashboardLayoutComponent(Base):
    """Where a tile stands in a layout."""

    __tablename__ = "dashboard_layout_component"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    dashboard_layout_id: Mapped[int] = mapped_column(
        ForeignKey(
            "dashboard_layout.id",
            ondelete="CASCADE",
            name="fk_dashboard_layout_component_layout",
        ),
        index=True,
    )
    dashboard_element_id: Mapped[int] = mapped_column(
        ForeignKey(
            "dashboard_element.id",
            ondelete="CASCADE",
            name="fk_dashboard_layout_component_element",
        ),
        index=True,
    )
    row: Mapped[int | None] = mapped_column()
    column: Mapped[int | None] = mapped_column()
    width: Mapped[int | None] = mapped_column()
    height: Mapped[int | None] = mapped_column()
    granular_row: Mapped[int | None] = mapped_column()
    granular_column: Mapped[int | None] = mapped_column()
    granular_width: Mapped[int | None] = mapped_column()
    granular_height: Mapped[int | None] = mapped_column()
    group_id: Mapped[str | None] = mapped_column(String(255))
    deleted: Mapped[bool] = mapped_column(default=False)


class DashboardFilterState(Base):
    """Values of a dashboard's filters, kept under a random id."""

    __tablename__ = "dashboard_filter_state"

    guid: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
