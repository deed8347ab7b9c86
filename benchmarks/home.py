"""An instance over the benchmark's database, made with the commands that people use."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import COMMAND

_PROJECT = Path("src/belvedere/demo/project")
_EMAIL = "bench@example.com"


@dataclass(frozen=True)
class Home:
    path: Path
    client_id: str
    client_secret: str


def prepare(folder: Path, database: Path) -> Home:
    """A fresh instance in `folder` with the demo's project over `database`."""

    def belvedere(*words: str) -> str:
        command = [str(COMMAND), *words, "--home", str(folder)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    belvedere("connection", "add", "thelook", f"duckdb:///{database.absolute()}")
    belvedere("project", "add", "thelook", str(_PROJECT))
    belvedere("user", "add", _EMAIL, "--role", "Admin")
    shown = belvedere("api-key", "create", _EMAIL)
    values = dict(line.split() for line in shown.splitlines())
    return Home(folder, values["client_id"], values["client_secret"])
