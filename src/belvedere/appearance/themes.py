"""Themes: how dashboards, Looks and Explores look, from when until when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from belvedere import clock
from belvedere.appearance import choices, color_collections, theme_settings
from belvedere.appearance.tables import Theme
from belvedere.errors import Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.instance.configuration import Change
from belvedere.store import bump, find
from belvedere.vault import Vault

BUILT_IN = "Looker"
KINDS = ("internal", "embed")
"""What defaults are chosen for: our own pages, and those inside of other pages."""
EVERY_KIND = "all"
_NAME = re.compile(r"[A-Za-z0-9_]+\Z")
_LONGEST_NAME = 255


def seed(session: Session) -> None:
    session.add(Theme(name=BUILT_IN, settings={}, built_in=True))
    session.flush()


def get(session: Session, theme_id: str) -> Theme:
    found = find(session, Theme, theme_id)
    if found is None:
        raise NotFound
    return found


# When and which


def named(name: str) -> ColumnElement[bool]:
    return func.lower(Theme.name) == func.lower(name)


def active_at(moment: datetime) -> ColumnElement[bool]:
    """A theme is active from `begin_at` on, and no longer at `end_at`."""
    return and_(
        or_(Theme.begin_at.is_(None), Theme.begin_at <= moment),
        or_(Theme.end_at.is_(None), Theme.end_at > moment),
    )


def active(session: Session, moment: datetime, name: str | None = None) -> Sequence[Theme]:
    chosen = select(Theme).where(active_at(moment)).order_by(Theme.id)
    return session.scalars(chosen.where(named(name)) if name is not None else chosen).all()


def default(session: Session, moment: datetime, kind: str) -> Theme:
    """The default theme of that moment; the built-in one where the chosen one is not active."""
    chosen = choices.read(session).themes.get(kind, BUILT_IN)
    found = active(session, moment, chosen) or active(session, moment, BUILT_IN)
    return found[0]


def kinds_of(theme_type: str | None) -> tuple[str, ...]:
    """The kinds that a type means; no type means all of them."""
    if theme_type in KINDS:
        return (str(theme_type),)
    if theme_type in (None, "", EVERY_KIND):
        return KINDS
    known = ", ".join((*KINDS, EVERY_KIND))
    raise Invalid(Problem("theme_type", "invalid", f"theme_type must be one of {known}"))


def set_default(
    session: Session, vault: Vault, name: str, kinds: tuple[str, ...], change: Change
) -> Theme:
    """NotFound without such a theme; Invalid unless it is active and stays so."""
    if session.scalar(select(Theme).where(named(name)).limit(1)) is None:
        raise NotFound
    lasting = _lasting(session, name, change.at)
    if lasting is None:
        message = f"{name} cannot be the default theme: only one that is active and has no end can"
        raise Invalid(Problem("name", "invalid", message))
    made = choices.read(session)
    themes = {**made.themes, **dict.fromkeys(kinds, lasting.name)}
    choices.write(session, vault, replace(made, themes=themes), change)
    return lasting


def _lasting(session: Session, name: str, moment: datetime) -> Theme | None:
    chosen = select(Theme).where(named(name), active_at(moment), Theme.end_at.is_(None))
    return session.scalar(chosen)


# Changing


def create(session: Session, values: Mapping[str, Any], now: datetime) -> Theme:
    """Settings that are not given are those of the default theme."""
    bump(session, "appearance")  # whoever else changes themes waits until this is done
    _refuse(problems(session, values))
    base = default(session, now, KINDS[1])
    theme = Theme(
        name=str(values["name"]),
        begin_at=_moment(values.get("begin_at")),
        end_at=_moment(values.get("end_at")),
        settings=theme_settings.merged(base.settings, values.get("settings") or {}),
        built_in=False,
    )
    _refuse(_clashes(session, theme))
    session.add(theme)
    session.flush()
    return theme


def update(session: Session, theme: Theme, values: Mapping[str, Any], now: datetime) -> None:
    """Settings that are not given stay."""
    _own(theme)
    bump(session, "appearance")
    whole = {"name": theme.name, "begin_at": theme.begin_at, "end_at": theme.end_at, **values}
    _refuse(problems(session, whole))
    theme.name = str(whole["name"])
    theme.begin_at, theme.end_at = _moment(whole["begin_at"]), _moment(whole["end_at"])
    theme.settings = theme_settings.merged(theme.settings, values.get("settings") or {})
    with session.no_autoflush:
        _refuse(_clashes(session, theme))
    session.flush()
    _keep_defaults(session, now)


def remove(session: Session, theme: Theme, now: datetime) -> None:
    _own(theme)
    bump(session, "appearance")
    session.delete(theme)
    session.flush()
    _keep_defaults(session, now)


def _own(theme: Theme) -> None:
    if theme.built_in:
        raise MethodNotAllowed(f"The theme {theme.name} is built in and cannot be changed")


def _keep_defaults(session: Session, now: datetime) -> None:
    """What is the default has to stay a theme that can be."""
    for kind, name in choices.read(session).themes.items():
        if _lasting(session, name, now) is None:
            message = f"{name} is the default theme ({kind}): make another one the default first"
            raise Invalid(Problem("name", "invalid", message))


# Checking


def problems(session: Session, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with a whole theme, apart from its relation to others."""
    name = str(values.get("name") or "")
    if not name:
        yield Problem("name", "missing_field", "A theme needs a name")
    if _NAME.match(name) is None or len(name) > _LONGEST_NAME:
        message = "A theme's name is made of letters, digits and underscores, 255 at most"
        yield Problem("name", "invalid", message)
    yield from _period_problems(values)
    settings = values.get("settings") or {}
    yield from theme_settings.problems(settings)
    collection = settings.get("color_collection_id")
    if collection and color_collections.find(session, collection) is None:
        message = f"There is no color collection {str(collection)[:100]}"
        yield Problem("settings.color_collection_id", "invalid", message)


def _period_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    unreadable = False
    for field in ("begin_at", "end_at"):
        try:
            _moment(values.get(field))
        except ValueError:
            unreadable = True
            yield Problem(field, "invalid", f"{field} must be a time such as 2026-01-31T00:00:00Z")
    if unreadable:
        return
    begin, end = _moment(values.get("begin_at")), _moment(values.get("end_at"))
    if begin is not None and end is not None and end <= begin:
        yield Problem("end_at", "invalid", "A theme has to end after it begins")


def _clashes(session: Session, theme: Theme) -> Iterator[Problem]:
    """Of one name there is one theme at a time, so that the name says which."""
    others = select(Theme).where(named(theme.name))
    for other in session.scalars(others).all():
        if other is not theme and _meet(theme, other):
            message = f"There is a theme {other.name} (id {other.id}) in that time already"
            yield Problem("name", "already_exists", message)


def _meet(one: Theme, other: Theme) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Theme, other: Theme) -> bool:
    return one.begin_at is None or other.end_at is None or one.begin_at < other.end_at


def _moment(value: Any) -> datetime | None:
    """ValueError where it is no time."""
    if value in (None, "") or isinstance(value, datetime):
        return value or None
    return clock.parsed(str(value))


def _refuse(found: Iterator[Problem]) -> None:
    listed = list(found)
    if listed:
        raise Invalid(*listed)
