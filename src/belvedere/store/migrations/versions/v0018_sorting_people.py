"""Searches of people are sorted by names from indexes."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_user_last_name", "user", ["last_name"])
    op.create_index("ix_user_first_name", "user", ["first_name", "last_name"])
