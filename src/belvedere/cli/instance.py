"""The instance that administering commands work on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from belvedere.settings import Settings, load

F = TypeVar("F", bound=Callable[..., Any])


def instance_options(command: F) -> F:
    """`--home` and `--database`, which say which instance is meant."""
    home = click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="BELVEDERE_HOME",
        default=Path(".belvedere"),
        show_default=True,
        help="Folder of the instance.",
    )
    database = click.option(
        "--database", metavar="URL", help="Application database; default: SQLite in the home."
    )
    return home(database(command))


def settings_of(home: Path, database: str | None, **flags: Any) -> Settings:
    return load(home, database=database, **flags)
