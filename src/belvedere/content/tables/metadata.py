"""What every kind of content has: who may see it, how often it was looked at, who likes it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from belvedere.store import Base, UtcDateTime


class ContentMetadata(Base):
    """One row for each folder, Look, dashboard and board, and for those LookML dashboards that
    something is remembered of. Exactly one of the ids is set.
    """

    __tablename__ = "content_metadata"
    __table_args__ = (
        *(
            Index(f"ix_content_metadata_most_viewed_{kind}", "view_count", f"{kind}_id")
            for kind in ("look", "dashboard")
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    content_type: Mapped[str] = mapped_column(String(32))
    folder_id: Mapped[int | None] = mapped_column(
        ForeignKey("folder.id", ondelete="CASCADE"), unique=True
    )
    look_id: Mapped[int | None] = mapped_column(
        ForeignKey("look.id", ondelete="CASCADE"), unique=True
    )
    dashboard_id: Mapped[int | None] = mapped_column(
        ForeignKey("dashboard.id", ondelete="CASCADE"), unique=True
    )
    board_id: Mapped[int | None] = mapped_column(
        ForeignKey("board.id", ondelete="CASCADE"), unique=True
    )
    lookml_dashboard_id: Mapped[str | None] = mapped_column(String(512), unique=True)
    inherits: Mapped[bool] = mapped_column(default=True, index=True)
    """Otherwise it has an access list of its own."""
    slug: Mapped[str | None] = mapped_column(String(255), unique=True)
    view_count: Mapped[int] = mapped_column(default=0)
    favorite_count: Mapped[int] = mapped_column(default=0)
    last_viewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_accessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certification_status: Mapped[str | None] = mapped_column(String(16))
    certification_notes: Mapped[str | None] = mapped_column(Text)
    certifier_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    certified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ContentGrant(Base):
    """An entry of an access list: a group's or a person's, `view` or `edit`."""

    __tablename__ = "content_metadata_group_user"
    __table_args__ = (
        UniqueConstraint("content_metadata_id", "group_id", name="uq_content_grant_group"),
        UniqueConstraint("content_metadata_id", "user_id", name="uq_content_grant_user"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    content_metadata_id: Mapped[int] = mapped_column(
        ForeignKey(
            "content_metadata.id",
            ondelete="CASCADE",
            name="fk_content_metadata_group_user_metadata",
        )
    )
    permission_type: Mapped[str] = mapped_column(String(8))
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("group.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )


class ContentFavorite(Base):
    __tablename__ = "content_favorite"
    __table_args__ = (
        UniqueConstraint("user_id", "content_metadata_id", name="uq_content_favorite_user"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    content_metadata_id: Mapped[int] = mapped_column(
        ForeignKey("content_metadata.id", ondelete="CASCADE"), index=True
    )


class ContentView(Base):
    """How often a person looked at something in the week that begins on that Monday."""

    __tablename__ = "content_view"
    __table_args__ = (
        UniqueConstraint(
            "content_metadata_id", "user_id", "start_of_week", name="uq_content_view_week"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    content_metadata_id: Mapped[int] = mapped_column(
        ForeignKey("content_metadata.id", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    start_of_week: Mapped[date]
    view_count: Mapped[int] = mapped_column(default=0)
    last_viewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
