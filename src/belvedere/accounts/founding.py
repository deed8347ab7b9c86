"""What every instance has from its first moment."""

from __future__ import annotations

from sqlalchemy.orm import Session

from belvedere.accounts import attributes, roles
from belvedere.accounts.tables import Group


def seed(session: Session) -> None:
    """Built-in roles, the group of everybody (id 1), the system attributes."""
    roles.seed(session)
    attributes.seed(session)
    session.add(Group(name="All Users", include_by_default=True))
    session.flush()
