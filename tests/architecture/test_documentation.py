"""Pages that are made from the code agree with it."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_is_documented() -> None:
    made = runpy.run_path(str(ROOT / "scripts/settings_doc.py"))["document"]()
    assert (ROOT / "docs/operate/settings.md").read_text() == made


def test_every_dialect_is_documented() -> None:
    made = runpy.run_path(str(ROOT / "scripts/dialects_doc.py"))["document"]()
    assert (ROOT / "docs/use/dialects.md").read_text() == made


def test_every_decision_is_numbered_and_titled() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04d}-")
        assert page.read_text().startswith(f"# {number}. ")


def test_every_operation_says_who_may_call_it() -> None:
    made = runpy.run_path(str(ROOT / "scripts/permissions_doc.py"))["document"]()
    assert (ROOT / "docs/use/permissions.md").read_text() == made
