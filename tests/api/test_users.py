"""People, through the API: found, made, changed, deleted; by whom, and what others learn."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_roles import Workshop

from belvedere.accounts.tables import AccessToken, AuditEvent, Role


def made(admin: ApiClient, **values: object) -> dict[str, Any]:
    answer = admin.post("/users", values)
    assert answer.status == 200, answer.text
    user: dict[str, Any] = answer.json()
    return user


def me(client: ApiClient) -> str:
    identifier: str = client.get("/user").json()["id"]
    return identifier


def with_permissions(instance: Instance, admin: ApiClient, *names: str) -> ApiClient:
    """A client whose user has these permissions and no others."""
    role = Workshop(admin).role("_".join(names), list(names), [])
    user = instance.user(None)
    assert admin.put(f"/users/{user}/roles", [role["id"]]).status == 200
    return instance.client_of(user)


def test_people_are_made_changed_found_and_deleted(admin: ApiClient) -> None:
    user = made(
        admin,
        first_name=" Ada ",
        last_name="Lovelace",
        locale="fr",
        ui_state={"tab": "1"},
        home_folder_id="2",
        models_dir_validated=True,
        can_manage_api3_creds=True,
    )
    assert (user["first_name"], user["display_name"]) == ("Ada", "Ada Lovelace")
    assert (user["locale"], user["ui_state"], user["home_folder_id"]) == ("fr", {"tab": "1"}, "2")
    assert user["email"] is None
    assert user["can_manage_api3_creds"]
    path = f"/users/{user['id']}"
    changed = admin.patch(path, {"first_name": None, "ui_state": None, "locale": None}).json()
    assert (changed["first_name"], changed["ui_state"], changed["locale"]) == ("", None, "en")
    assert changed["last_name"] == "Lovelace"
    assert admin.get(path).json() == changed
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert admin.delete(path).status == 404
    assert admin.patch(path, {"first_name": "x"}).status == 404


def test_a_body_is_not_needed(admin: ApiClient) -> None:
    answer = admin.post("/users")
    assert answer.status == 200
    assert answer.json()["display_name"] == ""


def test_an_address_can_be_given_at_once(admin: ApiClient) -> None:
    address = {"email": "ada@example.com", "forced_password_reset_at_next_login": True}
    user = made(admin, first_name="Ada", credentials_email=address | {"is_disabled": True})
    assert user["email"] == "ada@example.com"
    assert user["credentials_email"]["forced_password_reset_at_next_login"]
    assert not user["credentials_email"]["is_disabled"]
    path = f"/users/{user['id']}"
    sent_back = admin.patch(path, user).json()
    assert sent_back["credentials_email"]["email"] == "ada@example.com"
    moved = admin.patch(path, {"credentials_email": {"email": "ada@example.org"}}).json()
    assert moved["email"] == "ada@example.org"
    before = len(admin.get("/users").json())
    refused = admin.post("/users", {"credentials_email": {"email": "ADA@example.org"}})
    assert [problem["code"] for problem in refused.json()["errors"]] == ["already_exists"]
    assert len(admin.get("/users").json()) == before


def test_what_is_read_only_cannot_be_assigned(instance: Instance, admin: ApiClient) -> None:
    stolen = {
        "id": "1",
        "email": "boss@example.com",
        "display_name": "Boss",
        "role_ids": ["1"],
        "group_ids": ["9"],
        "is_service_account": True,
        "service_account_name": "robot",
        "is_embed_user": True,
        "personal_folder_id": "1",
        "can": {"sudo": True},
        "credentials_api3": [{"client_id": "x"}],
        "no_such_property": 1,
    }
    user = made(admin, **stolen)
    assert user["id"] != "1"
    assert user["email"] is None
    assert (user["role_ids"], user["group_ids"]) == ([], ["1"])
    assert not user["is_service_account"]
    assert not user["is_embed_user"]
    own = instance.user("Viewer")
    client = instance.client_of(own)
    before = client.get("/user").json()
    assert client.patch(f"/users/{own}", stolen).json() == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"first_name": "x" * 256, "last_name": "a\0b"}, ["first_name", "last_name"]),
        ({"first_name": "\ud800"}, ["first_name"]),
        ({"locale": "../etc", "home_folder_id": "7" * 65}, ["home_folder_id", "locale"]),
        ({"is_disabled": "perhaps", "ui_state": 5}, ["is_disabled", "ui_state"]),
        ({"credentials_email": {"email": "nobody"}}, ["email"]),
        ({"credentials_email": {"email": f"{'x' * 250}@example.com"}}, ["email"]),
        ({"credentials_email": {"forced_password_reset_at_next_login": True}}, ["email"]),
    ],
)
def test_every_mistake_is_told_and_nothing_changes(
    admin: ApiClient, body: dict[str, Any], fields: list[str]
) -> None:
    before = admin.get("/users").json()
    refused = admin.post("/users", body)
    assert refused.status == 422
    assert [problem["field"] for problem in refused.json()["errors"]] == fields
    assert admin.get("/users").json() == before
    own = f"/users/{me(admin)}"
    if "forced_password_reset_at_next_login" not in str(body):
        assert admin.patch(own, body).status == 422
        assert admin.get("/users").json() == before


def test_who_is_disabled_is_out_at_once(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("Developer")
    client = instance.client_of(user)
    client_id, secret = api_key(admin, user)
    acting = admin.post(f"/login/{user}").json()["access_token"]
    assert admin.patch(f"/users/{user}", {"is_disabled": True}).json()["is_disabled"]
    assert client.get("/user").status == 401
    assert admin.with_token(acting).get("/user").status == 401
    form = {"client_id": client_id, "client_secret": secret}
    assert instance.anonymous.post("/login", params=form).status == 404
    admin.patch(f"/users/{user}", {"is_disabled": False})
    assert client.get("/user").status == 401
    assert instance.anonymous.post("/login", params=form).status == 200


def api_key(admin: ApiClient, user: int) -> tuple[str, str]:
    key = admin.post(f"/users/{user}/credentials_api3").json()
    return key["client_id"], key["client_secret"]


def test_who_is_deleted_is_out_and_forgotten(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("Admin")
    client = instance.client_of(user)
    other = instance.user("Viewer")
    acting = client.post(f"/login/{other}").json()["access_token"]
    api_key(admin, user)
    admin.put(f"/users/{user}/roles", ["1"])
    with instance.services.database.session() as session:
        role = session.get(Role, 4)
        assert role is not None
        sets = {"permission_set_id": role.permission_set_id, "model_set_id": role.model_set_id}
        session.add(Role(name="only for them", embed_user_id=user, **sets))
    assert admin.delete(f"/users/{user}").status == 204
    assert client.get("/user").status == 401
    assert admin.with_token(acting).get("/user").status == 401
    with instance.services.database.reading() as session:
        tokens = select(AccessToken).where(AccessToken.sudo_user_id == user)
        assert session.scalars(tokens).all() == []
        assert session.scalars(select(Role).where(Role.embed_user_id == user)).all() == []
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.name, last.target) == ("delete_user", f"/api/4.0/users/{user}")


def test_nobody_disables_or_deletes_themselves(instance: Instance, admin: ApiClient) -> None:
    own = f"/users/{me(admin)}"
    other_admin = instance.user("Admin")
    assert admin.patch(own, {"is_disabled": True}).status == 400
    assert admin.delete(own).status == 400
    assert admin.put(f"{own}/roles", []).status == 400
    acting = admin.with_token(admin.post(f"/login/{other_admin}").json()["access_token"])
    assert acting.delete(own).status == 400
    assert acting.patch(own, {"is_disabled": True}).status == 400
    assert acting.put(f"{own}/roles", []).status == 400
    assert admin.get(own).json()["role_ids"] == ["1"]
    assert admin.patch(own, {"is_disabled": False, "first_name": "New"}).status == 200


def test_an_administrator_is_left(instance: Instance, admin: ApiClient) -> None:
    """Also where somebody's rights were looked up before they lost them."""
    first, second = me(admin), instance.user("Admin")
    other = instance.client_of(second)
    assert other.get("/user").status == 200
    assert other.put(f"/users/{first}/roles", []).status == 200
    assert admin.put(f"/users/{second}/roles", []).status == 403
    assert admin.delete(f"/users/{second}").status == 403
    manager = with_permissions(instance, other, "see_users", "manage_groups", "manage_roles")
    assert manager.put(f"/users/{second}/roles", []).status == 403


# Who may


def test_what_others_may(instance: Instance, admin: ApiClient) -> None:
    someone = instance.user("Admin")
    path = f"/users/{someone}"
    whole = admin.get(path).json()
    for role in ("Developer", "User", "Viewer", None):
        client = instance.as_role(role)
        shown = client.get(path).json()
        assert shown["display_name"] == "Test Admin"
        assert shown["can"]["show"]
        assert not any(shown["can"][name] for name in ("update", "destroy", "sudo", "show_creds"))
        hidden = ("email", "role_ids", "credentials_email", "sessions", "is_disabled", "ui_state")
        assert not shown.keys() & {*hidden, "credentials_api3", "credentials_totp", "group_ids"}
        wide = client.get(path, params={"fields": "email,role_ids,credentials_email(email),id"})
        assert wide.json() == {"id": str(someone)}
        assert client.post("/users", {"first_name": "x"}).status == 404
        assert client.patch(path, {"first_name": "x"}).status == 403
        assert client.patch("/users/999999", {"first_name": "x"}).status == 403
        assert client.delete(path).status == 403
        assert client.post(f"{path}/update_emails", {"email": "a@b.c"}).status == 403
        assert client.get("/users/credential/email/nobody@example.com").status == 404
        own = client.get("/user").json()
        assert own["email"]
        assert own["credentials_email"]["email"] == own["email"]
    assert admin.get(path).json() == whole
    for request in (
        instance.anonymous.get(path),
        instance.anonymous.get("/users"),
        instance.anonymous.post("/users", {}),
        instance.anonymous.delete(path),
    ):
        assert request.status == 401


def test_of_oneself_only_what_protects_nothing(instance: Instance) -> None:
    user = instance.user("Viewer")
    client = instance.client_of(user)
    path = f"/users/{user}"
    harmless = {"locale": "de", "ui_state": {"a": "b"}, "home_folder_id": "2"}
    changed = client.patch(path, harmless).json()
    assert {name: changed[name] for name in harmless} == harmless
    for body in (
        {"first_name": "Somebody else"},
        {"last_name": None},
        {"can_manage_api3_creds": True},
        {"is_disabled": True},
        {"credentials_email": {"email": "boss@example.com"}},
        {"credentials_email": {"forced_password_reset_at_next_login": True}},
        {"locale": "fr", "can_manage_api3_creds": True},
    ):
        refused = client.patch(path, body)
        assert refused.status == 403, body
        assert "Only administrators" in refused.text
    assert client.get(path).json() == changed
    assert client.patch(path, changed).json() == changed


def test_who_sees_people_sees_no_credentials(instance: Instance, admin: ApiClient) -> None:
    client = with_permissions(instance, admin, "see_users")
    shown = client.get(f"/users/{me(admin)}").json()
    assert shown["email"]
    assert shown["role_ids"] == ["1"]
    assert not shown.keys() & {"credentials_email", "credentials_api3", "sessions"}
    assert client.delete(f"/users/{me(admin)}").status == 403
    assert client.get(f"/users/credential/email/{shown['email'].upper()}").json() == shown


# Searches


@pytest.fixture
def crowd(instance: Instance, admin: ApiClient) -> dict[str, str]:
    """Ids by first name."""
    people = {
        "Ada": made(admin, first_name="Ada", last_name="Lovelace", can_manage_api3_creds=True),
        "Alan": made(admin, first_name="Alan", last_name="Turing", is_disabled=True),
        "Grace": made(
            admin,
            first_name="Grace",
            last_name="Hopper",
            credentials_email={"email": "grace@navy.example"},
        ),
    }
    robot = admin.post("/users/service_accounts", {"service_account_name": "robot"}).json()
    embedded = admin.post("/users/embed_user", {"external_user_id": "e-1"}).json()
    found = {name: item["id"] for name, item in people.items()}
    return found | {"robot": robot["id"], "embedded": embedded["id"]}


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"first_name": "a%"}, ["Ada", "Alan"]),
        ({"first_name": "AL%"}, ["Alan"]),
        ({"first_name": "al_n"}, ["Alan"]),
        ({"first_name": "alb%"}, []),
        ({"first_name": "ADA"}, ["Ada"]),
        ({"first_name": "_lan", "last_name": "hopper"}, []),
        ({"first_name": "_lan", "last_name": "hopper", "filter_or": "true"}, ["Alan", "Grace"]),
        ({"full_name": "grace hopper"}, ["Grace"]),
        ({"full_name": "%a%_ove%"}, ["Ada"]),
        ({"full_name": "%LAN%"}, ["Alan"]),
        ({"full_name": "alan t%"}, ["Alan"]),
        ({"full_name": "%da lov%"}, ["Ada"]),
        ({"full_name": "%lovelace ada%"}, []),
        ({"full_name": "grace"}, []),
        ({"full_name": "gr_ce_h%"}, ["Grace"]),
        ({"full_name": "%lan%", "email": "grace%", "filter_or": "true"}, ["Alan", "Grace"]),
        ({"email": "%@NAVY.example"}, ["Grace"]),
        ({"email": "IS NULL", "is_service_account": "false"}, ["Ada", "Alan", "embedded"]),
        ({"is_disabled": "true"}, ["Alan"]),
        ({"can_manage_api3_creds": "true"}, ["Ada"]),
        ({"is_service_account": "true"}, ["robot"]),
        ({"embed_user": "true"}, ["embedded"]),
        ({"verified_looker_employee": "true"}, []),
        ({"content_metadata_id": "999"}, []),
        ({"id": "x"}, []),
        ({"group_id": "77"}, []),
        ({"first_name": "100\\%"}, []),
        ({"last_name": "%o%", "sorts": "last_name"}, ["Grace", "Ada"]),
        ({"last_name": "%o%", "sorts": "last_name desc", "limit": "1"}, ["Ada"]),
        ({"last_name": "%o%", "sorts": "last_name", "limit": "1", "offset": "1"}, ["Ada"]),
    ],
)
def test_people_are_searched(
    admin: ApiClient, crowd: dict[str, str], params: dict[str, str], names: list[str]
) -> None:
    found = admin.get("/users/search", params={"fields": "id", **params}).json()
    known = {identifier: name for name, identifier in crowd.items()}
    assert [known.get(item["id"]) for item in found] == names


def test_pages(admin: ApiClient, crowd: dict[str, str]) -> None:
    first = admin.get("/users", params={"limit": 2, "sorts": "id desc", "fields": "id"})
    assert [item["id"] for item in first.json()] == [crowd["embedded"], crowd["robot"]]
    assert first.headers["x-total-count"] == "6"
    assert 'rel="next"' in first.headers["link"]
    assert "offset=2" in first.headers["link"]
    second = admin.get("/users", params={"page": 2, "per_page": 4, "fields": "id"})
    assert [item["id"] for item in second.json()] == [crowd["robot"], crowd["embedded"]]
    chosen = admin.get("/users", params={"ids": f"{crowd['Ada']},{crowd['Grace']},x"})
    assert [item["first_name"] for item in chosen.json()] == ["Ada", "Grace"]
    assert admin.get("/users", params={"sorts": "password"}).status == 400


def test_members_are_searched(instance: Instance, admin: ApiClient, crowd: dict[str, str]) -> None:
    group = admin.post("/groups", {"name": "pioneers"}).json()["id"]
    admin.post(f"/groups/{group}/users", {"user_id": crowd["Ada"]})
    found = admin.get("/users/search", params={"group_id": group}).json()
    assert [item["id"] for item in found] == [crowd["Ada"]]
    assert len(admin.get("/users/search", params={"group_id": "1"}).json()) == 6
    viewer = instance.as_role("Viewer")
    assert viewer.get("/users/search", params={"group_id": group}).json() == []
    known = viewer.get("/users/search", params={"group_id": "1"}).json()
    assert len(known) == 6  # embed users concern those alone who may see people


@pytest.mark.parametrize(
    ("pattern", "params", "names"),
    [
        ("a%25", {}, ["Ada", "Alan"]),
        ("%25hopper", {}, ["Grace"]),
        ("%25navy%25", {}, ["Grace"]),
        ("a%25", {"is_disabled": "false"}, ["Ada"]),
        ("a%25", {"last_name": "turing"}, ["Alan"]),
        ("%25a%25", {"sorts": "last_name,first_name", "email": "NOT NULL", "limit": "1"}, []),
    ],
)
def test_people_are_searched_by_names(
    admin: ApiClient,
    crowd: dict[str, str],
    pattern: str,
    params: dict[str, str],
    names: list[str],
) -> None:
    found = admin.get(f"/users/search/names/{pattern}", params=params).json()
    if "limit" in params:
        assert [item["last_name"] for item in found] == ["Admin"]
    else:
        assert [item["first_name"] for item in found if item["first_name"] != "Test"] == names


def test_nobody_searches_for_what_they_may_not_see(
    instance: Instance, crowd: dict[str, str]
) -> None:
    viewer = instance.as_role("Viewer")
    found = viewer.get("/users/search", params={"first_name": "gr%"}).json()
    assert [item["id"] for item in found] == [crowd["Grace"]]
    assert "email" not in found[0]
    assert viewer.get("/users/search/names/%25navy%25").json() == []
    for name, value in (
        ("email", "grace%"),
        ("is_disabled", "true"),
        ("can_manage_api3_creds", "true"),
        ("is_service_account", "true"),
        ("verified_looker_employee", "false"),
    ):
        refused = viewer.get("/users/search", params={name: value})
        assert refused.status == 400
        assert name in refused.text
    for name, value in (("email", "grace%"), ("is_disabled", "true")):
        refused = viewer.get("/users/search/names/a%25", params={name: value})
        assert refused.status == 400
    assert viewer.get("/users", params={"sorts": "email"}).status == 400
    assert viewer.get("/users", params={"sorts": "last_name"}).status == 200


def test_only_what_is_asked_is_read(
    instance: Instance, admin: ApiClient, crowd: dict[str, str]
) -> None:
    """The number of statements depends on the properties, never on how many people there are."""

    def statements(**params: object) -> list[str]:
        seen: list[str] = []
        admin.get("/session")  # whose rights are known from then on

        def note(_c: Any, _r: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        engine = instance.services.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert admin.get("/users", params=params).status == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return seen

    few = statements(fields="id,first_name,email")
    assert not any(table in text for text in few for table in ("credentials", "web_session"))
    assert len(few) <= 2
    whole = len(statements())
    for number in range(5):
        made(admin, credentials_email={"email": f"more-{number}@example.com"})
    assert len(statements()) == whole
    assert len(statements(fields="id,first_name,email")) == len(few)


def test_many_people_at_once(instance: Instance, admin: ApiClient) -> None:
    """More than one statement of the database can name."""
    with instance.services.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) "
            'INSERT INTO "user" (first_name, last_name, is_disabled, can_manage_api3_creds, '
            "is_embed_user, roles_from_mirrored_groups_only, created_at, updated_at) SELECT 'Person', "
            "i, 0, 0, 0, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM n"
        )
    found = admin.get("/users", params={"fields": "id,group_ids,role_ids,credentials_api3"})
    assert len(found.json()) == 40_001
    one = admin.get("/users/search", params={"last_name": "39999"}).json()
    assert [item["display_name"] for item in one] == ["Person 39999"]


# By credential


def test_people_are_found_by_their_credentials(
    instance: Instance, admin: ApiClient, crowd: dict[str, str]
) -> None:
    key = admin.post(f"/users/{crowd['robot']}/credentials_api3").json()
    for kind, identifier, name in (
        ("email", "GRACE@navy.example", "Grace"),
        ("api3", key["client_id"], "robot"),
        ("embed", "e-1", "embedded"),
    ):
        found = admin.get(f"/users/credential/{kind}/{identifier}")
        assert found.json()["id"] == crowd[name]
    for kind, identifier in (("email", "grace@navy"), ("saml", "x"), ("api", "x"), ("x", "y")):
        assert admin.get(f"/users/credential/{kind}/{identifier}").status == 404
    viewer = instance.as_role("Viewer")
    told = {
        viewer.get(f"/users/credential/email/{address}@navy.example").text
        for address in ("grace", "nobody")
    }
    assert len(told) == 1


def test_where_people_begin(instance: Instance, admin: ApiClient) -> None:
    user = instance.user("User")
    client = instance.client_of(user)
    assert client.get("/user").json()["home_folder_id"] == "1"
    folder = client.post("/folders", {"name": "mine", "parent_id": "1"}).json()["id"]
    changed = client.patch(f"/users/{user}", {"home_folder_id": folder})
    assert changed.json()["home_folder_id"] == folder
    for unseen in ("3", "99", "nowhere"):
        refused = client.patch(f"/users/{user}", {"home_folder_id": unseen})
        assert [item["field"] for item in refused.json()["errors"]] == ["home_folder_id"]
    assert client.get("/user").json()["home_folder_id"] == folder
    client.delete(f"/folders/{folder}")
    assert client.get("/user").json()["home_folder_id"] == "1"
