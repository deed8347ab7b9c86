"""Defining user attributes, and saying what groups make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere.accounts import attributes, texts
from belvedere.accounts.tables import (
    UserAttribute,
    UserAttributeGroupValue,
    UserAttributeUserValue,
)
from belvedere.errors import Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.store import bump, lock
from belvedere.vault import Vault

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9*][A-Za-z0-9.*:/_\-]*\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?\Z")
_FLAGS = frozenset({"yes", "no"})
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class GroupValue:
    group_id: int
    value: str | None


_IN_HERE = re.compile(r"/(?![/\\])")
"""Browsers read two slashes, or a slash and a backslash, as the beginning of another host."""


def create(session: Session, vault: Vault, values: Mapping[str, Any]) -> UserAttribute:
    """Invalid names every property that is missing, wrong or taken."""
    problems: list[Problem] = []
    name = _name(session, values.get("name"), problems)
    label = _label(session, values.get("label"), None, problems)
    kind = values.get("type")
    if kind not in attributes.TYPES:
        code = "invalid" if kind else "missing_field"
        message = f"type must be one of {', '.join(attributes.TYPES)}"
        problems.append(Problem("type", code, message))
    hidden, domains = bool(values.get("value_is_hidden")), _domains(values, problems)
    if hidden and not domains:
        problems.append(_no_domains())
    if problems:
        raise Invalid(*problems)
    made = UserAttribute(
        name=name,
        label=label,
        type=kind,
        value_is_hidden=hidden,
        user_can_view=_flag(values, "user_can_view", default=True),
        user_can_edit=_flag(values, "user_can_edit", default=False),
        hidden_value_domain_whitelist=domains,
    )
    session.add(made)
    session.flush()
    _set_default(vault, made, values)
    session.flush()
    bump(session, "accounts")
    return made


def update(session: Session, vault: Vault, found: UserAttribute, values: Mapping[str, Any]) -> None:
    """What is hidden stays hidden; where hidden values may go can only be narrowed."""
    if found.is_system:
        raise MethodNotAllowed(f"The attribute {found.name} is built in and cannot be changed")
    problems: list[Problem] = []
    if "name" in values and values["name"] != found.name:
        found.name = _name(session, values["name"], problems) or found.name
    if "label" in values:
        found.label = _label(session, values["label"], found.id, problems) or found.label
    if "type" in values and values["type"] not in attributes.TYPES:
        message = f"type must be one of {', '.join(attributes.TYPES)}"
        problems.append(Problem("type", "invalid", message))
    problems += _hiding_problems(found, values)
    if problems:
        raise Invalid(*problems)
    found.type = values.get("type", found.type)
    found.user_can_view = _flag(values, "user_can_view", default=found.user_can_view)
    found.user_can_edit = _flag(values, "user_can_edit", default=found.user_can_edit)
    if "hidden_value_domain_whitelist" in values:
        found.hidden_value_domain_whitelist = _domains(values, problems)
    if values.get("value_is_hidden") and not found.value_is_hidden:
        _hide(session, vault, found)
    _set_default(vault, found, values)
    session.flush()
    bump(session, "accounts")


def remove(session: Session, found: UserAttribute) -> None:
    if found.is_system or found.is_permanent:
        raise MethodNotAllowed(f"The attribute {found.name} is built in and cannot be deleted")
    session.delete(found)
    session.flush()
    bump(session, "accounts")


def check_value(attribute: UserAttribute, value: str | None) -> None:
    """Invalid for a value that the attribute's type does not have."""
    if value is None or value == "":
        return
    problem = texts.problem_of("value", value, _LONGEST)
    if problem is not None:
        raise Invalid(problem)
    kind, wanted = attribute.type, ""
    if kind == "number" and not _is_number(value):
        wanted = "a number"
    elif kind == "yesno" and value.lower() not in _FLAGS:
        wanted = "yes or no"
    elif kind == "datetime" and not _DATE.match(value.strip()):
        wanted = "a date such as 2026-01-31 or a time such as 2026-01-31 08:30"
    elif kind == "relative_url" and not _IN_HERE.match(value):
        wanted = "an address within this server, beginning with /"
    if wanted:
        raise Invalid(Problem("value", "invalid", f"{attribute.name} must be {wanted}"))


# Values of groups


def group_values(session: Session, found: UserAttribute) -> list[UserAttributeGroupValue]:
    """Those that count first, first."""
    rows = select(UserAttributeGroupValue).where(
        UserAttributeGroupValue.user_attribute_id == found.id
    )
    return list(session.scalars(rows.order_by(UserAttributeGroupValue.rank)))


def set_group_values(
    session: Session, vault: Vault, found: UserAttribute, values: Iterable[GroupValue]
) -> list[UserAttributeGroupValue]:
    """Replace them all; the first counts first."""
    attributes.check_settable(found)
    chosen = list(values)
    for item in chosen:
        check_value(found, item.value)
    lock(session, UserAttribute, UserAttribute.id == found.id)
    session.execute(
        delete(UserAttributeGroupValue).where(UserAttributeGroupValue.user_attribute_id == found.id)
    )
    rows = [
        UserAttributeGroupValue(
            user_attribute_id=found.id,
            group_id=item.group_id,
            rank=rank,
            value=attributes.sealed(vault, found, item.value),
        )
        for rank, item in enumerate(chosen, 1)
    ]
    session.add_all(rows)
    session.flush()
    bump(session, "accounts")
    return rows


def set_group_value(
    session: Session, vault: Vault, found: UserAttribute, item: GroupValue
) -> UserAttributeGroupValue:
    """One group's value; a group that had none comes last."""
    attributes.check_settable(found)
    check_value(found, item.value)
    lock(session, UserAttribute, UserAttribute.id == found.id)
    row = session.get(UserAttributeGroupValue, (found.id, item.group_id))
    if row is None:
        ranks = select(func.max(UserAttributeGroupValue.rank)).where(
            UserAttributeGroupValue.user_attribute_id == found.id
        )
        last = session.scalar(ranks) or 0
        row = UserAttributeGroupValue(
            user_attribute_id=found.id, group_id=item.group_id, rank=last + 1
        )
        session.add(row)
    row.value = attributes.sealed(vault, found, item.value)
    session.flush()
    bump(session, "accounts")
    return row


def remove_group_value(session: Session, found: UserAttribute, group_id: int) -> None:
    row = session.get(UserAttributeGroupValue, (found.id, group_id))
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    bump(session, "accounts")


# What is checked


def _name(session: Session, given: object, problems: list[Problem]) -> str:
    name = str(given or "").strip()
    if not name:
        problems.append(Problem("name", "missing_field", "An attribute needs a name"))
    elif not _NAME.match(name) or len(name) > 255:
        message = "name may hold lower-case letters, digits and underscores"
        problems.append(Problem("name", "invalid", message))
    elif session.scalar(select(UserAttribute.id).where(UserAttribute.name == name)) is not None:
        message = f"There is an attribute {name} already"
        problems.append(Problem("name", "already_exists", message))
    return name


def _label(session: Session, given: object, own_id: int | None, problems: list[Problem]) -> str:
    label = str(given or "").strip()
    problem = texts.problem_of("label", label)
    if not label:
        problem = Problem("label", "missing_field", "An attribute needs a label")
    if problem is not None:
        problems.append(problem)
        return label
    taken = select(UserAttribute.id).where(func.lower(UserAttribute.label) == func.lower(label))
    other = session.scalar(taken)
    if other is not None and other != own_id:
        message = f"There is an attribute labelled {label} already"
        problems.append(Problem("label", "already_exists", message))
    return label


def _domains(values: Mapping[str, Any], problems: list[Problem]) -> str | None:
    """A comma list of addresses, with * as wildcard."""
    text = str(values.get("hidden_value_domain_whitelist") or "")
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(not _DOMAIN.match(part) for part in parts):
        message = "hidden_value_domain_whitelist is a comma list of addresses"
        problems.append(Problem("hidden_value_domain_whitelist", "invalid", message))
    return ",".join(parts) or None


def _no_domains() -> Problem:
    return Problem(
        "hidden_value_domain_whitelist",
        "missing_field",
        "An attribute with hidden values needs hidden_value_domain_whitelist: where they may go",
    )


def _hiding_problems(found: UserAttribute, values: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    if found.value_is_hidden and values.get("value_is_hidden") is False:
        message = "What is hidden cannot be shown again"
        problems.append(Problem("value_is_hidden", "invalid", message))
    domains = _domains(values, problems)
    if "hidden_value_domain_whitelist" in values and found.value_is_hidden:
        before = set((found.hidden_value_domain_whitelist or "").split(","))
        if not domains or not set(domains.split(",")) <= before:
            message = "Where hidden values may go can only be narrowed"
            problems.append(Problem("hidden_value_domain_whitelist", "invalid", message))
    becomes_hidden = values.get("value_is_hidden") and not found.value_is_hidden
    if becomes_hidden and not (domains or found.hidden_value_domain_whitelist):
        problems.append(_no_domains())
    return problems


def _hide(session: Session, vault: Vault, found: UserAttribute) -> None:
    """Seal what is there."""
    found.value_is_hidden = True
    found.default_value = attributes.sealed(vault, found, found.default_value)
    own = UserAttributeUserValue.user_attribute_id == found.id
    of_groups = UserAttributeGroupValue.user_attribute_id == found.id
    for row in session.scalars(select(UserAttributeUserValue).where(own)):
        row.value = attributes.sealed(vault, found, row.value)
    for value in session.scalars(select(UserAttributeGroupValue).where(of_groups)):
        value.value = attributes.sealed(vault, found, value.value)


def _set_default(vault: Vault, found: UserAttribute, values: Mapping[str, Any]) -> None:
    if "default_value" not in values:
        return
    given = values["default_value"]
    text = None if given is None or given == "" else str(given)
    check_value(found, text)
    found.default_value = attributes.sealed(vault, found, text)


def _flag(values: Mapping[str, Any], name: str, *, default: bool) -> bool:
    given = values.get(name)
    return default if given is None else bool(given)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.strip()).is_finite()
    except InvalidOperation:
        return False
