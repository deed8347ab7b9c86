"""LookML from the command line: validate a project, see the SQL of a query."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import click

from belvedere import clock
from belvedere.errors import BadRequest, NotFound
from belvedere.lookml.diagnostics import Diagnostic, Severity, as_project_error, did_you_mean
from belvedere.lookml.project import open_project

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def lookml() -> None:
    """Work with LookML; needs no server."""


_COLOURS = {Severity.error: "red", Severity.warning: "yellow", Severity.info: "cyan"}


@lookml.command()
@click.argument("path", type=_FOLDER)
@click.option("--errors-only", is_flag=True, help="Leave out warnings and hints.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def validate(path: Path, errors_only: bool, as_json: bool) -> None:
    """Check the project in PATH; exit code 1 when it has errors."""
    project = open_project(path)
    found = sorted(project.diagnostics, key=_place)
    for diagnostic in found:
        if not errors_only or diagnostic.severity is Severity.error:
            click.echo(_json_line(diagnostic) if as_json else _line(diagnostic))
    counts = Counter(diagnostic.severity for diagnostic in found)
    explores = sum(len(model.explores) for model in project.models.values())
    dashboards = sum(len(model.dashboards) for model in project.models.values())
    click.echo(
        f"{len(project.files)} files, {len(project.models)} models, {explores} explores, "
        f"{dashboards} dashboards: {counts[Severity.error]} errors, "
        f"{counts[Severity.warning]} warnings",
        err=True,
    )
    sys.exit(1 if counts[Severity.error] else 0)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    location = diagnostic.location
    return location.file, location.line, location.column, diagnostic.message


def _line(diagnostic: Diagnostic) -> str:
    severity = click.style(str(diagnostic.severity), fg=_COLOURS[diagnostic.severity], bold=True)
    owner = [("model", diagnostic.model), ("explore", diagnostic.explore)]
    where = ", ".join(f"{kind} {name}" for kind, name in owner if name)
    message = diagnostic.message + (f" ({where})" if where else "")
    return f"{diagnostic.location}: {severity}: {message}"


def _json_line(diagnostic: Diagnostic) -> str:
    """As `validate_project` answers it, with the column; paths are within the project."""
    location = diagnostic.location
    facts = as_project_error(diagnostic, location.file) | {"column_number": location.column}
    return json.dumps(facts, ensure_ascii=False)


@lookml.command()
@click.argument("path", type=_FOLDER)
@click.argument("model")
@click.argument("explore")
@click.option("--fields", required=True, help="Fields, comma-separated: view.a,view.b")
@click.option("--filter", "filters", multiple=True, help="view.field=expression; repeatable.")
@click.option("--sort", "sorts", multiple=True, help="'view.field desc'; repeatable.")
@click.option("--pivots", default="", help="Pivoted fields, comma-separated.")
@click.option("--limit", type=int, default=500, show_default=True, help="Rows; -1: all.")
@click.option("--dialect", default="duckdb", show_default=True, help="duckdb or postgres.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone.")
def sql(
    path: Path,
    model: str,
    explore: str,
    fields: str,
    filters: tuple[str, ...],
    sorts: tuple[str, ...],
    pivots: str,
    limit: int,
    dialect: str,
    timezone: str,
) -> None:
    """Print the SQL of a query over EXPLORE of MODEL in the project at PATH."""
    from belvedere.compiler import compile_query, dialects
    from belvedere.compiler.request import Request
    from belvedere.query.definition import parse_sort

    project = open_project(path)
    found = project.models.get(model)
    if found is None:
        known = did_you_mean(model, project.models)
        raise BadRequest(f'There is no model "{model}" in {path}.{known}')
    if dialect not in dialects.names():
        raise BadRequest(f"There is no dialect {dialect}; there are {', '.join(dialects.names())}")
    request = Request(
        model=found,
        explore=explore,
        fields=tuple(words(fields)),
        now=clock.now(),
        pivots=tuple(words(pivots)),
        filters=dict(pair(text) for text in filters),
        sorts=tuple(parse_sort(text) for text in sorts) or None,
        limit=None if limit < 0 else limit,
        timezone=timezone,
    )
    try:
        compiled = compile_query(request, dialects.get(dialect))
    except NotFound:
        hint = did_you_mean(explore, found.explores)
        raise BadRequest(f'There is no explore "{explore}" in model {model}.{hint}') from None
    for warning in compiled.warnings:
        click.echo(f"belvedere: {warning.message}", err=True)
    click.echo(compiled.sql)


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def pair(text: str) -> tuple[str, str]:
    name, separator, expression = text.partition("=")
    if not separator:
        raise click.UsageError(f"--filter takes view.field=expression, not {text}")
    return name.strip(), expression
