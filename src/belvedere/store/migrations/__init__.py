"""Bringing an application database up to date.

A change of the tables comes with a module in `versions`; an empty database gets the tables as
they are now. Alembic is only imported where there is something to do.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from belvedere.store.base import Base
from belvedere.store.database import Database, DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0022"
BASELINE = "0001"
"""What a database is at that has our tables and no mark of a version."""
_LOCK = 0x62656C76
"""Names, among PostgreSQL's advisory locks, the one of who changes the tables."""


def upgrade(database: Database, furnish: Callable[[Session], None]) -> None:
    """Make or change the tables; `furnish` adds to an empty database what every instance has.

    However many processes start at once, one does it and the others find it done; it is done
    wholly or not at all. DatabaseError where the database cannot be used, or belongs to a newer
    release.
    """
    try:
        with database.reading() as session:
            found = _revision(session.connection())
        if found != HEAD:
            _bring_up(database, furnish)
    except DBAPIError as error:
        raise DatabaseError(f"The application database cannot be used: {error.orig}") from None


def _revision(connection: Connection) -> str | None:
    """Where the tables stand; None for an empty database."""
    there = inspect(connection)
    if there.has_table("alembic_version"):
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
    return BASELINE if there.has_table("epoch") else None


def _bring_up(database: Database, furnish: Callable[[Session], None]) -> None:
    with database.session() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        found = _revision(connection)
        if found == HEAD:
            return
        command = import_module("alembic.command")
        if found is None:
            Base.metadata.create_all(connection)
            command.stamp(config(connection), HEAD)
            furnish(session)
            return
        _refuse_unknown(found, connection)
        if not inspect(connection).has_table("alembic_version"):
            command.stamp(config(connection), BASELINE)
        command.upgrade(config(connection), HEAD)


def config(connection: Connection) -> Config:
    """Alembic's configuration for these migrations on that connection."""
    made: Config = import_module("alembic.config").Config()
    made.set_main_option("script_location", "belvedere.store:migrations")
    made.attributes["connection"] = connection
    return made


def _refuse_unknown(revision: str, connection: Connection) -> None:
    scripts = import_module("alembic.script").ScriptDirectory.from_config(config(connection))
    known = {script.revision for script in scripts.walk_revisions()}
    if revision not in known:
        raise DatabaseError(
            f"The application database was made by a newer Belvedere (its tables are at "
            f"{revision}; this one knows {HEAD})"
        )
