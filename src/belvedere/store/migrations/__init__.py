"""Bringing an application database up to date."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from belvedere.store.base import Base
from belvedere.store.database import Database, DatabaseError

VERSION = 1
"""Of the tables. A release that changes them raises it, and says here how to get from the last."""
_LOCK = 0x62656C76
"""Names, among PostgreSQL's advisory locks, the one of who makes the tables."""


class SchemaVersion(Base):
    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


def upgrade(database: Database, furnish: Callable[[Session], None]) -> None:
    """Make the tables where there are none and let `furnish` add what every instance has.

    However many processes start at once, one does it and the others find it done. DatabaseError
    where the database cannot be used, or belongs to a newer release.
    """
    try:
        with database.reading() as session:
            found = _version(session.connection())
        if found is None:
            _create(database, furnish)
    except DBAPIError as error:
        raise DatabaseError(f"The application database cannot be used: {error.orig}") from None
    if found is not None and found > VERSION:
        raise DatabaseError(
            f"The application database was made by a newer Belvedere (tables {found}; "
            f"this one knows {VERSION})"
        )


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(SchemaVersion.__tablename__):
        return None
    return connection.scalar(select(func.max(SchemaVersion.version)))


def _create(database: Database, furnish: Callable[[Session], None]) -> None:
    with database.session() as session:
        connection = session.connection()
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if _version(connection) is None:
            Base.metadata.create_all(connection)
            session.add(SchemaVersion(version=VERSION))
            furnish(session)
