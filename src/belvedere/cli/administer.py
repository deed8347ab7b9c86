"""Administering an instance, also while it serves: the running server sees changes at once."""

from __future__ import annotations

from pathlib import Path

import click

from belvedere import clock
from belvedere.accounts import credentials, passwords, roles, users
from belvedere.app import open_database, open_vault
from belvedere.cli.instance import instance_options, settings_of
from belvedere.connections import connections
from belvedere.connections.url import definition_of
from belvedere.errors import BadRequest
from belvedere.lookml.project import Project, open_project
from belvedere.projects import models


@click.group()
def connection() -> None:
    """Connections to databases."""


@connection.command("add")
@click.argument("name")
@click.argument("url")
@instance_options
def connection_add(name: str, url: str, home: Path, database: str | None) -> None:
    """Define the connection NAME to the database at URL.

    URL is duckdb:///path/to/file or mysql://user:password@host:port/database, say.
    A connection of that name is changed to the new URL.
    """
    settings = settings_of(home, database)
    values = {"name": name, **definition_of(url)}
    opened = open_database(settings)
    vault = open_vault(settings)
    with opened.session() as session:
        row = connections.find(session, name)
        if row is None:
            connections.create(session, vault, values, clock.now())
        else:
            connections.update(session, vault, row, values, clock.now())
    click.echo(f"Connection {name} ({values['dialect_name']}) is ready.")


@click.group()
def project() -> None:
    """LookML projects that are served."""


@project.command("add")
@click.argument("name")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@instance_options
def project_add(name: str, path: Path, home: Path, database: str | None) -> None:
    """Serve the LookML folder PATH as project NAME, in place; edits count from the next query.

    Its models are registered for the connections that they name.
    """
    settings = settings_of(home, database)
    opened = open_project(path, name)
    if not opened.models:
        raise BadRequest(f"{path} holds no model: there is no file *.model.lkml")
    with open_database(settings).session() as session:
        models.add_project(session, name, path, clock.now())
        for model in opened.models.values():
            models.register(session, model.name, name, model.connection, clock.now())
    names = ", ".join(sorted(opened.models))
    click.echo(f"Project {name} is served from {path.absolute()}; models: {names}.")
    _tell_problems(opened)


def _tell_problems(opened: Project) -> None:
    errors = opened.errors
    if errors:
        click.echo(
            f"{len(errors)} problems in its LookML; see: belvedere lookml validate", err=True
        )


@click.group()
def user() -> None:
    """People."""


@user.command("add")
@click.argument("email")
@click.option("--role", required=True, help="Admin, Developer, User or Viewer.")
@click.option("--first-name", default="", help="First name.")
@click.option("--last-name", default="", help="Last name.")
@click.option("--password", help="Password for signing in; none: API keys only.")
@instance_options
def user_add(
    email: str,
    role: str,
    first_name: str,
    last_name: str,
    password: str | None,
    home: Path,
    database: str | None,
) -> None:
    """Add a person with a role."""
    settings = settings_of(home, database)
    hashed = passwords.hashed(password) if password else None
    with open_database(settings).session() as session:
        made = users.create(
            session,
            clock.now(),
            email=email,
            first_name=first_name,
            last_name=last_name,
            password_hash=hashed,
        )
        roles.give(session, made, role)
        click.echo(f"User {made.id} {email} is a {role}.")


@click.group("api-key")
def api_key() -> None:
    """API credentials."""


@api_key.command("create")
@click.argument("email")
@instance_options
def api_key_create(email: str, home: Path, database: str | None) -> None:
    """Make an API client id and secret for EMAIL; the secret is shown this once."""
    settings = settings_of(home, database)
    opened = open_database(settings)
    vault = open_vault(settings)
    with opened.session() as session:
        found = users.find_by_email(session, email)
        if found is None:
            raise BadRequest(f"There is no user {email}")
        issued = credentials.create_api3(session, vault, found, clock.now())
    click.echo(f"client_id     {issued.client_id}")
    click.echo(f"client_secret {issued.client_secret}")
