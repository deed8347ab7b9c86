"""What is known about people, and what their groups say where they do not say it themselves."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base


class UserAttribute(Base):
    """Values are text; those of hidden attributes, the default too, are sealed."""

    __tablename__ = "user_attribute"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255), unique=True)
    label: Mapped[str] = mapped_column(String(255), unique=True)
    type: Mapped[str] = mapped_column(String(32))
    default_value: Mapped[str | None] = mapped_column(Text)
    is_system: Mapped[bool] = mapped_column(default=False)
    is_permanent: Mapped[bool] = mapped_column(default=False)
    value_is_hidden: Mapped[bool] = mapped_column(default=False)
    user_can_view: Mapped[bool] = mapped_column(default=True)
    user_can_edit: Mapped[bool] = mapped_column(default=False)
    hidden_value_domain_whitelist: Mapped[str | None] = mapped_column(Text)


class UserAttributeUserValue(Base):
    __tablename__ = "user_attribute_user_value"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    user_attribute_id: Mapped[int] = mapped_column(
        ForeignKey("user_attribute.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[str | None] = mapped_column(Text)


class UserAttributeGroupValue(Base):
    """Of the groups of a user the one with the lowest `rank` counts."""

    __tablename__ = "user_attribute_group_value"

    user_attribute_id: Mapped[int] = mapped_column(
        ForeignKey("user_attribute.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    rank: Mapped[int] = mapped_column()
    value: Mapped[str | None] = mapped_column(Text)
