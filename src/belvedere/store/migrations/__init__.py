"""Bringing an application database up to date."""

from __future__ import annotations

from sqlalchemy import inspect

from belvedere.store.base import Base
from belvedere.store.database import Database


def upgrade(database: Database) -> None:
    """From empty, or from any earlier release, to the tables of this one."""
    with database.engine.begin() as connection:
        if not inspect(connection).has_table("epoch"):
            Base.metadata.create_all(connection)
