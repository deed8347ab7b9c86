"""When a tile was made, from now on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store import UtcDateTime

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("dashboard_element", sa.Column("created_at", UtcDateTime()))
