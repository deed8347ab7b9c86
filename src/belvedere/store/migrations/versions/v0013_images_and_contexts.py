"""Pictures of dashboards; what query tasks are run for; marks that nothing ever set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "dashboard_image",
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(255)),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dashboard_id"],
            ["dashboard.id"],
            name="fk_dashboard_image_dashboard_id_dashboard",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dashboard_id", "id", name="pk_dashboard_image"),
    )
    op.add_column("query_task", sa.Column("look_id", sa.String(64)))
    op.add_column("query_task", sa.Column("dashboard_id", sa.String(255)))
    op.drop_column("dashboard_element", "deleted")
    op.drop_column("dashboard_layout", "deleted")
