"""The ways in which a person can prove who they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class ApiCredentials(Base):
    __tablename__ = "credentials_api3"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_digest: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str | None] = mapped_column(String(255))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmailCredentials(Base):
    """`reset_*` is the one link that may set a password now: its token sealed, so that an
    administrator can read the address again, and hashed, so that it can be found.
    """

    __tablename__ = "credentials_email"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    forced_password_reset_at_next_login: Mapped[bool] = mapped_column(default=False)
    logged_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_reset_token: Mapped[str | None] = mapped_column(Text)
    reset_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    reset_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verification_digest: Mapped[str | None] = mapped_column(String(64))
    """Of the link that proves the address, and lets a disabled user in again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TotpCredentials(Base):
    __tablename__ = "credentials_totp"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[str] = mapped_column(Text)
    recovery_digests: Mapped[str] = mapped_column(Text, default="")
    """Hashes of the recovery codes that were not used yet, separated by blanks."""
    last_counter: Mapped[int | None] = mapped_column()
    """The time step of the last code that was accepted: none is accepted twice."""
    verified: Mapped[bool] = mapped_column(default=False)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmbedCredentials(Base):
    __tablename__ = "credentials_embed"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    external_user_id: Mapped[str] = mapped_column(String(255), unique=True)
    external_group_id: Mapped[str | None] = mapped_column(String(255), index=True)
    attribute_ids: Mapped[list[int] | None] = mapped_column(JSON)
    """The user attributes that the last sign-in gave values."""
    is_disabled: Mapped[bool] = mapped_column(default=False)
    logged_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExternalCredentials(Base):
    """Who a person is to another service; `kind` is google, ldap, looker_openid, oidc, saml or
    workforce.
    """

    __tablename__ = "external_credentials"
    __table_args__ = (UniqueConstraint("kind", "external_id"),)

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(255))
    domain: Mapped[str | None] = mapped_column(String(255))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    logged_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    logged_in_ip: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
