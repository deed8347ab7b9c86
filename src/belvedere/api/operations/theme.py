"""Themes: how content looks, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from belvedere import clock
from belvedere.accounts.permissions import Permission
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, operation, patch, post, put
from belvedere.api.present.appearance import present_theme, present_themes
from belvedere.appearance import themes
from belvedere.appearance.tables import Theme
from belvedere.errors import Invalid, Problem
from belvedere.instance.configuration import Change

_MANAGE = Permission("manage_themes")
_ADMIN = Permission("administer")
_SORTS = {
    "id": Theme.id,
    "name": Theme.name,
    "begin_at": Theme.begin_at,
    "end_at": Theme.end_at,
}
_CRITERIA = {
    "id": search.ids(Theme.id),
    "name": search.text(Theme.name),
    "begin_at": search.moment(
        "begin_at", Theme.begin_at, lambda at: or_(Theme.end_at.is_(None), Theme.end_at >= at)
    ),
    "end_at": search.moment(
        "end_at", Theme.end_at, lambda at: or_(Theme.begin_at.is_(None), Theme.begin_at <= at)
    ),
}


@get("/themes", requires="authenticated")
def all_themes(call: Call) -> list[dict[str, Any]]:
    """Every theme, whether it is active or not."""
    return present_themes(call, call.db.scalars(select(Theme).order_by(Theme.id)).all())


@post("/themes", requires=_MANAGE)
def create_theme(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A new theme; what it does not set is as in the default theme."""
    return present_theme(call, themes.create(call.db, _whole(call, body), call.now))


@get("/themes/search", requires="authenticated")
def search_themes(
    call: Call, theme_type: str | None, begin_at: str | None, end_at: str | None
) -> list[dict[str, Any]]:
    """Themes by id, name, and the time that they are active in."""
    themes.kinds_of(theme_type)
    if begin_at and end_at and search.is_either(call):
        message = "A period has two ends: begin_at and end_at cannot be combined with filter_or"
        raise Invalid(Problem("filter_or", "invalid", message))
    ordered = select(Theme).where(search.criteria(call, _CRITERIA))
    ordered = ordered.order_by(*search.order(call, _SORTS, Theme.id))
    return present_themes(call, search.page_of(call, ordered))


@get("/themes/default", requires="authenticated")
def default_theme(call: Call, ts: str | None) -> dict[str, Any]:
    """The default theme, now or then, of content inside of other pages."""
    return present_theme(call, themes.default(call.db, _moment(call, ts), "embed"))


@put("/themes/default", requires=_ADMIN)
def set_default_theme(call: Call, name: str | None) -> dict[str, Any]:
    """Choose the default theme, wherever content is shown."""
    return _chosen(call, name, None)


@get("/themes/default_theme", requires="authenticated")
def default_theme_by_type(call: Call, ts: str | None, theme_type: str | None) -> dict[str, Any]:
    """The default theme of a type, now or then."""
    kind = themes.kinds_of(_required("theme_type", theme_type))[-1]
    return present_theme(call, themes.default(call.db, _moment(call, ts), kind))


@put("/themes/default_theme", requires=_ADMIN)
def set_default_theme_by_type(
    call: Call, name: str | None, theme_type: str | None
) -> dict[str, Any]:
    """Choose the default theme of a type."""
    return _chosen(call, name, _required("theme_type", theme_type))


@get("/themes/active", requires="authenticated")
def active_themes(
    call: Call, name: str | None, ts: str | None, theme_type: str | None
) -> list[dict[str, Any]]:
    """The themes that are active, now or then; or the one of a name."""
    themes.kinds_of(theme_type)
    return present_themes(call, themes.active(call.db, _moment(call, ts), name or None))


@get("/themes/theme_or_default", requires="authenticated")
def theme_or_default(call: Call, name: str | None, ts: str | None) -> dict[str, Any]:
    """The theme of a name where it is active, else the default theme."""
    moment = _moment(call, ts)
    found = themes.active(call.db, moment, _required("name", name))
    return present_theme(call, found[0] if found else themes.default(call.db, moment, "embed"))


@operation("POST", "/themes/validate", requires=_MANAGE, status=204)
def validate_theme(call: Call, body: dict[str, Any]) -> None:
    """Say what is wrong with a theme; nothing where nothing is."""
    found = list(themes.problems(call.db, _whole(call, body)))
    if found:
        raise Invalid(*found)


@get("/themes/{theme_id}", requires="authenticated")
def theme(call: Call, theme_id: str) -> dict[str, Any]:
    """One theme, whether it is active or not."""
    return present_theme(call, themes.get(call.db, theme_id))


@patch("/themes/{theme_id}", requires=_MANAGE)
def update_theme(call: Call, theme_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a theme; what is not given stays."""
    found = themes.get(call.db, theme_id)
    themes.update(call.db, found, _whole(call, body), call.now)
    return present_theme(call, found)


@delete("/themes/{theme_id}", requires=_MANAGE)
def delete_theme(call: Call, theme_id: str) -> None:
    """Delete a theme for good."""
    themes.remove(call.db, themes.get(call.db, theme_id), call.now)


def _whole(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the settings that nobody knows too, so that they are complained of."""
    sent = call.json.get("settings")
    settings = body.get("settings")
    return body if settings is None else {**body, "settings": {**sent, **settings}}


def _chosen(call: Call, name: str | None, theme_type: str | None) -> dict[str, Any]:
    change = Change(call.now, call.session.user_id)
    kinds = themes.kinds_of(theme_type)
    vault = call.services.vault
    found = themes.set_default(call.db, vault, _required("name", name), kinds, change)
    return present_theme(call, found)


def _moment(call: Call, ts: str | None) -> datetime:
    if not ts:
        return call.now
    try:
        return clock.parsed(ts)
    except ValueError:
        message = "ts must be a time such as 2026-01-31T00:00:00Z"
        raise Invalid(Problem("ts", "invalid", message)) from None


def _required(field: str, value: str | None) -> str:
    if not value:
        raise Invalid(Problem(field, "missing_field", f"{field} is required"))
    return value
