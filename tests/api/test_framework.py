"""What every operation rides on: errors, fields, paging, limits, what is not built."""

from __future__ import annotations

import gzip
import json

import pytest

from belvedere.api import contract
from belvedere.api.operation import OPERATIONS


def test_what_is_not_built_says_its_name_after_authentication(instance, admin) -> None:
    answer = admin.get("/scheduled_plans")
    assert answer.status == 501
    message = answer.json()["message"]
    assert message.endswith("Not implemented: all_scheduled_plans")
    assert "unsupported" in message.lower()  # the SDK's own tests look for the word, and go on then
    assert instance.anonymous.get("/scheduled_plans").status == 401


def test_every_operation_answers_without_falling_over(admin) -> None:
    for name, fact in contract.operations().items():
        if name == "logout":
            continue
        path = fact.path
        for parameter in fact.parameters:
            if parameter.place == "path":
                path = path.replace(f"{{{parameter.name}}}", "nothing")
        body = {} if fact.body is not None else None
        answer = admin.request(fact.method, path, body=body)
        assert answer.status != 500, name
        if name not in OPERATIONS:
            assert answer.status == 501, name
            assert answer.json()["message"].endswith(name)


def test_every_operation_but_the_public_ones_needs_a_token(instance) -> None:
    for name, operation in OPERATIONS.items():
        path = operation.path.replace("{", "").replace("}", "")
        answer = instance.anonymous.request(operation.method, path)
        assert (answer.status == 401) == (operation.requires != "public"), name


def test_unknown_routes_methods_and_media_types(admin) -> None:
    missing = admin.post("/queries/run_inline", {"query": {}})
    assert missing.status == 405 or missing.json()["message"] == "Not found"
    assert admin.get("/no/such/thing").json()["message"] == "Not found"
    wrong = admin.request("PUT", "/queries")
    assert wrong.status == 405
    assert wrong.headers["allow"] == "POST"
    answer = admin.post("/queries", content=b"<x/>", headers={"content-type": "application/xml"})
    assert answer.status == 415


@pytest.mark.parametrize(
    ("method", "path", "status", "field"),
    [
        ("GET", "/content_metadata", 400, "parent_id"),
        ("GET", "/content_metadata_access", 400, "content_metadata_id"),
        ("GET", "/query_tasks/multi_results", 400, "query_task_ids"),
        ("PUT", "/color_collections/default", 422, "collection_id"),
        ("PUT", "/themes/default", 422, "name"),
    ],
)
def test_parameters_that_must_be_there(admin, method, path, status, field) -> None:
    answer = admin.request(method, path)
    told = answer.json()
    assert answer.status == status
    assert field in (told["errors"][0]["field"] if status == 422 else told["message"])


def test_errors_have_a_status_that_is_published_for_the_operation(instance, admin) -> None:
    """Without a 422 what is invalid is a bad request, without a 403 what is forbidden is not
    there, without a 405 what is built in is either.
    """
    unsorted = admin.get("/users", params={"sorts": "shoes"})
    assert (unsorted.status, "Cannot sort by shoes" in unsorted.json()["message"]) == (400, True)
    assert "errors" not in unsorted.json()
    assert admin.get("/themes/active", params={"ts": "noon"}).status == 422
    viewer = instance.as_role("Viewer")
    assert viewer.post("/groups", {"name": "x"}).json()["message"] == "Not found"
    assert viewer.patch("/groups/1", {"name": "x"}).status == 403
    kept = admin.delete("/groups/1")
    assert (kept.status, "All Users" in kept.json()["message"]) == (403, True)
    assert admin.delete("/themes/1").status == 400
    assert admin.delete("/roles/1").status == 405


def test_json_that_is_called_a_form(admin) -> None:
    """As the official Python SDK sends it where other headers are given."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert admin.post("/groups", content=b'{"name": "Gold"}', headers=headers).status == 200
    assert admin.post("/groups", content=b"name=Silver", headers=headers).status == 415


@pytest.mark.parametrize("body", [b"{", b"[1", b"\xff\xfe", b'{"a": NaN}', b"nul"])
def test_bodies_that_are_no_json(admin, body) -> None:
    answer = admin.post("/queries", content=body, headers={"content-type": "application/json"})
    assert answer.status == 400


def test_deep_and_huge_bodies(make_instance) -> None:
    client = make_instance(body_limit=100_000).as_role("Admin")
    deep = b'{"vis_config":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"
    json_type = {"content-type": "application/json"}
    assert client.post("/queries", content=deep, headers=json_type).status in (400, 413)
    assert client.post("/queries", content=b"[" * 90_000, headers=json_type).status == 400
    huge = json.dumps({"model": "x" * 200_000}).encode()
    assert client.post("/queries", content=huge, headers=json_type).status == 413
    assert client.get("/user", params={"fields": "(" * 5000}).status == 400
    assert client.get("/user", params={"x": "y" * 70_000}).status == 414


def test_wrong_parameters_are_named(admin) -> None:
    body = {"model": "thelook", "view": "users", "fields": ["users.count"]}
    answer = admin.post("/queries/run/json", body, params={"limit": "many", "cache": "perhaps"})
    assert answer.status == 422
    assert {problem["field"] for problem in answer.json()["errors"]} == {"limit", "cache"}


def test_errors_do_not_lead_clients_to_the_vendor(admin) -> None:
    url = admin.get("/queries/nothing").json()["documentation_url"]
    assert url.endswith("/errors/4.0/404/get/queries/:query_id")
    assert "looker" not in url
    page = admin.get(url.partition("19999")[2], outside=True)
    assert page.status == 200
    assert "404" in page.text


def test_fields_project_to_any_depth(admin) -> None:
    path = "/lookml_models/thelook/explores/users"
    whole = admin.get(path).json()
    assert "joins" in whole
    nested = admin.get(path, params={"fields": "id, fields(dimensions(name,type))"}).json()
    assert nested.keys() == {"id", "fields"}
    assert nested["fields"].keys() == {"dimensions"}
    assert nested["fields"]["dimensions"][0].keys() == {"name", "type"}
    dotted = admin.get(path, params={"fields": "fields.dimensions.name"}).json()
    assert dotted["fields"]["dimensions"][0].keys() == {"name"}
    assert admin.get(path, params={"fields": ""}).json() == whole
    assert admin.get(path, params={"fields": "id("}).status == 400


def test_pages_by_limit_and_by_number(admin) -> None:
    for name in ("a", "b", "c"):
        assert admin.post("/lookml_models", {"name": name}).status == 200
    first = admin.get("/lookml_models", params={"limit": 3, "fields": "name,label"})
    assert len(first.json()) == 3
    assert first.headers["x-total-count"] == "4"
    links = first.headers["link"].split(",")
    assert [link.partition("rel=")[2] for link in links] == ['"first"', '"last"', '"next"']
    assert links[0].startswith("<http")
    second = admin.get("/lookml_models", params={"page": 2, "per_page": 3})
    assert [model["name"] for model in second.json()] == ["thelook"]
    assert admin.get("/lookml_models", params={"page": 3, "per_page": 3}).json() == []
    people = admin.get("/users", params={"page": 1, "per_page": 1, "fields": "id"})
    assert people.headers["link"].startswith("<http")
    assert "per_page" not in people.headers["link"]
    assert "limit=1&offset=0" in people.headers["link"]
    names = {"fields": "name", "limit": 1, "offset": 3, "page": 1, "per_page": 2}
    assert admin.get("/lookml_models", params=names).json() == [{"name": "thelook"}]
    assert "link" not in admin.get("/lookml_models").headers
    assert admin.get("/lookml_models", params={"limit": "x"}).status == 400


def test_gzip_request_ids_and_head(admin) -> None:
    zipped = admin.get("/timezones", headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(zipped.content))[0]["value"] == "UTC"
    plain = admin.get("/timezones")
    assert plain.headers["x-request-id"] != zipped.headers["x-request-id"]
    assert admin.request("HEAD", "/", outside=True).content == b""


def test_the_rate_limit(make_instance) -> None:
    client = make_instance(rate_limit=3).as_role("Admin")
    left = [client.get("/session").headers["x-ratelimit-remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = client.get("/session")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["x-ratelimit-limit"] == "3"
    for scheme in ("Bearer", "TOKEN", "token "):
        again = client.get("/session", headers={"authorization": f"{scheme} {client.token}"})
        assert again.status == 429


def test_cors_is_off_until_an_origin_is_allowed(make_instance) -> None:
    origin = {"origin": "https://app.example.com"}
    asks = origin | {"access-control-request-method": "GET"}
    closed = make_instance().as_role("Admin")
    assert "access-control-allow-origin" not in closed.get("/user", headers=origin).headers
    opened = make_instance(cors_origins="https://app.example.com").as_role("Admin")
    allowed = opened.get("/user", headers=origin)
    assert allowed.headers["access-control-allow-origin"] == "https://app.example.com"
    assert opened.request("OPTIONS", "/user", headers=asks).status == 204
    other = {"origin": "https://evil.example.com"}
    assert "access-control-allow-origin" not in opened.get("/user", headers=other).headers
    assert opened.request("OPTIONS", "/login", headers=asks).status == 405


@pytest.mark.parametrize("path", ["/alive", "/availability", "/versions", "/", "/api/4.0/versions"])
def test_what_stands_outside(instance, path) -> None:
    assert instance.anonymous.get(path, outside=True).status == 200


def test_descriptions_need_no_login(instance, admin) -> None:
    for path in ("/api/4.0/swagger.json", "/api/4.0/openapi.json", "/api_spec/4.0/swagger.json"):
        assert instance.anonymous.get(path, outside=True).json()["paths"]
    assert admin.get("/api_spec/4.0/openapi.json").json()["openapi"] == "3.0.3"
    assert admin.get("/api_spec/3.1/swagger.json").status == 404
    versions = admin.get("/versions").json()
    assert versions["current_version"]["version"] == "4.0"
    assert {zone["value"] for zone in admin.get("/timezones").json()} >= {"UTC", "Europe/Berlin"}
    assert {"fr", "en", "uk"} <= {locale["code"] for locale in admin.get("/locales").json()}


def test_the_api_s_part_of_an_address_is_needed(admin) -> None:
    for method, path in (("GET", "/users"), ("GET", "/users/1"), ("PATCH", "/session")):
        answer = admin.request(method, path, outside=True)
        assert (answer.status, "/api/4.0" in answer.json()["message"]) == (403, True)
    for path in ("/nothing", "/users/1/nothing", "/api/3.1/users"):
        assert admin.get(path, outside=True).status == 404


def test_answers_are_neither_kept_nor_guessed_at(instance, admin) -> None:
    client_id, secret = instance.api_key()
    login = instance.anonymous.post("/login", {"client_id": client_id, "client_secret": secret})
    for answer in (login, admin.get("/user"), admin.get("/users/999")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
