"""Persistent derived tables and the builds that people ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "kept_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_name", sa.String(255), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("model_name", sa.String(255), nullable=False),
        sa.Column("view_name", sa.String(255), nullable=False),
        sa.Column("physical", sa.String(255)),
        sa.Column("built_at", UtcDateTime()),
        sa.Column("tried_at", UtcDateTime()),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("error", sa.Text()),
        sa.Column("trigger_value", sa.Text()),
        sa.Column("checked_at", UtcDateTime()),
        sa.Column("former", sa.JSON(), nullable=False),
        sa.Column("claim", sa.String(32)),
        sa.Column("claimed_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_kept_table"),
        sa.UniqueConstraint("connection_name", "key", name="uq_kept_table_connection_name"),
    )
    op.create_table(
        "materialization",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("model_name", sa.String(255), nullable=False),
        sa.Column("view_name", sa.String(255), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(255)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_materialization"),
    )
