"""People whom other sites vouch for, by the id that they have there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.accounts import texts
from belvedere.accounts.tables import EmbedCredentials, User
from belvedere.errors import Invalid, Problem

_FIELD = "external_user_id"


def find(session: Session, external_user_id: str) -> User | None:
    owners = select(EmbedCredentials.user_id).where(
        EmbedCredentials.external_user_id == external_user_id
    )
    return session.scalar(select(User).where(User.id.in_(owners)))


def provide(session: Session, given: object, now: datetime) -> User:
    """The user of that id, made where there is none yet. Invalid for an id that cannot be one.

    Whoever makes one says so by a bump, as the last thing: what is locked in another order by
    somebody who signs in at the same time would stop both.
    """
    external = _external_id(given)
    found = find(session, external)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            return _made(session, external, now)
    except IntegrityError:  # somebody made the same one meanwhile
        return session.scalars(
            select(User)
            .join(EmbedCredentials, EmbedCredentials.user_id == User.id)
            .where(EmbedCredentials.external_user_id == external)
        ).one()


def _made(session: Session, external: str, now: datetime) -> User:
    made = User(
        first_name="Embed", last_name="User", is_embed_user=True, created_at=now, updated_at=now
    )
    made.embed_credentials.append(EmbedCredentials(external_user_id=external, created_at=now))
    session.add(made)
    session.flush()
    return made


def _external_id(given: object) -> str:
    """As it was given: blanks tell people apart too."""
    text = "" if given is None else str(given)
    if not text.strip():
        raise Invalid(Problem(_FIELD, "missing_field", f"{_FIELD} is required"))
    if len(text) > texts.LONGEST or not texts.storable(text):
        message = f"{_FIELD} is too long, or holds characters that cannot be kept"
        raise Invalid(Problem(_FIELD, "invalid", message))
    return text
