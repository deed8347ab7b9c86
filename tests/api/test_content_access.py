"""Who sees and changes which folders, through the API."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_folders import codes, made, names, personal

from belvedere.api import search
from belvedere.content import searching


def metadata_of(client: ApiClient, folder: str) -> str:
    identifier: str = client.get(f"/folders/{folder}").json()["content_metadata_id"]
    return identifier


def listed(client: ApiClient, metadata: str) -> list[tuple[str | None, str | None, str]]:
    params = {"content_metadata_id": metadata}
    answer = client.get("/content_metadata_access", params=params)
    assert answer.status == 200, answer.text
    names = ("group_id", "user_id", "permission_type")
    return [tuple(item[name] for name in names) for item in answer.json()]


def closed(admin: ApiClient, name: str, parent: str = "1") -> tuple[str, str]:
    """A folder whose access list is empty, and its metadata."""
    folder = made(admin, name, parent)
    metadata = metadata_of(admin, folder)
    assert admin.patch(f"/content_metadata/{metadata}", {"inherits": False}).status == 200
    params = {"content_metadata_id": metadata}
    for entry in admin.get("/content_metadata_access", params=params).json():
        assert admin.delete(f"/content_metadata_access/{entry['id']}").status == 204
    return folder, metadata


def grant(admin: ApiClient, metadata: str, permission: str, **whom: Any) -> str:
    body = {"content_metadata_id": metadata, "permission_type": permission, **whom}
    answer = admin.post("/content_metadata_access", body)
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


@pytest.fixture
def shared_closed(admin: ApiClient) -> str:
    """The metadata of Shared, where everybody may see and nobody may edit."""
    metadata = metadata_of(admin, "1")
    params = {"content_metadata_id": metadata}
    (entry,) = admin.get("/content_metadata_access", params=params).json()
    assert (entry["group_id"], entry["permission_type"]) == ("1", "edit")
    body = {"permission_type": "view"}
    assert admin.put(f"/content_metadata_access/{entry['id']}", body).status == 200
    return metadata


def test_a_folder_inherits_until_it_has_a_list(admin: ApiClient) -> None:
    outer = made(admin, "outer")
    inner = made(admin, "inner", outer)
    shared, above, metadata = (metadata_of(admin, folder) for folder in ("1", outer, inner))
    found = admin.get(f"/content_metadata/{metadata}").json()
    assert (found["inherits"], found["inheriting_id"], found["parent_id"]) == (True, shared, above)
    assert (found["content_type"], found["folder_id"], found["name"]) == ("folder", inner, "inner")
    assert listed(admin, metadata) == []
    own = admin.patch(f"/content_metadata/{above}", {"inherits": False}).json()
    assert (own["inherits"], own["inheriting_id"]) == (False, None)
    assert listed(admin, above) == [("1", None, "edit")]
    assert admin.get(f"/content_metadata/{metadata}").json()["inheriting_id"] == above
    again = admin.patch(f"/content_metadata/{above}", {"inherits": True}).json()
    assert (again["inherits"], again["inheriting_id"]) == (True, shared)
    assert listed(admin, above) == []
    assert admin.get(f"/content_metadata/{metadata}").json()["inheriting_id"] == shared


def test_who_is_on_no_list_sees_nothing(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    folder, metadata = closed(admin, "secret")
    inner = made(admin, "inner", folder)
    user = instance.as_role("User")
    for path in ("", "/children", "/parent", "/ancestors", "/looks", "/dashboards"):
        for hidden in (folder, inner):
            assert user.get(f"/folders/{hidden}{path}").status == 404
    assert "secret" not in names(user, "/folders")
    assert names(user, "/folders/search", name="inner") == []
    assert names(user, "/folders/1/children") == []
    assert user.get("/folders/1").json()["child_count"] == 0
    assert admin.get("/folders/1").json()["child_count"] == 1
    assert user.get(f"/content_metadata/{metadata}").status == 404
    assert user.get("/content_metadata", params={"parent_id": shared_closed}).json() == []
    assert user.get("/content_metadata", params={"parent_id": metadata}).status == 404


@pytest.mark.parametrize("whom", ["user", "group", "nested"])
def test_lists_name_people_and_groups(
    instance: Instance, admin: ApiClient, shared_closed: str, whom: str
) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    folder, metadata = closed(admin, "Sales")
    inner = made(admin, "inner", folder)
    outer_group, group = (admin.post("/groups", {"name": n}).json()["id"] for n in "ab")
    admin.post(f"/groups/{group}/users", {"user_id": str(user_id)})
    admin.post(f"/groups/{outer_group}/groups", {"group_id": group})
    target = {
        "user": {"user_id": str(user_id)},
        "group": {"group_id": group},
        "nested": {"group_id": outer_group},
    }[whom]
    entry = grant(admin, metadata, "view", **target)
    assert names(user, f"/folders/{folder}/children") == ["inner"]
    assert not user.get(f"/folders/{inner}").json()["can"]["edit_content"]
    assert user.post("/folders", {"name": "x", "parent_id": inner}).status == 404
    changed = admin.put(f"/content_metadata_access/{entry}", {"permission_type": "edit"})
    assert changed.json()["permission_type"] == "edit"
    assert user.get(f"/folders/{inner}").json()["can"]["edit_content"]
    made(user, "x", inner)
    assert admin.delete(f"/content_metadata_access/{entry}").status == 204
    assert user.get(f"/folders/{inner}").status == 404


def test_who_edits_a_folder_edits_what_is_below(instance: Instance, admin: ApiClient) -> None:
    outer, _ = closed(admin, "outer")
    inner, _ = closed(admin, "inner", outer)
    user = instance.as_role("User")
    assert user.get(f"/folders/{inner}").json()["can"]["edit_content"]


def test_seeing_ends_where_a_list_says_so(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    outer, metadata = closed(admin, "outer")
    grant(admin, metadata, "view", user_id=str(user_id))
    inner, inner_metadata = closed(admin, "inner", outer)
    innermost = made(admin, "innermost", inner)
    assert user.get(f"/folders/{outer}").status == 200
    assert user.get(f"/folders/{inner}").status == 404
    grant(admin, inner_metadata, "edit", user_id=str(user_id))
    assert user.get(f"/folders/{innermost}").json()["can"]["edit_content"]
    assert not user.get(f"/folders/{outer}").json()["can"]["edit_content"]


def test_a_folder_may_be_seen_without_those_above(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    outer, _ = closed(admin, "outer")
    inner, metadata = closed(admin, "inner", outer)
    grant(admin, metadata, "view", user_id=str(user_id))
    assert names(user, f"/folders/{inner}/ancestors") == ["Shared"]
    assert user.get(f"/folders/{inner}/parent").status == 404


def test_access_goes_where_a_folder_goes(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user = instance.as_role("User")
    secret, secret_metadata = closed(admin, "secret")
    open_ = made(admin, "open")
    inner = made(admin, "inner", open_)
    kept, _ = closed(admin, "kept", open_)
    assert user.get(f"/folders/{inner}").status == 200
    admin.patch(f"/folders/{open_}", {"parent_id": secret})
    for hidden in (open_, inner, kept):
        assert user.get(f"/folders/{hidden}").status == 404
    found = admin.get(f"/content_metadata/{metadata_of(admin, inner)}").json()
    assert found["inheriting_id"] == secret_metadata
    admin.patch(f"/folders/{open_}", {"parent_id": "1"})
    assert user.get(f"/folders/{inner}").status == 200
    assert user.get(f"/folders/{kept}").status == 404


def test_edit_flows_to_where_a_folder_was_moved(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    theirs, metadata = closed(admin, "theirs")
    grant(admin, metadata, "edit", user_id=str(user_id))
    other, _ = closed(admin, "other")
    inner, _ = closed(admin, "inner", other)
    assert user.get(f"/folders/{inner}").status == 404
    admin.patch(f"/folders/{other}", {"parent_id": theirs})
    assert user.get(f"/folders/{inner}").json()["can"]["edit_content"]
    admin.patch(f"/folders/{other}", {"parent_id": "1"})
    assert user.get(f"/folders/{inner}").status == 404


def test_owners_decide_about_their_folder(instance: Instance) -> None:
    owner_id, other_id = instance.user("User", "Owner"), instance.user("User", "Other")
    owner, other = instance.client_of(owner_id), instance.client_of(other_id)
    folder = personal(owner)
    inner = made(owner, "inner", folder)
    assert other.get(f"/folders/{inner}").status == 200
    metadata = metadata_of(owner, folder)
    assert other.patch(f"/content_metadata/{metadata}", {"inherits": False}).status == 404
    assert owner.patch(f"/content_metadata/{metadata}", {"inherits": False}).status == 200
    params = {"content_metadata_id": metadata}
    (everybody,) = owner.get("/content_metadata_access", params=params).json()
    assert (everybody["group_id"], everybody["permission_type"]) == ("1", "view")
    assert owner.delete(f"/content_metadata_access/{everybody['id']}").status == 204
    assert owner.get(f"/folders/{inner}").status == 200
    assert other.get(f"/folders/{folder}").status == 404
    assert other.get(f"/folders/{inner}").status == 404
    grant(owner, metadata, "edit", user_id=str(other_id))
    made(other, "given", folder)


def test_administrators_see_and_change_everything(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user = instance.as_role("User")
    folder = personal(user)
    inner = made(user, "inner", folder)
    metadata = metadata_of(user, inner)
    user.patch(f"/content_metadata/{metadata}", {"inherits": False})
    for entry in user.get(
        "/content_metadata_access", params={"content_metadata_id": metadata}
    ).json():
        user.delete(f"/content_metadata_access/{entry['id']}")
    assert admin.patch(f"/folders/{inner}", {"name": "changed"}).status == 200


def test_lists_can_be_read_and_changed_by_those_who_edit(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    folder, metadata = closed(admin, "Sales")
    user_id, viewer_id = instance.user("User"), instance.user("Viewer")
    user, viewer = instance.client_of(user_id), instance.client_of(viewer_id)
    entry = grant(admin, metadata, "view", user_id=str(viewer_id))
    grant(admin, metadata, "edit", user_id=str(user_id))
    params = {"content_metadata_id": metadata}
    body = {"content_metadata_id": metadata, "permission_type": "edit", "group_id": "1"}
    assert viewer.get(f"/content_metadata/{metadata}").status == 200
    assert viewer.get("/content_metadata_access", params=params).status == 404
    assert viewer.post("/content_metadata_access", body).status == 404
    path = f"/content_metadata_access/{entry}"
    assert viewer.put(path, {"permission_type": "edit"}).status == 404
    assert viewer.delete(path).status == 404
    assert len(listed(user, metadata)) == 2
    assert user.delete(path).status == 204
    assert viewer.get(f"/folders/{folder}").status == 404


def test_what_a_list_refuses(instance: Instance, admin: ApiClient) -> None:
    folder = made(admin, "Sales")
    metadata = metadata_of(admin, folder)
    body = {"content_metadata_id": metadata, "permission_type": "view", "group_id": "1"}
    inheriting = admin.post("/content_metadata_access", body)
    assert codes(inheriting) == [("content_metadata_id", "invalid")]
    assert "inherits" in inheriting.text
    closed_metadata = closed(admin, "closed")[1]
    body["content_metadata_id"] = closed_metadata
    refused: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"permission_type": None}, ("permission_type", "missing_field")),
        ({"permission_type": "own"}, ("permission_type", "invalid")),
        ({"user_id": "1"}, ("group_id", "invalid")),
        ({"group_id": None}, ("group_id", "invalid")),
        ({"group_id": "99"}, ("group_id", "invalid")),
        ({"group_id": None, "user_id": "99"}, ("user_id", "invalid")),
    ]
    for change, problem in refused:
        assert codes(admin.post("/content_metadata_access", body | change)) == [problem]
    private = admin.post("/groups", {"name": "x", "can_add_to_content_metadata": False}).json()
    answer = admin.post("/content_metadata_access", body | {"group_id": private["id"]})
    assert codes(answer) == [("group_id", "invalid")]
    entry = grant(admin, closed_metadata, "view", group_id="1")
    assert admin.post("/content_metadata_access", body).status == 409
    bad = admin.put(f"/content_metadata_access/{entry}", {"permission_type": "x"})
    assert codes(bad) == [("permission_type", "invalid")]
    assert admin.put("/content_metadata_access/99", {"permission_type": "view"}).status == 404
    assert admin.delete("/content_metadata_access/x").status == 404
    missing = admin.get("/content_metadata_access", params={"content_metadata_id": "99"})
    assert missing.status == 404
    assert listed(admin, closed_metadata) == [("1", None, "view")]


@pytest.mark.parametrize("root", ["1", "2", "lookml"])
def test_folders_at_the_top_have_nothing_to_inherit(admin: ApiClient, root: str) -> None:
    metadata = metadata_of(admin, root)
    refused = admin.patch(f"/content_metadata/{metadata}", {"inherits": True})
    assert codes(refused) == [("inherits", "invalid")]


def test_what_is_in_a_folder_is_found_by_its_metadata(admin: ApiClient) -> None:
    shared = metadata_of(admin, "1")
    folder = made(admin, "Sales")
    (found,) = admin.get("/content_metadata", params={"parent_id": shared}).json()
    assert (found["folder_id"], found["parent_id"]) == (folder, shared)
    assert admin.get("/content_metadata", params={"parent_id": "999"}).status == 404
    assert admin.get("/content_metadata/999").status == 404


def test_access_ends_with_the_group_or_person(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    user_id = instance.user("User")
    user = instance.client_of(user_id)
    folder, metadata = closed(admin, "Sales")
    group = admin.post("/groups", {"name": "a"}).json()["id"]
    admin.post(f"/groups/{group}/users", {"user_id": str(user_id)})
    grant(admin, metadata, "view", group_id=group)
    gone = instance.user("User")
    grant(admin, metadata, "edit", user_id=str(gone))
    assert user.get(f"/folders/{folder}").status == 200
    admin.delete(f"/groups/{group}")
    assert user.get(f"/folders/{folder}").status == 404
    admin.delete(f"/users/{gone}")
    assert listed(admin, metadata) == []
    successor = instance.user("User")
    assert instance.client_of(successor).get(f"/folders/{folder}").status == 404


def test_dashboards_of_lookml_are_for_those_who_may_see_them(instance: Instance) -> None:
    assert instance.as_role("Viewer").get("/folders/lookml").status == 200
    assert instance.as_role(None).get("/folders/lookml").status == 404


def test_people_are_found_by_what_they_may_see(
    instance: Instance, admin: ApiClient, shared_closed: str
) -> None:
    people = [instance.user("User") for _ in range(4)]
    named, member, nested, owner = people
    boss = int(admin.get("/user").json()["id"])
    outer, outer_metadata = closed(admin, "outer")
    inner = made(admin, "inner", outer)
    _, metadata = closed(admin, "innermost", inner)
    groups = [admin.post("/groups", {"name": name}).json()["id"] for name in ("a", "b")]
    admin.post(f"/groups/{groups[0]}/users", {"user_id": str(member)})
    admin.post(f"/groups/{groups[1]}/users", {"user_id": str(nested)})
    admin.post(f"/groups/{groups[0]}/groups", {"group_id": groups[1]})

    def found(metadata_id: str, client: ApiClient = admin) -> set[int]:
        params = {"content_metadata_id": metadata_id}
        return {int(user["id"]) for user in client.get("/users/search", params=params).json()}

    assert found(metadata) == {boss}
    grant(admin, metadata, "view", user_id=str(named))
    grant(admin, outer_metadata, "edit", group_id=groups[0])
    assert found(metadata) == {boss, named, member, nested}
    assert found(outer_metadata) == found(metadata_of(admin, inner)) == {boss, member, nested}
    assert found(shared_closed) == {boss, *people}
    assert found("999") == found("x") == set()
    assert found(metadata, instance.client_of(named)) == set()
    assert found(metadata, instance.client_of(nested)) == {boss, named, member, nested}
    private = metadata_of(admin, personal(instance.client_of(owner)))
    admin.patch(f"/content_metadata/{private}", {"inherits": False})
    (entry,) = admin.get("/content_metadata_access", params={"content_metadata_id": private}).json()
    admin.delete(f"/content_metadata_access/{entry['id']}")
    assert found(private) == {boss, owner}


def test_what_is_kept_of_seen_folders_goes_with_their_access(
    instance: Instance, admin: ApiClient, shared_closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders that were made since, that were moved, closed or opened: none is taken for what it
    was when most content was looked at.
    """
    monkeypatch.setattr(search, "_AHEAD", 0)
    monkeypatch.setattr(search, "_FAR", -1)
    monkeypatch.setattr(searching, "_FEW", 0)
    user = instance.as_role("User")

    def seen() -> list[str]:
        params = {"limit": "50", "sorts": "title", "fields": "title"}
        titles = [row["title"] for row in user.get("/looks/search", params=params).json()]
        words = [row["title"] for row in user.get("/content/look", params={"types": "look"}).json()]
        assert sorted(words) == titles
        return titles

    look_in(admin, "look 1", opened := made(admin, "opened"))
    assert seen() == ["look 1"]
    secret, metadata = closed(admin, "secret")
    look_in(admin, "look 2", secret)
    assert seen() == ["look 1"]
    later = made(admin, "later")
    look_in(admin, "look 3", later)
    within = made(admin, "within", secret)
    look_in(admin, "look 4", within)
    assert seen() == ["look 1", "look 3"]
    assert admin.patch(f"/folders/{later}", {"parent_id": secret}).status == 200
    assert seen() == ["look 1"]
    entry = grant(admin, metadata, "view", group_id="1")
    assert seen() == ["look 1", "look 2", "look 3", "look 4"]
    assert admin.delete(f"/content_metadata_access/{entry}").status == 204
    assert admin.delete(f"/folders/{opened}").status == 204
    assert seen() == []
    look_in(admin, "look 5", made(admin, "next", secret))
    look_in(admin, "look 6", made(admin, "last"))
    assert seen() == ["look 6"]


def look_in(client: ApiClient, title: str, folder: str) -> None:
    query = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    query_id = client.post("/queries", query).json()["id"]
    body = {"title": title, "query_id": query_id, "folder_id": folder}
    assert client.post("/looks", body).status == 200
