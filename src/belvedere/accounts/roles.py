"""Roles, and the sets of permissions and of models that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts import texts
from belvedere.accounts.permissions import DEFAULT_ROLES, DEFAULT_SETS, PARENTS
from belvedere.accounts.tables import (
    Group,
    GroupRole,
    ModelSet,
    PermissionSet,
    Role,
    User,
    UserRole,
)
from belvedere.errors import Invalid, MethodNotAllowed, NotFound, Problem
from belvedere.store import bump, find, lock

Row = TypeVar("Row", PermissionSet, ModelSet, Role)
_LABELS = {PermissionSet: "permission set", ModelSet: "model set", Role: "role"}


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


def get(session: Session, kind: type[Row], given: object) -> Row:
    found = find(session, kind, given)
    if found is None:
        raise NotFound
    return found


# Sets


def create_permission_set(session: Session, values: Mapping[str, Any]) -> PermissionSet:
    made = PermissionSet(
        name=_name(session, PermissionSet, values.get("name"), None),
        permissions=_permissions(values.get("permissions")),
    )
    return _added(session, made)


def update_permission_set(
    session: Session, found: PermissionSet, values: Mapping[str, Any]
) -> None:
    _changeable(found)
    if "name" in values:
        found.name = _name(session, PermissionSet, values["name"], found.id)
    if "permissions" in values:
        found.permissions = _permissions(values["permissions"])
    session.flush()
    bump(session, "accounts")


def create_model_set(session: Session, values: Mapping[str, Any]) -> ModelSet:
    """Models may be named that do not exist (yet)."""
    made = ModelSet(
        name=_name(session, ModelSet, values.get("name"), None),
        models=_models(values.get("models")),
    )
    return _added(session, made)


def update_model_set(session: Session, found: ModelSet, values: Mapping[str, Any]) -> None:
    _changeable(found)
    if "name" in values:
        found.name = _name(session, ModelSet, values["name"], found.id)
    if "models" in values:
        found.models = _models(values["models"])
    session.flush()
    bump(session, "accounts")


def remove_set(session: Session, found: PermissionSet | ModelSet) -> None:
    """Invalid names the roles that are still made of it."""
    _changeable(found)
    column = Role.permission_set_id if isinstance(found, PermissionSet) else Role.model_set_id
    users = ", ".join(session.scalars(select(Role.name).where(column == found.id)))
    if users:
        raise Invalid(Problem("id", "invalid", f"{found.name} is used by the roles {users}"))
    session.delete(found)
    session.flush()
    bump(session, "accounts")


# Roles


def create(session: Session, values: Mapping[str, Any]) -> Role:
    problems: list[Problem] = []
    permission_set = _part(session, PermissionSet, values, "permission_set_id", problems)
    model_set = _part(session, ModelSet, values, "model_set_id", problems)
    try:
        name = _name(session, Role, values.get("name"), None)
    except Invalid as error:
        problems += error.problems
    if problems or permission_set is None or model_set is None:
        raise Invalid(*problems)
    _not_admin(permission_set)
    return _added(session, Role(name=name, permission_set=permission_set, model_set=model_set))


def update(session: Session, role: Role, values: Mapping[str, Any]) -> None:
    if role.permission_set.all_access or role.embed_user_id is not None:
        raise MethodNotAllowed(f"The role {role.name} is built in and cannot be changed")
    problems: list[Problem] = []
    if values.get("permission_set_id") is not None:
        found = _part(session, PermissionSet, values, "permission_set_id", problems)
        if found is not None:
            _not_admin(found)
            role.permission_set = found
    if values.get("model_set_id") is not None:
        models = _part(session, ModelSet, values, "model_set_id", problems)
        if models is not None:
            role.model_set = models
    if problems:
        raise Invalid(*problems)
    if "name" in values:
        role.name = _name(session, Role, values["name"], role.id)
    session.flush()
    bump(session, "accounts")


def remove(session: Session, role: Role) -> None:
    if role.permission_set.all_access or role.embed_user_id is not None:
        raise MethodNotAllowed(f"The role {role.name} is built in and cannot be deleted")
    session.delete(role)
    session.flush()
    bump(session, "accounts")


def set_users(session: Session, role: Role, user_ids: Iterable[int]) -> None:
    """Exactly these people have the role directly."""
    lock(session, Role, Role.id == role.id)
    session.execute(delete(UserRole).where(UserRole.role_id == role.id))
    session.add_all(UserRole(user_id=user_id, role_id=role.id) for user_id in set(user_ids))
    session.flush()
    session.expire_all()
    bump(session, "accounts")


def set_of_user(session: Session, user: User, chosen: Iterable[Role]) -> None:
    """The user has exactly these roles directly."""
    lock(session, User, User.id == user.id)
    session.expire(user, ["roles"])
    user.roles = list(chosen)
    session.flush()
    bump(session, "accounts")


def set_groups(session: Session, role: Role, group_ids: Iterable[int]) -> None:
    """Exactly these groups give the role."""
    lock(session, Role, Role.id == role.id)
    session.execute(delete(GroupRole).where(GroupRole.role_id == role.id))
    session.add_all(GroupRole(group_id=group_id, role_id=role.id) for group_id in set(group_ids))
    session.flush()
    bump(session, "accounts")


def set_embedded(
    session: Session, user: User, permissions: Iterable[str], models: Iterable[str]
) -> bool:
    """The role that an embed user's site decides about; whether that changed something."""
    role = session.scalar(select(Role).where(Role.embed_user_id == user.id))
    wanted = list(permissions), list(models)
    if role is None:
        _make_embedded(session, user, *wanted)
        return True
    same = (role.permission_set.permissions, role.model_set.models) == wanted
    if same and role in user.roles:
        return False
    role.permission_set.permissions, role.model_set.models = wanted
    if role not in user.roles:
        user.roles.append(role)
    session.flush()
    return True


def _make_embedded(session: Session, user: User, permissions: list[str], models: list[str]) -> None:
    """Sets and role are built in: nobody else changes them."""
    name = f"Embedded Role {user.id}"
    made = Role(
        name=free_name(session, Role, name),
        embed_user_id=user.id,
        permission_set=PermissionSet(
            name=free_name(session, PermissionSet, name), permissions=permissions, built_in=True
        ),
        model_set=ModelSet(name=free_name(session, ModelSet, name), models=models, built_in=True),
    )
    session.add(made)
    user.roles.append(made)
    session.flush()


def remove_embedded(session: Session, user_id: int) -> None:
    """With the sets that were made for it."""
    for role in session.scalars(select(Role).where(Role.embed_user_id == user_id)).all():
        session.delete(role)
        session.flush()
        for part in (role.permission_set, role.model_set):
            if part.built_in and not part.all_access:
                session.delete(part)
    session.flush()


def free_name(session: Session, kind: type[Row | Group], wanted: str) -> str:
    """The name, or where it is taken one that begins with it."""
    taken = session.scalar(select(kind.id).where(func.lower(kind.name) == func.lower(wanted)))
    return wanted if taken is None else f"{wanted} {ids.slug()}"


def groups_giving(session: Session, role: Role) -> list[Group]:
    giving = select(GroupRole.group_id).where(GroupRole.role_id == role.id)
    return list(session.scalars(select(Group).where(Group.id.in_(giving)).order_by(Group.id)))


# What is checked


def _added(session: Session, made: Row) -> Row:
    session.add(made)
    session.flush()
    bump(session, "accounts")
    return made


def _name(session: Session, kind: type[Row], given: object, own_id: int | None) -> str:
    name, label = str(given or "").strip(), _LABELS[kind]
    if not name:
        raise Invalid(Problem("name", "missing_field", f"A {label} needs a name"))
    problem = texts.problem_of("name", name)
    if problem is not None:
        raise Invalid(problem)
    other = session.scalar(select(kind.id).where(func.lower(kind.name) == func.lower(name)))
    if other is not None and other != own_id:
        raise Invalid(Problem("name", "already_exists", f"There is a {label} {name} already"))
    return name


def _permissions(given: object) -> list[str]:
    names = list(dict.fromkeys(given)) if isinstance(given, list) else []
    unknown = [name for name in names if name not in PARENTS]
    if unknown:
        message = f"There is no permission {', '.join(map(str, unknown))}"
        raise Invalid(Problem("permissions", "invalid", message))
    return sorted(names)


def _models(given: object) -> list[str]:
    names = list(dict.fromkeys(given)) if isinstance(given, list) else []
    if any(not isinstance(name, str) or not _is_name(name) for name in names):
        raise Invalid(Problem("models", "invalid", "models is a list of model names"))
    return [str(name).strip() for name in names]


def _is_name(text: str) -> bool:
    return bool(text.strip()) and texts.problem_of("models", text) is None


def _part(
    session: Session,
    kind: type[Row],
    values: Mapping[str, Any],
    name: str,
    problems: list[Problem],
) -> Row | None:
    given = values.get(name)
    if given is None or not str(given).strip():
        problems.append(Problem(name, "missing_field", f"{name} is required"))
        return None
    found = find(session, kind, given)
    if found is None:
        problems.append(Problem(name, "invalid", f"There is no {_LABELS[kind]} {given}"))
    return found


def _changeable(found: PermissionSet | ModelSet) -> None:
    if found.built_in:
        raise MethodNotAllowed(f"{found.name} is built in and cannot be changed")


def _not_admin(found: PermissionSet) -> None:
    if found.all_access:
        message = "The permission set Admin belongs to the role Admin alone"
        raise Invalid(Problem("permission_set_id", "invalid", message))
