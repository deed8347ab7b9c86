"""What an embed user may do and is known by: replaced by what the site says at each sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.accounts import attribute_definitions, attributes, embed_users, roles
from belvedere.accounts.embedding.definition import Definition
from belvedere.accounts.permissions import EMBED_PERMISSIONS
from belvedere.accounts.tables import (
    EmbedCredentials,
    Group,
    GroupMember,
    User,
    UserAttribute,
    UserAttributeUserValue,
)
from belvedere.errors import Forbidden, Invalid, Problem
from belvedere.instance import general
from belvedere.store import bump, find
from belvedere.vault import Vault


@dataclass(frozen=True, slots=True)
class _Known:
    """What a definition names, found."""

    groups: list[Group] = field(default_factory=list)
    attributes: list[tuple[UserAttribute, str | None]] = field(default_factory=list)


def check(session: Session, wanted: Definition) -> None:
    """Invalid names what the definition names and there is not, or cannot be given."""
    _find(session, wanted)


def apply(session: Session, vault: Vault, wanted: Definition, now: datetime) -> User:
    """The user, made where there is none, with exactly what the definition gives. Nothing that
    others remember about accounts is thrown away where nothing changes.
    """
    known = _find(session, wanted)
    user = embed_users.provide(session, wanted.external_user_id, now)
    credentials = _credentials(session, user, wanted.external_user_id)
    credentials.logged_in_at = now
    changed = [
        _set_names(user, wanted),
        roles.set_embedded(
            session, user, sorted(EMBED_PERMISSIONS & set(wanted.permissions)), wanted.models
        ),
        _set_groups(session, user, _with_shared_group(session, known.groups, wanted)),
        _set_attributes(session, vault, user, credentials, known),
        _set_timezone(session, vault, user, wanted),
    ]
    credentials.external_group_id = wanted.external_group_id
    if any(changed):
        user.updated_at = now
        bump(session, "accounts")
    session.flush()
    return user


def _credentials(session: Session, user: User, external: str) -> EmbedCredentials:
    """Locked: frames of one page sign the same user in at the same time, one after the other."""
    row = session.scalar(
        select(EmbedCredentials)
        .where(EmbedCredentials.external_user_id == external)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    session.expire(user)
    if row is None or row.is_disabled or user.is_disabled:
        raise Forbidden("The embed user is disabled")
    return row


# What is named


def _find(session: Session, wanted: Definition) -> _Known:
    problems: list[Problem] = []
    known = _Known()
    for given in wanted.group_ids:
        group = find(session, Group, given)
        if group is None:
            problems.append(_wrong("group_ids", f"names no group: {given[:64]}"))
        elif group.externally_managed or group.embed_external_id is not None:
            problems.append(_wrong("group_ids", f"names a group that is filled elsewhere: {given}"))
        else:
            known.groups.append(group)
    for name, value in wanted.user_attributes.items():
        attribute = session.scalar(select(UserAttribute).where(UserAttribute.name == name))
        if attribute is None:
            problems.append(_wrong("user_attributes", f"names no user attribute: {name[:64]}"))
            continue
        problems += _value_problems(attribute, value)
        known.attributes.append((attribute, value))
    if problems:
        raise Invalid(*problems)
    return known


def _value_problems(attribute: UserAttribute, value: str | None) -> list[Problem]:
    try:
        attributes.check_settable(attribute)
        attribute_definitions.check_value(attribute, value)
    except Invalid as error:
        return [_wrong("user_attributes", problem.message) for problem in error.problems]
    except Forbidden as error:
        return [_wrong("user_attributes", str(error))]
    return []


def _wrong(name: str, what: str) -> Problem:
    return Problem(name, "invalid", f"'{name}' param {what}")


# What is given; each says whether something changed


def _set_names(user: User, wanted: Definition) -> bool:
    changed = {name: text for name, text in wanted.names.items() if getattr(user, name) != text}
    for name, text in changed.items():
        setattr(user, name, text)
    return bool(changed)


def _with_shared_group(session: Session, given: list[Group], wanted: Definition) -> set[int]:
    ids = {group.id for group in given if not group.include_by_default}
    external = wanted.external_group_id
    if external is None:
        return ids
    return ids | {_shared_group(session, external).id}


def _shared_group(session: Session, external: str) -> Group:
    existing = select(Group).where(Group.embed_external_id == external)
    found = session.scalar(existing)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            name = roles.free_name(session, Group, f"Embed Shared Group {external}")
            made = Group(name=name, embed_external_id=external)
            session.add(made)
            session.flush()
            return made
    except IntegrityError:  # another person of the site made it meanwhile
        return session.scalars(existing).one()


def _set_groups(session: Session, user: User, wanted: set[int]) -> bool:
    rows = session.scalars(select(GroupMember).where(GroupMember.user_id == user.id)).all()
    before = {row.group_id for row in rows}
    for row in rows:
        if row.group_id not in wanted:
            session.delete(row)
    session.add_all(GroupMember(group_id=item, user_id=user.id) for item in wanted - before)
    return before != wanted


def _set_attributes(
    session: Session, vault: Vault, user: User, credentials: EmbedCredentials, known: _Known
) -> bool:
    """Values that the site gave before and does not give now go; what others set stays."""
    given = {row.id: (row, value) for row, value in known.attributes if value is not None}
    changed = False
    for former in set(credentials.attribute_ids or ()) - given.keys():
        attribute = session.get(UserAttribute, former)
        if attribute is not None:
            attributes.set_value(session, vault, user.id, attribute, None)
            changed = True
    for attribute, value in given.values():
        changed |= _set_value(session, vault, user, attribute, value)
    credentials.attribute_ids = sorted(given)
    return changed


def _set_value(
    session: Session, vault: Vault, user: User, attribute: UserAttribute, value: str | None
) -> bool:
    row = session.get(UserAttributeUserValue, (user.id, attribute.id))
    before = attributes.opened(vault, attribute, row.value) if row is not None else None
    if before == value:
        return False
    attributes.set_value(session, vault, user.id, attribute, value)
    return True


def _set_timezone(session: Session, vault: Vault, user: User, wanted: Definition) -> bool:
    """Where people have no time zones of their own, one that is sent counts for nothing."""
    if wanted.keeps_timezone or not general.read(session)["allow_user_timezones"]:
        return False
    named = select(UserAttribute).where(UserAttribute.name == "timezone", UserAttribute.is_system)
    return _set_value(session, vault, user, session.scalars(named).one(), wanted.user_timezone)
