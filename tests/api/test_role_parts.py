"""Permission sets, model sets and roles, changed and deleted one by one."""

from __future__ import annotations

from tests.api.client import ApiClient


def test_a_role_and_its_sets_from_first_to_last(admin: ApiClient) -> None:
    permissions = admin.post(
        "/permission_sets", {"name": "seers", "permissions": ["access_data"]}
    ).json()
    models = admin.post("/model_sets", {"name": "shop", "models": ["thelook"]}).json()
    body = {
        "name": "Seer",
        "permission_set_id": permissions["id"],
        "model_set_id": models["id"],
    }
    role = admin.post("/roles", body).json()
    path = f"/permission_sets/{permissions['id']}"
    changed = admin.patch(path, {"permissions": ["access_data", "see_looks"]})
    assert changed.json()["permissions"] == ["access_data", "see_looks"]
    assert admin.get(path).json() == changed.json()
    renamed = admin.patch(f"/roles/{role['id']}", {"name": "Reader"}).json()
    assert renamed["name"] == "Reader"
    assert renamed["permission_set"]["permissions"] == ["access_data", "see_looks"]
    assert admin.delete(f"/model_sets/{models['id']}").status == 400
    assert admin.delete(f"/roles/{role['id']}").status == 204
    assert admin.delete(f"/model_sets/{models['id']}").status == 204
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
