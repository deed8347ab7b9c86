"""One module a tag, or a package by resource; a function's name is the operation's id."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages


def load() -> None:
    """Import every module here, so that all operations are registered."""
    for module in walk_packages(__path__, f"{__name__}."):
        import_module(module.name)
