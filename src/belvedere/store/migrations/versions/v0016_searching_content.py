"""Searches of Looks, dashboards and folders are answered from indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for kind in ("look", "dashboard"):
        op.drop_index(f"ix_{kind}_title", kind)
        op.drop_index(f"ix_{kind}_folder_id", kind)
        found = ["folder_id", "deleted_at", "user_id"]
        op.create_index(f"ix_{kind}_title", kind, ["title", "id", *found])
        op.create_index(f"ix_{kind}_folder_id", kind, found)
        op.create_index(f"ix_{kind}_lower_title", kind, [sa.text("lower(title)")])
        most_viewed = f"ix_content_metadata_most_viewed_{kind}"
        op.create_index(most_viewed, "content_metadata", ["view_count", f"{kind}_id"])
    op.drop_index("ix_folder_name", "folder")
    op.create_index("ix_folder_name", "folder", ["name", "id", "decider_id", "owner_id"])
    op.create_index("ix_folder_lower_name", "folder", [sa.text("lower(name)")])
