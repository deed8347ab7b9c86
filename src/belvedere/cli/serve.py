"""Serving: an instance, or the demo."""

from __future__ import annotations

import configparser
import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from belvedere import clock, ids
from belvedere.cli.instance import settings_of
from belvedere.errors import BelvedereError
from belvedere.settings import Settings

DEMO_EMAIL = "admin@example.com"
_HOST = click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
_PORT = click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: 19999]")


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="BELVEDERE_HOME",
    required=True,
    help="Folder of the instance.",
)
@_HOST
@_PORT
@click.option("--database", metavar="URL", help="Application database; default: SQLite.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes.  [default: 1]")
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False), help="Certificate file.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False), help="Its key.")
def serve(
    home: Path,
    host: str | None,
    port: int | None,
    database: str | None,
    workers: int | None,
    tls_cert: str | None,
    tls_key: str | None,
) -> None:
    """Serve an instance."""
    if bool(tls_cert) != bool(tls_key):
        raise click.UsageError("--tls-cert and --tls-key belong together")
    settings = settings_of(home, database, host=host, port=port, workers=workers)
    scheme = "https" if tls_cert else "http"
    if not settings.base_url:
        settings = settings_of(
            home,
            database,
            host=host,
            port=port,
            workers=workers,
            base_url=f"{scheme}://{settings.host}:{settings.port}",
        )
    listening = listen(settings)
    click.echo(f"Belvedere serves {settings.home} on {settings.public_url}")
    run(settings, listening, tls_cert, tls_key)


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Folder of the demo.",
)
@_HOST
@_PORT
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 100),
    default=1.0,
    show_default=True,
    help="Size of the data; 1 is some 100,000 order items.",
)
def demo(home: Path, host: str | None, port: int | None, scale: float) -> None:
    """Serve a demo shop: data, LookML project, administrator and API key, made on first start."""
    settings = settings_of(home, None, host=host, port=port)
    listening = listen(settings)
    made = prepare_demo(settings, scale)
    click.echo("")
    click.echo(f"  Belvedere   {settings.public_url}")
    click.echo(f"  Sign in     {DEMO_EMAIL}  password {made.password}")
    click.echo(f"  API         client_id {made.client_id}  client_secret {made.client_secret}")
    click.echo(f"  looker.ini  {(home / 'looker.ini').absolute()}")
    click.echo("")
    click.echo("Press Ctrl+C to stop.")
    run(settings, listening, None, None)


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on, taken before anything is made."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise BelvedereError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}; "
            "choose another with --port"
        ) from None
    return listening


def run(
    settings: Settings, listening: socket.socket, tls_cert: str | None, tls_key: str | None
) -> None:
    """Serve until interrupted; with several workers each is a process of its own."""
    children: list[int] = []
    for _ in range(settings.workers - 1):
        child = os.fork()
        if child == 0:
            children = []
            break
        children.append(child)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    import uvicorn

    from belvedere.app import build
    from belvedere.cli import logs
    from belvedere.cli.protocol import GuardedHttp

    logs.write(settings.log_level)

    config = uvicorn.Config(
        build(settings),
        loop="uvloop",
        http=GuardedHttp,
        ws="none",
        proxy_headers=False,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="on",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        click.echo("Stopped.")
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        # Everything is closed; a normal exit would have DuckDB's binding list its own leftovers.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


# The demo


@dataclass(frozen=True, slots=True)
class Demo:
    password: str
    client_id: str
    client_secret: str


def prepare_demo(settings: Settings, scale: float) -> Demo:
    """Make what is not there yet; a second start finds everything."""
    home = settings.home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    ini = home / "looker.ini"
    data = home / "thelook.duckdb"
    if not data.exists():
        _generate(data, scale)
    found = _read_ini(ini)
    if found is None:
        found = _register(settings, data)
    _write_ini(ini, settings, found)
    return found


def _generate(data: Path, scale: float) -> None:
    from belvedere.demo.generate import generate

    with click.progressbar(length=1000, label="Making the demo shop", show_eta=False) as bar:
        done = 0

        def progress(_: str, share: float) -> None:
            nonlocal done
            step = int(share * 1000) - done
            if step > 0:
                bar.update(step)
                done += step

        generate(data, scale, progress=progress)


def _register(settings: Settings, data: Path) -> Demo:
    from importlib.resources import files

    from belvedere.accounts import credentials, passwords, roles, users
    from belvedere.app import open_database, open_vault
    from belvedere.connections import connections
    from belvedere.projects import models

    now = clock.now()
    password = ids.password()
    vault_database = open_database(settings)
    vault = open_vault(settings)
    with vault_database.session() as session:
        admin = users.find_by_email(session, DEMO_EMAIL)
        if admin is None:
            admin = users.create(
                session,
                now,
                email=DEMO_EMAIL,
                first_name="Ada",
                last_name="Admin",
                password_hash=passwords.hashed(password),
            )
            roles.give(session, admin, "Admin")
        elif admin.email_credentials is not None:
            admin.email_credentials.password_hash = passwords.hashed(password)
        issued = credentials.create_api3(session, vault, admin, now)
        values: dict[str, Any] = {
            "name": "thelook",
            "dialect_name": "duckdb",
            "database": str(data.absolute()),
        }
        row = connections.find(session, "thelook")
        if row is None:
            connections.create(session, vault, values, now, str(admin.id))
        else:
            connections.update(session, vault, row, values, now)
        folder = Path(str(files("belvedere.demo").joinpath("project")))
        models.add_project(session, "thelook", folder, now)
        models.register(session, "thelook", "thelook", "thelook", now)
    vault_database.close()
    return Demo(password, issued.client_id, issued.client_secret)


def _read_ini(path: Path) -> Demo | None:
    ini = configparser.ConfigParser(interpolation=None)
    if not ini.read(path) or "Looker" not in ini:
        return None
    section = ini["Looker"]
    names = ("password", "client_id", "client_secret")
    if not all(section.get(name) for name in names):
        return None
    return Demo(*(section[name] for name in names))


def _write_ini(path: Path, settings: Settings, made: Demo) -> None:
    """A standard looker.ini; readable by its owner only, as it holds secrets."""
    ini = configparser.ConfigParser(interpolation=None)
    ini["Looker"] = {
        "base_url": settings.public_url,
        "client_id": made.client_id,
        "client_secret": made.client_secret,
        "verify_ssl": "False",
        "email": DEMO_EMAIL,
        "password": made.password,
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        ini.write(file)
