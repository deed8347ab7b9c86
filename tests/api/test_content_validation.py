"""Content after a change of LookML: everything that it broke is told, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import PROJECT, Instance
from tests.api.test_content_access import closed
from tests.api.test_folders import made

from belvedere.content.tables import (
    ContentMetadata,
    Dashboard,
    DashboardElement,
    DashboardFilter,
    ResultMaker,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A LookML folder that can be changed."""
    return Path(shutil.copytree(PROJECT, tmp_path / "thelook"))


@pytest.fixture
def instance(make_instance: Callable[..., Instance], project: Path) -> Instance:
    return make_instance(project)


def query(client: ApiClient, **more: Any) -> str:
    body = {"model": "thelook", "view": "users", "fields": ["users.state", "users.count"], **more}
    answer = client.post("/queries", body)
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def look(client: ApiClient, title: str, query_id: str, folder: str = "1") -> str:
    answer = client.post("/looks", {"title": title, "query_id": query_id, "folder_id": folder})
    assert answer.status == 200, answer.text
    identifier: str = answer.json()["id"]
    return identifier


def dashboard(instance: Instance, query_id: str, **filters: str) -> int:
    now = instance.services.clock()
    with instance.services.database.session() as session:
        row = Dashboard(
            title="Board",
            folder_id=1,
            user_id=1,
            created_at=now,
            updated_at=now,
            meta=ContentMetadata(content_type="dashboard"),
        )
        session.add(row)
        session.flush()
        listening = {"dashboard_filter_name": "State", "field": "users.state"}
        maker = ResultMaker(
            query_slug=query_id,
            filterables=[{"model": "thelook", "view": "users", "listen": [listening]}],
        )
        session.add(
            DashboardElement(
                dashboard_id=row.id, type="vis", query_slug=query_id, result_maker=maker
            )
        )
        session.add(
            DashboardFilter(
                dashboard_id=row.id, name="State", title="State", type="field_filter", **filters
            )
        )
        return row.id


def validated(client: ApiClient, **params: str) -> dict[str, Any]:
    answer = client.get("/content_validation", params=params)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def messages(found: dict[str, Any], kind: str) -> list[str]:
    return [
        error["message"]
        for item in found["content_with_errors"]
        if kind in item
        for error in item["errors"]
    ]


def rename(project: Path, old: str, new: str) -> None:
    """A field of the view of users."""
    for path in project.rglob("*.lkml"):
        text = path.read_text()
        if "view: users" in text:
            path.write_text(text.replace(f"dimension: {old} ", f"dimension: {new} "))


def test_content_that_is_well(instance: Instance) -> None:
    admin = instance.as_role("Admin")
    sorts = ["users.state desc", "users.count"]
    calculated = '[{"table_calculation":"double","expression":"${users.count} * 2"}]'
    fields = ["users.state", "users.count", "double"]
    look(admin, "Well", query(admin, sorts=sorts, dynamic_fields=calculated, fields=fields))
    dashboard(instance, query(admin), model="thelook", explore="users", dimension="users.state")
    found = validated(admin)
    assert found["content_with_errors"] == []
    assert found["total_looks_validated"] == 1
    assert found["total_dashboard_elements_validated"] == 1
    assert found["total_dashboard_filters_validated"] == 1
    assert found["total_explores_validated"] > 3


def test_content_over_system_activity_is_well_too(instance: Instance) -> None:
    admin = instance.as_role("Admin")
    fields = ["user.name", "history.query_run_count"]
    known = query(admin, model="system__activity", view="history", fields=fields)
    look(admin, "Usage", known)
    assert validated(admin)["content_with_errors"] == []
    broken = query(admin, model="system__activity", view="history", fields=["user.nome"])
    look(admin, "Broken", broken)
    assert messages(validated(admin), "look")[0].startswith('Unknown field "user.nome".')


def test_a_renamed_field_breaks_what_names_it(instance: Instance, project: Path) -> None:
    admin = instance.as_role("Admin")
    custom = '[{"measure":"states","based_on":"users.state","type":"count_distinct"}]'
    broken = query(admin, filters={"users.state": "Texas"}, sorts=["users.state"])
    look(admin, "Broken", broken)
    look(
        admin,
        "By formula",
        query(admin, fields=["users.count"], filter_expression='${users.state} = "x"'),
    )
    look(admin, "Custom", query(admin, fields=["states"], dynamic_fields=custom))
    look(admin, "Well", query(admin, fields=["users.count"]))
    dashboard(instance, broken, model="thelook", explore="users", dimension="users.state")
    assert validated(admin)["content_with_errors"] == []
    rename(project, "state", "region")
    found = validated(admin)
    for kind, count in (("look", 3), ("dashboard_element", 1), ("dashboard_filter", 1)):
        told = messages(found, kind)
        assert len(told) == count
        assert all(message.startswith('Unknown field "users.state".') for message in told)
    (error,) = found["content_with_errors"][0]["errors"]
    assert (error["model_name"], error["explore_name"]) == ("thelook", "users")
    assert (error["field_name"], error["removable"]) == ("users.state", True)
    by_formula = found["content_with_errors"][1]
    assert by_formula["look"]["title"] == "By formula"
    assert by_formula["errors"][0]["removable"] is False
    assert by_formula["look"]["folder"]["name"] == "Shared"


def test_models_and_explores_that_are_gone(instance: Instance, project: Path) -> None:
    admin = instance.as_role("Admin")
    look(admin, "Model", query(admin, model="thelok"))
    look(admin, "Explore", query(admin, view="user"))
    found = messages(validated(admin), "look")
    assert found[0] == 'Unknown model "thelok".'
    assert found[1].startswith('Explore "user" not found in model "thelook".')
    assert 'Did you mean "users"?' in found[1]


def test_the_trash_and_other_projects_are_left_out(instance: Instance, project: Path) -> None:
    admin = instance.as_role("Admin")
    gone = look(admin, "Gone", query(admin, view="nope"))
    assert len(validated(admin)["content_with_errors"]) == 1
    assert validated(admin, project_names="other")["content_with_errors"] == []
    assert len(validated(admin, project_names="thelook")["content_with_errors"]) == 1
    assert admin.patch(f"/looks/{gone}", {"deleted": True}).status == 200
    assert validated(admin)["content_with_errors"] == []


def test_within_folders(instance: Instance, project: Path) -> None:
    admin = instance.as_role("Admin")
    outer = made(admin, "outer")
    inner = made(admin, "inner", outer)
    other = made(admin, "other")
    look(admin, "In", query(admin, view="nope"), inner)
    look(admin, "Out", query(admin, view="nope"), other)
    found = validated(admin, space_ids=outer)
    assert [item["look"]["title"] for item in found["content_with_errors"]] == ["In"]
    assert admin.get("/content_validation", params={"space_ids": "9999"}).status == 404


def test_who_develops_nothing_validates_nothing(instance: Instance) -> None:
    for role in ("User", "Viewer"):
        assert instance.as_role(role).get("/content_validation").status == 404


def test_developers_are_told_of_what_they_see_only(instance: Instance) -> None:
    admin, developer = instance.as_role("Admin"), instance.as_role("Developer")
    metadata = admin.get("/folders/1").json()["content_metadata_id"]
    params = {"content_metadata_id": metadata}
    (entry,) = admin.get("/content_metadata_access", params=params).json()
    admin.put(f"/content_metadata_access/{entry['id']}", {"permission_type": "view"})
    secret, _ = closed(admin, "secret")
    look(admin, "Secret", query(admin, view="nope"), secret)
    assert len(validated(admin)["content_with_errors"]) == 1
    assert validated(developer)["content_with_errors"] == []


def test_every_part_of_lookml_dashboards_is_looked_through(
    instance: Instance, project: Path
) -> None:
    (project / "shop.dashboard.lookml").write_text(
        """
- dashboard: shop
  elements:
  - name: fields
    explore: users
    fields: [users.state, custom, sum]
    dynamic_fields:
    - {dimension: custom, expression: "upper(${users.state})"}
    - {measure: sum, based_on: users.state, type: count_distinct}
  - name: picture
    explore: users
    fields: [users.count]
    subtotals: [users.state]
    listen: {S: users.state}
    hidden_fields: [users.state]
  - {name: listens, explore: users, fields: [users.count], listen: {S: users.state}}
  - name: calculated
    explore: users
    fields: [users.count, c]
    dynamic_fields: [{table_calculation: c, expression: "${users.state}"}]
  filters: [{name: S, type: field_filter, explore: users, field: users.state}]
"""
    )
    model = project / "models/thelook.model.lkml"
    model.write_text(model.read_text() + '\ninclude: "/*.dashboard"\n')
    admin = instance.as_role("Admin")
    assert validated(admin)["content_with_errors"] == []
    rename(project, "state", "region")
    found = [
        (one.get("lookml_dashboard_element", {}).get("lookml_link_id"), one["errors"])
        for one in validated(admin)["content_with_errors"]
    ]
    assert [name for name, _ in found] == ["fields", "picture", "listens", "calculated", None]
    assert {error["field_name"] for _, errors in found for error in errors} == {"users.state"}
    removable = {name: {error["removable"] for error in errors} for name, errors in found}
    assert (removable["listens"], removable["calculated"]) == ({True}, {False})
