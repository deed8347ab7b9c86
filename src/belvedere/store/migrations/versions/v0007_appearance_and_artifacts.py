"""Themes, collections of colours, artifacts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    theme = op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("begin_at", UtcDateTime()),
        sa.Column("end_at", UtcDateTime()),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
    )
    op.create_index("ix_theme_name", "theme", ["name"])
    op.bulk_insert(theme, [{"name": "Looker", "settings": {}, "built_in": True}])
    op.create_table(
        "color_collection",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("palettes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_color_collection"),
    )
    _artifacts()


def _artifacts() -> None:
    op.create_table(
        "artifact",
        sa.Column("namespace", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("sealed_value", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("namespace", "key", name="pk_artifact"),
    )
