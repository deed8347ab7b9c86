"""People, service accounts and embed users."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere.accounts.tables.credentials import (
    ApiCredentials,
    EmailCredentials,
    EmbedCredentials,
    ExternalCredentials,
    TotpCredentials,
)
from belvedere.accounts.tables.roles import Role
from belvedere.store import Base, UtcDateTime, index_of_folded


class User(Base):
    __tablename__ = "user"
    __table_args__ = (
        *(index_of_folded("user", name) for name in ("email", "first_name", "last_name")),
        Index("ix_user_last_name", "last_name"),
        Index("ix_user_first_name", "first_name", "last_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(255), default="")
    last_name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    home_folder_id: Mapped[str | None] = mapped_column(String(64))
    models_dir_validated: Mapped[bool | None] = mapped_column()
    ui_state: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    can_manage_api3_creds: Mapped[bool] = mapped_column(default=False)
    service_account_name: Mapped[str | None] = mapped_column(String(255))
    """Only service accounts have one."""
    is_embed_user: Mapped[bool] = mapped_column(default=False)
    roles_from_mirrored_groups_only: Mapped[bool] = mapped_column(default=False)
    """Of the user's groups, only those that mirror another service's give roles."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    api_credentials: Mapped[list[ApiCredentials]] = relationship(order_by=ApiCredentials.id)
    email_credentials: Mapped[EmailCredentials | None] = relationship()
    embed_credentials: Mapped[list[EmbedCredentials]] = relationship(order_by=EmbedCredentials.id)
    external_credentials: Mapped[list[ExternalCredentials]] = relationship()
    totp_credentials: Mapped[TotpCredentials | None] = relationship()
    roles: Mapped[list[Role]] = relationship(secondary="user_role", order_by=Role.id)
    """Those that the user has directly; groups give more."""

    @property
    def display_name(self) -> str:
        if self.service_account_name is not None:
            return self.service_account_name
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class UserRole(Base):
    __tablename__ = "user_role"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("role.id", ondelete="CASCADE"), primary_key=True, index=True
    )
