"""Who is signed in, with a token or with a browser."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class AccessToken(Base):
    """`sudo_user_id` is the person who acts as `user_id`, where somebody does. `source` is what
    the token was given for: api, sudo, oauth or embed; `source_id` which app or session.
    """

    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_expires", "expires_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    sudo_user_id: Mapped[int | None] = mapped_column()
    source: Mapped[str] = mapped_column(String(16), default="api", server_default="api")
    source_id: Mapped[str | None] = mapped_column(String(255), index=True)
    workspace_id: Mapped[str] = mapped_column(String(16), default="production")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebSession(Base):
    """A browser that is signed in. `csrf` goes into the forms of its pages."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    sudo_user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    credentials_type: Mapped[str] = mapped_column(String(32))
    is_embed: Mapped[bool] = mapped_column(default=False)
    is_persistent: Mapped[bool] = mapped_column(default=False)
    ip_address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(255))
    operating_system: Mapped[str | None] = mapped_column(String(255))
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extended_count: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SignInTicket(Base):
    """What is remembered of a sign-in with another service while it goes on: `purpose` says
    what of. What was used already stays until it could not be used anyway.
    """

    __tablename__ = "sign_in_ticket"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(32))
    sealed_value: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
