"""Every operation on dashboards, called by the unmodified official Python SDK."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from looker_sdk import error, models40 as models

from belvedere.testing import Instance

from . import shop
from .noting import Noting, published

REGIONS = models.WriteQuery(model="shop", view="orders", fields=["orders.region", "orders.count"])
SHOP = "shop::shop"
PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
CERTIFIED = models.CertificationStatus.certified


@pytest.fixture
def looker(tmp_path: Path) -> Iterator[Instance]:
    with shop.served(tmp_path / "shop") as running:
        yield running


def test_every_operation(looker: Instance, tmp_path: Path) -> None:
    sdk = Noting(looker.sdk())
    dashboard = sdk.create_dashboard(models.WriteDashboard(title="SDK dashboard", folder_id="1"))
    for walk in (filters, tiles, layouts, whole):
        walk(sdk, dashboard.id)
    lives(sdk, dashboard.id)
    lookml(sdk, tmp_path / "shop/shop.dashboard.lookml")
    sdk.delete_dashboard(dashboard.id)
    with pytest.raises(error.SDKError, match="Not found"):
        sdk.dashboard(dashboard.id)
    assert published("Dashboard") <= sdk.called


def filters(sdk: Noting, dashboard: str) -> None:
    def made(**values: object) -> models.DashboardFilter:
        body = models.WriteCreateDashboardFilter(dashboard_id=dashboard, **values)
        found: models.DashboardFilter = sdk.create_dashboard_filter(body)
        return found

    region = made(
        name="Region",
        title="Region",
        type="field_filter",
        model="shop",
        explore="orders",
        dimension="orders.region",
    )
    assert region.field["name"] == "orders.region"
    when = made(name="When", title="When", type="date_filter", row=1)
    changed = models.WriteDashboardFilter(default_value="north")
    assert sdk.update_dashboard_filter(region.id, changed).default_value == "north"
    assert sdk.dashboard_filter(when.id).type == "date_filter"
    assert [one.name for one in sdk.dashboard_dashboard_filters(dashboard)] == ["Region", "When"]
    sdk.delete_dashboard_filter(when.id)
    state = '{"Region": "south"}'
    # The SDK reads the answer as a dashboard, as it is described, and so loses what is in it.
    assert isinstance(sdk.create_dashboard_filter_state(state), models.Dashboard)
    guid = sdk.post("/dashboard_filter_state", structure=str, body=state)
    assert sdk.dashboard_filter_state(guid) == state


def tiles(sdk: Noting, dashboard: str) -> None:
    def made(*, apply_filters: bool = False, **values: object) -> models.DashboardElement:
        body = models.WriteDashboardElement(dashboard_id=dashboard, **values)
        found = sdk.create_dashboard_element(body, apply_filters=apply_filters)
        assert isinstance(found, models.DashboardElement)
        return found

    query = sdk.create_query(REGIONS).id
    chart = made(query_id=query, title="Chart", apply_filters=True)
    assert chart.result_maker.filterables[0].listen[0].dashboard_filter_name == "Region"
    look = sdk.create_look(models.WriteLookWithQuery(title="L", folder_id="1", query_id=query))
    assert made(look_id=look.id, title="Look").look.title == "L"
    source = models.MergeQuerySourceQuery(query_id=query, name="one")
    merged = sdk.create_merge_query(models.WriteMergeQuery(source_queries=[source]))
    assert made(merge_result_id=merged.id, title="Merged").merge_result_id == merged.id
    text = made(title_text="Hello", body_text="**bold**")
    assert (text.type, text.body_text_as_html) == ("text", "<p><strong>bold</strong></p>")
    button = made(rich_content_json='{"text": "Go"}')
    assert button.type == "button"
    change = models.WriteDashboardElement(title_text="Welcome")
    assert sdk.update_dashboard_element(text.id, change).title_text == "Welcome"
    assert sdk.dashboard_element(chart.id).query.fields == list(REGIONS.fields)
    picture = made(image_id=f"data:image/png;base64,{b64encode(PIXEL).decode()}")
    assert sdk.get_dashboard_image(dashboard, picture.images[0].id) == PIXEL
    for extra in (button, picture):
        sdk.delete_dashboard_element(extra.id)
    assert [one.type for one in sdk.dashboard_dashboard_elements(dashboard)] == [
        "vis",
        "vis",
        "vis",
        "text",
    ]
    found = sdk.search_dashboard_elements(dashboard_id=dashboard, sorts="title desc")
    assert [one.title for one in found if one.title] == ["Merged", "Look", "Chart"]


def layouts(sdk: Noting, dashboard: str) -> None:
    (layout,) = sdk.dashboard_dashboard_layouts(dashboard)
    component, *_ = sdk.dashboard_layout_dashboard_layout_components(layout.id)
    change = models.WriteDashboardLayoutComponent(row=40, width=24)
    sdk.update_dashboard_layout_component(component.id, change)
    placed = sdk.dashboard_layout_component(component.id)
    assert (placed.row, placed.width, placed.column) == (40, 24, component.column)
    body = models.WriteDashboardLayout(dashboard_id=dashboard, label="More", order=1)
    tab = sdk.create_dashboard_layout(body)
    assert sdk.dashboard_layout(tab.id).label == "More"
    renamed = models.WriteDashboardLayout(label="Rest")
    assert sdk.update_dashboard_layout(tab.id, renamed).label == "Rest"
    sdk.delete_dashboard_layout(tab.id)
    assert [one.id for one in sdk.dashboard_dashboard_layouts(dashboard)] == [layout.id]


def whole(sdk: Noting, dashboard: str) -> None:
    change = models.WriteDashboard(description="Long", refresh_interval="1 hour")
    assert sdk.update_dashboard(dashboard, change).refresh_interval_to_i == 3_600_000
    found = sdk.dashboard(sdk.dashboard(dashboard, fields="slug").slug)
    assert (found.id, found.description) == (dashboard, "Long")
    assert (len(found.dashboard_elements), len(found.dashboard_filters)) == (4, 1)
    text = sdk.dashboard_aggregate_table_lookml(dashboard).aggregate_table_lookml
    assert "aggregate_table: " in text
    seal = models.WriteCertification(certification_status=CERTIFIED, notes="fine")
    sealed = sdk.update_dashboard_certification(dashboard, seal)
    assert sealed.certification_metadata.notes == "fine"


def lives(sdk: Noting, dashboard: str) -> None:
    folder = sdk.create_folder(models.CreateFolder(name="Lives", parent_id="1")).id
    copy = sdk.copy_dashboard(dashboard, folder_id=folder)
    assert [one.type for one in copy.dashboard_elements] == ["vis", "vis", "vis", "text"]
    assert {one.id for one in sdk.all_dashboards(fields="id")} == {dashboard, copy.id, SHOP}
    sdk.update_dashboard(copy.id, models.WriteDashboard(deleted=True))
    assert [one.id for one in sdk.search_dashboards(title="SDK d%")] == [dashboard]
    assert [one.id for one in sdk.search_dashboards(deleted=True)] == [copy.id]
    sdk.update_dashboard(copy.id, models.WriteDashboard(deleted=False))
    assert len(sdk.dashboard(copy.id).dashboard_elements) == 4
    change = models.WriteDashboard(title="Another")
    assert sdk.update_dashboard(copy.id, change).title == "Another"
    assert sdk.move_dashboard(copy.id, folder_id="1").folder.id == "1"
    sdk.delete_dashboard(copy.id)
    sdk.delete_folder(folder)


def lookml(sdk: Noting, file: Path) -> None:
    (origin,) = sdk.search_lookml_dashboards(title="the sh%")
    assert (origin.id, origin.readonly) == (SHOP, True)
    body = models.WriteDashboard(title="Taken")
    taken = sdk.import_lookml_dashboard(SHOP, "1", body)
    assert (taken.title, taken.lookml_link_id) == ("Taken", SHOP)
    file.write_text(file.read_text().replace("title: Regions", "title: By region"))
    assert sdk.sync_lookml_dashboard(SHOP) == [int(taken.id)]
    assert [one.title for one in sdk.dashboard(taken.id).dashboard_elements] == ["By region"]
    seal = models.WriteCertification(certification_status=CERTIFIED)
    sealed = sdk.update_lookml_certification(SHOP, seal)
    assert sealed.certification_metadata.certification_status == CERTIFIED
    text = sdk.dashboard_lookml(taken.id).lookml
    sdk.delete_dashboard(taken.id)
    again = sdk.import_dashboard_from_lookml(
        models.WriteDashboardLookml(lookml=text, folder_id="1")
    )
    assert (again.slug, again.folder.id) == (taken.slug, "1")
    over = models.WriteDashboardLookml(lookml=text.replace("By region", "Anew"))
    written = sdk.create_dashboard_from_lookml(over)
    assert (written.id, written.dashboard_elements[0].title) == (again.id, "Anew")
    with pytest.raises(error.SDKError) as raised:
        sdk.import_dashboard_from_lookml(models.WriteDashboardLookml(lookml="- dashboard: ["))
    assert raised.value.errors[0].field == "lookml"
    sdk.delete_dashboard(again.id)
