"""The application database: SQLite by default, PostgreSQL by URL."""

from belvedere.store.base import Base, UtcDateTime, index_of_folded
from belvedere.store.database import Database, is_reading
from belvedere.store.epochs import EpochWatch, bump, is_bumped
from belvedere.store.rows import find, lock, put, sweep

__all__ = [
    "Base",
    "Database",
    "EpochWatch",
    "UtcDateTime",
    "bump",
    "find",
    "index_of_folded",
    "is_bumped",
    "is_reading",
    "lock",
    "put",
    "sweep",
]
