"""Whatever the published description allows to be sent, no operation falls over."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from belvedere.api import descriptions
from belvedere.api.operation import OPERATIONS
from belvedere.app import build
from belvedere.settings import load

_LEAVING = {"logout"}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    application = build(load(tmp_path_factory.mktemp("home"), {}))
    application._on_close()
    described = json.loads(descriptions.encoded("openapi.json", "http://127.0.0.1"))
    return schemathesis.openapi.from_dict(described)


def test_built_operations_answer_whatever_is_sent(schema: Any, admin: Any) -> None:
    called = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        if name not in OPERATIONS or name in _LEAVING:
            continue
        called.add(name)

        @settings(
            max_examples=12,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy())
        def call(case: Any) -> None:
            path = case.formatted_path.removeprefix("/api/4.0")
            body = None if isinstance(case.body, schemathesis.core.NotSet) else case.body
            answer = admin.request(case.method, path, body=body, params=dict(case.query or {}))
            assert answer.status < 500 or answer.status == 501, (case.method, path, body)
            if answer.status >= 400:
                assert answer.json()["message"]

        call()
    assert called == set(OPERATIONS) - _LEAVING
