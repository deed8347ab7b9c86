"""Roles: the built-in ones, and giving them to people."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere.accounts.permissions import DEFAULT_ROLES, DEFAULT_SETS
from belvedere.accounts.tables import ModelSet, PermissionSet, Role, User
from belvedere.errors import Invalid, Problem
from belvedere.store import bump


def seed(session: Session) -> None:
    """The built-in permission sets, the model set of all models, the default roles."""
    everything = ModelSet(name="All", models=[], built_in=True, all_access=True)
    session.add(everything)
    sets = {}
    for name, permissions in DEFAULT_SETS.items():
        admin = name == "Admin"
        sets[name] = PermissionSet(
            name=name, permissions=sorted(permissions), built_in=admin, all_access=admin
        )
        session.add(sets[name])
    session.flush()
    for name in DEFAULT_ROLES:
        session.add(Role(name=name, permission_set_id=sets[name].id, model_set_id=everything.id))
    session.flush()


def find_by_name(session: Session, name: str) -> Role | None:
    return session.scalar(select(Role).where(Role.name == name))


def give(session: Session, user: User, name: str) -> None:
    """Give the user the role; Invalid names the roles there are."""
    role = find_by_name(session, name)
    if role is None:
        known = ", ".join(session.scalars(select(Role.name).order_by(Role.id)))
        raise Invalid(Problem("role", "not_found", f"There is no role {name}; there are: {known}"))
    if role not in user.roles:
        user.roles.append(role)
        bump(session, "accounts")
