"""Links that prove an address which administrators gave a disabled person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("credentials_email", sa.Column("verification_digest", sa.String(64)))
