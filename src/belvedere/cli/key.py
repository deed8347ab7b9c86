"""The key that stored secrets are sealed with."""

from __future__ import annotations

from pathlib import Path

import click

from belvedere import keys, rotation
from belvedere.app import open_database, open_vault
from belvedere.cli.instance import instance_options, settings_of
from belvedere.vault import FileVault


@click.group()
def key() -> None:
    """The key that stored secrets are sealed with."""


@key.command("rotate")
@instance_options
def rotate(home: Path, database: str | None) -> None:
    """Seal all stored secrets with a new key.

    The server may be running. API keys, tokens and sessions stay valid. Where the key is the
    setting `secret_key` of several machines, this takes two steps and says which.
    """
    settings = settings_of(home, database)
    opened, vault = open_database(settings), open_vault(settings)
    if isinstance(vault, FileVault):
        count = rotation.rotate(opened, vault)
        click.echo(f"{count} secrets are sealed with a new key, in {vault.path}.")
        return
    held = keys.parsed(settings.secret_key, "secret_key")
    if not held.retired:
        click.echo("Set secret_key to this on every machine, restart, and run this again:")
        click.echo(held.rotated().text())
        return
    count = rotation.reseal(opened, vault)
    click.echo(f"{count} secrets were sealed with the new key. The old one can go; set secret_key:")
    click.echo(held.without_retired().text())
