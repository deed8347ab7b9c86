"""Random changes of content by several people, beside a model of the rules.

Whatever happens, every answer is the one that the model gives, everybody sees and may change
what the model says, and nothing is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.content_rules import (
    EVERYBODY,
    OK,
    SHARED,
    USERS,
    Folder,
    Look,
    Person,
    World,
)
from tests.engines.postgres_server import PostgresServer

QUERY = {"model": "thelook", "view": "users", "fields": ["users.count"]}
NAMES = ("north", "south", "east", "west", "far")
STEPS = 160
LOOKED_AT_EVERY = 20


class Play:
    """A server and the model beside it; every step is done to both."""

    def __init__(self, instance: Instance, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clients: dict[str, ApiClient] = {}
        self.log: list[str] = []
        self.people: dict[str, Person] = {}
        for role in ("Admin", "User", "User", "Viewer", None):
            self._join(instance, role)
        self.admin = next(self.clients[p.id] for p in self.people.values() if p.admin)
        self._limit_one_user()
        self.query = self.admin.post("/queries", QUERY).json()["id"]
        self.world = World(self.people, self._folders())
        for name in ("inner", "outer"):
            group = self.admin.post("/groups", {"name": name}).json()["id"]
            self.world.members[group], self.world.inside[group] = set(), set()
        inner, outer = self.world.members
        self.admin.post(f"/groups/{outer}/groups", {"group_id": inner})
        self.world.inside[outer].add(inner)
        self.metadata = {
            f["id"]: f["content_metadata_id"] for f in self.admin.get("/folders").json()
        }

    def _join(self, instance: Instance, role: str | None) -> None:
        user_id = instance.user(role, f"Number {len(self.people)}")
        client = instance.client_of(user_id)
        me = client.get("/user").json()
        saves = role in ("Admin", "User")
        self.people[me["id"]] = Person(
            me["id"],
            me["personal_folder_id"],
            admin=role == "Admin",
            sees=role is not None,
            saves=saves,
            manages=saves,
        )
        self.clients[me["id"]] = client

    def _limit_one_user(self) -> None:
        """Somebody who saves Looks and manages no folders."""
        names = ["access_data", "see_looks", "save_content", "save_looks"]
        body = {"name": "saver", "permissions": names}
        permissions = self.admin.post("/permission_sets", body).json()["id"]
        models = self.admin.get("/model_sets").json()[0]["id"]
        role = {"name": "s", "permission_set_id": permissions, "model_set_id": models}
        made = self.admin.post("/roles", role).json()["id"]
        person = [p for p in self.people.values() if p.saves and not p.admin][-1]
        self.admin.put(f"/users/{person.id}/roles", [made])
        person.manages = False

    def _folders(self) -> dict[str, Folder]:
        found = {
            SHARED: Folder(SHARED, "Shared", None, special=True),
            USERS: Folder(USERS, "Users", None, special=True),
        }
        found[SHARED].grants = {("group", EVERYBODY): "edit"}
        found[USERS].grants = {("group", EVERYBODY): "view"}
        for person in self.people.values():
            name = self.admin.get(f"/folders/{person.personal}").json()["name"]
            found[person.personal] = Folder(person.personal, name, USERS, person.id, special=True)
        return found

    # What to do

    def any_folder(self, person: str) -> str:
        """More often than not one that the person may change; sometimes one that is not there."""
        if self.chance.random() < 0.6:
            own = [f for f in self.world.folders if self.world.edits(person, f)]
            inner = [f for f in own if not self.world.folders[f].special]
            return self.chance.choice(inner * 2 + own or ["9999"])
        return self.chance.choice([*self.world.folders, "9999"])

    def any_look(self, person: str) -> str:
        if self.chance.random() < 0.6:
            looks = self.world.looks.values()
            own = [look.id for look in looks if self.world.edits_look(person, look)]
            return self.chance.choice(own or ["9999"])
        return self.chance.choice([*self.world.looks, "9999"])

    def any_principal(self) -> tuple[str, str]:
        groups = [EVERYBODY, *self.world.members]
        return self.chance.choice(
            [("user", p) for p in self.people] + [("group", group) for group in groups] * 2
        )

    def reopen(self) -> None:
        """Where nobody may do anything any more there is little to see."""
        admin = next(person for person in self.people.values() if person.admin)
        shared = ("group", EVERYBODY)
        body = {
            "content_metadata_id": self.metadata[SHARED],
            "permission_type": "edit",
            "group_id": EVERYBODY,
        }
        answer = self.admin.post("/content_metadata_access", body)
        status = self.world.grant(admin.id, SHARED, shared, "edit")
        self.expect(answer, status, "Shared is opened again")

    def step(self) -> None:
        if not self.world.folders[SHARED].grants:
            self.reopen()
        weighted: list[tuple[Callable[[str, ApiClient], None], int]] = [
            (self.create_folder, 6),
            (self.rename_folder, 2),
            (self.move_folder, 5),
            (self.delete_folder, 2),
            (self.set_inherits, 5),
            (self.grant, 5),
            (self.change_grant, 5),
            (self.change_membership, 2),
            (self.create_look, 8),
            (self.retitle_look, 3),
            (self.move_look, 4),
            (self.copy_look, 4),
            (self.trash_look, 5),
            (self.restore_look, 5),
            (self.delete_look, 1),
        ]
        doing = self.chance.choices(
            [item for item, _ in weighted], [weight for _, weight in weighted]
        )[0]
        person = self.chance.choices(list(self.people), (2, 3, 3, 1, 1))[0]
        doing(person, self.clients[person])

    def expect(self, answer: Response, status: int, *what: Any) -> bool:
        self.log.append(f"{what} -> {status}")
        story = "\n".join(self.log)
        assert answer.status == status, f"{story}\n{answer.status}: {answer.text}"
        return status == OK

    # Folders

    def create_folder(self, person: str, client: ApiClient) -> None:
        parent, name = self.any_folder(person), self.chance.choice(NAMES)
        answer = client.post("/folders", {"name": name, "parent_id": parent})
        status = self.world.create_folder(person, parent, name)
        if self.expect(answer, status, person, "creates folder", name, "in", parent):
            made = answer.json()
            self.world.created_folder(made["id"], parent, name)
            self.metadata[made["id"]] = made["content_metadata_id"]

    def rename_folder(self, person: str, client: ApiClient) -> None:
        folder, name = self.any_folder(person), self.chance.choice(NAMES)
        answer = client.patch(f"/folders/{folder}", {"name": name})
        status = self.world.rename_folder(person, folder, name)
        self.expect(answer, status, person, "renames folder", folder, "to", name)

    def move_folder(self, person: str, client: ApiClient) -> None:
        folder, parent = self.any_folder(person), self.any_folder(person)
        answer = client.patch(f"/folders/{folder}", {"parent_id": parent})
        status = self.world.move_folder(person, folder, parent)
        self.expect(answer, status, person, "moves folder", folder, "to", parent)

    def delete_folder(self, person: str, client: ApiClient) -> None:
        folder = self.any_folder(person)
        answer = client.delete(f"/folders/{folder}")
        status = self.world.delete_folder(person, folder)
        self.expect(answer, status, person, "deletes folder", folder)

    # Access

    def set_inherits(self, person: str, client: ApiClient) -> None:
        folder, inherits = self.any_folder(person), self.chance.random() < 0.4
        answer = client.patch(
            f"/content_metadata/{self.metadata.get(folder, '9999')}", {"inherits": inherits}
        )
        status = self.world.set_inherits(person, folder, inherits)
        self.expect(answer, status, person, "lets inherit", folder, inherits)

    def grant(self, person: str, client: ApiClient) -> None:
        folder, whom = self.any_folder(person), self.any_principal()
        allowed = self.chance.choice(("view", "edit"))
        body = {
            "content_metadata_id": self.metadata.get(folder, "9999"),
            "permission_type": allowed,
            f"{whom[0]}_id": whom[1],
        }
        answer = client.post("/content_metadata_access", body)
        status = self.world.grant(person, folder, whom, allowed)
        self.expect(answer, status, person, "grants", allowed, "on", folder, "to", whom)

    def change_grant(self, person: str, client: ApiClient) -> None:
        listed = [f for f in self.world.folders.values() if f.grants]
        folder = self.chance.choice(listed)
        whom = self.chance.choice(list(folder.grants or {}))
        params = {"content_metadata_id": self.metadata[folder.id]}
        entries = {
            ("user", e["user_id"]) if e["user_id"] else ("group", e["group_id"]): e
            for e in self.admin.get("/content_metadata_access", params=params).json()
        }
        assert {key: e["permission_type"] for key, e in entries.items()} == folder.grants
        path = f"/content_metadata_access/{entries[whom]['id']}"
        if self.chance.random() < 0.5:
            answer, status = client.delete(path), self.world.revoke(person, folder.id, whom)
            self.expect(answer, status, person, "revokes", whom, "on", folder.id)
            return
        allowed = self.chance.choice(("view", "edit"))
        answer = client.put(path, {"permission_type": allowed})
        status = self.world.regrant(person, folder.id, whom, allowed)
        self.expect(answer, status, person, "changes", whom, "on", folder.id, "to", allowed)

    def change_membership(self, person: str, client: ApiClient) -> None:
        group = self.chance.choice(list(self.world.members))
        members = self.world.members[group]
        self.log.append(f"{person} enters or leaves {group}")
        if person in members:
            members.remove(person)
            assert self.admin.delete(f"/groups/{group}/users/{person}").status == 204
        else:
            members.add(person)
            assert self.admin.post(f"/groups/{group}/users", {"user_id": person}).status == 200

    # Looks

    def create_look(self, person: str, client: ApiClient) -> None:
        folder, title = self.any_folder(person), self.chance.choice(NAMES)
        text = str(self.chance.random())
        body = {"title": title, "folder_id": folder, "query_id": self.query, "description": text}
        answer = client.post("/looks", body)
        status = self.world.create_look(person, folder, title)
        if self.expect(answer, status, person, "creates look", title, "in", folder):
            look = Look("", title, folder, person, text)
            self.world.created_look(answer.json()["id"], look)

    def retitle_look(self, person: str, client: ApiClient) -> None:
        look, title = self.any_look(person), self.chance.choice(NAMES)
        answer = client.patch(f"/looks/{look}", {"title": title})
        status = self.world.retitle_look(person, look, title)
        self.expect(answer, status, person, "calls look", look, title)

    def move_look(self, person: str, client: ApiClient) -> None:
        look, folder = self.any_look(person), self.any_folder(person)
        answer = client.patch(f"/looks/{look}/move", params={"folder_id": folder})
        status = self.world.move_look(person, look, folder)
        self.expect(answer, status, person, "moves look", look, "to", folder)

    def copy_look(self, person: str, client: ApiClient) -> None:
        look, folder = self.any_look(person), self.any_folder(person)
        answer = client.post(f"/looks/{look}/copy", params={"folder_id": folder})
        status = self.world.copy_look(person, look, folder)
        if self.expect(answer, status, person, "copies look", look, "to", folder):
            found = self.world.looks[look]
            title = self.world.title_of_copy(folder, found.title)
            copied = Look("", title, folder, person, found.description)
            self.world.created_look(answer.json()["id"], copied)

    def trash_look(self, person: str, client: ApiClient) -> None:
        look = self.any_look(person)
        answer = client.patch(f"/looks/{look}", {"deleted": True})
        status = self.world.trash_look(person, look)
        self.expect(answer, status, person, "trashes look", look)

    def restore_look(self, person: str, client: ApiClient) -> None:
        trashed = [look for look in self.world.looks.values() if look.deleted]
        own = [look for look in trashed if self.world.edits_look(person, look)]
        look = self.chance.choice([look.id for look in trashed + own * 2] or ["9999"])
        answer = client.patch(f"/looks/{look}", {"deleted": False})
        status = self.world.restore_look(person, look)
        self.expect(answer, status, person, "restores look", look)

    def delete_look(self, person: str, client: ApiClient) -> None:
        look = self.any_look(person)
        answer = client.delete(f"/looks/{look}")
        status = self.world.delete_look(person, look)
        self.expect(answer, status, person, "deletes look", look)

    # What everybody sees

    def look_around(self, person: str) -> None:
        self.log.append(f"{person} looks around")
        story, client, world = "\n".join(self.log), self.clients[person], self.world
        known = set(world.folders)
        listed = {f["id"]: f for f in client.get("/folders").json()}
        seen = {f for f in known if world.views(person, f)}
        assert listed.keys() & known == seen, story
        for identifier in seen:
            found = listed[identifier]
            assert found["can"]["edit_content"] == world.edits(person, identifier), story
            assert found["can"]["create"] == world.manages(person, identifier), story
            visible = [f for f in world.children(identifier) if f.id in seen]
            assert found["child_count"] == len(visible), story
        searched = {f["id"] for f in client.get("/folders/search", params={"name": "%"}).json()}
        assert searched & known == seen, story
        for deleted in (False, True):
            params = {"deleted": str(deleted).lower()}
            looks = {item["id"]: item for item in client.get("/looks/search", params=params).json()}
            wanted = {
                look.id
                for look in world.looks.values()
                if look.deleted == deleted and world.views_look(person, look)
            }
            assert looks.keys() == wanted, story
            for identifier, item in looks.items():
                may = world.edits_look(person, world.looks[identifier])
                assert item["can"]["update"] == may, story
            if not deleted:
                assert {item["id"] for item in client.get("/looks").json()} == wanted, story
        self.knock(client, known - seen, person, story)

    def knock(self, client: ApiClient, hidden: set[str], person: str, story: str) -> None:
        """At what is hidden, and at what is open."""
        for folder in sorted(hidden)[:3]:
            for path in ("", "/children", "/looks"):
                assert client.get(f"/folders/{folder}{path}").status == 404, story
        for look in list(self.world.looks.values())[-3:]:
            status = OK if self.world.views_look(person, look) else 404
            assert client.get(f"/looks/{look.id}").status == status, story

    def count_everything(self) -> None:
        """As an administrator: every thing, with all that it is."""
        story = "\n".join(self.log)
        folders = {
            f["id"]: (f["name"], f["parent_id"])
            for f in self.admin.get("/folders").json()
            if f["id"] not in ("3", "4", "lookml")
        }
        wanted = {f.id: (f.name, f.parent) for f in self.world.folders.values()}
        assert folders == wanted, story
        for deleted in ("false", "true"):
            found = self.admin.get("/looks/search", params={"deleted": deleted}).json()
            assert {
                look["id"]: (look["title"], look["folder_id"], look["user_id"], look["description"])
                for look in found
            } == {
                look.id: (look.title, look.folder, look.owner, look.description)
                for look in self.world.looks.values()
                if look.deleted == (deleted == "true")
            }, story
            assert {look["query_id"] for look in found} <= {self.query}, story


@pytest.fixture
def kept(request: pytest.FixtureRequest, make_instance: Callable[..., Instance]) -> Instance:
    """An instance over either kind of application database."""
    if request.param == "sqlite":
        return make_instance()
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return make_instance(database=server.url(server.create_database()))


@pytest.mark.parametrize(
    ("seed", "kept"),
    [(0, "sqlite"), (1, "sqlite"), (2, "sqlite"), (3, "postgres"), (4, "postgres")],
    indirect=["kept"],
)
def test_the_rules_hold_whatever_people_do(kept: Instance, seed: int) -> None:
    play = Play(kept, seed)
    for number in range(STEPS):
        play.step()
        if number % LOOKED_AT_EVERY == 0:
            for person in play.people:
                play.look_around(person)
        else:
            play.look_around(play.chance.choice(list(play.people)))
    for person in play.people:
        play.look_around(person)
    play.count_everything()
