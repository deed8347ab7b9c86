"""What can be allowed, on which models, under one name."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere.store import Base


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
    embed_user_id: Mapped[int | None] = mapped_column(index=True)
    """The embed user for whom the role was made and with whom it is deleted."""

    permission_set: Mapped[PermissionSet] = relationship(lazy="joined")
    model_set: Mapped[ModelSet] = relationship(lazy="joined")
