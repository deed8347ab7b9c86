"""How long the parts of each run took; how often each operation of the API was called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_PHASES = (
    "queued",
    "async_processing",
    "prepare",
    "pdt",
    "cache_load",
    "acquire_connection",
    "connection_held",
    "execute_main_query",
    "execute_totals_query",
    "execute_row_totals_query",
    "execute_grand_totals_query",
    "load_main_query_in_memory",
    "load_totals_query_in_memory",
    "load_row_totals_query_in_memory",
    "load_grand_totals_query_in_memory",
    "load_process_and_stream_main_query",
    "post_processing",
)


def upgrade() -> None:
    for name in _PHASES:
        op.add_column("history", sa.Column(name, sa.Double()))
    op.create_table(
        "api_usage",
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("endpoint", sa.String(128), nullable=False),
        sa.Column("api_query_type", sa.String(16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("created_on", "endpoint", name="pk_api_usage"),
    )
