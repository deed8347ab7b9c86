"""Explores in the language of whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts import attributes
from belvedere.accounts.tables import UserAttribute
from belvedere.projects import models
from belvedere.store import bump

MODEL = """
connection: "thelook"
label: "shop_key"
explore: orders { label: "orders_key" description: "orders_text" }
view: orders { dimension: id { primary_key: yes label: "number_key" } dimension: status { label: "Plain" } }
"""


@pytest.fixture
def shop(instance: Instance, tmp_path) -> Instance:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop.model.lkml").write_text(MODEL)
    (folder / "manifest.lkml").write_text(
        "localization_settings: { default_locale: en localization_level: permissive }\n"
        'remote_dependency: far { url: "https://git/far" ref: "v1" }'
    )
    english = (
        '{"shop_key": "Shop", "orders_key": "Orders", "orders_text": "All", "number_key": "No."}'
    )
    (folder / "en.strings.json").write_text(english)
    (folder / "de.strings.json").write_text(
        '{"shop_key": "Laden", "orders_key": "Bestellungen", "orders_text": "Alle", "number_key": "Nr."}'
    )
    with instance.services.database.session() as session:
        models.add_project(session, "shop", folder, clock.now())
        models.register(session, "shop", "shop", "thelook", clock.now())
    return instance


def speaking(instance: Instance, locale: str) -> ApiClient:
    """An administrator whose locale that is."""
    client = instance.as_role("Admin")
    me = int(client.get("/user").json()["id"])
    with instance.services.database.session() as session:
        named = select(UserAttribute).where(UserAttribute.name == "locale")
        attribute = session.scalars(named).one()
        attributes.set_value(session, instance.services.vault, me, attribute, locale)
        bump(session, "accounts")
    return client


@pytest.mark.parametrize(
    ("locale", "model", "explore", "description", "field"),
    [
        ("en", "Shop", "Orders", "All", "No."),
        ("de", "Laden", "Bestellungen", "Alle", "Nr."),
        ("ja-JP", "shop_key", "orders_key", "orders_text", "number_key"),
    ],
)
def test_labels(
    shop: Instance, locale: str, model: str, explore: str, description: str, field: str
) -> None:
    client = speaking(shop, locale)
    listed = client.get("/lookml_models/shop").json()
    assert listed["label"] == model
    assert listed["explores"][0]["label"] == explore
    assert listed["explores"][0]["description"] == description
    assert listed["explores"][0]["group_label"] == model
    found = client.get("/lookml_models/shop/explores/orders").json()
    assert (found["label"], found["description"]) == (explore, description)
    labels = {item["name"]: item["label_short"] for item in found["fields"]["dimensions"]}
    assert labels == {"orders.id": field, "orders.status": "Plain"}


def test_the_manifest_tells_how(shop: Instance) -> None:
    found = speaking(shop, "en").get("/projects/shop/manifest").json()
    assert found["localization_settings"] == {
        "default_locale": "en",
        "localization_level": "permissive",
    }
    assert found["imports"] == [
        {"name": "far", "url": "https://git/far", "ref": "v1", "is_remote": True}
    ]


def test_validation_names_dashboards(shop: Instance, tmp_path) -> None:
    (tmp_path / "shop/a.dashboard.lookml").write_text(
        "- dashboard: a\n  elements:\n  - {name: x, explore: order, fields: [orders.id]}\n"
    )
    (tmp_path / "shop/shop.model.lkml").write_text(MODEL + 'include: "*.dashboard"')
    (error,) = speaking(shop, "en").post("/projects/shop/validate").json()["errors"]
    assert 'Unknown explore "order" in element "x". Did you mean "orders"?' in error["message"]
    assert (error["file_path"], error["line_number"]) == ("shop/a.dashboard.lookml", 3)
    assert (error["severity"], error["model_id"], error["explore"]) == ("error", "shop", "order")
