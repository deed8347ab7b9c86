"""Rows of projects and of model configurations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class StoredProject(Base):
    """A folder of LookML that is served in place, as production code."""

    __tablename__ = "project"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ModelConfiguration(Base):
    """Which project a model comes from and which connections it may use."""

    __tablename__ = "lookml_model"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    project_name: Mapped[str | None] = mapped_column(String(255))
    allowed_connections: Mapped[list[str]] = mapped_column(JSON, default=list)
    unlimited_connections: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
