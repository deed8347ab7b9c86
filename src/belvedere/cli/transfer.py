"""`belvedere export` and `belvedere import`: people and content in and out of instances."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from belvedere.cli.query import find_target
from belvedere.errors import BadRequest
from belvedere.transfer import documents, moving
from belvedere.transfer.api import Api
from belvedere.transfer.documents import KINDS
from belvedere.transfer.moving import NOT_READ, REFUSED, Report

_WRONG = (NOT_READ, REFUSED)
_INI = click.option(
    "--ini",
    type=click.Path(dir_okay=False, path_type=Path),
    help="looker.ini of the instance.  [default: ./looker.ini, .demo/looker.ini, LOOKERSDK_*]",
)


def _api(ini: Path | None) -> Api:
    target = find_target(ini)
    return Api(target.base_url, target.client_id, target.client_secret, verify=target.verify)


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_INI
def export_command(folder: Path, ini: Path | None) -> None:
    """Write the people and content of an instance into FOLDER, a file each.

    The instance may be the original or this program. The files suit version control: the same
    instance always gives the same files. Passwords, keys and hidden values stay where they are.
    """
    _tell(moving.export(_api(ini), folder, _progress))


@click.command("import")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "url", metavar="URL", help="A running instance to read in place of FOLDER.")
@click.option("--client-id", envvar="BELVEDERE_SOURCE_CLIENT_ID", help="API client id for --from.")
@click.option(
    "--client-secret",
    envvar="BELVEDERE_SOURCE_CLIENT_SECRET",
    help="API client secret for --from; better in BELVEDERE_SOURCE_CLIENT_SECRET.",
)
@_INI
def import_command(
    folder: Path | None,
    url: str | None,
    client_id: str | None,
    client_secret: str | None,
    ini: Path | None,
) -> None:
    """Bring users, groups, roles, attributes, folders, Looks, dashboards, boards and themes into
    an instance: from FOLDER, or with --from from a running one.

    What the instance has under the same name or address is changed, everything else stays. Doing
    it again changes nothing, and takes up what was interrupted.
    """
    if (folder is None) == (url is None):
        raise click.UsageError("name either a FOLDER or an instance with --from")
    report = Report()
    target = _api(ini)
    if folder is not None:
        source = documents.load(folder)
    else:
        if not client_id or not client_secret:
            raise BadRequest("--from needs --client-id and --client-secret")
        source = moving.read(Api(url or "", client_id, client_secret), report, _progress)
    moving.bring(source, target, report)
    _tell(report)
    if any(report.outcomes[kind, wrong] for kind in KINDS for wrong in _WRONG):
        sys.exit(1)


def _progress(kind: str, count: int) -> None:
    click.echo(f"{kind.replace('_', ' ')}: {count} read", err=True)


def _tell(report: Report) -> None:
    for kind in KINDS:
        counts = {o: n for (k, o), n in sorted(report.outcomes.items()) if k == kind and n}
        if counts:
            told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
            click.echo(f"{kind.replace('_', ' ')}: {told}")
    if report.notes:
        click.echo("\nTo look at:")
    for note in report.notes:
        click.echo(f"- {note}")
