"""Dashboards through the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import looker_sdk
import pytest
from looker_sdk import models40 as models

from .conftest import Server


@pytest.fixture
def sdk(server: Server) -> Iterator[Any]:
    client = looker_sdk.init40(str(server.ini))
    yield client
    client.auth.logout()


@pytest.fixture
def dashboard(sdk: Any) -> Iterator[models.Dashboard]:
    made = sdk.create_dashboard(models.WriteDashboard(title="SDK dashboard", folder_id="1"))
    yield made
    sdk.delete_dashboard(made.id)


def test_dashboards(sdk: Any, dashboard: models.Dashboard) -> None:
    query = sdk.create_query(
        models.WriteQuery(model="thelook", view="users", fields=["users.state", "users.count"])
    )
    found = sdk.create_dashboard_filter(
        models.WriteCreateDashboardFilter(
            dashboard_id=dashboard.id,
            name="State",
            title="State",
            type="field_filter",
            model="thelook",
            explore="users",
            dimension="users.state",
        )
    )
    element = sdk.create_dashboard_element(
        models.WriteDashboardElement(dashboard_id=dashboard.id, query_id=query.id, title="t"),
        apply_filters=True,
    )
    assert element.result_maker.filterables[0].listen[0].dashboard_filter_name == "State"
    whole = sdk.dashboard(dashboard.slug)
    assert [one.title for one in whole.dashboard_elements] == ["t"]
    (layout,) = whole.dashboard_layouts
    (component,) = sdk.dashboard_layout_dashboard_layout_components(layout.id)
    moved = sdk.update_dashboard_layout_component(
        component.id, models.WriteDashboardLayoutComponent(row=3, width=24)
    )
    assert (moved.row, moved.width) == (3, 24)
    assert sdk.search_dashboards(title="sdk d%")[0].id == dashboard.id
    assert sdk.search_dashboard_elements(dashboard_id=dashboard.id)[0].id == element.id
    assert (
        sdk.update_dashboard_filter(
            found.id, models.WriteDashboardFilter(default_value="Ohio")
        ).default_value
        == "Ohio"
    )
    copy = sdk.copy_dashboard(dashboard.id)
    assert copy.title == "SDK dashboard (copy)"
    text = sdk.dashboard_lookml(copy.id)
    again = sdk.import_dashboard_from_lookml(models.WriteDashboardLookml(lookml=text.lookml))
    assert again.id == copy.id
    assert sdk.update_dashboard(copy.id, models.WriteDashboard(deleted=True)).deleted
    sdk.delete_dashboard(copy.id)
    assert isinstance(sdk.search_lookml_dashboards(), list)
