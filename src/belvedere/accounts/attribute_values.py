"""What somebody's user attributes are, and giving one person a value of their own."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import attribute_definitions, attributes, texts
from belvedere.accounts.attributes import Known
from belvedere.accounts.tables import User, UserAttribute, UserAttributeUserValue
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.store import bump
from belvedere.vault import Vault


def chosen(
    session: Session, attribute_ids: Iterable[str] | None, *, hidden_from_owner: bool
) -> list[UserAttribute]:
    """Those attributes, all without ids, by name; ids of none count for nothing."""
    wanted: ColumnElement[bool] = true()
    if attribute_ids is not None:
        numbers = [found for item in attribute_ids if (found := ids.number(item)) is not None]
        wanted = UserAttribute.id.in_(numbers)
    if not hidden_from_owner:
        wanted &= UserAttribute.user_can_view
    return list(session.scalars(select(UserAttribute).where(wanted).order_by(UserAttribute.name)))


def first_values(
    session: Session, vault: Vault, user: User, wanted: Iterable[UserAttribute]
) -> list[Known]:
    """What counts, for each; `value` None where nothing gives one."""
    return attributes.known_of(session, vault, user, wanted)


def all_values(
    session: Session, vault: Vault, user: User, wanted: Iterable[UserAttribute]
) -> list[Known]:
    """Everything that gives a value, what counts first, first; one without a value for others."""
    found: list[Known] = []
    for attribute, path in attributes.search_paths(session, vault, user, wanted):
        found += list(path) or [Known(attribute, None, "None")]
    return found


def set_own(
    session: Session, vault: Vault, user: User, attribute: UserAttribute, value: str | None
) -> None:
    """Invalid for a value that the attribute's type does not have; None takes it away."""
    attributes.check_settable(attribute)
    if value is not None and not texts.storable(value):
        message = f"The value of {attribute.name} holds characters that cannot be kept"
        raise Invalid(Problem("value", "invalid", message))
    attribute_definitions.check_value(attribute, value)
    attributes.set_value(session, vault, user.id, attribute, value)
    session.flush()
    bump(session, "accounts")


def remove_own(session: Session, vault: Vault, user: User, attribute: UserAttribute) -> None:
    """NotFound where the user has no value of their own."""
    if session.get(UserAttributeUserValue, (user.id, attribute.id)) is None:
        raise NotFound
    set_own(session, vault, user, attribute, None)
