"""Themes, and the collections of colours that people made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class Theme(Base):
    """`settings` holds what differs from `theme_settings.DEFAULTS`. Several themes can have one
    name, each in its own time.
    """

    __tablename__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), index=True)
    begin_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    built_in: Mapped[bool] = mapped_column(default=False)


class CustomColorCollection(Base):
    """`palettes` maps categorical, sequential and diverging to lists of palettes."""

    __tablename__ = "color_collection"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    label: Mapped[str] = mapped_column(String(255))
    palettes: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(JSON)
