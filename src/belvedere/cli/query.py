"""`belvedere query`: run a query on a server and show its rows."""

from __future__ import annotations

import configparser
import json
import os
import ssl
import sys
import unicodedata
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from belvedere.cli.lookml import pair, words
from belvedere.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Target:
    base_url: str
    client_id: str
    client_secret: str
    verify: bool


@click.command()
@click.argument("model")
@click.argument("explore")
@click.option("--fields", required=True, help="Fields, comma-separated: view.a,view.b")
@click.option("--filter", "filters", multiple=True, help="view.field=expression; repeatable.")
@click.option("--sort", "sorts", multiple=True, help="'view.field desc'; repeatable.")
@click.option("--pivots", default="", help="Pivoted fields, comma-separated.")
@click.option("--limit", type=int, default=500, show_default=True, help="Rows; -1: all.")
@click.option("--total", is_flag=True, help="Add a row of totals.")
@click.option(
    "--format",
    "result_format",
    type=click.Choice(["table", "csv", "json", "txt", "md", "sql"]),
    default="table",
    show_default=True,
    help="table: drawn for the terminal.",
)
@click.option(
    "--ini",
    type=click.Path(dir_okay=False, path_type=Path),
    help="looker.ini of the server.  [default: ./looker.ini, .demo/looker.ini, LOOKERSDK_*]",
)
def query(
    model: str,
    explore: str,
    fields: str,
    filters: tuple[str, ...],
    sorts: tuple[str, ...],
    pivots: str,
    limit: int,
    total: bool,
    result_format: str,
    ini: Path | None,
) -> None:
    """Run a query over EXPLORE of MODEL on a server."""
    target = find_target(ini)
    body = {
        "model": model,
        "view": explore,
        "fields": words(fields),
        "filters": dict(pair(text) for text in filters),
        "sorts": list(sorts) or None,
        "pivots": words(pivots) or None,
        "limit": str(limit),
        "total": total,
    }
    asked = "csv" if result_format == "table" else result_format
    formatting = "?apply_formatting=true" if result_format == "table" else ""
    token = _login(target)
    try:
        text = _call(target, "POST", f"/queries/run/{asked}{formatting}", token, body).decode()
    finally:
        _call(target, "DELETE", "/logout", token, None)
    _show(text, result_format, headers=1 + len(words(pivots)), has_total=total)


def _show(text: str, result_format: str, *, headers: int, has_total: bool) -> None:
    if result_format != "table":
        click.echo(text, nl=not text.endswith("\n"))
        return
    import csv
    import io

    rows = list(csv.reader(io.StringIO(text)))
    if rows and rows[0] == ["Error"]:
        click.echo(f"belvedere: {rows[1][0] if len(rows) > 1 else 'the query failed'}", err=True)
        sys.exit(1)
    click.echo(drawn(rows, headers=headers, has_total=has_total), nl=False)


def drawn(rows: list[list[str]], *, headers: int = 1, has_total: bool = False) -> str:
    """The rows (the first `headers` of them the head) as a table; numbers stand to the right."""
    body = rows[headers:]
    columns = list(zip(*rows, strict=True)) if rows else []
    widths = [max(_width(cell) for cell in column) for column in columns]
    right = [all(_numeric(cell) for cell in column[headers:]) and bool(body) for column in columns]
    rule = "─┼─".join("─" * width for width in widths)

    def line(cells: list[str]) -> str:
        padded = (
            " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        return " │ ".join(padded).rstrip()

    lines = [*(line(row) for row in rows[:headers]), rule, *(line(row) for row in body)]
    if has_total and body:
        lines.insert(-1, rule)
    shown = len(body) - (1 if has_total and body else 0)
    lines.append(f"({shown} row{'' if shown == 1 else 's'})")
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _numeric(cell: str) -> bool:
    plain = cell.strip("$€£%-() ").replace(",", "").replace(".", "", 1)
    return not cell or plain.isdecimal()


# The server


def find_target(ini: Path | None) -> Target:
    """From `--ini`, LOOKERSDK_* variables, or a looker.ini nearby."""
    env = os.environ
    if ini is None and env.get("LOOKERSDK_BASE_URL"):
        return Target(
            env["LOOKERSDK_BASE_URL"].rstrip("/"),
            env.get("LOOKERSDK_CLIENT_ID", ""),
            env.get("LOOKERSDK_CLIENT_SECRET", ""),
            env.get("LOOKERSDK_VERIFY_SSL", "true").lower() not in ("false", "0", "no"),
        )
    places = [ini] if ini is not None else [Path("looker.ini"), Path(".demo/looker.ini")]
    for place in places:
        parser = configparser.ConfigParser(interpolation=None)
        if parser.read(place) and "Looker" in parser:
            section = parser["Looker"]
            return Target(
                section.get("base_url", "").rstrip("/"),
                section.get("client_id", ""),
                section.get("client_secret", ""),
                section.get("verify_ssl", "True").lower() not in ("false", "0", "no"),
            )
    if ini is not None:
        raise BadRequest(f"{ini} has no section [Looker]")
    raise BadRequest("There is no looker.ini here; name one with --ini, or set LOOKERSDK_BASE_URL")


def _login(target: Target) -> str:
    secret = urlencode({"client_id": target.client_id, "client_secret": target.client_secret})
    answer = _send(target, "POST", "/login", secret.encode(), {})
    return str(json.loads(answer)["access_token"])


def _call(target: Target, method: str, path: str, token: str, body: dict[str, Any] | None) -> bytes:
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    return _send(target, method, path, data, headers)


def _send(
    target: Target, method: str, path: str, data: bytes | None, headers: dict[str, str]
) -> bytes:
    request = urllib.request.Request(  # noqa: S310  the address is the caller's own
        f"{target.base_url}/api/4.0{path}", data=data, headers=headers, method=method
    )
    context = ssl.create_default_context()
    if not target.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            found: bytes = answer.read()
            return found
    except urllib.error.HTTPError as error:
        raise BadRequest(_message(error)) from None
    except urllib.error.URLError as error:
        raise BadRequest(f"Cannot reach {target.base_url}: {error.reason}") from None


def _message(error: urllib.error.HTTPError) -> str:
    try:
        answer = json.loads(error.read())
        details = "; ".join(item["message"] for item in answer.get("errors", ()))
        return f"{answer['message']}: {details}" if details else str(answer["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {error.code}"
