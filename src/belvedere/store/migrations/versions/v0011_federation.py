"""Signing in with other services: what is remembered meanwhile, and roles of mirrored groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "sign_in_ticket",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("sealed_value", sa.Text()),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_ticket"),
    )
    op.create_index("ix_sign_in_ticket_expires_at", "sign_in_ticket", ["expires_at"])
    op.add_column(
        "user",
        sa.Column(
            "roles_from_mirrored_groups_only",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    )
