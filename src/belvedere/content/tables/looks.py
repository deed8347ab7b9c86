"""Looks: saved queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from belvedere.content.tables.folders import Folder
from belvedere.content.tables.metadata import ContentMetadata
from belvedere.store import Base, UtcDateTime, index_of_folded


class Look(Base):
    """`deleted_at` is set while it is in the trash; its folder may be gone then."""

    __tablename__ = "look"
    __table_args__ = (
        # Whole searches are answered from these, without the rows.
        Index("ix_look_title", "title", "id", "folder_id", "deleted_at", "user_id"),
        Index("ix_look_folder_id", "folder_id", "deleted_at", "user_id"),
        index_of_folded("look", "title"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    query_slug: Mapped[str] = mapped_column(ForeignKey("query.slug"), index=True)
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folder.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    public: Mapped[bool] = mapped_column(default=False)
    public_slug: Mapped[str | None] = mapped_column(String(64), unique=True)
    is_run_on_load: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_updater_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleter_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    meta: Mapped[ContentMetadata] = relationship(
        lazy="joined", innerjoin=True, passive_deletes="all"
    )
    folder: Mapped[Folder | None] = relationship(lazy="selectin")
