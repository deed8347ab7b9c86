"""Searches compare names and addresses without regard to case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for name in ("email", "first_name", "last_name"):
        op.create_index(f"ix_user_lower_{name}", "user", [sa.text(f"lower({name})")])
