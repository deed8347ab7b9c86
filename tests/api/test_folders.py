"""The folder tree, through the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts.tables import User
from belvedere.content import personal as personal_folders, roots

SHARED = "1"
SPECIAL = ("1", "2", "3", "4", "lookml")


def made(client: ApiClient, name: str, parent: str = SHARED) -> str:
    answer = client.post("/folders", {"name": name, "parent_id": parent})
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def names(client: ApiClient, path: str, **params: str) -> list[str]:
    return [item["name"] for item in client.get(path, params=params).json()]


def personal(client: ApiClient) -> str:
    identifier: str = client.get("/user").json()["personal_folder_id"]
    return identifier


def codes(answer: Any) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.text
    return [(problem["field"], problem["code"]) for problem in answer.json()["errors"]]


def test_every_instance_has_the_folders_at_the_top(admin: ApiClient) -> None:
    shared = admin.get("/folders/1").json()
    assert (shared["name"], shared["is_shared_root"], shared["parent_id"]) == ("Shared", True, None)
    users = admin.get("/folders/2").json()
    assert users["is_users_root"]
    lookml = admin.get("/folders/lookml").json()
    assert (lookml["id"], lookml["name"]) == ("lookml", "LookML Dashboards")
    found = {item["id"]: item for item in admin.get("/folders").json()}
    assert found["3"]["is_embed_users_root"]
    assert found["4"]["is_embed_shared_root"]
    assert [item["is_embed"] for item in found.values() if item["parent_id"] is None] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_folders_are_made_renamed_moved_and_deleted(admin: ApiClient) -> None:
    answer = admin.post("/folders", {"name": " Sales ", "parent_id": 1}).json()
    assert (answer["name"], answer["parent_id"]) == ("Sales", "1")
    assert answer["creator_id"] == admin.get("/user").json()["id"]
    assert answer["looks"] == answer["dashboards"] == []
    sales, europe = answer["id"], made(admin, "Europe", answer["id"])
    assert admin.get(f"/folders/{sales}").json()["child_count"] == 1
    renamed = admin.patch(f"/folders/{europe}", {"name": "EU"}).json()
    assert (renamed["name"], renamed["parent_id"]) == ("EU", sales)
    moved = admin.patch(f"/folders/{europe}", {"parent_id": "1"}).json()
    assert (moved["name"], moved["parent_id"]) == ("EU", "1")
    assert admin.get(f"/folders/{sales}").json()["child_count"] == 0
    assert admin.delete(f"/folders/{sales}").status == 204
    assert admin.get(f"/folders/{sales}").status == 404
    assert names(admin, "/folders/1/children") == ["EU"]


def test_a_folder_goes_with_all_below_it(admin: ApiClient) -> None:
    outer = made(admin, "outer")
    inner = made(admin, "inner", outer)
    innermost = made(admin, "innermost", inner)
    assert admin.delete(f"/folders/{outer}").status == 204
    for gone in (outer, inner, innermost):
        assert admin.get(f"/folders/{gone}").status == 404
    again = made(admin, "outer")
    assert int(again) > int(innermost)


def test_names_are_there_and_unique_among_siblings(admin: ApiClient) -> None:
    sales = made(admin, "Sales")
    made(admin, "Sales", sales)
    assert admin.post("/folders", {"name": "Sales", "parent_id": "1"}).status == 409
    other = made(admin, "Other")
    assert codes(admin.patch(f"/folders/{other}", {"name": "Sales"})) == [
        ("name", "already_exists")
    ]
    inner = made(admin, "Other", sales)
    assert codes(admin.patch(f"/folders/{inner}", {"parent_id": "1"})) == [
        ("name", "already_exists")
    ]
    assert admin.patch(f"/folders/{other}", {"name": "Other", "parent_id": "1"}).status == 200
    assert codes(admin.post("/folders", {"parent_id": "1"})) == [("name", "missing_field")]
    assert codes(admin.post("/folders", {"name": "x"})) == [("parent_id", "missing_field")]
    assert codes(admin.post("/folders", {"name": "  ", "parent_id": "1"})) == [
        ("name", "missing_field")
    ]
    for name in ("x" * 256, "\0", "\ud800"):
        assert codes(admin.post("/folders", {"name": name, "parent_id": "1"})) == [
            ("name", "invalid")
        ]


@pytest.mark.parametrize("parent", ["99", "x", "-1", "1e3", "9" * 30, "²"])
def test_a_parent_that_is_not_there(admin: ApiClient, parent: str) -> None:
    assert admin.post("/folders", {"name": "x", "parent_id": parent}).status == 404
    folder = made(admin, "x")
    assert admin.patch(f"/folders/{folder}", {"parent_id": parent}).status == 404
    assert admin.get(f"/folders/{parent}").status == 404


def test_no_folder_ends_up_in_itself(admin: ApiClient) -> None:
    outer = made(admin, "outer")
    inner = made(admin, "inner", outer)
    innermost = made(admin, "innermost", inner)
    for target in (outer, inner, innermost):
        refused = admin.patch(f"/folders/{outer}", {"parent_id": target})
        assert codes(refused) == [("parent_id", "invalid")]
    assert admin.get(f"/folders/{outer}").json()["parent_id"] == "1"


@pytest.mark.parametrize("special", [*SPECIAL, "personal"])
def test_special_folders_stay_what_they_are(admin: ApiClient, special: str) -> None:
    folder = personal(admin) if special == "personal" else special
    target = made(admin, "target")
    before = admin.get(f"/folders/{folder}").json()
    assert codes(admin.patch(f"/folders/{folder}", {"name": "new"})) == [("name", "invalid")]
    assert codes(admin.patch(f"/folders/{folder}", {"parent_id": target})) == [
        ("parent_id", "invalid")
    ]
    assert codes(admin.delete(f"/folders/{folder}")) == [("folder_id", "invalid")]
    assert admin.get(f"/folders/{folder}").json() == before


@pytest.mark.parametrize("closed", ["2", "3", "lookml"])
def test_nobody_puts_folders_where_they_do_not_belong(admin: ApiClient, closed: str) -> None:
    refused = admin.post("/folders", {"name": "x", "parent_id": closed})
    assert codes(refused) == [("parent_id", "invalid")]
    folder = made(admin, "x")
    assert codes(admin.patch(f"/folders/{folder}", {"parent_id": closed})) == [
        ("parent_id", "invalid")
    ]


def test_everybody_has_a_folder_of_their_own(instance: Instance, admin: ApiClient) -> None:
    first, second = instance.user("User", "Lovelace"), instance.user("User", "Lovelace")
    folders = []
    for user_id in (first, second):
        client = instance.client_of(user_id)
        folder = client.get(f"/folders/{personal(client)}").json()
        assert (folder["is_personal"], folder["is_personal_descendant"]) == (True, False)
        assert folder["parent_id"] == "2"
        assert folder["creator_id"] == str(user_id)
        assert folder["can"]["edit_content"]
        folders.append(folder["name"])
        inner = made(client, "mine", folder["id"])
        assert client.get(f"/folders/{inner}").json()["is_personal_descendant"]
    assert folders == ["Test Lovelace", "Test Lovelace (2)"]
    admin.patch(f"/users/{first}", {"last_name": "King"})
    assert names(admin, "/folders/search", name="Test King") == ["Test King"]
    admin.patch(f"/users/{second}", {"last_name": "Lovelace"})
    assert names(admin, "/folders/search", name="Test L%") == ["Test Lovelace (2)"]


def test_embed_users_have_theirs_elsewhere(admin: ApiClient) -> None:
    user = admin.post("/users/embed_user", {"external_user_id": "abc"}).json()
    identifier = admin.get(f"/users/{user['id']}").json()["personal_folder_id"]
    folder = admin.get(f"/folders/{identifier}").json()
    assert (folder["parent_id"], folder["is_embed"], folder["is_personal"]) == ("3", True, True)


def test_a_persons_folder_goes_with_them(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("User")
    client = instance.client_of(user)
    folder = personal(client)
    inner = made(client, "inner", folder)
    assert admin.delete(f"/users/{user}").status == 204
    for gone in (folder, inner):
        assert admin.get(f"/folders/{gone}").status == 404


def test_who_came_by_another_way_gets_a_folder_when_it_is_needed(instance: Instance) -> None:
    with instance.services.database.session() as session:
        values = {"first_name": "Ada", "created_at": clock.now(), "updated_at": clock.now()}
        user_id = session.scalar(insert(User).values(values).returning(User.id))
        assert user_id is not None
        assert personal_folders.of(session, user_id) is None
        made_one = personal_folders.provided(session, user_id)
        assert (made_one.name, made_one.parent_id) == ("Ada", roots.USERS)
        assert personal_folders.provided(session, user_id).id == made_one.id


def test_a_folder_knows_where_it_is(admin: ApiClient) -> None:
    outer = made(admin, "outer")
    inner = made(admin, "inner", outer)
    innermost = made(admin, "innermost", inner)
    assert names(admin, f"/folders/{innermost}/ancestors") == ["Shared", "outer", "inner"]
    assert names(admin, "/folders/1/ancestors") == []
    assert admin.get(f"/folders/{inner}/parent").json()["name"] == "outer"
    assert admin.get("/folders/1/parent").status == 404
    assert names(admin, f"/folders/{outer}/children") == ["inner"]
    assert names(admin, "/folders/1/children/search", name="OUT%") == ["outer"]
    assert names(admin, "/folders/1/children/search", name="in%") == []


def test_children_come_page_by_page(admin: ApiClient) -> None:
    for number in range(5):
        made(admin, f"f{number}")
    params = {"sorts": "name desc", "limit": "2", "offset": "2"}
    answer = admin.get("/folders/1/children", params=params)
    assert [item["name"] for item in answer.json()] == ["f2", "f1"]
    assert answer.headers["x-total-count"] == "5"
    refused = admin.get("/folders/1/children", params={"sorts": "colour"})
    assert (refused.status, "Cannot sort by colour" in refused.text) == (400, True)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"name": "SALES%"}, ["Sales EU", "Sales US"]),
        ({"name": "sales eu"}, ["Sales EU"]),
        ({"parent_id": "1"}, ["Sales EU", "Sales US"]),
        ({"parent_id": "IS NULL", "sorts": "name", "limit": "1"}, ["Embed Groups"]),
        ({"id": "lookml"}, ["LookML Dashboards"]),
        ({"id": "1,lookml"}, ["Shared", "LookML Dashboards"]),
        ({"is_shared_root": "true"}, ["Shared"]),
        ({"is_users_root": "true"}, ["Users"]),
        ({"name": "x", "id": "2", "filter_or": "true"}, ["Users"]),
        ({"name": "Sales%", "creator_id": "IS NULL"}, []),
    ],
)
def test_folders_are_searched(admin: ApiClient, params: dict[str, str], found: list[str]) -> None:
    made(admin, "Sales EU")
    made(admin, "Sales US")
    assert names(admin, "/folders/search", **params) == found


def test_only_what_is_asked_for_is_answered(admin: ApiClient) -> None:
    assert admin.get("/folders/1", params={"fields": "id,name"}).json() == {
        "id": "1",
        "name": "Shared",
    }


def test_who_manages_folders(instance: Instance, admin: ApiClient) -> None:
    folder = made(admin, "Sales")
    user, viewer = instance.as_role("User"), instance.as_role("Viewer")
    assert viewer.get(f"/folders/{folder}").status == 200
    assert viewer.post("/folders", {"name": "x", "parent_id": folder}).status == 404
    assert viewer.patch(f"/folders/{folder}", {"name": "x"}).status == 404
    assert viewer.delete(f"/folders/{folder}").status == 404
    inner = made(user, "inner", folder)
    assert user.patch(f"/folders/{inner}", {"name": "x"}).status == 200
    assert user.delete(f"/folders/{inner}").status == 204
    assert user.post("/folders", {"name": "x", "parent_id": "2"}).status == 404
    assert admin.get(f"/folders/{folder}").json()["name"] == "Sales"


def test_folders_of_others_take_nothing_in(instance: Instance) -> None:
    mine, other = instance.as_role("User", "Mine"), instance.as_role("User", "Other")
    theirs = personal(other)
    assert mine.get(f"/folders/{theirs}").status == 200
    assert mine.post("/folders", {"name": "x", "parent_id": theirs}).status == 404
    folder = made(mine, "x")
    assert mine.patch(f"/folders/{folder}", {"parent_id": theirs}).status == 404
    assert mine.patch(f"/folders/{folder}", {"parent_id": personal(mine)}).status == 200
    assert other.patch(f"/folders/{folder}", {"parent_id": theirs}).status == 404


def test_who_sees_data_only_sees_no_folders(instance: Instance) -> None:
    nobody = instance.as_role(None)
    assert nobody.get("/folders").json() == []
    assert nobody.get("/folders/1").status == 404
    assert instance.anonymous.get("/folders").status == 401
