"""What groups and attributes of another service mean here.

A group there is mirrored by a group here that this server does not let anybody fill by hand, and
that gives the roles of the mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import attributes, groups, texts
from belvedere.accounts.tables import (
    Group,
    GroupMember,
    GroupRole,
    Role,
    UserAttribute,
)
from belvedere.errors import Problem
from belvedere.store import bump

_GROUPS = "groups_with_role_ids"
_ATTRIBUTES = "user_attributes_with_ids"
_ROLES = "default_new_user_role_ids"
_NEW_GROUPS = "default_new_user_group_ids"
_MOST = 5000


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """`name` is the group there, `group_id` the one that mirrors it; None in a trial."""

    id: int
    name: str
    group_name: str
    role_ids: tuple[int, ...]
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    name: str
    required: bool
    attribute_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mappings:
    groups: tuple[GroupMapping, ...] = ()
    attributes: tuple[AttributeMapping, ...] = ()
    role_ids: tuple[int, ...] = ()
    group_ids: tuple[int, ...] = ()


def to_json(mappings: Mappings) -> dict[str, Any]:
    return {
        "groups": [
            {
                "id": item.id,
                "name": item.name,
                "group_name": item.group_name,
                "role_ids": list(item.role_ids),
                "group_id": item.group_id,
            }
            for item in mappings.groups
        ],
        "attributes": [
            {
                "name": item.name,
                "required": item.required,
                "attribute_ids": list(item.attribute_ids),
            }
            for item in mappings.attributes
        ],
        "role_ids": list(mappings.role_ids),
        "group_ids": list(mappings.group_ids),
    }


def from_json(stored: Mapping[str, Any]) -> Mappings:
    return Mappings(
        tuple(
            GroupMapping(**{**item, "role_ids": tuple(item["role_ids"])})
            for item in stored.get("groups", ())
        ),
        tuple(
            AttributeMapping(item["name"], item["required"], tuple(item["attribute_ids"]))
            for item in stored.get("attributes", ())
        ),
        tuple(stored.get("role_ids", ())),
        tuple(stored.get("group_ids", ())),
    )


def merged(
    session: Session, kind: str, before: Mappings, given: Mapping[str, Any]
) -> tuple[Mappings, list[Problem]]:
    """With what is given in place of what was; and what is wrong with that."""
    problems: list[Problem] = []
    made = before
    if _GROUPS in given:
        made = replace(made, groups=_groups(session, before, given[_GROUPS] or (), problems))
    if _ATTRIBUTES in given:
        read = _attributes(session, given[_ATTRIBUTES] or (), problems)
        made = replace(made, attributes=read)
    if _ROLES in given:
        chosen = _ids(session, Role, given[_ROLES] or (), _ROLES, problems)
        made = replace(made, role_ids=chosen)
    if _NEW_GROUPS in given:
        chosen = _ids(session, Group, given[_NEW_GROUPS] or (), _NEW_GROUPS, problems)
        problems += _closed_to_new(session, chosen)
        made = replace(made, group_ids=chosen)
    _check_names(session, kind, made, problems)
    return made, problems


def _groups(
    session: Session, before: Mappings, given: Iterable[Any], problems: list[Problem]
) -> tuple[GroupMapping, ...]:
    """A mapping that is named by its id, or by the group there, stays the same mapping."""
    by_id = {str(item.id): item for item in before.groups}
    by_name = {item.name: item for item in before.groups}
    last = max((item.id for item in before.groups), default=0)
    found: list[GroupMapping] = []
    for position, item in enumerate(list(given)[:_MOST]):
        where = f"{_GROUPS}[{position}]"
        name = _text(item, "name", where, problems)
        known = by_id.get(str(item.get("id"))) or by_name.get(name)
        if known is None or any(known.id == other.id for other in found):
            last += 1
            known = GroupMapping(last, name, name, ())
        given_name = item.get("looker_group_name") is not None
        shown = _text(item, "looker_group_name", where, problems) if given_name else ""
        roles = known.role_ids
        if item.get("role_ids") is not None:
            roles = _ids(session, Role, item["role_ids"], f"{where}.role_ids", problems)
        group_name = shown or known.group_name
        found.append(replace(known, name=name, group_name=group_name, role_ids=roles))
    return tuple(found)


def _check_names(session: Session, kind: str, made: Mappings, problems: list[Problem]) -> None:
    """One mapping a group there, one a group here, and no group here that people fill by hand."""
    names: set[str] = set()
    shown: set[str] = set()
    for position, item in enumerate(made.groups):
        where = f"{_GROUPS}[{position}]"
        name = item.name.lower() if kind == "ldap" else item.name
        if name in names or item.group_name.lower() in shown:
            message = f"There is another mapping of the group {item.name}, or to its group here"
            problems.append(Problem(where, "already_exists", message))
        names.add(name)
        shown.add(item.group_name.lower())
        other = groups.find_by_name(session, item.group_name)
        if other is not None and other.id != item.group_id and not other.externally_orphaned:
            message = f"There is a group {item.group_name} already"
            problems.append(Problem(f"{where}.looker_group_name", "already_exists", message))


def _attributes(
    session: Session, given: Iterable[Any], problems: list[Problem]
) -> tuple[AttributeMapping, ...]:
    found: list[AttributeMapping] = []
    taken: set[int] = set()
    for position, item in enumerate(list(given)[:_MOST]):
        where = f"{_ATTRIBUTES}[{position}]"
        name = _text(item, "name", where, problems)
        listed = item.get("user_attribute_ids") or ()
        chosen = _ids(session, UserAttribute, listed, f"{where}.user_attribute_ids", problems)
        for attribute_id in chosen:
            attribute = attributes.get(session, attribute_id)
            told = attribute.is_system and not attributes.SYSTEM[attribute.name][2]
            if told or attribute_id in taken:
                message = f"{attribute.name} is told by the user, or by another mapping"
                problems.append(Problem(f"{where}.user_attribute_ids", "invalid", message))
            taken.add(attribute_id)
        found.append(AttributeMapping(name, bool(item.get("required")), chosen))
    return tuple(found)


def _text(item: Mapping[str, Any], name: str, where: str, problems: list[Problem]) -> str:
    found: list[Problem] = []
    text = texts.checked(item, name, found)
    if not text and not found:
        found.append(Problem(name, "missing_field", f"{where} needs a {name}"))
    problems += [
        Problem(f"{where}.{problem.field}", problem.code, str(problem.message)) for problem in found
    ]
    return text


def _ids(
    session: Session,
    kind: type[Role | Group | UserAttribute],
    given: Iterable[Any],
    where: str,
    problems: list[Problem],
) -> tuple[int, ...]:
    found: list[int] = []
    for item in list(given)[:_MOST]:
        text, number = str(item), ids.number(item)
        if number is None or session.get(kind, number) is None:
            problems.append(
                Problem(where, "invalid", f"{where}: there is nothing of the id {text[:64]}")
            )
        else:
            found.append(number)
    return tuple(dict.fromkeys(found))


def _closed_to_new(session: Session, chosen: Iterable[int]) -> list[Problem]:
    rows = [session.get(Group, group_id) for group_id in chosen]
    return [
        Problem(_NEW_GROUPS, "invalid", f"{row.name} is not filled by hand")
        for row in rows
        if row is not None and (row.externally_managed or row.include_by_default)
    ]


# Groups here


def applied(session: Session, before: Mappings, made: Mappings) -> Mappings:
    """Make the groups that mirror others, give them their roles, and let go of those that no
    longer do: they stay, because content may be shared with them, but give nothing any more.
    """
    mirrored = []
    for item in made.groups:
        group = _mirror(session, item)
        session.execute(delete(GroupRole).where(GroupRole.group_id == group.id))
        session.add_all(GroupRole(group_id=group.id, role_id=role) for role in item.role_ids)
        mirrored.append(replace(item, group_id=group.id))
    kept = {item.group_id for item in mirrored}
    for item in before.groups:
        if item.group_id is not None and item.group_id not in kept:
            _let_go(session, item.group_id)
    session.flush()
    bump(session, "accounts")
    return replace(made, groups=tuple(mirrored))


def _mirror(session: Session, item: GroupMapping) -> Group:
    group = session.get(Group, item.group_id) if item.group_id is not None else None
    if group is None:
        group = groups.find_by_name(session, item.group_name)
    if group is None:
        group = groups.create(session, {"name": item.group_name})
    elif group.name != item.group_name:
        groups.update(session, group, {"name": item.group_name})
    group.externally_managed, group.externally_orphaned = True, False
    return group


def _let_go(session: Session, group_id: int) -> None:
    group = session.get(Group, group_id)
    if group is None:
        return
    group.externally_managed, group.externally_orphaned = False, True
    session.execute(delete(GroupRole).where(GroupRole.group_id == group_id))
    session.execute(delete(GroupMember).where(GroupMember.group_id == group_id))
