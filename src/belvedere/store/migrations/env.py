"""How Alembic reaches the database: through the connection that `migrations` hands over."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,  # SQLite changes tables by making them anew
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
