"""The rules of content in plain Python, without database or HTTP: what the server is held to.

Written from the documentation and not from the code. Every change is a method that answers the
status that the server must answer, and changes the model only where that is a success.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OK, DELETED, MISSING, CONFLICT, INVALID = 200, 204, 404, 409, 422
SHARED, USERS = "1", "2"
EVERYBODY = "1"
"""The group that everybody belongs to."""


@dataclass
class Person:
    id: str
    personal: str
    admin: bool = False
    sees: bool = True
    saves: bool = False
    manages: bool = False


@dataclass
class Folder:
    """`grants` is the access list by (kind, id), None while it inherits."""

    id: str
    name: str
    parent: str | None
    owner: str | None = None
    special: bool = False
    grants: dict[tuple[str, str], str] | None = None


@dataclass
class Look:
    id: str
    title: str
    folder: str | None
    owner: str
    description: str
    deleted: bool = False


@dataclass
class World:
    people: dict[str, Person]
    folders: dict[str, Folder]
    members: dict[str, set[str]] = field(default_factory=dict)
    """People by group."""
    inside: dict[str, set[str]] = field(default_factory=dict)
    """Groups by the group that they belong to."""
    looks: dict[str, Look] = field(default_factory=dict)

    # Who may

    def chain(self, folder: str) -> list[Folder]:
        """The folder and those above it."""
        found = [self.folders[folder]]
        while found[-1].parent is not None:
            found.append(self.folders[found[-1].parent])
        return found

    def groups_of(self, person: str) -> set[str]:
        found = {EVERYBODY} | {group for group, who in self.members.items() if person in who}
        while True:
            outer = {group for group, within in self.inside.items() if within & found}
            if outer <= found:
                return found
            found |= outer

    def granted(self, person: str, folder: Folder) -> set[str]:
        keys = {("user", person)} | {("group", group) for group in self.groups_of(person)}
        return {allowed for key, allowed in (folder.grants or {}).items() if key in keys}

    def edits(self, person: str, folder: str) -> bool:
        who = self.people[person]
        above = self.chain(folder)
        if who.admin:
            return True
        if not who.sees:
            return False
        return any(f.owner == person or "edit" in self.granted(person, f) for f in above)

    def views(self, person: str, folder: str) -> bool:
        who = self.people[person]
        if self.edits(person, folder):
            return True
        decider = next(f for f in self.chain(folder) if f.grants is not None)
        return who.sees and bool(self.granted(person, decider))

    def views_look(self, person: str, look: Look) -> bool:
        who = self.people[person]
        if look.folder is None:
            return who.admin or (who.sees and look.owner == person)
        return self.views(person, look.folder)

    def edits_look(self, person: str, look: Look) -> bool:
        who = self.people[person]
        if not who.saves or not self.views_look(person, look):
            return False
        return look.folder is None or self.edits(person, look.folder)

    def manages(self, person: str, folder: str) -> bool:
        return self.people[person].manages and self.edits(person, folder)

    def saves_in(self, person: str, folder: str) -> bool:
        return self.people[person].saves and self.edits(person, folder)

    # What is there

    def below(self, folder: str) -> set[str]:
        return {f for f in self.folders if any(up.id == folder for up in self.chain(f))}

    def children(self, folder: str) -> list[Folder]:
        return [f for f in self.folders.values() if f.parent == folder]

    def name_taken(self, parent: str, name: str, own: str | None = None) -> bool:
        return any(f.name == name and f.id != own for f in self.children(parent))

    def title_taken(self, folder: str, title: str, own: str | None = None) -> bool:
        return any(
            look.folder == folder and look.title == title and not look.deleted and look.id != own
            for look in self.looks.values()
        )

    # Folders

    def create_folder(self, person: str, parent: str, name: str) -> int:
        if parent not in self.folders or not self.manages(person, parent):
            return MISSING
        if parent == USERS:
            return INVALID
        return CONFLICT if self.name_taken(parent, name) else OK

    def created_folder(self, identifier: str, parent: str, name: str) -> None:
        self.folders[identifier] = Folder(identifier, name, parent)

    def rename_folder(self, person: str, folder: str, name: str) -> int:
        if folder not in self.folders or not self.manages(person, folder):
            return MISSING
        found = self.folders[folder]
        if name == found.name:
            return OK
        if found.special or self.name_taken(found.parent or "", name, folder):
            return INVALID
        found.name = name
        return OK

    def move_folder(self, person: str, folder: str, parent: str) -> int:
        if folder not in self.folders or not self.manages(person, folder):
            return MISSING
        found = self.folders[folder]
        if parent == found.parent:
            return OK
        if parent not in self.folders or not self.manages(person, parent):
            return MISSING
        refused = found.special or parent == USERS or parent in self.below(folder)
        if refused or self.name_taken(parent, found.name, folder):
            return INVALID
        found.parent = parent
        return OK

    def delete_folder(self, person: str, folder: str) -> int:
        if folder not in self.folders or not self.manages(person, folder):
            return MISSING
        if self.folders[folder].special:
            return INVALID
        gone = self.below(folder)
        for look in list(self.looks.values()):
            if look.folder in gone and look.deleted:
                look.folder = None
            elif look.folder in gone:
                del self.looks[look.id]
        for identifier in gone:
            del self.folders[identifier]
        return DELETED

    # Access

    def set_inherits(self, person: str, folder: str, inherits: bool) -> int:
        if folder not in self.folders or not self.edits(person, folder):
            return MISSING
        found = self.folders[folder]
        if inherits == (found.grants is None):
            return OK
        if found.parent is None:
            return INVALID
        above = next(f for f in self.chain(folder) if f.grants is not None)
        found.grants = None if inherits else dict(above.grants or {})
        return OK

    def grant(self, person: str, folder: str, whom: tuple[str, str], allowed: str) -> int:
        if folder not in self.folders or not self.edits(person, folder):
            return MISSING
        grants = self.folders[folder].grants
        if grants is None:
            return INVALID
        if whom in grants:
            return CONFLICT
        grants[whom] = allowed
        return OK

    def regrant(self, person: str, folder: str, whom: tuple[str, str], allowed: str) -> int:
        if not self.edits(person, folder):
            return MISSING
        grants = self.folders[folder].grants
        assert grants is not None
        grants[whom] = allowed
        return OK

    def revoke(self, person: str, folder: str, whom: tuple[str, str]) -> int:
        if not self.edits(person, folder):
            return MISSING
        grants = self.folders[folder].grants
        assert grants is not None
        del grants[whom]
        return DELETED

    # Looks

    def create_look(self, person: str, folder: str, title: str) -> int:
        if folder not in self.folders or not self.saves_in(person, folder):
            return MISSING
        if folder == USERS:
            return INVALID
        return CONFLICT if self.title_taken(folder, title) else OK

    def created_look(self, identifier: str, look: Look) -> None:
        look.id = identifier
        self.looks[identifier] = look

    def retitle_look(self, person: str, look: str, title: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.edits_look(person, found):
            return MISSING
        taken = found.folder is not None and self.title_taken(found.folder, title, look)
        if taken and not found.deleted:
            return INVALID
        found.title = title
        return OK

    def move_look(self, person: str, look: str, folder: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.edits_look(person, found):
            return MISSING
        if folder not in self.folders or not self.saves_in(person, folder):
            return MISSING
        taken = not found.deleted and self.title_taken(folder, found.title, look)
        if folder in (found.folder, USERS) or taken:
            return INVALID
        found.folder = folder
        return OK

    def copy_look(self, person: str, look: str, folder: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.views_look(person, found):
            return MISSING
        if folder not in self.folders or not self.saves_in(person, folder):
            return MISSING
        return INVALID if folder in (found.folder, USERS) else OK

    def title_of_copy(self, folder: str, title: str) -> str:
        endings = ["", " (copy)", *(f" (copy {number})" for number in range(2, 1000))]
        return next(title + end for end in endings if not self.title_taken(folder, title + end))

    def trash_look(self, person: str, look: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.edits_look(person, found):
            return MISSING
        found.deleted = True
        return OK

    def restore_look(self, person: str, look: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.edits_look(person, found):
            return MISSING
        folder = found.folder
        if folder is None and found.deleted:
            folder = self.people[person].personal
        if folder is not None and self.title_taken(folder, found.title, look):
            return INVALID
        found.deleted, found.folder = False, folder
        return OK

    def delete_look(self, person: str, look: str) -> int:
        found = self.looks.get(look)
        if found is None or not self.edits_look(person, found):
            return MISSING
        del self.looks[look]
        return DELETED
