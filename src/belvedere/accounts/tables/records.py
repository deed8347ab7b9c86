"""What happened: changes, sign-ins, failures; and devices that want to know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class AuditEvent(Base):
    """One change or sign-in: `name` is the operation's or what happened, `target` its path."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    name: Mapped[str] = mapped_column(String(128))
    category: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[int | None] = mapped_column(index=True)
    """Not a reference: the record outlives the person."""
    sudo_user_id: Mapped[int | None] = mapped_column()
    address: Mapped[str | None] = mapped_column(String(64))
    target: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class LoginLockout(Base):
    """`key` names the credential and the address; `lockout_at` is when it was locked."""

    __tablename__ = "user_login_lockout"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    auth_type: Mapped[str] = mapped_column(String(16))
    ip: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    remote_id: Mapped[str | None] = mapped_column(String(255))
    full_name: Mapped[str | None] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(255))
    fail_count: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lockout_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MobileDevice(Base):
    __tablename__ = "mobile_device"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    device_token: Mapped[str] = mapped_column(Text)
    device_type: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SupportAllowlistEntry(Base):
    __tablename__ = "support_allowlist_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    full_name: Mapped[str | None] = mapped_column(String(255))
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
