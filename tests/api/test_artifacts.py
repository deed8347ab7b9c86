"""The store of artifacts: versions, sizes, searches, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere.artifacts import artifacts
from belvedere.artifacts.tables import StoredArtifact


@pytest.fixture
def user(instance: Instance) -> ApiClient:
    return instance.as_role("Viewer")


def put(client: ApiClient, *items: dict[str, Any], namespace: str = "shop") -> list[dict[str, Any]]:
    answer = client.put(f"/artifacts/{namespace}", list(items))
    assert answer.status == 200, answer.text
    written: list[dict[str, Any]] = answer.json()
    return written


def item(key: str, value: str = "x", **values: Any) -> dict[str, Any]:
    return {"key": key, "value": value, **values}


def keys(answer: Any) -> list[str]:
    return [row["key"] for row in answer.json()]


def test_what_is_written_is_read(instance: Instance, user: ApiClient) -> None:
    one, two = put(
        user, item("one", '["ü"]', content_type="application/json"), item("two words", "2")
    )
    assert (one["version"], one["value_size"], one["namespace"]) == (1, 6, "shop")
    assert (two["content_type"], two["value"]) == ("text/plain", "2")
    assert one["created_by_userid"] == one["updated_by_userid"]
    read = user.get("/artifact/shop", params={"key": "two words,one,three"})
    assert read.json() == [one, two]
    some = user.get("/artifact/shop", params={"key": "one", "fields": "key, version"})
    assert some.json() == [{"key": "one", "version": 1}]
    assert user.get("/artifact/other", params={"key": "one"}).json() == []
    assert user.get("/artifact/shop").status == 422


def test_a_value_comes_as_what_it_is(user: ApiClient) -> None:
    put(user, item("a", '{"b": "ü"}', content_type="application/json"), item("c", "plain"))
    answer = user.get("/artifact/shop/value", params={"key": "a"})
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json() == {"b": "ü"}
    plain = user.get("/artifact/shop/value", params={"key": "c"})
    assert (plain.text, plain.headers["content-type"]) == ("plain", "text/plain; charset=utf-8")
    assert user.get("/artifact/shop/value", params={"key": "b"}).status == 404
    assert user.get("/artifact/shop/value").status == 422


def test_a_value_is_no_page_of_ours(user: ApiClient) -> None:
    put(user, item("page", "<script>alert(1)</script>", content_type="text/html"))
    headers = user.get("/artifact/shop/value", params={"key": "page"}).headers
    assert headers["content-security-policy"] == "sandbox"
    assert headers["x-content-type-options"] == "nosniff"


def test_values_are_sealed(instance: Instance, user: ApiClient) -> None:
    put(user, item("a", "very secret"))
    with instance.services.database.reading() as session:
        row = session.scalars(select(StoredArtifact)).one()
        assert "very secret" not in row.sealed_value
        assert artifacts.value_of(instance.services.vault, row) == "very secret"


def test_versions_keep_writers_apart(instance: Instance, user: ApiClient) -> None:
    put(user, item("a", "1"))
    other = instance.as_role("Developer")
    (second,) = put(other, item("a", "2", version=1))
    assert second["version"] == 2
    assert second["updated_by_userid"] != second["created_by_userid"]
    late = user.put("/artifacts/shop", [item("a", "3", version=1)])
    assert late.status == 409
    assert "version 2" in late.text
    assert user.put("/artifacts/shop", [item("a", "3")]).status == 400
    assert user.put("/artifacts/shop", [item("b", "3", version=1)]).status == 409
    assert put(user, item("a", "2", version=2))[0]["version"] == 3


def test_all_or_none_are_written(user: ApiClient) -> None:
    put(user, item("a", "1"))
    assert user.put("/artifacts/shop", [item("b"), item("a", "2")]).status == 400
    assert keys(user.get("/artifact/shop/search")) == ["a"]
    assert user.get("/artifact/shop", params={"key": "a"}).json()[0]["value"] == "1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([{"value": "x"}], "[0].key"),
        ([{"key": "x"}], "[0].value"),
        ([item("x"), item("a,b")], "[1].key"),
        ([item(" a")], "[0].key"),
        ([item("x" * 256)], "[0].key"),
        ([item("x"), item("x")], "[1].key"),
        ([item("x", content_type="json")], "[0].content_type"),
        ([item("x", content_type="text/html; charset=x")], "[0].content_type"),
        ([item("x", version="two")], "[0].version"),
        ([item("x", version=-1)], "[0].version"),
        ([item("x", version=True)], "[0].version"),
        ([item("x", "x" * (artifacts.LARGEST + 1))], "[0].value"),
        ([item("x"), 5], "[1]"),
        (item("x"), "body"),
    ],
)
def test_what_is_wrong_is_told(user: ApiClient, body: Any, field: str) -> None:
    answer = user.put("/artifacts/shop", body)
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]
    assert user.get("/artifact/namespaces").json() == []


def test_namespaces_are_names_that_paths_can_hold(user: ApiClient) -> None:
    for namespace in ("usage", "namespaces", "x" * 256, "%20a"):
        answer = user.put(f"/artifacts/{namespace}", [item("a")])
        assert answer.status == 422, namespace
    assert put(user, item("a"), namespace="kit::app")[0]["namespace"] == "kit::app"


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ["a1", "a2", "B1"]),
        ({"key": "a_"}, ["a1", "a2"]),
        ({"key": "%1"}, ["a1", "B1"]),
        ({"key": "b1"}, ["B1"]),
        ({"min_size": 2}, ["a2", "B1"]),
        ({"max_size": 2}, ["a1", "a2"]),
        ({"min_size": 2, "max_size": 2}, ["a2"]),
        ({"user_ids": "999"}, []),
        ({"limit": 1, "offset": 1}, None),
    ],
)
def test_artifacts_are_searched(
    user: ApiClient, params: dict[str, Any], found: list[str] | None
) -> None:
    put(user, item("a2", "xx"), item("a1", "x"), item("B1", "xxx"))
    put(user, item("a3"), namespace="other")
    answer = user.get("/artifact/shop/search", params=params)
    if found is None:
        assert len(keys(answer)) == 1
    else:
        assert sorted(keys(answer)) == sorted(found)
    assert "x-total-count" not in answer.headers


def test_searches_find_who_wrote(instance: Instance, user: ApiClient) -> None:
    me = put(user, item("a"), item("b"))[0]["created_by_userid"]
    other = instance.as_role("Viewer")
    put(other, item("a", version=1), item("c"))
    assert keys(user.get("/artifact/shop/search", params={"user_ids": f"{me},999"})) == ["a", "b"]
    them = other.get("/user").json()["id"]
    assert keys(user.get("/artifact/shop/search", params={"user_ids": them})) == ["a", "c"]


def test_counting_is_done_when_asked(user: ApiClient) -> None:
    put(user, *(item(f"k{n}") for n in range(5)))
    params = {"limit": 2, "offset": 2, "tally": "true"}
    answer = user.get("/artifact/shop/search", params=params)
    assert keys(answer) == ["k2", "k3"]
    assert answer.headers["x-total-count"] == "5"
    assert 'rel="next"' in answer.headers["link"]
    listed = user.get("/artifact/shop", params={"key": "k1,k4", "tally": "true"})
    assert listed.headers["x-total-count"] == "2"


def test_namespaces_are_counted(user: ApiClient) -> None:
    put(user, item("a"), item("b"))
    put(user, item("a"), namespace="other")
    answer = user.get("/artifact/namespaces")
    assert answer.json() == [{"namespace": "other", "count": 1}, {"namespace": "shop", "count": 2}]
    page = user.get("/artifact/namespaces", params={"limit": 1, "offset": 1, "fields": "count"})
    assert page.json() == [{"count": 2}]


def test_artifacts_are_deleted_and_namespaces_purged(admin: ApiClient, user: ApiClient) -> None:
    put(user, *(item(key) for key in "abcd"))
    assert user.delete("/artifact/shop", params={"key": "a,x"}).status == 204
    assert user.delete("/artifact/shop", params={"key": "a,x"}).status == 404
    assert user.delete("/artifact/shop").status == 400
    assert user.delete("/artifact/shop/purge").status == 404
    assert keys(user.get("/artifact/shop/search")) == ["b", "c", "d"]
    put(user, item("a"), namespace="other")
    for _ in range(2):
        assert admin.delete("/artifact/shop/purge").status == 204
    assert [row["namespace"] for row in user.get("/artifact/namespaces").json()] == ["other"]


def test_the_store_has_a_size(make_instance: Callable[..., Instance]) -> None:
    instance = make_instance(artifact_bytes=10)
    user = instance.as_role("Viewer")
    put(user, item("a", "12345678"))
    assert user.get("/artifact/usage").json() == {"max_size": 10, "usage": 8}
    full = user.put("/artifacts/shop", [item("b", "123")])
    assert full.status == 422
    assert "10 bytes" in full.text
    assert user.get("/artifact/usage").json()["usage"] == 8
    put(user, item("a", "", version=1))
    assert user.get("/artifact/usage").json()["usage"] == 0


def test_nobody_else_comes_in(instance: Instance, user: ApiClient) -> None:
    put(user, item("a"))
    stranger = instance.anonymous
    assert stranger.get("/artifact/shop", params={"key": "a"}).status == 401
    assert stranger.put("/artifacts/shop", [item("b")]).status == 401
