"""Which methods of an SDK were called, against those that the API publishes."""

from __future__ import annotations

from typing import Any

from belvedere.api import contract


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
