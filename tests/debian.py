"""Programs of Debian for tests: unpacked into a cache folder, not installed.

Nothing of the machine changes, and no rights are needed: apt's lists and packages go into the
folder too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def unpacked(package: str) -> Path:
    """The root of a package together with those it depends on that the machine does not have."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "belvedere-tests"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / package
    with (cache / "lock").open("w") as lock:  # one worker fetches, the others wait for it
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        if not (shutil.which("apt-get") and shutil.which("dpkg")):
            pytest.skip(f"{package} is not installed, and there is no apt-get to fetch it with")
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            root = Path(scratch) / "root"
            for archive in _downloaded(Path(scratch), package):
                subprocess.run(["dpkg", "-x", archive, root], check=True, capture_output=True)
            root.rename(folder)
    return folder


def environment(root: Path) -> dict[str, str]:
    """The environment in which programs below `root` find their libraries."""
    folders = sorted({str(library.parent) for library in root.glob("**/*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)}


def _downloaded(folder: Path, package: str) -> list[Path]:
    for place in ("lists/partial", "archives/partial"):
        (folder / place).mkdir(parents=True)
    _apt(folder, "update")
    planned = _apt(folder, "install", "--simulate", "--no-install-recommends", package) or ""
    names = [line.split()[1] for line in planned.splitlines() if line.startswith("Inst ")]
    if not names or _apt(folder, "download", *names) is None:
        pytest.skip(f"{package} is not installed and cannot be fetched")
    return sorted(folder.glob("*.deb"))


def _apt(folder: Path, *words: str) -> str | None:
    """What it said; None if it failed."""
    places = {"Dir::State::Lists": folder / "lists", "Dir::Cache": folder}
    options = [f"-o{name}={place}" for name, place in places.items()]
    done = subprocess.run(
        ["apt-get", *options, "-oAPT::Sandbox::User=", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None
