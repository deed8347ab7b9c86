"""Who may see and change which content.

A folder inherits from the one above it until it has an access list of its own; whose list decides
about a folder stands in the folder itself (`decider_id`). Lists name groups and people, who may
`view` or `edit`. Who may edit a folder may edit everything below it, whatever lists say there.
Administrators see and change everything, owners their personal folder and what is in it. Looks
and dashboards go with their folder; boards have lists of their own.

What may be seen of several rows is a condition for the database; conditions and the checks of
single rows stand next to one another here, and nowhere else.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased

from belvedere.accounts.permissions import Permission, Permissions
from belvedere.accounts.tokens import AccessSession
from belvedere.content import roots, seen_folders
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Board,
    ContentGrant,
    ContentMetadata,
    Dashboard,
    Folder,
    Look,
)
from belvedere.errors import NotFound
from belvedere.store import bump, is_bumped
from belvedere.store.epochs import Epoch
from belvedere.store.expressions import Column, unindexed

TOPIC = "access"
_MOST_KNOWN = 10_000
_MOST_SEEN = 200
"""People whose folders are kept in memory, in a hundred kilobytes or so each."""

_SEE_LOOKS = Permission("see_looks")
_SEE_DASHBOARDS = Permission("see_user_dashboards")
_SEE_LOOKML = Permission("see_lookml_dashboards")
_SAVE_LOOKS = Permission("save_looks")
_MAKE_PUBLIC = Permission("create_public_looks")
_SAVE_DASHBOARDS = Permission("save_dashboards")
_MANAGE_FOLDERS = Permission("manage_spaces")


def changed(session: Session) -> None:
    """Say that access lists, or where they apply, changed in this transaction."""
    bump(session, TOPIC)


def has_changed(session: Session) -> bool:
    """Whether they did in this transaction."""
    return is_bumped(session, TOPIC)


@dataclass(frozen=True, slots=True)
class Lists:
    """Metadata whose access list lets somebody in, by id; encoded for the database too."""

    views: frozenset[int]
    edits: frozenset[int]
    encoded_views: str
    encoded_edits: str


class _FindSeen(Protocol):
    def __call__(self, key: object, seen: ColumnElement[bool], *, make: bool) -> bytes | None: ...


class _SeenFolders:
    """What `seen_folders` makes: for those who look at most content, and then kept for them."""

    def __init__(self) -> None:
        self._known: dict[object, bytes] = {}

    def of(
        self, session: Session, key: object, seen: ColumnElement[bool], *, make: bool
    ) -> bytes | None:
        """By whose they are. Where they are not known, and not to be made, there are none."""
        found = self._known.get(key)
        if found is None and make:
            found = seen_folders.flags(session, seen)
            if found is not None:
                if len(self._known) >= _MOST_SEEN:
                    self._known.clear()
                self._known[key] = found
        return found


class _Tree:
    """Every access list there is, and which of them lie below which."""

    def __init__(self, session: Session) -> None:
        self._below = _below(session)
        self._of_users: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        self._of_groups: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        self._known: dict[tuple[int, frozenset[int]], Lists] = {}
        self.seen = _SeenFolders()
        grant = ContentGrant
        rows = select(
            grant.content_metadata_id, grant.permission_type, grant.user_id, grant.group_id
        )
        for metadata_id, permission, user_id, group_id in session.execute(rows):
            entry = metadata_id, permission == "edit"
            if user_id is not None:
                self._of_users[user_id].append(entry)
            elif group_id is not None:
                self._of_groups[group_id].append(entry)

    def lists(self, user_id: int, groups: frozenset[int]) -> Lists:
        key = user_id, groups
        found = self._known.get(key)
        if found is None:
            found = self._found(user_id, groups)
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[key] = found
        return found

    def _found(self, user_id: int, groups: frozenset[int]) -> Lists:
        entries = list(self._of_users.get(user_id, ()))
        for group_id in groups:
            entries += self._of_groups.get(group_id, ())
        edits = self._with_those_below(metadata_id for metadata_id, edit in entries if edit)
        views = edits | {metadata_id for metadata_id, _ in entries}
        return Lists(views, edits, encoded(views), encoded(edits))

    def _with_those_below(self, start: Iterable[int]) -> frozenset[int]:
        found: set[int] = set()
        waiting = list(start)
        while waiting:
            metadata_id = waiting.pop()
            if metadata_id not in found:
                found.add(metadata_id)
                waiting += self._below.get(metadata_id, ())
        return frozenset(found)


def _below(session: Session) -> dict[int, list[int]]:
    """By metadata with a list of its own: those whose list comes next below it."""
    parent = aliased(Folder)
    rows = session.execute(
        select(parent.decider_id, ContentMetadata.id)
        .join(Folder, Folder.id == ContentMetadata.folder_id)
        .join(parent, parent.id == Folder.parent_id)
        .where(ContentMetadata.inherits.is_(False))
    )
    found: dict[int, list[int]] = {}
    for above, below in rows:
        found.setdefault(above, []).append(below)
    return found


class ContentAccess:
    """Reads access lists once, and again when any of them has changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = -1
        self._tree: _Tree | None = None

    def reach(self, session: Session, who: AccessSession) -> Reach:
        tree = self._current(session)
        lists = tree.lists(who.user_id, who.groups)
        return Reach(who.user_id, who.permissions, lists, partial(tree.seen.of, session))

    def _current(self, session: Session) -> _Tree:
        """What this transaction changed is seen by it alone until it commits."""
        if has_changed(session):
            session.flush()
            return _Tree(session)
        epoch = session.scalar(select(Epoch.value).where(Epoch.topic == TOPIC)) or 0
        with self._lock:
            if self._tree is not None and epoch == self._epoch:
                return self._tree
        tree = _Tree(session)
        with self._lock:
            self._tree, self._epoch = tree, epoch
        return tree


@dataclass(frozen=True)
class Reach:
    """What one person may see and change."""

    user_id: int
    permissions: Permissions
    lists: Lists
    find_seen: _FindSeen

    @cached_property
    def is_admin(self) -> bool:
        return self.permissions.is_admin

    # Folders

    @cached_property
    def manages_folders(self) -> bool:
        return self.permissions.has(_MANAGE_FOLDERS)

    @cached_property
    def _browses(self) -> bool:
        """Who may see data only has no folders at all."""
        return self.permissions.has(_SEE_LOOKS) or self.permissions.has(_SEE_DASHBOARDS)

    def folders(self) -> ColumnElement[bool]:
        """Folders that may be seen."""
        return self._folders(unindexed(Folder.decider_id))

    def _folders(self, decider: Column) -> ColumnElement[bool]:
        if self.is_admin:
            return true()
        lookml = self._sees_lookml_folder()
        own = Folder.id == roots.LOOKML if lookml else false()
        if not self._browses:
            return own
        listed = among(decider, self.lists.encoded_views)
        return or_(listed, Folder.owner_id == self.user_id, own)

    def sees_folder(self, folder: Folder) -> bool:
        if self.is_admin:
            return True
        if folder.id == roots.LOOKML:
            return self._sees_lookml_folder()
        listed = folder.decider_id in self.lists.views or folder.owner_id == self.user_id
        return listed and self._browses

    def edited_folders(self) -> ColumnElement[bool]:
        """Folders whose content may be changed, by those who may change content."""
        if self.is_admin:
            return true()
        if not self._browses:
            return false()
        listed = among(Folder.decider_id, self.lists.encoded_edits)
        return or_(listed, Folder.owner_id == self.user_id)

    def edits_folder(self, folder: Folder) -> bool:
        """Whether the content of the folder, and who has access to it, may be changed."""
        if self.is_admin:
            return True
        listed = folder.decider_id in self.lists.edits or folder.owner_id == self.user_id
        return listed and self._browses

    def manages_folder(self, folder: Folder) -> bool:
        """Whether folders may be made in it, and it be renamed, moved or deleted."""
        return self.manages_folders and self.edits_folder(folder)

    def _sees_lookml_folder(self) -> bool:
        return self.permissions.has(_SEE_LOOKML)

    # What is in them

    def looks(self, *, most: bool = False) -> ColumnElement[bool]:
        """Looks that may be seen, those in the trash too. Asked of `most` Looks that there are,
        all folders are looked at first, instead of the folder of each.
        """
        return self._contents(Look, may=self.permissions.has(_SEE_LOOKS), most=most)

    def dashboards(self, *, most: bool = False) -> ColumnElement[bool]:
        """Dashboards that may be seen, those in the trash too."""
        return self._contents(Dashboard, may=self.permissions.has(_SEE_DASHBOARDS), most=most)

    def _contents(
        self, table: type[Look | Dashboard], *, may: bool, most: bool
    ) -> ColumnElement[bool]:
        if self.is_admin:
            return true()
        if not may:
            return false()
        homeless = and_(table.folder_id.is_(None), table.user_id == self.user_id)
        return or_(*self._within(table.folder_id, most=most), homeless)

    def _within(self, folder_id: Column, *, most: bool) -> list[ColumnElement[bool]]:
        """One of them is true of what is in a folder that may be seen."""
        condition = self._folders(Folder.decider_id)
        seen = select(Folder.id).where(condition)
        own = seen.where(Folder.id == folder_id).correlate(folder_id.table).exists()
        key = self.user_id, self.lists.encoded_views, self._browses, self._sees_lookml_folder()
        flags = self.find_seen(key, condition, make=most)
        if flags is not None:
            later = and_(unindexed(folder_id) >= len(flags), own)
            return [seen_folders.is_flagged(folder_id, flags), later]
        return [unindexed(folder_id).in_(seen) if most else own]

    def sees_look(self, look: Look) -> bool:
        return self.permissions.has(_SEE_LOOKS) and self._sees(look)

    def sees_dashboard(self, dashboard: Dashboard) -> bool:
        return self.permissions.has(_SEE_DASHBOARDS) and self._sees(dashboard)

    def _sees(self, content: Look | Dashboard) -> bool:
        if self.is_admin:
            return True
        if content.folder is None:
            return content.user_id == self.user_id
        return self.sees_folder(content.folder)

    def edits_look(self, look: Look) -> bool:
        return self.saves_looks and self.sees_look(look) and self._edits(look)

    def edits_dashboard(self, dashboard: Dashboard) -> bool:
        return self.saves_dashboards and self.sees_dashboard(dashboard) and self._edits(dashboard)

    def _edits(self, content: Look | Dashboard) -> bool:
        """What has lost its folder belongs to whoever made it."""
        if content.folder is None:
            return self.is_admin or content.user_id == self.user_id
        return self.edits_folder(content.folder)

    @property
    def saves_looks(self) -> bool:
        return self.permissions.has(_SAVE_LOOKS)

    @property
    def makes_public(self) -> bool:
        """Whether Looks may be shown to everybody; models have a say about each."""
        return self.permissions.has(_MAKE_PUBLIC)

    @property
    def saves_dashboards(self) -> bool:
        return self.permissions.has(_SAVE_DASHBOARDS)

    def sees_lookml_dashboard(self, dashboard_id: str) -> bool:
        """By `model::name`: folders have no say about it, models have."""
        model, found, _ = dashboard_id.partition("::")
        return bool(found) and self.permissions.has(_SEE_LOOKML, model)

    # Boards

    def boards(self) -> ColumnElement[bool]:
        """Boards that may be seen, deleted ones too."""
        return true() if self.is_admin else self._listed_boards(self.lists.encoded_views)

    def edited_boards(self) -> ColumnElement[bool]:
        return true() if self.is_admin else self._listed_boards(self.lists.encoded_edits)

    def _listed_boards(self, listed: str) -> ColumnElement[bool]:
        own = select(ContentMetadata.board_id).where(among(ContentMetadata.id, listed))
        return Board.id.in_(own.where(ContentMetadata.board_id.is_not(None)))

    def sees_board(self, board: Board) -> bool:
        return self.is_admin or board.meta.id in self.lists.views

    def edits_board(self, board: Board) -> bool:
        return self.is_admin or board.meta.id in self.lists.edits

    # Checks

    def require(self, *, sees: bool, edits: bool = True, what: str = "it") -> None:
        """NotFound for what may not be seen; another one, that tells more, for what may be seen
        and not be changed.
        """
        if not sees:
            raise NotFound
        if not edits:
            raise NotFound(f"You may see {what}, and not change it")
