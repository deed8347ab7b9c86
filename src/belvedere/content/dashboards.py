"""Dashboards: made, changed, put into the trash and taken out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.content import (
    certification,
    folders,
    layouts,
    properties,
    result_makers,
    saved,
    titles,
)
from belvedere.content.tables import ContentMetadata, Dashboard, Folder
from belvedere.errors import Conflict, Invalid, NotFound, Problem

_SLUG = re.compile(r"(?!\d+\Z)[A-Za-z0-9_-]{1,255}\Z", re.ASCII)
_FLAGS = (
    "alert_sync_with_dashboard_filter_enabled",
    "chat_enabled",
    "crossfilter_enabled",
    "enable_viz_full_screen",
    "filters_bar_collapsed",
    "filters_location_top",
    "hidden",
    "preserve_desktop_layout",
)
_SHORT = (
    "background_color",
    "layout_granularity",
    "load_configuration",
    "preferred_viewer",
    "query_timezone",
    "style",
    "text_tile_text_color",
    "tile_background_color",
    "tile_text_color",
    "title_color",
)
_CHECKS: dict[str, properties.Check] = {
    **dict.fromkeys(_FLAGS, properties.flag),
    **dict.fromkeys(_SHORT, properties.text(64)),
    "refresh_interval": properties.interval,
    "lookml_link_id": properties.text(512),
    "show_filters_bar": properties.flag_or_none,
    "show_title": properties.flag_or_none,
}
_MERGED = ("appearance", "download_settings")
"""Settings of which a change names those that it changes; null takes one away."""


def get(session: Session, identifier: str | int) -> Dashboard:
    """By id or slug."""
    text = str(identifier)
    if text.isdecimal():
        found = session.get(Dashboard, int(text)) if len(text) < 10 else None
    else:
        found = session.scalar(select(Dashboard).join(Dashboard.meta).where(_slug_is(text)))
    if found is None:
        raise NotFound
    return found


def _slug_is(slug: str) -> Any:
    return ContentMetadata.slug == slug


def create(
    session: Session, folder: Folder, values: Mapping[str, Any], user_id: int, now: datetime
) -> Dashboard:
    """A dashboard without tiles. Conflict where the folder has one of that title, or anything
    has that slug.
    """
    folders.check_open(folder)
    title = titles.checked(values.get("title"))
    titles.check_new(session, Dashboard, folder, title)
    slug = _new_slug(values)
    _check_free(session, slug)
    made = Dashboard(
        title=title,
        folder=folder,
        user_id=user_id,
        last_updater_id=user_id,
        created_at=now,
        updated_at=now,
        meta=ContentMetadata(content_type="dashboard", slug=slug),
    )
    _set_plain(made, values)
    _flush_new(session, made, slug)
    layouts.create_first(session, made)
    return made


def _flush_new(session: Session, made: Dashboard, slug: str) -> None:
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody took the slug a moment ago
        raise _taken(slug) from None


def update(
    session: Session,
    dashboard: Dashboard,
    values: Mapping[str, Any],
    *,
    folder: Folder | None,
    user_id: int,
    now: datetime,
) -> None:
    """Set what is given; `folder` is the one that the values name, where it is another one than
    before. Invalid for a title that the folder has already, Conflict for a slug that is taken.
    """
    _set_plain(dashboard, values)
    if values.get("slug") is not None and values["slug"] != dashboard.meta.slug:
        slug = _new_slug(values)
        _check_free(session, slug)
        dashboard.meta.slug = slug
    saved.place(session, dashboard, values, folder, user_id)
    if values.get("deleted") is not None:
        saved.set_deleted(dashboard, values["deleted"], user_id, now)
    try:
        with session.begin_nested():
            saved.touched(session, dashboard, user_id, now)
    except IntegrityError:  # somebody took the slug a moment ago
        raise _taken(str(values.get("slug"))) from None


def _set_plain(dashboard: Dashboard, values: Mapping[str, Any]) -> None:
    saved.set_description(dashboard, values)
    properties.assign(dashboard, values, _CHECKS)
    for name in _MERGED:
        if values.get(name):
            merged = {**(getattr(dashboard, name) or {}), **values[name]}
            setattr(dashboard, name, {key: one for key, one in merged.items() if one is not None})


def _new_slug(values: Mapping[str, Any]) -> str:
    slug = values.get("slug")
    if slug is None or slug == "":
        return ids.slug()
    if not _SLUG.match(slug):
        message = "A slug has letters, digits, - and _, 255 at most, and not only digits"
        raise Invalid(Problem("slug", "invalid", message))
    return str(slug)


def _check_free(session: Session, slug: str) -> None:
    if session.scalar(select(ContentMetadata.id).where(_slug_is(slug))) is not None:
        raise _taken(slug)


def _taken(slug: str) -> Conflict:
    return Conflict(f"The slug {slug} is taken")


def changed(session: Session, dashboard: Dashboard, user_id: int, now: datetime) -> None:
    """Somebody changed what is on it: it is not what was certified any more."""
    certification.revoke(dashboard.meta, user_id, now)
    saved.touched(session, dashboard, user_id, now)


def remove(session: Session, dashboard: Dashboard) -> None:
    """For good, with its tiles."""
    result_makers.remove_of(session, [dashboard.id])
    session.delete(dashboard)
    session.flush()
