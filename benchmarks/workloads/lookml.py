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
    times = _measured(root)
    return [
        _parser(root),
        Figure(
            "LookML: cold load of 3,000 files, 48 MB",
            times["cold"],
            Goal("{:.1f} s", gate=10, stretch=4),
        ),
        Figure("LookML: after one edit", times["reload"], Goal("{:.2f} s", gate=0.5, stretch=0.1)),
        *_many_files(build),
    ]


def _many_files(build: Path) -> list[Figure]:
    root = fresh(build / "many_files")
    root.rmdir()
    write(root, views_per_area=999, fields=8)
    kept = str(fresh(build / "kept_models"))
    times = _measured(root, "keep", kept) | _measured(root, "warm", kept)
    name = "LookML: 10,000 files"
    return [
        Figure(f"{name}, cold load", times["cold"], Goal("{:.1f} s", gate=10, stretch=4)),
        Figure(f"{name}, warm start", times["warm"], Goal("{:.2f} s", gate=0.6, stretch=0.3)),
        Figure(f"{name}, after one edit", times["reload"], Goal("{:.2f} s", gate=0.5, stretch=0.1)),
    ]


def _measured(root: Path, *more: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.lookml_project", str(root), *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times: dict[str, float] = json.loads(done.stdout)
    return times


def _parser(root: Path) -> Figure:
    paths = sorted((root / "views" / "area_0").glob("*.lkml"))
    texts = [path.read_text() for path in paths]
    took = seconds(lambda: [parse(text) for text in texts])
    rate = sum(map(len, texts)) / 1e6 / took
    return Figure("LookML: parse", rate, Goal("{:.0f} MB/s", 10, 20, more_is_better=True))
