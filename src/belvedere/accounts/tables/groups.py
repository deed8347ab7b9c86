"""Groups of people and of groups, and the roles that they give."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base


class Group(Base):
    __tablename__ = "group"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    can_add_to_content_metadata: Mapped[bool] = mapped_column(default=True)
    external_group_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    embed_external_id: Mapped[str | None] = mapped_column(String(255), unique=True, index=True)
    """What sites that embed us call it: their people who name it share content."""
    externally_managed: Mapped[bool] = mapped_column(default=False)
    """Who belongs to it is decided by the service that people sign in with."""
    externally_orphaned: Mapped[bool] = mapped_column(default=False)
    include_by_default: Mapped[bool] = mapped_column(default=False)
    """Everybody belongs to it, without being listed."""


class GroupMember(Base):
    __tablename__ = "group_user"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class GroupChild(Base):
    """`child_id` and everybody in it belong to `parent_id`."""

    __tablename__ = "group_group"

    parent_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    child_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class GroupRole(Base):
    __tablename__ = "group_role"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("role.id", ondelete="CASCADE"), primary_key=True, index=True
    )
