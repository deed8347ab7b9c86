"""What the figures were measured on, without saying whose it is."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version

import psutil


def description() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {psutil.cpu_count()} shared cores "
        f"({platform.machine()}), {memory:.0f} GB of memory, Python {platform.python_version()}, "
        f"DuckDB {version('duckdb')}."
    )
