"""The base of all tables, and column types that SQLite and PostgreSQL share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, MetaData, Table, func, literal_column
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)

    def __init_subclass__(cls, **given: Any) -> None:
        """Numbers are never given twice: what is kept of the dead must not become another's."""
        super().__init_subclass__(**given)
        if isinstance(cls.__table__, Table) and len(cls.__table__.primary_key.columns) == 1:
            cls.__table__.dialect_options["sqlite"]["autoincrement"] = True


def index_of_folded(table: str, column: str) -> Index:
    """For comparisons without regard to case, prefixes too: by character, not by language."""
    name = f"lower_{column}"
    folded = func.lower(literal_column(column)).label(name)
    return Index(f"ix_{table}_{name}", folded, postgresql_ops={name: "text_pattern_ops"})


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants in, aware instants out; stored without a zone, in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)
