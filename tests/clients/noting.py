"""Which methods of an SDK were called, against those that the API publishes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import httpx

from belvedere.api import contract
from belvedere.testing import Instance


class Noting:
    """The SDK, noting which of its methods were called."""

    def __init__(self, sdk: Any) -> None:
        self._sdk = sdk
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._sdk, name)


def published(tag: str, *under: str) -> set[str]:
    """The operations of a tag; with paths, only those whose path begins with one of them."""
    return {
        name
        for name, fact in contract.operations().items()
        if fact.tag == tag and fact.path.startswith(under or ("/",))
    }


def unbuilt(looker: Instance, names: Collection[str]) -> set[str]:
    """Those of the operations that the server says it does not have yet."""
    person = looker.person()
    key = {"client_id": person.client_id, "client_secret": person.client_secret}
    with httpx.Client(base_url=f"{looker.url}/api/4.0") as client:
        token = client.post("/login", data=key).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        facts = {name: contract.operations()[name] for name in names}
        return {
            name
            for name, fact in facts.items()
            if client.request(fact.method, re.sub(r"{\w+}", "0", fact.path)).status_code == 501
        }
