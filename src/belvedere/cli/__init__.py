"""The command line. Commands are loaded when they are called, so that `--help` is quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from belvedere import __version__

_COMMANDS = {
    "demo": ("belvedere.cli.serve", "demo", "Serve a demo shop with data, ready to query."),
    "serve": ("belvedere.cli.serve", "serve", "Serve an instance."),
    "connection": ("belvedere.cli.administer", "connection", "Connections to databases."),
    "project": ("belvedere.cli.administer", "project", "LookML projects that are served."),
    "user": ("belvedere.cli.administer", "user", "People."),
    "api-key": ("belvedere.cli.administer", "api_key", "API credentials."),
    "key": ("belvedere.cli.key", "key", "The key that stored secrets are sealed with."),
    "lookml": ("belvedere.cli.lookml", "lookml", "Work with LookML; needs no server."),
    "export": ("belvedere.cli.transfer", "export_command", "People and content into files."),
    "import": ("belvedere.cli.transfer", "import_command", "People and content from elsewhere."),
    "query": ("belvedere.cli.query", "query", "Run a query on a server."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, _, words) in _COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="belvedere")
def cli() -> None:
    """Belvedere: an analytics server that speaks the Looker API 4.0."""


def main() -> None:
    """Run the command; what goes wrong is one line on stderr and exit code 1 (2: usage)."""
    from belvedere.errors import BelvedereError

    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except (BelvedereError, OSError) as error:
        click.echo(f"belvedere: {' '.join(str(error).split())}", err=True)
        sys.exit(1)
