"""Collections of colours, for administrators; for everybody what drawing takes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance

CATEGORICAL = {"label": "Bright", "type": "Categorical", "colors": ["#123456", "red"]}
SCALE = {"stops": [{"color": "#fff", "offset": 0}, {"color": "#000", "offset": 100}]}


def made(admin: ApiClient, label: str, **values: Any) -> dict[str, Any]:
    answer = admin.post("/color_collections", {"label": label, **values})
    assert answer.status == 200, answer.text
    collection: dict[str, Any] = answer.json()
    return collection


def ids(answer: Any) -> list[str]:
    return [collection["id"] for collection in answer.json()]


def test_every_instance_has_fifteen(admin: ApiClient) -> None:
    standard = admin.get("/color_collections/standard")
    assert len(ids(standard)) == 15
    assert ids(admin.get("/color_collections")) == ids(standard)
    assert ids(admin.get("/color_collections/custom")) == []
    first = admin.get("/color_collections/belvedere").json()
    assert first == admin.get("/color_collections/default").json()
    (palette,) = first["divergingPalettes"]
    assert palette["id"] == "belvedere-diverging-0"
    assert palette["type"] == "Diverging"
    assert [stop["offset"] for stop in palette["stops"]] == [0, 25, 50, 75, 100]
    assert len(first["categoricalPalettes"][0]["colors"]) == 10
    some = admin.get("/color_collections", params={"fields": "label,categoricalPalettes(id)"})
    assert some.json()[1] == {
        "label": "Clear",
        "categoricalPalettes": [{"id": "clear-categorical-0"}],
    }


def test_collections_are_made_changed_and_deleted(admin: ApiClient) -> None:
    collection = made(
        admin,
        " Company Custom Colors ",
        id="mine",
        categoricalPalettes=[{**CATEGORICAL, "id": "x"}],
        sequentialPalettes=[SCALE, SCALE],
    )
    assert collection == {
        "id": "company-custom-colors",
        "label": "Company Custom Colors",
        "categoricalPalettes": [{**CATEGORICAL, "id": "company-custom-colors-categorical-0"}],
        "sequentialPalettes": [
            {
                **SCALE,
                "id": f"company-custom-colors-sequential-{n}",
                "label": "Sequential",
                "type": "Sequential",
            }
            for n in range(2)
        ],
        "divergingPalettes": [],
    }
    path = "/color_collections/company-custom-colors"
    changed = admin.patch(path, {"label": "House", "divergingPalettes": [SCALE]}).json()
    assert changed["id"] == "company-custom-colors"
    assert changed["label"] == "House"
    assert changed["categoricalPalettes"] == collection["categoricalPalettes"]
    assert changed["divergingPalettes"][0]["id"] == "company-custom-colors-diverging-0"
    assert admin.get(path).json() == changed
    assert ids(admin.get("/color_collections/custom")) == ["company-custom-colors"]
    assert admin.delete(path).status == 204
    assert admin.get(path).status == 404
    assert admin.delete(path).status == 404


@pytest.mark.parametrize(
    ("label", "identifier"),
    [("  A & b__c!  ", "a-b-c"), ("Ünter 5", "ünter-5"), ("---", "color-collection")],
)
def test_ids_come_from_labels(admin: ApiClient, label: str, identifier: str) -> None:
    assert made(admin, label)["id"] == identifier


def test_labels_are_there_once_and_ids_stay(admin: ApiClient) -> None:
    made(admin, "House")
    for label in ("house", "HARBOUR"):
        refused = admin.post("/color_collections", {"label": label})
        assert [problem["code"] for problem in refused.json()["errors"]] == ["already_exists"]
    assert admin.patch("/color_collections/house", {"label": "HOUSE"}).status == 200
    assert admin.patch("/color_collections/house", {"label": "Home"}).status == 200
    assert made(admin, "House")["id"] == "house-2"
    assert admin.patch("/color_collections/house", {"label": "house"}).status == 422


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "x" * 256}, "label"),
        ({"categoricalPalettes": [{"colors": []}]}, "categoricalPalettes[0].colors"),
        ({"categoricalPalettes": [{}]}, "categoricalPalettes[0].colors"),
        ({"categoricalPalettes": [{"colors": ["red", "; x"]}]}, "categoricalPalettes[0].colors[1]"),
        ({"sequentialPalettes": [{"stops": SCALE["stops"][:1]}]}, "sequentialPalettes[0].stops"),
        ({"divergingPalettes": [{"stops": SCALE["stops"][::-1]}]}, "divergingPalettes[0].stops"),
        (
            {"divergingPalettes": [{"stops": [*SCALE["stops"], {"color": "red", "offset": 101}]}]},
            "divergingPalettes[0].stops",
        ),
        (
            {"sequentialPalettes": [{"stops": [*SCALE["stops"], {"offset": 100}]}]},
            "sequentialPalettes[0].stops[2].color",
        ),
        ({"sequentialPalettes": "red"}, "sequentialPalettes"),
    ],
)
def test_what_is_wrong_is_told(admin: ApiClient, values: dict[str, Any], field: str) -> None:
    answer = admin.post("/color_collections", {"label": "House", **values})
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]
    assert ids(admin.get("/color_collections/custom")) == []


def test_standard_collections_stay(admin: ApiClient) -> None:
    assert admin.patch("/color_collections/harbour", {"label": "Mine"}).status == 403
    assert admin.delete("/color_collections/harbour").status == 403
    assert admin.get("/color_collections/harbour").json()["label"] == "Harbour"


def test_the_default_is_chosen_and_kept(admin: ApiClient) -> None:
    made(admin, "House", categoricalPalettes=[CATEGORICAL])
    chosen = admin.put("/color_collections/default", params={"collection_id": "house"})
    assert chosen.json()["id"] == "house"
    assert admin.get("/color_collections/default").json()["id"] == "house"
    assert admin.delete("/color_collections/house").status == 400
    missing = admin.put("/color_collections/default", params={"collection_id": "nowhere"})
    assert missing.status == 404
    assert admin.put("/color_collections/default").status == 422
    admin.put("/color_collections/default", params={"collection_id": "slate"})
    assert admin.delete("/color_collections/house").status == 204


def test_what_a_theme_uses_stays(admin: ApiClient) -> None:
    made(admin, "House")
    settings = {"color_collection_id": "house"}
    theme = admin.post("/themes", {"name": "Home", "settings": settings}).json()
    refused = admin.delete("/color_collections/house")
    assert refused.status == 400
    assert "Home" in refused.text
    admin.delete(f"/themes/{theme['id']}")
    assert admin.delete("/color_collections/house").status == 204


def test_for_others_collections_are_not_there(instance: Instance, admin: ApiClient) -> None:
    made(admin, "House", categoricalPalettes=[CATEGORICAL])
    developer = instance.as_role("Developer")
    for answer in (
        developer.get("/color_collections"),
        developer.get("/color_collections/custom"),
        developer.get("/color_collections/standard"),
        developer.get("/color_collections/house"),
        developer.post("/color_collections", {"label": "Mine"}),
        developer.patch("/color_collections/house", {"label": "Mine"}),
        developer.put("/color_collections/default", params={"collection_id": "house"}),
        developer.delete("/color_collections/house"),
    ):
        assert answer.status == 404
        assert answer.json()["message"] == "Not found"
    assert developer.get("/color_collections/default").json()["id"] == "belvedere"


def test_what_drawing_takes_is_there_for_everybody(instance: Instance, admin: ApiClient) -> None:
    made(admin, "House", categoricalPalettes=[CATEGORICAL])
    admin.put("/color_collections/default", params={"collection_id": "house"})
    active = instance.as_role("Viewer").get("/color_collections/active").json()
    assert active["default_collection_id"] == "house"
    assert active["default_colors"] == ["#123456", "red"]
    assert [item["id"] for item in active["custom"]] == ["house"]
    assert len(active["standard"]) == 15
