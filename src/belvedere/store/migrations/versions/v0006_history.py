"""What was asked, by whom, and how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("query_slug", sa.String(64)),
        sa.Column("sql_query_slug", sa.String(64)),
        sa.Column("merge_query_slug", sa.String(64)),
        sa.Column("look_id", sa.String(64)),
        sa.Column("dashboard_id", sa.String(255)),
        sa.Column("model", sa.String(255)),
        sa.Column("explore", sa.String(255)),
        sa.Column("connection_name", sa.String(255), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("result_source", sa.String(16), nullable=False),
        sa.Column("runtime", sa.Double(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    for column in ("created_at", "user_id", "query_slug", "look_id", "dashboard_id"):
        op.create_index(f"ix_history_{column}", "history", [column])
