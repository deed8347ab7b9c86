"""Configurations of the services that people sign in with, the one in force and those on trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts.federation import mapping
from belvedere.accounts.federation.checks import problems_of
from belvedere.accounts.federation.kinds import KINDS, Kind
from belvedere.accounts.federation.mapping import Mappings
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.instance import configuration
from belvedere.instance.configuration import Change
from belvedere.instance.tables import Configuration
from belvedere.vault import Vault

_TRIAL_FOR = timedelta(hours=24)
_MAPPINGS = "mappings"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything about one service. `slug` names a trial: a configuration that is not in force."""

    kind: Kind
    values: Mapping[str, Any]
    mappings: Mappings
    secret: str | None
    changed_at: datetime | None = None
    changed_by: int | None = None
    slug: str | None = None

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name))

    @property
    def enabled(self) -> bool:
        return self.flag("enabled")


def read(session: Session, vault: Vault, kind: Kind) -> Config:
    """The one in force, or what it would be where nobody set anything."""
    return _opened(session, vault, kind, kind.subject, None)


def trial(session: Session, vault: Vault, kind: Kind, slug: str, now: datetime) -> Config:
    """NotFound for one that was deleted or is a day old."""
    if not slug.isalnum():
        raise NotFound
    subject = _trial_subject(kind, slug)
    changed_at, _ = configuration.changed_at(session, subject)
    if changed_at is None or changed_at + _TRIAL_FOR <= now:
        raise NotFound
    return _opened(session, vault, kind, subject, slug)


def enabled(session: Session, vault: Vault) -> list[Config]:
    """Those that people sign in with, in the order in which they are offered."""
    found = (read(session, vault, kind) for kind in KINDS.values())
    return [config for config in found if config.enabled]


def change(
    session: Session, vault: Vault, kind: Kind, given: Mapping[str, Any], by: Change
) -> Config:
    """Set what is given and leave the rest; Invalid, and nothing changed, where the whole would
    not do.
    """
    before = read(session, vault, kind)
    made = merged(session, before, given)
    made = replace(made, mappings=mapping.applied(session, before.mappings, made.mappings))
    _write(session, vault, kind.subject, made, by)
    return read(session, vault, kind)


def begin_trial(
    session: Session, vault: Vault, kind: Kind, given: Mapping[str, Any], by: Change
) -> Config:
    """A configuration to try: the one in force with what is given in its place."""
    _forget_old(session, kind, by.at)
    made = merged(session, read(session, vault, kind), given)
    slug = ids.slug()
    _write(session, vault, _trial_subject(kind, slug), made, by)
    return trial(session, vault, kind, slug, by.at)


def end_trial(session: Session, kind: Kind, slug: str) -> None:
    if not slug.isalnum() or not configuration.delete(session, _trial_subject(kind, slug)):
        raise NotFound


def merged(session: Session, before: Config, given: Mapping[str, Any]) -> Config:
    """What a configuration would be with the given properties; Invalid names all problems."""
    kind = before.kind
    values = dict(before.values)
    for name, default in kind.defaults.items():
        if name in given:
            values[name] = default if given[name] is None else _plain(given[name])
    secret = before.secret
    if kind.hidden is not None and kind.hidden in given:
        secret = str(given[kind.hidden] or "") or None
    mappings, problems = mapping.merged(session, kind.name, before.mappings, given)
    problems += problems_of(kind, values, secret)
    place = kind.sent_to or ""
    if secret is not None and kind.hidden not in given and values.get(place) != before.text(place):
        message = f"Give {kind.hidden} again: it was meant for another {place}"
        problems.append(Problem(str(kind.hidden), "missing_field", message))
    if problems:
        raise Invalid(*problems)
    return Config(kind, values, mappings, secret)


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _opened(session: Session, vault: Vault, kind: Kind, subject: str, slug: str | None) -> Config:
    stored = configuration.read(session, subject)
    hidden = configuration.secrets(session, vault, subject)
    changed_at, changed_by = configuration.changed_at(session, subject)
    return Config(
        kind,
        {name: stored.get(name, default) for name, default in kind.defaults.items()},
        mapping.from_json(stored.get(_MAPPINGS, {})),
        hidden.get(kind.hidden) if kind.hidden is not None else None,
        changed_at,
        changed_by,
        slug,
    )


def _write(session: Session, vault: Vault, subject: str, made: Config, by: Change) -> None:
    hidden = {str(made.kind.hidden): made.secret} if made.secret is not None else {}
    value = {**made.values, _MAPPINGS: mapping.to_json(made.mappings)}
    configuration.write(session, vault, subject, value, by, hidden)


def _trial_subject(kind: Kind, slug: str) -> str:
    return f"{kind.name}_test_config.{slug[:64]}"


def _forget_old(session: Session, kind: Kind, now: datetime) -> None:
    old = Configuration.name.startswith(_trial_subject(kind, ""), autoescape=True)
    session.execute(delete(Configuration).where(old, Configuration.changed_at <= now - _TRIAL_FOR))
