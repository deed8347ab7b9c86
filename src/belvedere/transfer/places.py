"""Folders and what is in them, by paths that mean the same on every instance.

`Shared/Sales/Europe` is below the Shared folder, `~ada@example.com/Drafts` in a personal one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from belvedere.transfer.api import Api, ApiError, part

SHARED = "Shared"


def named(text: object) -> str:
    """A name as a part of a path."""
    return str(text).replace("/", "∕")


class Places:
    """`emails` maps ids of users to addresses; it may grow until folders are asked for."""

    def __init__(self, api: Api, emails: dict[str, str], note: Callable[[str], None]) -> None:
        self._api = api
        self._emails = emails
        self._note = note
        self._paths: dict[str, str] | None = None
        self._folders: dict[str, dict[str, Any]] = {}
        self.looks: dict[str, str] = {}
        self.dashboards: dict[str, str] = {}

    def path_of(self, folder_id: str | None) -> str | None:
        """None for folders that are not moved: of LookML, of embedding, of people without an
        address.
        """
        return self._all().get(folder_id or "")

    def id_of(self, path: str) -> str | None:
        return self.ids().get(path)

    def ids(self) -> dict[str, str]:
        return {path: folder_id for folder_id, path in self._all().items()}

    def walk(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Folders from the top down."""
        paths = self._all()
        for folder_id in sorted(paths, key=lambda key: (paths[key].count("/"), paths[key])):
            yield paths[folder_id], self._folders[folder_id]

    def add(self, path: str, folder: dict[str, Any]) -> None:
        self._all()[folder["id"]] = path
        self._folders[folder["id"]] = folder

    def forget(self, folder_id: str) -> None:
        """What is in the folder or below it does not come along either."""
        path = self._all().pop(folder_id, None)
        for key, other in list(self._all().items()):
            if path is not None and other.startswith(f"{path}/"):
                del self._all()[key]

    def folder(self, path: str) -> dict[str, Any]:
        return self._folders[self.ids()[path]]

    def note_look(self, identifier: str, key: str) -> None:
        self.looks[identifier] = key

    def note_dashboard(self, identifier: str, key: str) -> None:
        self.dashboards[identifier] = key

    def _all(self) -> dict[str, str]:
        if self._paths is None:
            self._paths = self._read()
        return self._paths

    def _read(self) -> dict[str, str]:
        self._folders = {folder["id"]: folder for folder in self._api.get("/folders")}
        for user_id, address in self._emails.items():
            try:
                self._read_home(user_id)
            except ApiError as error:
                if not error.status:
                    raise
                self._note(f"the personal folder of {address} cannot be read: {error}")
        found = {folder_id: self._path(folder_id) for folder_id in self._folders}
        return {folder_id: path for folder_id, path in found.items() if path is not None}

    def _read_home(self, user_id: str) -> None:
        home = self._api.get(f"/users/{part(user_id)}", fields="personal_folder_id")
        folder_id = home.get("personal_folder_id")
        if folder_id and folder_id not in self._folders:
            self._folders[folder_id] = self._api.get(f"/folders/{part(folder_id)}")

    def _path(self, folder_id: str) -> str | None:
        names: list[str] = []
        seen: set[str] = set()
        current: str | None = folder_id
        while current is not None and current in self._folders and current not in seen:
            seen.add(current)
            folder = self._folders[current]
            if folder.get("is_shared_root"):
                return "/".join([SHARED, *reversed(names)])
            if folder.get("is_personal"):
                address = self._emails.get(folder.get("creator_id") or "")
                return None if address is None else "/".join([f"~{address}", *reversed(names)])
            names.append(named(folder.get("name")))
            current = folder.get("parent_id")
        return None
