"""Folders: found, made, renamed, moved, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, delete, func, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from belvedere.accounts import texts
from belvedere.accounts.tables import User
from belvedere.content import access, result_makers, roots
from belvedere.content.among import among, encoded
from belvedere.content.tables import ContentMetadata, Dashboard, Folder, Look
from belvedere.errors import Conflict, Invalid, NotFound, Problem

_LOOKML = "lookml"
_CLOSED = {
    roots.USERS: "Users holds personal folders only",
    roots.EMBED_USERS: "Embed Users holds personal folders only",
    roots.LOOKML: "What is in LookML Dashboards comes from LookML",
}


def public_id(folder_id: int | None) -> str | None:
    """The id as the API writes it."""
    if folder_id is None:
        return None
    return _LOOKML if folder_id == roots.LOOKML else str(folder_id)


def number_of(folder_id: str) -> int | None:
    """The id as it is stored; None for what cannot be one."""
    text = folder_id.strip()
    if text == _LOOKML:
        return roots.LOOKML
    return int(text) if text.isdecimal() and len(text) < 10 else None


def get(session: Session, folder_id: str | int) -> Folder:
    number = number_of(str(folder_id))
    found = session.get(Folder, number) if number is not None else None
    if found is None:
        raise NotFound
    return found


def is_special(folder: Folder) -> bool:
    """Those at the top, and personal ones."""
    return folder.parent_id is None or folder.is_personal


def check_open(folder: Folder, named_by: str = "folder_id") -> None:
    """Invalid for a folder that nobody puts anything into; `named_by` is the property."""
    reason = _CLOSED.get(folder.id)
    if reason is not None:
        raise Invalid(Problem(named_by, "invalid", reason))


def child_counts(session: Session, ids: Iterable[int], seen: Any) -> dict[int, int]:
    """How many folders each holds, of those that meet the condition `seen`."""
    wanted = list(ids)
    rows = session.execute(
        select(Folder.parent_id, func.count())
        .where(among(Folder.parent_id, encoded(wanted)), seen)
        .group_by(Folder.parent_id)
    )
    return dict.fromkeys(wanted, 0) | {parent: count for parent, count in rows if parent}


def ancestors(session: Session, folder: Folder) -> list[Folder]:
    """Those above the folder, the one at the top first."""
    found = select(Folder.parent_id.label("id"), literal(0).label("depth")).where(
        Folder.id == folder.id
    )
    above = found.cte("above", recursive=True)
    further = select(Folder.parent_id, above.c.depth + 1).join(Folder, Folder.id == above.c.id)
    above = above.union_all(further)
    rows = select(Folder).join(above, above.c.id == Folder.id).order_by(above.c.depth.desc())
    return list(session.scalars(rows))


def subtree(folder_id: int) -> CTE:
    """The ids of the folder and all below it."""
    found = select(Folder.id).where(Folder.id == folder_id).cte("subtree", recursive=True)
    below = select(Folder.id).join(found, Folder.parent_id == found.c.id)
    return found.union_all(below)


# Making


def with_those_below(session: Session, ids: Iterable[int]) -> frozenset[int]:
    found: set[int] = set()
    for folder_id in ids:
        found |= set(session.scalars(select(subtree(folder_id).c[0])))
    return frozenset(found)


def create(
    session: Session, parent: Folder, name: object, creator_id: int | None, now: datetime
) -> Folder:
    """A folder that inherits from its parent. Conflict where the parent has one of that name."""
    check_open(parent, "parent_id")
    text = checked_name(name)
    hold(session, exclusive=False)
    session.refresh(parent)
    if find_child(session, parent.id, text) is not None:
        raise _taken(text, parent)
    folder = Folder(
        name=text,
        parent_id=parent.id,
        root_id=parent.root_id,
        decider_id=parent.decider_id,
        owner_id=parent.owner_id,
        creator_id=creator_id,
        created_at=now,
        meta=ContentMetadata(content_type="folder"),
    )
    try:
        with session.begin_nested():
            session.add(folder)
    except IntegrityError:  # somebody made one of that name a moment ago
        raise _taken(text, parent) from None
    return folder


def find_child(session: Session, parent_id: int, name: str) -> Folder | None:
    wanted = Folder.parent_id == parent_id, Folder.name == name
    return session.scalar(select(Folder).where(*wanted))


def checked_name(given: object) -> str:
    problems: list[Problem] = []
    text = texts.checked({"name": given}, "name", problems)
    if not text and not problems:
        problems.append(Problem("name", "missing_field", "A folder needs a name"))
    if problems:
        raise Invalid(*problems)
    return text


def _taken(name: str, parent: Folder) -> Conflict:
    return Conflict(f"There is a folder {name} in {parent.name} already")


def hold(session: Session, *, exclusive: bool) -> None:
    """Whoever changes the shape of the tree waits for whoever adds to it, and for one another:
    no two moves make a circle, and nothing is added to a folder that is just elsewhere.
    """
    top = select(Folder.id).where(Folder.id == roots.SHARED)
    session.execute(top.with_for_update(read=not exclusive))


# Changing


def update_folder(
    session: Session, folder: Folder, values: Mapping[str, Any], parent: Folder | None
) -> None:
    """Rename the folder, and move it below `parent` where one is given. Invalid for special
    folders, names that are taken, and a parent that is the folder or in it.
    """
    name = checked_name(values["name"]) if values.get("name") is not None else folder.name
    moving = parent is not None and parent.id != folder.parent_id
    if name == folder.name and not moving:
        return
    if is_special(folder):
        message = f"The folder {folder.name} is built in: it cannot be renamed or moved"
        raise Invalid(Problem("parent_id" if moving else "name", "invalid", message))
    if parent is not None and moving:
        _move(session, folder, parent, name)
    else:
        _check_free(session, folder, folder.parent_id, name)
        folder.name = name
    _flush_named(session, name)


def _check_free(session: Session, folder: Folder, parent_id: int | None, name: str) -> None:
    other = find_child(session, parent_id, name) if parent_id is not None else None
    if other is not None and other.id != folder.id:
        raise _name_problem(name)


def _name_problem(name: str) -> Invalid:
    return Invalid(Problem("name", "already_exists", f"There is a folder {name} there already"))


def _flush_named(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError:  # somebody made one of that name a moment ago
        raise _name_problem(name) from None


def _move(session: Session, folder: Folder, parent: Folder, name: str) -> None:
    check_open(parent, "parent_id")
    hold(session, exclusive=True)
    session.refresh(folder)
    session.refresh(parent)
    below = subtree(folder.id)
    if session.scalar(select(below.c.id).where(below.c.id == parent.id)) is not None:
        message = f"The folder {parent.name} is {folder.name} itself, or in it"
        raise Invalid(Problem("parent_id", "invalid", message))
    _check_free(session, folder, parent.id, name)
    folder.parent_id, folder.name = parent.id, name
    _flush_named(session, name)
    moved = update(Folder).where(Folder.id.in_(select(below.c.id)))
    quiet = {"synchronize_session": False}
    session.execute(
        moved.values(root_id=parent.root_id, owner_id=parent.owner_id), execution_options=quiet
    )
    if folder.meta.inherits:
        redirect(session, folder, parent.decider_id)
    access.changed(session)
    session.expire_all()


def redirect(session: Session, folder: Folder, decider_id: int) -> None:
    """Let another access list decide about the folder and all below it that follow it."""
    below = subtree(folder.id)
    following = Folder.id.in_(select(below.c.id)), Folder.decider_id == folder.decider_id
    session.execute(
        update(Folder).where(*following).values(decider_id=decider_id),
        execution_options={"synchronize_session": False},
    )
    session.expire_all()


# Deleting


def remove(session: Session, folder: Folder) -> None:
    """With all folders below it, and for good with the Looks and dashboards in them; what was in
    the trash stays there.
    """
    if is_special(folder):
        message = f"The folder {folder.name} is built in: it cannot be deleted"
        raise Invalid(Problem("folder_id", "invalid", message))
    hold(session, exclusive=True)
    ids = select(subtree(folder.id).c.id)
    gone = Dashboard.folder_id.in_(ids), Dashboard.deleted_at.is_(None)
    result_makers.remove_of(session, session.scalars(select(Dashboard.id).where(*gone)).all())
    for table in (Look, Dashboard):
        live = table.folder_id.in_(ids), table.deleted_at.is_(None)
        session.execute(delete(table).where(*live), execution_options=_QUIET)
    remove_tree(session, folder)


def remove_tree(session: Session, folder: Folder) -> None:
    """Only folders: what is in them loses its folder."""
    ids = session.scalars(select(subtree(folder.id).c.id)).all()
    homeless = among(User.home_folder_id, encoded(str(folder_id) for folder_id in ids))
    session.execute(
        update(User).where(homeless).values(home_folder_id=None), execution_options=_QUIET
    )
    session.execute(delete(Folder).where(among(Folder.id, encoded(ids))), execution_options=_QUIET)
    session.expire_all()


_QUIET = {"synchronize_session": False}
