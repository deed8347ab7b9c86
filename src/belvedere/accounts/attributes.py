"""User attributes: what there is to know about people, and what is known about one of them.

A value is the user's own, else that of the group with the lowest rank, else the default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts import membership
from belvedere.accounts.tables import (
    User,
    UserAttribute,
    UserAttributeGroupValue,
    UserAttributeUserValue,
)
from belvedere.errors import Forbidden, NotFound
from belvedere.store import find
from belvedere.vault import Vault

TYPES = (
    "string",
    "number",
    "datetime",
    "yesno",
    "zipcode",
    "relative_url",
    "advanced_filter_string",
    "advanced_filter_number",
    "advanced_filter_datetime",
)
_LITERAL = frozenset({"string", "zipcode", "relative_url"})
SYSTEM: Mapping[str, tuple[str, str, bool]] = {
    "email": ("Email", "string", False),
    "first_name": ("First Name", "string", False),
    "full_name": ("Full Name", "string", False),
    "id": ("User ID", "number", False),
    "landing_page": ("Landing Page", "relative_url", True),
    "last_name": ("Last Name", "string", False),
    "locale": ("Locale", "string", True),
    "name": ("Name", "string", False),
    "number_format": ("Number format", "string", True),
    "timezone": ("Timezone", "string", True),
}
"""Name → label, type, whether a value can be set; the others are told by the user."""
DEFAULTS = {"landing_page": "/browse", "locale": "en", "number_format": "1,234.56"}
EDITABLE_SYSTEM = frozenset({"locale", "number_format", "timezone"})
_UNSIGNED = frozenset({"first_name", "last_name", "name", "full_name", "timezone"})
"""What embed addresses say without signing it: embed users can make it up."""


@dataclass(frozen=True, slots=True)
class Known:
    """One attribute of one user; `value` None where nothing gives one. `source` says what does;
    `rank` is the group's.
    """

    attribute: UserAttribute
    value: str | None
    source: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Attributes:
    """A user's attributes as queries read them."""

    values: Mapping[str, str]
    literal: frozenset[str]
    """Those whose value is plain text, never a filter expression."""
    editable: frozenset[str]
    """Those whose value the user can change: they protect nothing."""
    hidden: frozenset[str]


def seed(session: Session) -> None:
    for name, (label, kind, _) in SYSTEM.items():
        session.add(
            UserAttribute(
                name=name,
                label=label,
                type=kind,
                default_value=DEFAULTS.get(name),
                is_system=True,
                is_permanent=True,
                user_can_edit=name in EDITABLE_SYSTEM,
            )
        )
    session.flush()


def get(session: Session, attribute_id: str | int) -> UserAttribute:
    found = find(session, UserAttribute, attribute_id)
    if found is None:
        raise NotFound
    return found


def everything(session: Session) -> list[UserAttribute]:
    return list(session.scalars(select(UserAttribute).order_by(UserAttribute.name)))


def context(attribute: UserAttribute) -> str:
    """What values of the attribute are sealed with."""
    return f"user_attribute.{attribute.id}"


def sealed(vault: Vault, attribute: UserAttribute, value: str | None) -> str | None:
    """As it is stored."""
    if value is None or not attribute.value_is_hidden:
        return value
    return vault.encrypt(value, context(attribute))


def opened(vault: Vault, attribute: UserAttribute, stored: str | None) -> str | None:
    if stored is None or not attribute.value_is_hidden:
        return stored
    return vault.decrypt(stored, context(attribute))


def known_of(
    session: Session, vault: Vault, user: User, wanted: Iterable[UserAttribute] | None = None
) -> list[Known]:
    """The attributes of a user with their values, hidden ones too, in the order of `wanted`."""
    searched = search_paths(session, vault, user, wanted)
    return [next(path, Known(attribute, None, "None")) for attribute, path in searched]


def search_paths(
    session: Session, vault: Vault, user: User, wanted: Iterable[UserAttribute] | None = None
) -> Iterator[tuple[UserAttribute, Iterator[Known]]]:
    """Each attribute with everything that gives a value, what counts first, first."""
    chosen = everything(session) if wanted is None else list(wanted)
    own = {
        row.user_attribute_id: row.value
        for row in session.scalars(
            select(UserAttributeUserValue).where(UserAttributeUserValue.user_id == user.id)
        )
    }
    by_group = _of_groups(session, user)
    told = _told(user)
    for attribute in chosen:
        yield attribute, _path(vault, attribute, told, own, by_group.get(attribute.id, ()))


def _of_groups(session: Session, user: User) -> dict[int, list[UserAttributeGroupValue]]:
    groups = membership.groups_of(session, user.id)
    found: dict[int, list[UserAttributeGroupValue]] = {}
    rows = session.scalars(
        select(UserAttributeGroupValue)
        .where(UserAttributeGroupValue.group_id.in_(groups))
        .order_by(UserAttributeGroupValue.rank)
    )
    for row in rows:
        found.setdefault(row.user_attribute_id, []).append(row)
    return found


def _told(user: User) -> dict[str, str | None]:
    return {
        "id": str(user.id),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "name": user.display_name,
        "full_name": user.display_name,
    }


def _path(
    vault: Vault,
    attribute: UserAttribute,
    told: Mapping[str, str | None],
    own: Mapping[int, str | None],
    of_groups: Iterable[UserAttributeGroupValue],
) -> Iterator[Known]:
    if attribute.is_system and attribute.name in told:
        yield Known(attribute, told[attribute.name], "Built-in")
        return
    if attribute.id in own:
        yield Known(attribute, opened(vault, attribute, own[attribute.id]), "User")
    for group in of_groups:
        value = opened(vault, attribute, group.value)
        yield Known(attribute, value, f"Group {group.group_id}", group.rank)
    if attribute.default_value is not None:
        yield Known(attribute, opened(vault, attribute, attribute.default_value), "Default")


def check_settable(attribute: UserAttribute) -> None:
    """Forbidden where it is the user who tells the value."""
    if attribute.is_system and not SYSTEM[attribute.name][2]:
        raise Forbidden(f"{attribute.name} is told by the user; it has no values of its own")


def of(session: Session, vault: Vault, user: User) -> Attributes:
    known = known_of(session, vault, user)
    editable = frozenset(i.attribute.name for i in known if i.attribute.user_can_edit)
    return Attributes(
        values={item.attribute.name: item.value for item in known if item.value},
        literal=frozenset(i.attribute.name for i in known if i.attribute.type in _LITERAL),
        editable=editable | _UNSIGNED if user.is_embed_user else editable,
        hidden=frozenset(i.attribute.name for i in known if i.attribute.value_is_hidden),
    )


def set_value(
    session: Session, vault: Vault, user_id: int, attribute: UserAttribute, value: str | None
) -> None:
    """The user's own value; None takes it away."""
    row = session.get(UserAttributeUserValue, (user_id, attribute.id))
    if value is None:
        if row is not None:
            session.delete(row)
        return
    stored = sealed(vault, attribute, value)
    if row is None:
        session.add(
            UserAttributeUserValue(user_id=user_id, user_attribute_id=attribute.id, value=stored)
        )
    else:
        row.value = stored
