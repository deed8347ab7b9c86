"""What people are told to install can be installed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from belvedere.engines.connectors import CONNECTORS

ROOT = Path(__file__).parents[2]
_CALLS = re.compile(r"\bdriver\(\s*[^()]*?\"(\w+)\"\s*\)")
_TOLD = re.compile(r"belvedere\[(\w+)\]")


def test_every_extra_that_is_named_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.py")]
    told = [path.read_text() for path in (*(ROOT / "docs").rglob("*.md"), ROOT / "README.md")]
    named = {connector.extra for connector in CONNECTORS.values()}
    named |= {extra for text in sources for extra in _CALLS.findall(text)}
    named |= {extra for text in (*sources, *told) for extra in _TOLD.findall(text)}
    assert named == set(extras)
    assert {"clickhouse", "databricks", "mysql", "spark"} <= named
