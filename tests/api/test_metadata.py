"""Models, explores, connections, and what is in the databases."""

from __future__ import annotations

import pytest

from belvedere.compiler import dialects


def test_models_and_their_configuration(admin) -> None:
    (model,) = admin.get("/lookml_models").json()
    assert model["name"] == "thelook"
    assert model["project_name"] == "thelook"
    assert "order_items" in {explore["name"] for explore in model["explores"]}
    made = admin.post("/lookml_models", {"name": "other", "project_name": "thelook"}).json()
    assert made["allowed_db_connection_names"] == []
    changed = admin.patch("/lookml_models/other", {"unlimited_db_connections": True}).json()
    assert changed["unlimited_db_connections"] is True
    assert admin.post("/lookml_models", {"name": "other"}).status == 422
    assert admin.post("/lookml_models", {}).json()["errors"][0]["field"] == "name"
    assert admin.patch("/lookml_models/other", {"project_name": "nothing"}).status == 422
    assert admin.delete("/lookml_models/other").status == 204
    assert admin.get("/lookml_models/other").status == 404


def test_only_managers_configure_models(instance) -> None:
    developer = instance.as_role("Developer")
    assert developer.post("/lookml_models", {"name": "x"}).status == 404
    assert developer.delete("/lookml_models/thelook").status == 404


def test_an_explore_describes_its_fields(admin) -> None:
    explore = admin.get("/lookml_models/thelook/explores/order_items").json()
    assert explore["id"] == "thelook::order_items"
    assert explore["connection_name"] == "thelook"
    fields = {field["name"]: field for field in explore["fields"]["dimensions"]}
    created = fields["order_items.created_month"]
    assert created["type"] == "date_month"
    assert created["time_interval"] == {"name": "month", "count": 1}
    assert created["is_timeframe"] is True
    assert fields["users.state"]["label"] == "Users State"
    assert fields["users.state"]["label_short"] == "State"
    assert fields["users.state"]["suggestable"] is True
    tier = fields["users.age_tier"]
    assert tier["enumerations"]
    measures = {field["name"]: field for field in explore["fields"]["measures"]}
    assert measures["order_items.count"]["type"] == "count"
    assert measures["users.count"]["type"] == "count_distinct"
    assert {join["name"] for join in explore["joins"]} >= {"users", "products"}
    assert admin.get("/lookml_models/thelook/explores/nothing").status == 404
    assert admin.get("/lookml_models/nothing/explores/users").status == 404
    assert admin.get("/models/thelook").json()["connection"] == "thelook"


def test_suggestions(admin) -> None:
    path = "/models/thelook/views/order_items/fields/{}/suggestions"
    every = admin.get(path.format("users.gender")).json()["suggestions"]
    assert every == sorted(every)
    state = admin.get(path.format("users.state"), params={"term": "new"}).json()["suggestions"]
    assert state
    assert all("new" in name.lower() for name in state)
    assert admin.get(path.format("users.age_tier")).json()["suggestions"][0]
    assert admin.get(path.format("users.id")).json()["suggestions"] == []
    assert admin.get(path.format("users.nothing")).status in (400, 404)
    narrowed = admin.get(
        path.format("users.city"), params={"filters": '{"users.state": "California"}'}
    ).json()["suggestions"]
    assert len(narrowed) < len(admin.get(path.format("users.city")).json()["suggestions"])
    assert admin.get(path.format("users.city"), params={"filters": "["}).status == 400


def definition(shop, **changes):
    return {"name": "second", "dialect_name": "duckdb", "database": str(shop), **changes}


def test_connections_are_defined_changed_tested_and_removed(admin, shop) -> None:
    made = admin.post("/connections", definition(shop, username="u", password="hidden")).json()
    assert made["has_password"] is True
    assert "hidden" not in str(made)
    assert admin.get("/connections/second").json()["database"] == str(shop)
    results = admin.put("/connections/second/test").json()
    assert {item["status"] for item in results} == {"success"}
    one = admin.put("/connections/second/test", params={"tests": "connect"}).json()
    assert [item["name"] for item in one] == ["connect"]
    moved = admin.patch("/connections/second", {"database": "/nowhere.duckdb"})
    assert moved.status == 200
    failed = admin.put("/connections/second/test", params={"tests": "connect"}).json()[0]
    assert failed["status"] == "error"
    assert "no DuckDB database" in failed["message"]
    override = {"pdt_context_override": {"context": "pdt", "host": "h", "password": "hidden"}}
    assert "hidden" not in admin.patch("/connections/second", override).text
    assert admin.delete("/connections/second/connection_override/pdt").status == 204
    assert admin.delete("/connections/second/connection_override/pdt").status == 404
    assert admin.delete("/connections/second").status == 204
    assert admin.get("/connections/second").status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "with blank"}, "name"),
        ({"name": "thelook"}, "name"),
        ({"dialect_name": "oracle7"}, "dialect_name"),
        ({"port": "70000"}, "port"),
        ({"query_timezone": "Mars"}, "query_timezone"),
        ({"max_connections": 0}, "max_connections"),
        ({"ssl": "perhaps"}, "ssl"),
    ],
)
def test_wrong_definitions_change_nothing(admin, shop, change, field) -> None:
    answer = admin.post("/connections", definition(shop, **change))
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]
    assert [item["name"] for item in admin.get("/connections").json()] == ["thelook"]


def test_a_definition_is_tried_without_being_stored(admin, shop) -> None:
    results = admin.put("/connections/test", definition(shop), params={"tests": "connect,query"})
    assert [item["status"] for item in results.json()] == ["success", "success"]
    assert len(admin.get("/connections").json()) == 1
    assert admin.put("/connections/test", {"name": "x"}).status == 422


def test_connections_show_where_they_lead_to_administrators_only(instance) -> None:
    viewer = instance.as_role("Viewer")
    shown = viewer.get("/connections/thelook").json()
    assert "database" not in shown
    assert viewer.post("/connections", {"name": "x"}).status == 403
    assert viewer.get("/connections/thelook/tables").status == 404
    assert instance.as_role("Developer").get("/connections/thelook/tables").status == 200


def test_what_is_in_a_database(admin) -> None:
    base = "/connections/thelook"
    assert admin.get(f"{base}/databases").json()
    (schema,) = [s for s in admin.get(f"{base}/schemas").json() if s["name"] == "main"]
    assert schema["is_default"] is True
    (main,) = [s for s in admin.get(f"{base}/tables").json() if s["name"] == "main"]
    assert {"users", "orders", "order_items"} <= {table["name"] for table in main["tables"]}
    filtered = admin.get(f"{base}/tables", params={"table_filter": "order"}).json()
    names = {table["name"] for schema in filtered for table in schema["tables"]}
    assert names == {"orders", "order_items"}
    (users,) = admin.get(f"{base}/columns", params={"table_names": "users"}).json()
    assert {c["name"]: c["data_type_looker"] for c in users["columns"]}["age"] == "number"
    found = admin.get(f"{base}/search_columns", params={"column_name": "sale_pr"}).json()
    assert [(item["table_name"], item["column_name"]) for item in found] == [
        ("order_items", "sale_price")
    ]
    assert admin.get(f"{base}/features").json()["dialect_name"] == "duckdb"
    assert admin.post(f"{base}/cost_estimate", {"sql": "SELECT 1"}).status == 501
    assert admin.get("/connections/nothing/tables").status == 404
    assert {info["name"] for info in admin.get("/dialect_info").json()} == set(dialects.names())


def test_one_model(admin) -> None:
    model = admin.get("/lookml_models/thelook").json()
    assert model["label"]
    assert {explore["name"] for explore in model["explores"]} >= {"users", "orders"}
    assert admin.get("/lookml_models/nothing").status == 404
