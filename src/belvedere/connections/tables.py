"""Rows of stored connections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class StoredConnection(Base):
    """`extra` holds the properties that are only stored and shown; `overrides` definitions by
    context (such as `pdt`).
    """

    __tablename__ = "db_connection"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    dialect: Mapped[str] = mapped_column(String(64))
    host: Mapped[str | None] = mapped_column(String(255))
    port: Mapped[int | None]
    database: Mapped[str | None] = mapped_column(Text)
    db_schema: Mapped[str | None] = mapped_column(String(255))
    username: Mapped[str | None] = mapped_column(String(255))
    sealed_password: Mapped[str | None] = mapped_column(Text)
    ssl: Mapped[bool] = mapped_column(default=False)
    verify_ssl: Mapped[bool] = mapped_column(default=False)
    max_connections: Mapped[int | None]
    pool_timeout: Mapped[int | None]
    db_timezone: Mapped[str | None] = mapped_column(String(64))
    query_timezone: Mapped[str | None] = mapped_column(String(64))
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    overrides: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    creator_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
