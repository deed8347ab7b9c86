"""Folders, Looks, dashboards, boards, and who may see and change them."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0008"
down_revision = "0007"

_ROOTS = ("Shared", "Users", "Embed Users", "Embed Groups", "LookML Dashboards")
_EVERYBODY = (("Shared", "edit"), ("Users", "view"))
_LONGEST_NAME = 240


def upgrade() -> None:
    _folders()
    _saved()
    _boards()
    _tiles()
    _metadata()
    _furnish()


def _folders() -> None:
    op.create_table(
        "folder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(255)),
        sa.Column("creator_id", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["user.id"], name="fk_folder_creator_id_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name="fk_folder_owner_id_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["folder.id"], name="fk_folder_parent_id_folder"),
        sa.PrimaryKeyConstraint("id", name="pk_folder"),
        sa.UniqueConstraint("external_id", name="uq_folder_external_id"),
        sa.UniqueConstraint("parent_id", "name", name="uq_folder_parent_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_folder_decider_id", "folder", ["decider_id"])
    op.create_index("ix_folder_name", "folder", ["name"])
    op.create_index("ix_folder_owner_id", "folder", ["owner_id"])


def _saved() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("query_slug", sa.String(32), nullable=False),
        sa.Column("folder_id", sa.Integer()),
        sa.Column("user_id", sa.Integer()),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("public_slug", sa.String(64)),
        sa.Column("is_run_on_load", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("last_updater_id", sa.Integer()),
        sa.Column("deleted_at", UtcDateTime()),
        sa.Column("deleter_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["deleter_id"], ["user.id"], name="fk_look_deleter_id_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folder.id"], name="fk_look_folder_id_folder", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["last_updater_id"],
            ["user.id"],
            name="fk_look_last_updater_id_user",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["query_slug"], ["query.slug"], name="fk_look_query_slug_query"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_look_user_id_user", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
        sa.UniqueConstraint("public_slug", name="uq_look_public_slug"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_look_folder_id", "look", ["folder_id"])
    op.create_index("ix_look_query_slug", "look", ["query_slug"])
    op.create_index("ix_look_title", "look", ["title"])
    op.create_index("ix_look_user_id", "look", ["user_id"])
    op.create_table(
        "dashboard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("folder_id", sa.Integer()),
        sa.Column("user_id", sa.Integer()),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("query_timezone", sa.String(64)),
        sa.Column("refresh_interval", sa.String(64)),
        sa.Column("preferred_viewer", sa.String(64)),
        sa.Column("load_configuration", sa.String(64)),
        sa.Column("lookml_link_id", sa.String(512)),
        sa.Column("alert_sync_with_dashboard_filter_enabled", sa.Boolean(), nullable=False),
        sa.Column("chat_enabled", sa.Boolean(), nullable=False),
        sa.Column("crossfilter_enabled", sa.Boolean(), nullable=False),
        sa.Column("enable_viz_full_screen", sa.Boolean(), nullable=False),
        sa.Column("filters_bar_collapsed", sa.Boolean(), nullable=False),
        sa.Column("filters_location_top", sa.Boolean(), nullable=False),
        sa.Column("preserve_desktop_layout", sa.Boolean(), nullable=False),
        sa.Column("show_filters_bar", sa.Boolean()),
        sa.Column("show_title", sa.Boolean()),
        sa.Column("background_color", sa.String(64)),
        sa.Column("text_tile_text_color", sa.String(64)),
        sa.Column("tile_background_color", sa.String(64)),
        sa.Column("tile_text_color", sa.String(64)),
        sa.Column("title_color", sa.String(64)),
        sa.Column("appearance", sa.JSON()),
        sa.Column("download_settings", sa.JSON()),
        sa.Column("layout_granularity", sa.String(64)),
        sa.Column("style", sa.String(64)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("last_updater_id", sa.Integer()),
        sa.Column("deleted_at", UtcDateTime()),
        sa.Column("deleter_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["deleter_id"], ["user.id"], name="fk_dashboard_deleter_id_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"], ["folder.id"], name="fk_dashboard_folder_id_folder", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["last_updater_id"],
            ["user.id"],
            name="fk_dashboard_last_updater_id_user",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_dashboard_user_id_user", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dashboard"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dashboard_folder_id", "dashboard", ["folder_id"])
    op.create_index("ix_dashboard_lookml_link_id", "dashboard", ["lookml_link_id"])
    op.create_index("ix_dashboard_title", "dashboard", ["title"])
    op.create_index("ix_dashboard_user_id", "dashboard", ["user_id"])


def _boards() -> None:
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("user_id", sa.Integer()),
        sa.Column("section_order", sa.JSON()),
        sa.Column("primary_homepage", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_board_user_id_user", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_board"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_board_title", "board", ["title"])
    op.create_index("ix_board_user_id", "board", ["user_id"])
    op.create_table(
        "board_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("item_order", sa.JSON()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name="fk_board_section_board_id_board", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_board_section"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_board_section_board_id", "board_section", ["board_id"])
    op.create_table(
        "board_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_section_id", sa.Integer(), nullable=False),
        sa.Column("look_id", sa.Integer()),
        sa.Column("dashboard_id", sa.Integer()),
        sa.Column("lookml_dashboard_id", sa.String(512)),
        sa.Column("order", sa.Integer()),
        sa.Column("custom_title", sa.String(255)),
        sa.Column("custom_description", sa.Text()),
        sa.Column("custom_url", sa.Text()),
        sa.Column("custom_image", sa.Text()),
        sa.Column("use_custom_title", sa.Boolean(), nullable=False),
        sa.Column("use_custom_description", sa.Boolean(), nullable=False),
        sa.Column("use_custom_url", sa.Boolean(), nullable=False),
        sa.Column("use_custom_image", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_section_id"],
            ["board_section.id"],
            name="fk_board_item_board_section_id_board_section",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user.id"], name="fk_board_item_created_by_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_board_item_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["look_id"], ["look.id"], name="fk_board_item_look_id_look", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_board_item"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_board_item_board_section_id", "board_item", ["board_section_id"])
    op.create_index("ix_board_item_dashboard_id", "board_item", ["dashboard_id"])
    op.create_index("ix_board_item_look_id", "board_item", ["look_id"])


def _tiles() -> None:
    op.create_table(
        "result_maker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_slug", sa.String(32)),
        sa.Column("merge_slug", sa.String(32)),
        sa.Column("sql_slug", sa.String(32)),
        sa.Column("dynamic_fields", sa.Text()),
        sa.Column("filterables", sa.JSON()),
        sa.Column("sorts", sa.JSON()),
        sa.Column("total", sa.Boolean(), nullable=False),
        sa.Column("vis_config", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["merge_slug"], ["merge_query.slug"], name="fk_result_maker_merge_slug_merge_query"
        ),
        sa.ForeignKeyConstraint(
            ["query_slug"], ["query.slug"], name="fk_result_maker_query_slug_query"
        ),
        sa.ForeignKeyConstraint(
            ["sql_slug"], ["sql_query.slug"], name="fk_result_maker_sql_slug_sql_query"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_result_maker"),
    )
    op.create_table(
        "dashboard_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("default_value", sa.Text()),
        sa.Column("model", sa.String(255)),
        sa.Column("explore", sa.String(255)),
        sa.Column("dimension", sa.String(255)),
        sa.Column("row", sa.Integer()),
        sa.Column("listens_to_filters", sa.JSON()),
        sa.Column("allow_multiple_values", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("ui_config", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_dashboard_filter_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dashboard_filter"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dashboard_filter_dashboard_id", "dashboard_filter", ["dashboard_id"])
    op.create_table(
        "dashboard_filter_state",
        sa.Column("guid", sa.String(64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name="fk_dashboard_filter_state_user_id_user",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guid", name="pk_dashboard_filter_state"),
    )
    op.create_table(
        "dashboard_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(64)),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("column_width", sa.Integer()),
        sa.Column("width", sa.Integer()),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(255)),
        sa.Column("description", sa.Text()),
        sa.Column("order", sa.Integer()),
        sa.Column("lookml_link_id", sa.String(512)),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_dashboard_layout_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dashboard_layout"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dashboard_layout_dashboard_id", "dashboard_layout", ["dashboard_id"])
    op.create_table(
        "dashboard_element",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("dashboard_layout_id", sa.Integer()),
        sa.Column("type", sa.String(64)),
        sa.Column("title", sa.Text()),
        sa.Column("title_hidden", sa.Boolean(), nullable=False),
        sa.Column("title_text", sa.Text()),
        sa.Column("subtitle_text", sa.Text()),
        sa.Column("body_text", sa.Text()),
        sa.Column("note_text", sa.Text()),
        sa.Column("note_state", sa.String(64)),
        sa.Column("note_display", sa.String(64)),
        sa.Column("rich_content_json", sa.Text()),
        sa.Column("aria_description", sa.Text()),
        sa.Column("extension_id", sa.String(255)),
        sa.Column("filter_id", sa.String(255)),
        sa.Column("image_id", sa.String(255)),
        sa.Column("group_id", sa.String(255)),
        sa.Column("refresh_interval", sa.String(64)),
        sa.Column("lookml_link_id", sa.String(512)),
        sa.Column("look_id", sa.Integer()),
        sa.Column("query_slug", sa.String(32)),
        sa.Column("merge_slug", sa.String(32)),
        sa.Column("result_maker_id", sa.Integer()),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_dashboard_element_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_layout_id"],
            ["dashboard_layout.id"],
            name="fk_dashboard_element_dashboard_layout_id_dashboard_layout",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["look_id"], ["look.id"], name="fk_dashboard_element_look_id_look", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merge_slug"], ["merge_query.slug"], name="fk_dashboard_element_merge_slug_merge_query"
        ),
        sa.ForeignKeyConstraint(
            ["query_slug"], ["query.slug"], name="fk_dashboard_element_query_slug_query"
        ),
        sa.ForeignKeyConstraint(
            ["result_maker_id"],
            ["result_maker.id"],
            name="fk_dashboard_element_result_maker_id_result_maker",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dashboard_element"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dashboard_element_dashboard_id", "dashboard_element", ["dashboard_id"])
    op.create_index(
        "ix_dashboard_element_dashboard_layout_id", "dashboard_element", ["dashboard_layout_id"]
    )
    op.create_index("ix_dashboard_element_look_id", "dashboard_element", ["look_id"])
    op.create_index("ix_dashboard_element_query_slug", "dashboard_element", ["query_slug"])
    op.create_index(
        "ix_dashboard_element_result_maker_id", "dashboard_element", ["result_maker_id"]
    )
    op.create_table(
        "dashboard_layout_component",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_layout_id", sa.Integer(), nullable=False),
        sa.Column("dashboard_element_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer()),
        sa.Column("column", sa.Integer()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("granular_row", sa.Integer()),
        sa.Column("granular_column", sa.Integer()),
        sa.Column("granular_width", sa.Integer()),
        sa.Column("granular_height", sa.Integer()),
        sa.Column("group_id", sa.String(255)),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_element_id"],
            ["dashboard_element.id"],
            name="fk_dashboard_layout_component_element",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_layout_id"],
            ["dashboard_layout.id"],
            name="fk_dashboard_layout_component_layout",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dashboard_layout_component"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_dashboard_layout_component_dashboard_element_id",
        "dashboard_layout_component",
        ["dashboard_element_id"],
    )
    op.create_index(
        "ix_dashboard_layout_component_dashboard_layout_id",
        "dashboard_layout_component",
        ["dashboard_layout_id"],
    )


def _metadata() -> None:
    op.create_table(
        "content_metadata",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(32), nullable=False),
        sa.Column("folder_id", sa.Integer()),
        sa.Column("look_id", sa.Integer()),
        sa.Column("dashboard_id", sa.Integer()),
        sa.Column("board_id", sa.Integer()),
        sa.Column("lookml_dashboard_id", sa.String(512)),
        sa.Column("inherits", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.String(255)),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("favorite_count", sa.Integer(), nullable=False),
        sa.Column("last_viewed_at", UtcDateTime()),
        sa.Column("last_accessed_at", UtcDateTime()),
        sa.Column("certification_status", sa.String(16)),
        sa.Column("certification_notes", sa.Text()),
        sa.Column("certifier_id", sa.Integer()),
        sa.Column("certified_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["board_id"],
            ["board.id"],
            name="fk_content_metadata_board_id_board",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["certifier_id"],
            ["user.id"],
            name="fk_content_metadata_certifier_id_user",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_content_metadata_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"],
            ["folder.id"],
            name="fk_content_metadata_folder_id_folder",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["look_id"], ["look.id"], name="fk_content_metadata_look_id_look", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_content_metadata"),
        sa.UniqueConstraint("board_id", name="uq_content_metadata_board_id"),
        sa.UniqueConstraint("dashboard_id", name="uq_content_metadata_dashboard_id"),
        sa.UniqueConstraint("folder_id", name="uq_content_metadata_folder_id"),
        sa.UniqueConstraint("look_id", name="uq_content_metadata_look_id"),
        sa.UniqueConstraint("lookml_dashboard_id", name="uq_content_metadata_lookml_dashboard_id"),
        sa.UniqueConstraint("slug", name="uq_content_metadata_slug"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_content_metadata_inherits", "content_metadata", ["inherits"])
    op.create_table(
        "content_metadata_group_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_metadata_id", sa.Integer(), nullable=False),
        sa.Column("permission_type", sa.String(8), nullable=False),
        sa.Column("group_id", sa.Integer()),
        sa.Column("user_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["content_metadata_id"],
            ["content_metadata.id"],
            name="fk_content_metadata_group_user_metadata",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name="fk_content_metadata_group_user_group_id_group",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name="fk_content_metadata_group_user_user_id_user",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_content_metadata_group_user"),
        sa.UniqueConstraint("content_metadata_id", "group_id", name="uq_content_grant_group"),
        sa.UniqueConstraint("content_metadata_id", "user_id", name="uq_content_grant_user"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_content_metadata_group_user_group_id", "content_metadata_group_user", ["group_id"]
    )
    op.create_index(
        "ix_content_metadata_group_user_user_id", "content_metadata_group_user", ["user_id"]
    )
    op.create_table(
        "content_favorite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("content_metadata_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_metadata_id"],
            ["content_metadata.id"],
            name="fk_content_favorite_content_metadata_id_content_metadata",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_content_favorite_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_content_favorite"),
        sa.UniqueConstraint("user_id", "content_metadata_id", name="uq_content_favorite_user"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_content_favorite_content_metadata_id", "content_favorite", ["content_metadata_id"]
    )
    op.create_table(
        "content_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_metadata_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("start_of_week", sa.Date(), nullable=False),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("last_viewed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["content_metadata_id"],
            ["content_metadata.id"],
            name="fk_content_view_content_metadata_id_content_metadata",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_content_view_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_content_view"),
        sa.UniqueConstraint(
            "content_metadata_id", "user_id", "start_of_week", name="uq_content_view_week"
        ),
    )
    op.create_index("ix_content_view_user_id", "content_view", ["user_id"])


def _furnish() -> None:
    """What a new instance is given when it is made, and a folder for everybody there is."""
    now = datetime.now(UTC)
    names: set[str] = set()
    for name in _ROOTS:
        _add_folder(name, None, None, now)
    connection = op.get_bind()
    everybody = sa.text('SELECT id FROM "group" WHERE include_by_default')
    for group_id in connection.scalars(everybody).all():
        for name, permission in _EVERYBODY:
            connection.execute(
                sa.text(
                    "INSERT INTO content_metadata_group_user"
                    " (content_metadata_id, permission_type, group_id)"
                    " SELECT decider_id, :permission, :group_id FROM folder WHERE name = :name"
                    " AND parent_id IS NULL"
                ),
                {"permission": permission, "group_id": group_id, "name": name},
            )
    people = sa.text(
        "SELECT id, first_name, last_name, email, service_account_name, is_embed_user"
        ' FROM "user" ORDER BY id'
    )
    for person in connection.execute(people).all():
        parent = "Embed Users" if person.is_embed_user else "Users"
        name = _free(_name_of(person), names)
        _add_folder(name, parent, person.id, now)


def _name_of(person: sa.Row[tuple[object, ...]]) -> str:
    full = " ".join(part for part in (person.first_name, person.last_name) if part)
    found = person.service_account_name or full or person.email or f"User {person.id}"
    return str(found)[:_LONGEST_NAME]


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    taken.add(found)
    return found


def _add_folder(name: str, parent: str | None, owner_id: int | None, now: datetime) -> None:
    connection = op.get_bind()
    folder = sa.table(
        "folder",
        *(sa.column(column) for column in ("id", "name", "parent_id", "owner_id", "creator_id")),
        *(sa.column(column) for column in ("root_id", "decider_id")),
        sa.column("is_personal", sa.Boolean()),
        sa.column("created_at", UtcDateTime()),
    )
    metadata = sa.table(
        "content_metadata",
        *(sa.column(column) for column in ("id", "folder_id", "content_type")),
        *(sa.column(column) for column in ("view_count", "favorite_count")),
        sa.column("inherits", sa.Boolean()),
    )
    above = None
    if parent is not None:
        chosen = sa.select(folder.c.id, folder.c.decider_id)
        wanted = folder.c.name == parent, folder.c.parent_id.is_(None)
        above = connection.execute(chosen.where(*wanted)).one()
    row = {
        "name": name,
        "parent_id": None if above is None else above.id,
        "root_id": 0 if above is None else above.id,
        "decider_id": 0 if above is None else above.decider_id,
        "owner_id": owner_id,
        "creator_id": owner_id,
        "is_personal": owner_id is not None,
        "created_at": now,
    }
    made = connection.scalar(folder.insert().values(row).returning(folder.c.id))
    about = {"folder_id": made, "content_type": "folder", "inherits": above is not None}
    about |= {"view_count": 0, "favorite_count": 0}
    decider = connection.scalar(metadata.insert().values(about).returning(metadata.c.id))
    if above is None:
        own = {"root_id": made, "decider_id": decider}
        connection.execute(folder.update().where(folder.c.id == made).values(own))
