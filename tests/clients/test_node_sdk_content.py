"""Content through the unmodified official TypeScript SDK: every operation, in a few stories."""

from __future__ import annotations

import pytest

from . import shop
from .node_sdk import NodeSdk, Walk
from .noting import published

pytestmark = pytest.mark.xdist_group("node")
FILES = ("folders", "dashboards", "boards", "appearance", "features", "unchanged")
TAGS = (
    "Folder",
    "Look",
    "Dashboard",
    "Board",
    "Content",
    "Homepage",
    "Report",
    "Theme",
    "ColorCollection",
    "Artifact",
)


@pytest.fixture(scope="module")
def walk(node_sdk: NodeSdk, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("lookml") / "shop"
    with shop.served(folder) as looker:
        person = looker.person()
        return node_sdk.walk(
            FILES,
            base_url=looker.url,
            client_id=person.client_id,
            client_secret=person.client_secret,
            project=str(folder),
            viewed=shop.viewed(looker, person.id),
        )


def test_the_stories(walk: Walk) -> None:
    assert not walk.failed, walk.report


@pytest.mark.parametrize("tag", TAGS)
def test_every_operation(walk: Walk, tag: str) -> None:
    """Those that this version of the SDK has."""
    assert (published(tag) & walk.methods) - walk.called == set()
