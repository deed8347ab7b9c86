"""Datagroups and merge queries are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "datagroup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_name", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("trigger_value", sa.Text(), nullable=True),
        sa.Column("trigger_error", sa.Text(), nullable=True),
        sa.Column("trigger_check_at", UtcDateTime(), nullable=True),
        sa.Column("triggered_at", UtcDateTime(), nullable=True),
        sa.Column("stale_before", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_datagroup"),
        sa.UniqueConstraint("model_name", "name", name="uq_datagroup_model_name"),
    )
    op.create_table(
        "merge_query",
        sa.Column("slug", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_merge_query"),
        sa.UniqueConstraint("fingerprint", name="uq_merge_query_fingerprint"),
    )
