"""Programs that people let in on their behalf."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class OauthClientApp(Base):
    __tablename__ = "oauth_client_app"

    client_guid: Mapped[str] = mapped_column(String(255), primary_key=True)
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    display_name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text)
    enabled: Mapped[bool] = mapped_column(default=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="SET NULL"))
    restricted: Mapped[bool] = mapped_column(default=False)
    """Whether a group was named: where it was deleted, nobody may use the app."""
    tokens_invalid_before: Mapped[datetime] = mapped_column(UtcDateTime)


class OauthActivation(Base):
    """A person who let the app in."""

    __tablename__ = "oauth_activation"

    client_guid: Mapped[str] = mapped_column(
        ForeignKey("oauth_client_app.client_guid", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OauthCode(Base):
    """An authorization code. A used one is kept until it expires, so that its use by a second
    party is noticed.
    """

    __tablename__ = "oauth_code"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_guid: Mapped[str] = mapped_column(
        ForeignKey("oauth_client_app.client_guid", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    redirect_uri: Mapped[str] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(String(255))
    family: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OauthRefreshToken(Base):
    """Each use gives a new one of the same `family`; a second use ends the family."""

    __tablename__ = "oauth_refresh_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    family: Mapped[str] = mapped_column(String(64), index=True)
    client_guid: Mapped[str] = mapped_column(
        ForeignKey("oauth_client_app.client_guid", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
