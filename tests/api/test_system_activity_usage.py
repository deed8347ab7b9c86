"""System Activity tells how the instance is used: calls of the API, parts of runs, dashboards."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance
from tests.api.test_history import finished
from tests.api.test_system_activity import MODEL, QUERY, ask

from belvedere import clock

_OURS = {"query.model": "thelook"}


def metrics(client: ApiClient, names: list[str], **filters: str) -> dict[str, Any]:
    fields = [f"query_metrics.{name}" for name in names]
    (found,) = ask(client, "query_metrics", fields, filters=_OURS | filters)
    return {name.partition(".")[2]: value for name, value in found.items()}


def test_calls_of_the_api_are_counted_by_day_and_operation(kept: Instance) -> None:
    admin, ada = kept.as_role("Admin"), kept.as_role("User", "Lovelace")
    for _ in range(3):
        assert admin.get("/user").status == 200
    assert ada.get("/user").status == 200
    for _ in range(2):
        assert ada.post("/queries/run/json", QUERY).status == 200
    assert ada.get("/dashboards/404").status == 404
    fields = ["api_usage.endpoint", "api_usage.api_query_type", "api_usage.total_usage"]
    wanted = {"api_usage.endpoint": "me,run_inline_query,dashboard,all_looks"}
    today = wanted | {"api_usage.created_date": "today"}
    found = ask(admin, "api_usage", fields, filters=today, sorts=["api_usage.endpoint"])
    assert [tuple(row.values()) for row in found] == [
        ("dashboard", "non_query", 1),
        ("me", "non_query", 4),
        ("run_inline_query", "db_query", 3),  # with the one that asks
    ]
    admin.get("/user")
    days = ask(
        admin,
        "api_usage",
        ["api_usage.created_date", "api_usage.total_usage", "api_usage.count"],
        filters={"api_usage.endpoint": "me"},
    )
    assert [tuple(row.values()) for row in days] == [(f"{clock.now():%Y-%m-%d}", 5, 1)]
    yesterday = {"api_usage.created_date": "yesterday"}
    assert ask(admin, "api_usage", fields, filters=yesterday) == []


def test_calls_without_a_valid_token_are_not_counted(admin: ApiClient) -> None:
    assert admin.with_token("nonsense").get("/user").status == 401
    wanted = {"api_usage.endpoint": "me"}
    assert ask(admin, "api_usage", ["api_usage.endpoint"], filters=wanted) == []


def test_runs_tell_how_long_their_parts_took(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    assert admin.post("/queries/run/json", {**QUERY, "total": True}).status == 200
    parts = ["prepare", "acquire_connection", "execute_main_query", "load_main_query_in_memory"]
    totals = ["execute_totals_query", "load_totals_query_in_memory"]
    absent = ["queued", "cache_load", "pdt", "load_process_and_stream_main_query", "explore_init"]
    whole = ["async_processing", "connection_held", "post_processing"]
    found = metrics(admin, parts + totals + absent + whole)
    assert all(found[name] >= 0 for name in parts + totals)
    assert [found[name] for name in absent] == [None] * len(absent)
    assert sum(found[name] for name in parts) < found["async_processing"]
    held = sum(found[name] for name in (*parts[2:], *totals))
    assert held == pytest.approx(found["connection_held"], abs=1e-6)
    assert metrics(admin, ["count", "count_queued_events", "count_acquire_connection"]) == {
        "count": 1,
        "count_queued_events": 0,
        "count_acquire_connection": 1,
    }


def test_what_comes_from_the_cache_held_no_connection(admin: ApiClient) -> None:
    for format_ in ("json", "csv"):
        assert admin.post(f"/queries/run/{format_}", QUERY).status == 200
    names = ["cache_load", "connection_held", "execute_main_query"]
    found = metrics(admin, names, **{"history.result_source": "cache"})
    assert found["cache_load"] > 0
    assert (found["connection_held"], found["execute_main_query"]) == (None, None)
    repeated = admin.post("/queries/run/csv", QUERY)  # the whole answer is still in memory
    assert repeated.status == 200
    assert metrics(admin, ["count"]) == {"count": 3}
    averages = metrics(admin, ["connection_held_average", "connection_held_sum"])
    held = averages["connection_held_sum"]
    assert averages["connection_held_average"] == pytest.approx(held / 3)


def test_tasks_were_queued_and_streams_were_streamed(admin: ApiClient) -> None:
    query = admin.post("/queries", QUERY).json()["id"]
    finished(admin, query_id=query)
    assert metrics(admin, ["queued"])["queued"] >= 0
    every = {**QUERY, "fields": ["users.id"], "limit": "-1"}
    assert admin.post("/queries/run/json", every).status == 200
    names = ["load_process_and_stream_main_query", "load_main_query_in_memory"]
    streamed = metrics(admin, names, **{"query.limit": "<0"})
    assert streamed[names[0]] > 0
    assert streamed[names[1]] is None


def test_a_failure_of_the_answer_is_not_one_of_the_query(admin: ApiClient) -> None:
    calculated = [{"table_calculation": "broken", "expression": "${users.nothing} + 1"}]
    body = {**QUERY, "dynamic_fields": json.dumps(calculated)}
    admin.post("/queries/run/json", body)
    statuses = ask(admin, "history", ["history.status"], filters=_OURS)
    assert {row["history.status"] for row in statuses} <= {"complete"}


def test_warnings_wait_for_enough_runs(admin: ApiClient) -> None:
    assert admin.post("/queries/run/json", QUERY).status == 200
    names = ["sorted_warnings", "combo_warning", "combo_recommendations"]
    assert list(metrics(admin, names).values()) == [0, "", ""]


def test_runs_of_dashboards_tell_how_long_they_took(kept: Instance) -> None:
    admin, ada = kept.as_role("Admin"), kept.as_role("User", "Lovelace")
    query = admin.post("/queries", QUERY).json()["id"]
    dashboard = admin.post("/dashboards", {"title": "Sales", "folder_id": "1"}).json()["id"]
    for client in (admin, admin, ada):
        finished(client, query_id=query, dashboard_id=dashboard)
    stats = "dashboard_history_stats"
    found = ask(
        admin,
        "dashboard_performance",
        [
            "dashboard.title",
            "dashboard_performance.count",
            "history.dashboard_run_count",
            "history.query_run_count",
            f"{stats}.avg_runtime",
            f"{stats}.avg_tile_runtime",
        ],
    )
    (row,) = found
    assert row["dashboard.title"] == "Sales"
    assert row["history.query_run_count"] == 3
    assert row["dashboard_performance.count"] == row["history.dashboard_run_count"]
    assert row["dashboard_performance.count"] in (2, 3)  # a minute may end in between
    (runs,) = ask(admin, "history", ["history.total_runtime", "history.max_runtime"], filters=_OURS)
    assert row[f"{stats}.avg_tile_runtime"] == pytest.approx(runs["history.total_runtime"] / 3)
    by_run = ask(
        admin,
        "dashboard_performance",
        ["dashboard_performance.dashboard_run_session", f"{stats}.max_runtime", f"{stats}.seconds"],
    )
    longest = max(one[f"{stats}.max_runtime"] for one in by_run)
    assert longest == pytest.approx(runs["history.max_runtime"])
    average = sum(one[f"{stats}.seconds"] for one in by_run) / len(by_run)
    assert row[f"{stats}.avg_runtime"] == pytest.approx(average)


def test_fields_count_where_they_are_shown_and_where_they_filter(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    for _ in range(2):
        assert admin.post("/queries/run/json", QUERY).status == 200
    filtered = {**QUERY, "fields": ["users.count"], "filters": {"users.state": "CA"}}
    assert admin.post("/queries/run/json", filtered).status == 200
    admin.post("/queries", {**QUERY, "fields": ["users.age"]})
    names = ("model", "explore", "view", "field", "times_used")
    found = ask(
        admin,
        "field_usage",
        [f"field_usage.{name}" for name in names],
        filters={"field_usage.model": "thelook"},
        sorts=["field_usage.times_used desc", "field_usage.field"],
    )
    assert [tuple(row.values()) for row in found] == [
        ("thelook", "users", "users", "users.count", 3),
        ("thelook", "users", "users", "users.state", 3),
        ("thelook", "users", "users", "users.age", 0),
    ]
    never = {"field_usage.model": "thelook", "field_usage.times_used": "0"}
    unused = ask(admin, "field_usage", ["field_usage.field"], filters=never)
    assert unused == [{"field_usage.field": "users.age"}]


def test_sources_of_merge_queries_are_known(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    queries = [admin.post("/queries", {**QUERY, "limit": limit}).json()["id"] for limit in "34"]
    pairs = [{"field_name": "users.state", "source_field_name": "users.state"}]
    sources = [
        {"query_id": queries[0], "name": "first", "merge_fields": []},
        {"query_id": queries[1], "name": "second", "merge_fields": pairs},
    ]
    assert admin.post("/merge_queries", {"source_queries": sources}).status == 200
    source = "merge_query_source_query"
    fields = [f"{source}.name", "query.model", "query.view", "query.limit"]
    found = ask(admin, "merge_query", fields, sorts=[f"{source}.name"])
    assert [tuple(row.values()) for row in found] == [
        ("first", "thelook", "users", 3),
        ("second", "thelook", "users", 4),
    ]
    counted = ask(admin, "merge_query", ["merge_query.count", f"{source}.count"])
    assert [tuple(row.values()) for row in counted] == [(1, 2)]


def test_what_people_may_do_is_told(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    for role in ("Developer", "Viewer"):
        kept.as_role(role, role)
    kept.user(None, "Nobody")
    names = ("is_admin", "is_developer", "is_explorer", "is_content_saver", "is_viewer")
    found = ask(
        admin,
        "user",
        ["user.last_name", *(f"user_facts.{name}" for name in names)],
        sorts=["user.last_name"],
    )
    assert [tuple(row.values()) for row in found] == [
        ("Admin", *("Yes",) * 5),
        ("Developer", "No", *("Yes",) * 4),
        ("Nobody", *("No",) * 5),
        ("Viewer", "No", "No", "No", "No", "Yes"),
    ]


def test_logins_with_keys_are_told_apart_from_those_of_people(kept: Instance) -> None:
    admin, ada = kept.as_role("Admin"), kept.user("User", "Lovelace")
    key = admin.post(f"/users/{ada}/credentials_api3").json()
    given = {"client_id": key["client_id"], "client_secret": key["client_secret"]}
    assert kept.anonymous.post("/login", params=given).status == 200
    names = ("last_api_login_date", "last_ui_login_date")
    found = ask(
        admin,
        "user",
        [f"user_facts.{name}" for name in names],
        filters={"user.id": str(ada)},
    )
    assert [tuple(row.values()) for row in found] == [(f"{clock.now():%Y-%m-%d}", None)]


def test_groups_name_their_parents_children_and_roles(admin: ApiClient) -> None:
    inner, outer = (admin.post("/groups", {"name": name}).json()["id"] for name in ("In", "Out"))
    admin.post(f"/groups/{outer}/groups", {"group_id": inner})
    roles = {role["name"]: role["id"] for role in admin.get("/roles").json()}
    assert admin.put(f"/roles/{roles['Viewer']}/groups", [outer]).status == 200
    fields = ["group.name", "parent_group.name", "child_group.name", "role.name"]
    found = ask(admin, "group", fields, filters={"group.name": "In,Out"}, sorts=["group.name"])
    assert [tuple(row.values()) for row in found] == [
        ("In", "Out", None, None),
        ("Out", None, "In", "Viewer"),
    ]


def test_dashboards_that_ask_for_much_are_warned_of(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()["id"]
    body = {"title": "Busy", "folder_id": "1", "refresh_interval": "30 seconds"}
    busy = admin.post("/dashboards", {**body, "load_configuration": "cache_run"}).json()["id"]
    calm = {"title": "Calm", "folder_id": "1", "refresh_interval": "1 hour"}
    quiet = admin.post("/dashboards", calm).json()["id"]
    for dashboard, tiles in ((busy, 26), (quiet, 2)):
        for _ in range(tiles):
            tile = {"dashboard_id": dashboard, "type": "vis", "query_id": query}
            assert admin.post("/dashboard_elements", tile).status == 200
    names = ("high_query_count", "high_merge_query_count", "low_auto_refresh_interval")
    found = ask(
        admin,
        "dashboard",
        ["dashboard.title", "dashboard.refresh_interval_ordered", "dashboard.run_on_load"]
        + [f"dashboard_element.{name}" for name in (*names, "sorted_warnings")],
        sorts=["dashboard.title"],
    )
    assert [tuple(row.values()) for row in found] == [
        ("Busy", 30, "No", 1, 0, 1, 2),
        ("Calm", 3600, "Yes", 0, 0, 0, 0),
    ]
    warned = ask(
        admin,
        "dashboard",
        ["dashboard.title", "dashboard_element.combo_warning"],
        filters={"dashboard_element.sorted_warnings": ">0"},
    )
    assert [tuple(row.values()) for row in warned] == [
        ("Busy", "Many tiles have data. It refreshes itself often. ")
    ]


def test_dashboards_without_runs_are_not_used(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()["id"]
    used, unused = (
        admin.post("/dashboards", {"title": title, "folder_id": "1"}).json()["id"]
        for title in ("Used", "Unused")
    )
    for dashboard in (used, unused):
        tile = {"dashboard_id": dashboard, "type": "vis", "query_id": query}
        assert admin.post("/dashboard_elements", tile).status == 200
    finished(admin, query_id=query, dashboard_id=used)
    look = admin.post("/looks", {"title": "L", "query_id": query, "folder_id": "1"}).json()
    assert admin.get(f"/looks/{look['id']}/run/json").status == 200
    lately = "filtered_history_dashboards.dashboards_used_last_30"
    counted = ask(admin, "dashboard", ["dashboard.count", lately])
    assert counted == [{"dashboard.count": 2, lately: 1}]
    of_looks = "filtered_history_looks.looks_used_last_7"
    assert ask(admin, "look", [of_looks]) == [{of_looks: 1}]
    new = {"dashboard_element.created_date": "today"}
    tiles = ask(admin, "dashboard", ["dashboard_element.count"], filters=new)
    assert tiles == [{"dashboard_element.count": 2}]
    copied = admin.post(f"/dashboards/{used}/copy").json()
    assert copied["dashboard_elements"]
    tiles = ask(admin, "dashboard", ["dashboard_element.count"], filters=new)
    assert tiles == [{"dashboard_element.count": 3}]


def test_content_tells_in_which_ways_it_was_asked_for(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    query = admin.post("/queries", QUERY).json()["id"]
    sales, gone = (
        admin.post("/dashboards", {"title": title, "folder_id": "1"}).json()["id"]
        for title in ("Sales", "Gone")
    )
    for source in ("dashboard", "dashboard", "private_embed", None):
        body = {"query_id": query, "dashboard_id": sales}
        finished(admin, **body if source is None else {**body, "source": source})
    look = admin.post("/looks", {"title": "L", "query_id": query, "folder_id": "1"}).json()
    assert admin.get(f"/looks/{look['id']}/run/json").status == 200
    assert admin.patch(f"/dashboards/{gone}", {"deleted": True}).status == 200
    names = ("content_title", "api_total", "embed_total", "schedule_total", "other_total")
    found = ask(
        admin,
        "content_usage",
        [f"content_usage.{name}" for name in names],
        filters={"content_usage.dashboard_deleted": "No", "content_usage.look_deleted": "No"},
        sorts=["content_usage.content_title"],
    )
    assert [tuple(row.values()) for row in found] == [("L", 1, 0, 0, 0), ("Sales", 1, 1, 0, 2)]


def test_fields_of_a_query_s_own_are_counted(kept: Instance) -> None:
    admin = kept.as_role("Admin")
    own = [
        {
            "table_calculation": "twice",
            "expression": "${users.count} * 2",
            "label": 'a "measure": b',
        },
        {"measure": "ages", "based_on": "users.age", "type": "average"},
        {"dimension": "upper", "expression": "upper(${users.state})", "category": "dimension"},
    ]
    body = {**QUERY, "dynamic_fields": json.dumps(own)}
    assert admin.post("/queries/run/json", body).status == 200
    assert admin.post("/queries/run/json", QUERY).status == 200
    field = "query.count_of_dynamic_fields"
    found = ask(admin, "history", [field], filters=_OURS, sorts=[field])
    assert found == [{field: 0}, {field: 3}]
    many = ask(admin, "history", ["history.count"], filters=_OURS | {field: ">2"})
    assert many == [{"history.count": 1}]


def test_events_of_the_api_are_told_apart(admin: ApiClient) -> None:
    admin.post("/dashboards", {"title": "Sales", "folder_id": "1"})
    called = {"event.is_api_call": "Yes"}
    found = ask(admin, "event", ["event.name", "event.category"], filters=called)
    assert found == [{"event.name": "create_dashboard", "event.category": "api"}]


def test_the_length_of_the_last_run_goes_with_every_run(admin: ApiClient) -> None:
    for _ in range(2):
        assert admin.post("/queries/run/json", {**QUERY, "limit": "8"}).status == 200
    fields = ["history.runtime", "history.most_recent_length", "history.created_time"]
    runs = ask(admin, "history", fields, filters=_OURS, sorts=["history.created_time"])
    lengths = {row["history.most_recent_length"] for row in runs}
    assert len(lengths) == 1
    assert lengths <= {row["history.runtime"] for row in runs}


@pytest.mark.parametrize("explore", ["api_usage", "query_metrics", "dashboard_performance"])
def test_only_who_may_see_system_activity_sees_it(instance: Instance, explore: str) -> None:
    developer = instance.as_role("Developer")
    body = {"model": MODEL, "view": explore, "fields": [f"{explore}.count"]}
    assert developer.post("/queries/run/json", body).status == 404
    assert developer.get(f"/lookml_models/{MODEL}/explores/{explore}").status == 404
