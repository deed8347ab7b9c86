"""What is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class StoredArtifact(Base):
    """`size` is that of the value in bytes, `version` how often it was written. Who wrote it stays
    known when they are gone.
    """

    __tablename__ = "artifact"

    namespace: Mapped[str] = mapped_column(String(255), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    sealed_value: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int]
    updated_by: Mapped[int]
