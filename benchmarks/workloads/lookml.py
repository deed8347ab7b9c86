"""Reading LookML: the parser alone, a large project from cold, and again after one edit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from belvedere.lookml.parse import parse
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.lookml_project import write
from benchmarks.server import fresh


def lookml(build: Path) -> list[Figure]:
    root = fresh(build / "lookml")
    root.rmdir()
    write(root)
    command = [sys.executable, "-m", "benchmarks.lookml_project", str(root)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times = json.loads(done.stdout)
    return [
        _parser(root),
        Figure(
            "LookML: cold load of 3,000 files, 48 MB",
            times["cold"],
            Goal("{:.1f} s", gate=10, stretch=4),
        ),
        Figure("LookML: after one edit", times["reload"], Goal("{:.2f} s", gate=0.5, stretch=0.1)),
    ]


def _parser(root: Path) -> Figure:
    paths = sorted((root / "views" / "area_0").glob("*.lkml"))
    texts = [path.read_text() for path in paths]
    took = seconds(lambda: [parse(text) for text in texts])
    rate = sum(map(len, texts)) / 1e6 / took
    return Figure("LookML: parse", rate, Goal("{:.0f} MB/s", 10, 20, more_is_better=True))
