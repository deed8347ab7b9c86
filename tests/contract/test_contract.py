"""What we say of ourselves agrees with the published facts."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from belvedere.api import contract, descriptions
from belvedere.api.operation import OPERATIONS
from belvedere.app import build
from belvedere.settings import load

if TYPE_CHECKING:
    from belvedere.api.call import Call

BASE = "http://127.0.0.1:19999"


@pytest.fixture(scope="module", autouse=True)
def _registered(tmp_path_factory) -> None:
    application = build(load(tmp_path_factory.mktemp("home"), {}))
    application._on_close()


@pytest.fixture(scope="module")
def swagger():
    return json.loads(descriptions.encoded("swagger.json", BASE))


@pytest.fixture(scope="module")
def openapi():
    return json.loads(descriptions.encoded("openapi.json", BASE))


def test_every_published_operation_is_described(swagger, openapi) -> None:
    published = {
        name: (fact.method.lower(), fact.path) for name, fact in contract.operations().items()
    }
    assert len(published) == 506
    for description in (swagger, openapi):
        found = {
            operation["operationId"]: (method, path)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
        }
        assert found == published


def test_parameters_are_those_published(openapi) -> None:
    for name, fact in contract.operations().items():
        described = openapi["paths"][fact.path][fact.method.lower()]["parameters"]
        assert {(p["name"], p["in"]) for p in described} == {
            (p.name, p.place) for p in fact.parameters
        }, name


def test_every_reference_leads_somewhere(swagger, openapi) -> None:
    for description, prefix, schemas in (
        (swagger, "#/definitions/", swagger["definitions"]),
        (openapi, "#/components/schemas/", openapi["components"]["schemas"]),
    ):
        names = set(re.findall(rf'"\$ref": ?"{re.escape(prefix)}(\w+)"', json.dumps(description)))
        assert names <= schemas.keys()
    assert len(openapi["components"]["schemas"]) == 405


def test_the_official_converter_reads_the_definitions(swagger) -> None:
    """It takes the properties of every one."""
    assert all("properties" in found for found in swagger["definitions"].values())
    kind = swagger["definitions"]["ContentMetaGroupUser"]["properties"]["permission_type"]
    assert kind["enum"] == ["view", "edit"]


def test_what_may_be_anything_is_marked(swagger, openapi) -> None:
    """As the official code generator wants it in Swagger, and as OpenAPI says it."""
    for schemas, anything in (
        (swagger["definitions"], {"type": "object", "format": "any"}),
        (openapi["components"]["schemas"], {}),
    ):
        assert (
            anything.items() <= schemas["LookmlModelExploreError"]["properties"]["details"].items()
        )
        assert schemas["Query"]["properties"]["vis_config"]["additionalProperties"] == anything


def test_paths_name_their_variables(openapi) -> None:
    for path, methods in openapi["paths"].items():
        variables = set(re.findall(r"\{(\w+)\}", path))
        for operation in methods.values():
            placed = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert placed == variables, path


def test_read_only_and_nullable_marks_are_kept(swagger, openapi) -> None:
    limit = openapi["components"]["schemas"]["Query"]["properties"]["limit"]
    assert limit == {"type": "string", "nullable": True}
    slug = swagger["definitions"]["Query"]["properties"]["slug"]
    assert slug == {"type": "string", "readOnly": True, "x-looker-nullable": True}


def test_the_operations_of_this_release_are_built() -> None:
    assert len(OPERATIONS) >= 48
    for name, operation in OPERATIONS.items():
        assert operation.requires, name
        assert operation.handler.__doc__, name
        assert operation.handler.__name__ == name


def test_schemathesis_reads_both_descriptions(swagger, openapi) -> None:
    import schemathesis

    for description in (swagger, openapi):
        schema = schemathesis.openapi.from_dict(description)
        assert sum(1 for _ in schema.get_all_operations()) == 506


def test_no_operation_is_given_what_only_the_server_sets() -> None:
    """Whatever a handler does with the properties of its body, these are not among them."""
    seen = 0
    for name, operation in OPERATIONS.items():
        body = operation.facts.body
        if body is None or operation.annotations.get("body") != "dict[str, Any]":
            continue
        if not body.type[0].isupper():
            continue
        properties = contract.schema(body.type).properties
        sent = cast("Call", SimpleNamespace(json=dict.fromkeys(properties)))
        kept = {key for key, fact in properties.items() if not fact.read_only}
        assert set(operation._body(sent)) == kept, name
        seen += len(properties) - len(kept)
    assert seen > 100
