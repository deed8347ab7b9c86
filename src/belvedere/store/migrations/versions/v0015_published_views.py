"""Database views that stand for kept tables; the schema that a kept table is in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "published_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_name", sa.String(255), nullable=False),
        sa.Column("model_name", sa.String(255), nullable=False),
        sa.Column("view_name", sa.String(255), nullable=False),
        sa.Column("schema_name", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("key", sa.String(32)),
        sa.Column("physical", sa.String(255)),
        sa.Column("coming", sa.String(255)),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_published_view"),
        sa.UniqueConstraint(
            "connection_name", "model_name", "view_name", name="uq_published_view_connection_name"
        ),
    )
    op.add_column("kept_table", sa.Column("schema_name", sa.String(255)))
