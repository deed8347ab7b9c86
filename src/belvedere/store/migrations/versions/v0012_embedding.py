"""What embed users were given at their last sign-in, and the groups that they share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("credentials_embed", sa.Column("attribute_ids", sa.JSON()))
    op.add_column("group", sa.Column("embed_external_id", sa.String(255)))
    op.create_index("ix_group_embed_external_id", "group", ["embed_external_id"], unique=True)
    op.create_index("ix_role_embed_user_id", "role", ["embed_user_id"])
