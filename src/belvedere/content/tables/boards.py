"""Boards: sections of links to content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere.content.tables.metadata import ContentMetadata
from belvedere.store import Base, UtcDateTime


class Board(Base):
    """`section_order` holds ids of sections; those that it does not name come last."""

    __tablename__ = "board"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None] = mapped_column(String(255), index=True)
    description: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    section_order: Mapped[list[str] | None] = mapped_column(JSON)
    primary_homepage: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    meta: Mapped[ContentMetadata] = relationship(
        lazy="joined", innerjoin=True, passive_deletes="all"
    )
    sections: Mapped[list[BoardSection]] = relationship(
        order_by="BoardSection.id", passive_deletes="all"
    )


class BoardSection(Base):
    __tablename__ = "board_section"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"), index=True)
    title: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    item_order: Mapped[list[str] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list[BoardItem]] = relationship(order_by="BoardItem.id", passive_deletes="all")


class BoardItem(Base):
    """A link to a Look, to a dashboard of either kind, or to any address."""

    __tablename__ = "board_item"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    board_section_id: Mapped[int] = mapped_column(
        ForeignKey("board_section.id", ondelete="CASCADE"), index=True
    )
    look_id: Mapped[int | None] = mapped_column(
        ForeignKey("look.id", ondelete="CASCADE"), index=True
    )
    dashboard_id: Mapped[int | None] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), index=True
    )
    lookml_dashboard_id: Mapped[str | None] = mapped_column(String(512))
    order: Mapped[int | None] = mapped_column()
    custom_title: Mapped[str | None] = mapped_column(String(255))
    custom_description: Mapped[str | None] = mapped_column(Text)
    custom_url: Mapped[str | None] = mapped_column(Text)
    custom_image: Mapped[str | None] = mapped_column(Text)
    """In base64."""
    use_custom_title: Mapped[bool] = mapped_column(default=False)
    use_custom_description: Mapped[bool] = mapped_column(default=False)
    use_custom_url: Mapped[bool] = mapped_column(default=False)
    use_custom_image: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
