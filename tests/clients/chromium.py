"""A real browser for one test session: the machine's, or Debian's unpacked into a cache folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests import debian

_PACKAGE = "chromium-headless-shell"


def _program() -> tuple[Path, dict[str, str]]:
    for name in (_PACKAGE, "chromium"):
        found = shutil.which(name)
        if found:
            return Path(found), dict(os.environ)
    root = debian.unpacked(_PACKAGE)
    return root / "usr/lib/chromium" / _PACKAGE, debian.environment(root)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program, environment = _program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program), env=environment, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
