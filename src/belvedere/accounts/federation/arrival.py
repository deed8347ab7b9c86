"""What becomes of a person whom another service has vouched for: a user here, as configured.

Whatever can refuse the person is found out before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere.accounts import attribute_definitions, attributes, texts, users
from belvedere.accounts.federation.checks import migration_types
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.person import Person, Refused
from belvedere.accounts.tables import (
    EmailCredentials,
    ExternalCredentials,
    Group,
    GroupMember,
    Role,
    User,
    UserAttribute,
)
from belvedere.errors import Invalid
from belvedere.store import bump
from belvedere.vault import Vault

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Plan:
    """What letting the person in would do. `user` None is somebody new."""

    person: Person
    user: User | None
    known: ExternalCredentials | None
    email: str | None
    group_ids: frozenset[int]
    """Those that mirror the person's groups there; empty where nothing is mirrored."""
    role_ids: frozenset[int]
    values: dict[int, str | None]
    """By user attribute; None for one that the service does not tell any more."""

    @property
    def is_new(self) -> bool:
        return self.user is None


def plan(session: Session, config: Config, person: Person) -> Plan:
    """Refused for somebody who is not let in."""
    if not 0 < len(person.external_id) <= _LONGEST or not texts.storable(person.external_id):
        raise Refused(f"{config.kind.title} does not say who you are", "no_id")
    known = session.scalar(
        select(ExternalCredentials).where(
            ExternalCredentials.kind == person.kind,
            ExternalCredentials.external_id == person.external_id,
        )
    )
    email = _address(person)
    user = session.get(User, known.user_id) if known is not None else None
    if user is None:
        user = _merged(session, config, person, email)
    if (user is not None and user.is_disabled) or (known is not None and known.is_disabled):
        raise Refused("Your account is disabled", "disabled")
    if user is None and email is None:
        raise Refused(f"{config.kind.title} does not tell your e-mail address", "no_email")
    values = _values(session, config, person)
    groups, roles = mirrored(config, person)
    mirrors = config.flag("set_roles_from_groups")
    if mirrors and config.flag("auth_requires_role") and not _existing(session, roles):
        message = f"Nothing that {config.kind.title} says of you gives you a role here"
        raise Refused(message, "no_role")
    return Plan(person, user, known, email, groups, roles, values)


def carry_out(
    session: Session, vault: Vault, config: Config, found: Plan, now: datetime, address: str
) -> User:
    """Make or bring up to date the user, with credentials, groups, roles and attributes."""
    user = found.user or _new_user(session, vault, found, now)
    _describe(session, user, found)
    _remember(session, user, found, now, address)
    if found.is_new and not config.flag("set_roles_from_groups"):
        _welcome(session, config, user)
    _mirror(session, config, user, found.group_ids)
    for attribute_id, value in found.values.items():
        attribute = attributes.get(session, attribute_id)
        attributes.set_value(session, vault, user.id, attribute, value)
    users.touched(session, user, now)
    bump(session, "accounts")
    return user


# Who it is


def _address(person: Person) -> str | None:
    text = (person.email or "").strip()
    right = len(text) <= _LONGEST and users.is_email(text) and texts.storable(text)
    return text if right else None


def _merged(session: Session, config: Config, person: Person, email: str | None) -> User | None:
    """Somebody who is known here by other means, where the configuration says that these mean
    the same person; None for somebody new. Refused where the address is somebody else's.
    """
    if email is None:
        return None
    owners = set(
        session.scalars(select(User.id).where(func.lower(User.email) == func.lower(email)))
    )
    owners |= _by_credentials(session, ("email",), email)
    if not owners:
        return None
    allowed = _by_credentials(session, migration_types(config.values), email)
    if config.kind.name == "ldap" and config.flag("merge_new_users_by_email"):
        allowed |= owners
    taken = Refused(
        f"There is a user {email} already, who does not sign in with {config.kind.title}",
        "email_taken",
    )
    if len(owners | allowed) != 1 or not allowed or not person.email_is_verified:
        raise taken
    user = users.get(session, allowed.pop())
    other = any(row.kind == person.kind for row in user.external_credentials)
    if not any(same_address(email, known) for known in _addresses(user)):
        raise taken
    if other or user.service_account_name is not None or user.is_embed_user:
        raise taken
    return user


def same_address(left: str, right: str) -> bool:
    """Capital letters of the alphabet do not matter. Databases fold more: to some of them the sign
    of the kelvin is a k, and whoever has such an address would be let into another's account.
    """
    return left == right or (left.isascii() and right.isascii() and left.lower() == right.lower())


def _addresses(user: User) -> list[str]:
    own = [user.email, *(row.email for row in user.external_credentials)]
    if user.email_credentials is not None:
        own.append(user.email_credentials.email)
    return [address for address in own if address]


def _by_credentials(session: Session, kinds: Iterable[str], email: str) -> set[int]:
    """Whose credentials of one of the kinds have the address."""
    found: set[int] = set()
    for kind in kinds:
        if kind == "email":
            matching = func.lower(EmailCredentials.email) == func.lower(email)
            found |= set(session.scalars(select(EmailCredentials.user_id).where(matching)))
        else:
            named = (
                ExternalCredentials.kind == kind,
                func.lower(ExternalCredentials.email) == func.lower(email),
            )
            found |= set(session.scalars(select(ExternalCredentials.user_id).where(*named)))
    return found


# What they are here


def _values(session: Session, config: Config, person: Person) -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    there = {row.id: row for row in attributes.everything(session)}
    for item in config.mappings.attributes:
        told = [part for part in person.attributes.get(item.name, ()) if texts.storable(part)]
        value = ",".join(told) or None
        if value is None and item.required:
            message = f"{config.kind.title} does not tell your {item.name}, which is required"
            raise Refused(message, f"no_attribute {item.name}")
        for attribute_id in item.attribute_ids:
            if attribute_id in there:
                row = there[attribute_id]
                found[attribute_id] = _fitting(config, row, value, required=item.required)
    return found


def _fitting(
    config: Config, attribute: UserAttribute, value: str | None, *, required: bool
) -> str | None:
    """None for what the attribute's type does not have: an old value must not go on counting."""
    try:
        attribute_definitions.check_value(attribute, value)
    except Invalid as error:
        if required:
            message = f"What {config.kind.title} says of you cannot be used: {error}"
            raise Refused(message, f"bad_attribute {attribute.name}") from None
        return None
    return value


def mirrored(config: Config, person: Person) -> tuple[frozenset[int], frozenset[int]]:
    """Groups and roles that the person's groups there stand for."""
    if not config.flag("set_roles_from_groups"):
        return frozenset(), frozenset()
    theirs = {_folded(config, name) for name in person.groups}
    hit = [item for item in config.mappings.groups if _folded(config, item.name) in theirs]
    groups = frozenset(item.group_id for item in hit if item.group_id is not None)
    return groups, frozenset(role for item in hit for role in item.role_ids)


def _folded(config: Config, name: str) -> str:
    """Directories do not tell capital letters from small ones, nor blanks behind commas."""
    return re.sub(r"\s*,\s*", ",", name.lower()) if config.kind.name == "ldap" else name


def _existing(session: Session, role_ids: frozenset[int]) -> bool:
    return session.scalar(select(Role.id).where(Role.id.in_(role_ids)).limit(1)) is not None


# Writing it down


def _new_user(session: Session, vault: Vault, found: Plan, now: datetime) -> User:
    user = users.make(session, vault, {}, now)
    user.email = found.email
    return user


def _describe(session: Session, user: User, found: Plan) -> None:
    """Names as the service tells them. An address that is somebody else's here is not taken
    over, nor is one that the user signs in with here.
    """
    for name in ("first_name", "last_name"):
        text = (getattr(found.person, name) or "").strip()
        if text and texts.storable(text):
            setattr(user, name, text[:_LONGEST])
    if found.email is None or user.email_credentials is not None:
        return
    if not users.is_taken(session, found.email, user.id):
        user.email = found.email


def _remember(session: Session, user: User, found: Plan, now: datetime, address: str) -> None:
    row = found.known
    if row is None:
        row = ExternalCredentials(
            user_id=user.id,
            kind=found.person.kind,
            external_id=found.person.external_id,
            created_at=now,
        )
        user.external_credentials.append(row)
    row.email = found.email
    domain = found.person.domain or ""
    row.domain = domain[:_LONGEST] if domain and texts.storable(domain) else None
    row.logged_in_at, row.logged_in_ip = now, address[:64]
    session.flush()


def _welcome(session: Session, config: Config, user: User) -> None:
    """Roles and groups of those who come for the first time."""
    wanted = config.mappings
    user.roles = list(session.scalars(select(Role).where(Role.id.in_(wanted.role_ids))))
    groups = select(Group.id).where(Group.id.in_(wanted.group_ids), ~Group.include_by_default)
    for group_id in session.scalars(groups):
        session.add(GroupMember(group_id=group_id, user_id=user.id))
    session.flush()


def _mirror(session: Session, config: Config, user: User, group_ids: frozenset[int]) -> None:
    """Belong to exactly the groups that mirror the service's, and keep others as configured."""
    if not config.flag("set_roles_from_groups"):
        user.roles_from_mirrored_groups_only = False
        return
    own = select(GroupMember.group_id).where(GroupMember.user_id == user.id)
    now_in = set(session.scalars(own))
    mirroring = {item.group_id for item in config.mappings.groups}
    leaving = (now_in & mirroring) - group_ids
    if not config.flag("allow_normal_group_membership"):
        leaving = now_in - group_ids
    theirs = GroupMember.user_id == user.id, GroupMember.group_id.in_(leaving)
    session.execute(delete(GroupMember).where(*theirs))
    existing = select(Group.id).where(Group.id.in_(group_ids - now_in))
    for group_id in session.scalars(existing):
        session.add(GroupMember(group_id=group_id, user_id=user.id))
    if not config.flag("allow_direct_roles"):
        user.roles = []
    user.roles_from_mirrored_groups_only = not config.flag("allow_roles_from_normal_groups")
    session.flush()
