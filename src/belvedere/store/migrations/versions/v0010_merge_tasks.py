"""Query tasks may run merge queries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("query_task") as table:
        table.alter_column("query_slug", existing_type=sa.String(32), nullable=True)
        table.add_column(sa.Column("merge_slug", sa.String(32)))
        table.create_foreign_key(
            "fk_query_task_merge_slug_merge_query", "merge_query", ["merge_slug"], ["slug"]
        )
