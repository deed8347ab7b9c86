"""What System Activity tells more: where and how queries ran, what became of derived tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "history",
        sa.Column("workspace_id", sa.String(16), nullable=False, server_default="production"),
    )
    op.add_column("history", sa.Column("result_format", sa.String(32)))
    op.execute("UPDATE history SET source = 'api4' WHERE source IN ('api', 'query_task')")
    op.execute("UPDATE history SET source = 'sqlrunner' WHERE source = 'sql_runner'")
    op.create_table(
        "pdt_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("connection_name", sa.String(255), nullable=False),
        sa.Column("model_name", sa.String(255), nullable=False),
        sa.Column("view_name", sa.String(255), nullable=False),
        sa.Column("table_name", sa.String(255)),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("seconds", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_pdt_event"),
    )
    op.create_index("ix_pdt_event_created_at", "pdt_event", ["created_at"])
