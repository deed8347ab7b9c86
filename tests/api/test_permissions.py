"""Every operation, called by everybody: who may, and what those who may not are told."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance

from belvedere.accounts.permissions import DEFAULT_ROLES
from belvedere.api import operations
from belvedere.api.operation import OPERATIONS, Operation

ROOT = Path(__file__).parents[2]
_TABLE = runpy.run_path(str(ROOT / "scripts/permissions_doc.py"))
_ROW = re.compile(r"\| (\w+) \| `(\w+)` \| ([\w, ]+) \|")
_ENDS_THE_SESSION = frozenset({"logout"})


def _rows() -> Iterator[tuple[Operation, str, list[str]]]:
    """Operation, what it needs, the default roles that may call it; from the page."""
    for name, needs, roles in _ROW.findall(_TABLE["document"]()):
        yield OPERATIONS[name], needs, roles.split(", ")


def _call(client: ApiClient, operation: Operation) -> Response:
    path = re.sub(r"\{[^}]*\}", "999999", operation.path)
    return client.request(operation.method, path, body=None if operation.method == "GET" else {})


def test_every_operation_is_on_the_page() -> None:
    operations.load()
    assert {operation.id for operation, _, _ in _rows()} == set(OPERATIONS)


def test_without_a_sign_in(instance: Instance) -> None:
    for operation, needs, _ in _rows():
        status = _call(instance.anonymous, operation).status
        assert (status == 401) == (needs != "public"), operation.id


@pytest.mark.parametrize("role", [*DEFAULT_ROLES, None])
def test_by_people_of_each_default_role(instance: Instance, role: str | None) -> None:
    client = instance.as_role(role)
    for operation, needs, roles in _rows():
        if operation.id in _ENDS_THE_SESSION:
            continue
        response = _call(client, operation)
        assert response.status != 401, operation.id
        if needs in ("public", "authenticated"):
            continue
        if role in roles:
            assert "Not authorized" not in response.text, operation.id
        else:
            assert response.status == (404 if operation.refuses_silently else 403), operation.id
