"""PostgreSQL answers searches for prefixes from indexes too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_FOLDED = (
    *(("user", name) for name in ("email", "first_name", "last_name")),
    ("look", "title"),
    ("dashboard", "title"),
    ("folder", "name"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in _FOLDED:
        name = f"ix_{table}_lower_{column}"
        op.drop_index(name, table)
        op.create_index(name, table, [sa.text(f"lower({column}) text_pattern_ops")])
