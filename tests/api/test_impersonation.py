"""Acting as somebody else: their rights, no more, and both names in the record."""

from __future__ import annotations

from sqlalchemy import select
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere.accounts.tables import AuditEvent


def acting(client: ApiClient, user_id: int) -> ApiClient:
    answer = client.post(f"/login/{user_id}")
    assert answer.status == 200, answer.text
    assert 0 < answer.json()["expires_in"] <= 86_400
    return client.with_token(answer.json()["access_token"])


def supporting(instance: Instance, admin: ApiClient) -> ApiClient:
    """Somebody who may act as others and is no administrator."""
    helper = instance.user("Viewer")
    permission_set = admin.post(
        "/permission_sets", {"name": "support", "permissions": ["see_users", "sudo"]}
    ).json()
    models = admin.post("/model_sets", {"name": "none", "models": []}).json()
    body = {
        "name": "Support",
        "permission_set_id": permission_set["id"],
        "model_set_id": models["id"],
    }
    role = admin.post("/roles", body).json()
    assert admin.put(f"/users/{helper}/roles", [role["id"]]).status == 200
    return instance.client_of(helper)


def test_the_target_s_rights_and_no_others(instance: Instance, admin: ApiClient) -> None:
    viewer = instance.user("Viewer")
    as_viewer = acting(admin, viewer)
    assert as_viewer.get("/user").json()["id"] == str(viewer)
    assert as_viewer.post("/groups", {"name": "x"}).status == 404
    told = as_viewer.get("/session").json()["sudo_user_id"]
    assert told == admin.get("/user").json()["id"]
    assert as_viewer.post(f"/login/{viewer}").status == 403


def test_signing_out_ends_the_impersonation_only(instance: Instance, admin: ApiClient) -> None:
    as_viewer = acting(admin, instance.user("Viewer"))
    assert as_viewer.delete("/logout").status == 204
    assert as_viewer.get("/user").status == 401
    assert admin.get("/user").status == 200


def test_it_ends_with_the_session_behind_it(instance: Instance) -> None:
    other_admin = instance.as_role("Admin")
    as_viewer = acting(other_admin, instance.user("Viewer"))
    assert other_admin.delete("/logout").status == 204
    assert as_viewer.get("/user").status == 401


def test_it_ends_when_either_is_disabled(instance: Instance, admin: ApiClient) -> None:
    behind, target = instance.user("Admin"), instance.user("Viewer")
    for user in (target, behind):
        client = acting(instance.client_of(behind), target)
        assert admin.patch(f"/users/{user}", {"is_disabled": True}).status == 200
        assert client.get("/user").status == 401
        admin.patch(f"/users/{user}", {"is_disabled": False})


def test_only_administrators_act_as_administrators(instance: Instance, admin: ApiClient) -> None:
    client = supporting(instance, admin)
    chief = instance.user("Admin")
    assert client.post(f"/login/{chief}").status == 403
    assert acting(client, instance.user("User")).get("/user").status == 200
    group = admin.post("/groups", {"name": "chiefs"}).json()["id"]
    assert admin.put("/roles/1/groups", [group]).status == 200
    hidden_chief = instance.user("Viewer")
    admin.post(f"/groups/{group}/users", {"user_id": str(hidden_chief)})
    assert client.post(f"/login/{hidden_chief}").status == 403


def test_it_ends_when_it_could_not_begin_any_more(instance: Instance, admin: ApiClient) -> None:
    client, chief = supporting(instance, admin), instance.user("Admin")
    helper, target = client.get("/user").json()["id"], instance.user("User")
    acts, as_chief = (
        acting(client, target),
        acting(instance.client_of(chief), instance.user("Admin")),
    )
    assert admin.put(f"/users/{target}/roles", ["1"]).status == 200
    assert acts.get("/user").status == 401
    acts = acting(client, instance.user("User"))
    assert as_chief.get("/user").status == acts.get("/user").status == 200
    assert admin.put(f"/users/{helper}/roles", []).status == 200
    assert acts.get("/user").status == 401
    assert admin.put(f"/users/{chief}/roles", []).status == 200
    assert as_chief.get("/user").status == 401


def test_nobody_acts_as_somebody_who_is_not_there(admin: ApiClient) -> None:
    assert admin.post("/login/999").status == 404
    assert admin.post("/login/x").status == 404


def test_what_is_done_is_recorded_with_both_names(instance: Instance, admin: ApiClient) -> None:
    manager, admin_id = instance.user("Admin"), int(admin.get("/user").json()["id"])
    made = acting(admin, manager).post("/groups", {"name": "Made"})
    assert made.status == 200
    with instance.services.database.reading() as session:
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.name, event.user_id, event.sudo_user_id) == ("create_group", manager, admin_id)
    assert event.target == "/api/4.0/groups"


def test_sign_ins_and_failures_are_recorded(instance: Instance) -> None:
    client_id, secret = instance.api_key("Viewer")
    for value in (secret, "wrong"):
        body = {"client_id": client_id, "client_secret": value}
        instance.anonymous.post("/login", params=body)
    with instance.services.database.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.name for event in events[-2:]] == ["login", "login_failed"]
    assert events[-2].user_id is not None
    assert events[-1].attributes == {"client_id": client_id}
    assert secret not in str([event.attributes for event in events])


def test_no_keys_that_outlast_it(instance: Instance, admin: ApiClient) -> None:
    supporter = supporting(instance, admin)
    target = instance.user("User")
    admin.patch(f"/users/{target}", {"can_manage_api3_creds": True})
    path = f"/users/{target}/credentials_api3"
    assert acting(supporter, target).post(path).status == 403
    assert acting(admin, target).post(path).status == 200
    assert instance.client_of(target).post(path).status == 200
