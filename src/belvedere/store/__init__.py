"""The application database: SQLite by default, PostgreSQL by URL."""

from belvedere.store.base import Base, UtcDateTime
from belvedere.store.database import Database
from belvedere.store.epochs import EpochWatch, bump
from belvedere.store.rows import find

__all__ = ["Base", "Database", "EpochWatch", "UtcDateTime", "bump", "find"]
