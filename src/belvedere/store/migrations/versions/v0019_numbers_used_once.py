"""SQLite gives no number a second time, as PostgreSQL does not.

The text of the definitions is all that changes: making the tables anew would delete what refers
to their rows.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0019"
down_revision = "0018"

_TABLES = (
    "board",
    "board_item",
    "board_section",
    "content_favorite",
    "content_metadata",
    "content_metadata_group_user",
    "content_view",
    "credentials_api3",
    "credentials_embed",
    "dashboard",
    "dashboard_element",
    "dashboard_filter",
    "dashboard_layout",
    "dashboard_layout_component",
    "datagroup",
    "embed_secret",
    "event",
    "folder",
    "group",
    "kept_table",
    "look",
    "model_set",
    "pdt_event",
    "permission_set",
    "published_view",
    "result_maker",
    "role",
    "support_allowlist_entry",
    "theme",
    "user",
    "user_attribute",
    "web_session",
)
_RENUMBERED = text(
    "UPDATE sqlite_schema SET sql = replace(sql, 'PRIMARY KEY (id)', "
    "'PRIMARY KEY (id AUTOINCREMENT)') WHERE type = 'table' AND name = :name"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    # The table of the last numbers is there from the first definition that wants it.
    op.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT)")
    op.execute("PRAGMA writable_schema = ON")
    for name in _TABLES:
        connection.execute(_RENUMBERED, {"name": name})
    op.execute("PRAGMA writable_schema = RESET")
    op.execute("DROP TABLE numbered")
