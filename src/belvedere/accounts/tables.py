"""Rows of people, credentials, tokens and roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere.store import Base, UtcDateTime


class User(Base):
    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(255), default="")
    last_name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    locale: Mapped[str] = mapped_column(String(32), default="en")
    timezone: Mapped[str | None] = mapped_column(String(64))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    api_credentials: Mapped[list[ApiCredentials]] = relationship(back_populates="user")
    email_credentials: Mapped[EmailCredentials | None] = relationship(back_populates="user")
    roles: Mapped[list[Role]] = relationship(secondary="user_role", order_by="Role.id")

    @property
    def display_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class ApiCredentials(Base):
    __tablename__ = "credentials_api3"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    secret_digest: Mapped[str] = mapped_column(String(64))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="api_credentials")


class EmailCredentials(Base):
    __tablename__ = "credentials_email"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    email: Mapped[str] = mapped_column(String(255), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="email_credentials")


class AccessToken(Base):
    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_expires", "expires_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[str] = mapped_column(String(16), default="production")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PermissionSet(Base):
    __tablename__ = "permission_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    built_in: Mapped[bool] = mapped_column(default=False)
    all_access: Mapped[bool] = mapped_column(default=False)


class ModelSet(Base):
    __tablename__ = "model_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    models: Mapped[list[str]] = mapped_column(JSON)
    built_in: Mapped[bool] = mapped_column(default=False)
    all_access: Mapped[bool] = mapped_column(default=False)


class Role(Base):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    permission_set_id: Mapped[int] = mapped_column(ForeignKey("permission_set.id"))
    model_set_id: Mapped[int] = mapped_column(ForeignKey("model_set.id"))

    permission_set: Mapped[PermissionSet] = relationship(lazy="joined")
    model_set: Mapped[ModelSet] = relationship(lazy="joined")


class UserRole(Base):
    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("role.id", ondelete="CASCADE"), primary_key=True
    )
