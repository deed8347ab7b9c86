"""Drivers that are not installed with Belvedere itself: extras, by database."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from belvedere.errors import EngineUnavailable


def driver(module: str, label: str, extra: str) -> Any:
    """The driver's module; EngineUnavailable, with what to install, where it is missing."""
    try:
        return import_module(module)
    except ImportError:
        raise EngineUnavailable(
            f"The driver for {label} is not installed: pip install 'belvedere[{extra}]'"
        ) from None
