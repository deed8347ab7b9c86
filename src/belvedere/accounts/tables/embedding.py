"""Other people's pages that show ours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class EmbedSecret(Base):
    __tablename__ = "embed_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    algorithm: Mapped[str] = mapped_column(String(32))
    secret_type: Mapped[str] = mapped_column(String(8))
    enabled: Mapped[bool] = mapped_column(default=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmbedNonce(Base):
    """What was used already, remembered until it could not be used any more anyway."""

    __tablename__ = "embed_nonce"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class EmbedSession(Base):
    """A cookieless session: `digest` is that of its reference token."""

    __tablename__ = "embed_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    external_user_id: Mapped[str] = mapped_column(String(255))
    user_agent: Mapped[str] = mapped_column(Text)
    embed_domain: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
