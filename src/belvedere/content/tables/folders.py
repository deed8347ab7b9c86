"""The folder tree."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from belvedere.content.tables.metadata import ContentMetadata
from belvedere.store import Base, UtcDateTime, index_of_folded


class Folder(Base):
    """`decider_id` names the metadata whose access list decides: of the folder itself or of the
    nearest one above it that does not inherit. `root_id` is the folder at the top, `owner_id` the
    person whose personal folder this one is, or is in.
    """

    __tablename__ = "folder"
    __table_args__ = (
        UniqueConstraint("parent_id", "name"),
        Index("ix_folder_name", "name", "id", "decider_id", "owner_id"),
        index_of_folded("folder", "name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folder.id"))
    root_id: Mapped[int] = mapped_column(default=0)
    decider_id: Mapped[int] = mapped_column(default=0, index=True)
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    is_personal: Mapped[bool] = mapped_column(default=False)
    external_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    meta: Mapped[ContentMetadata] = relationship(passive_deletes="all")
    metadata_id: Mapped[int] = column_property(
        select(ContentMetadata.id)
        .where(ContentMetadata.folder_id == id)
        .correlate_except(ContentMetadata)
        .scalar_subquery()
    )
    """What answers show of `meta`: of many folders it would be read in vain."""
