"""The examples of docs/use/library.md print what the page says."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
_PAIR = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)


def test_the_examples_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "src/belvedere/demo/project", tmp_path / "thelook")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/use/library.md").read_text()
    examples = _PAIR.findall(page)
    assert len(examples) == page.count("```python") >= 5
    names: dict[str, Any] = {}
    for code, shown in examples:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, "docs/use/library.md", "exec"), names)
        assert printed.getvalue() == shown
