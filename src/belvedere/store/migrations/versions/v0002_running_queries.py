"""Queries that run longer than a moment are seen and stopped from every process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_table("schema_version", if_exists=True)
    op.create_table(
        "running_query",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("process", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("connection_name", sa.String(255), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("model", sa.String(255), nullable=True),
        sa.Column("explore", sa.String(255), nullable=True),
        sa.Column("query_slug", sa.String(64), nullable=True),
        sa.Column("sql", sa.Text(), nullable=True),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_running_query"),
    )
    op.create_index("ix_running_query_process", "running_query", ["process"])
