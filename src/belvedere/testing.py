"""An instance for the tests of LookML projects and of programs that call the API.

    @pytest.fixture(scope="session")
    def looker():
        with belvedere.testing.instance("lookml", {"shop": "tests/shop.sql"}) as looker:
            yield looker

    def test_nobody_sees_other_regions(looker):
        sdk = looker.sdk("User", region="north")
        ...

It serves on a free port of this machine, from a temporary folder that goes with it.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import uvicorn
from sqlalchemy.orm import Session

from belvedere import clock, ids
from belvedere.accounts import (
    attribute_definitions,
    attributes,
    credentials,
    roles as stored_roles,
    users,
)
from belvedere.accounts.tables import UserAttribute
from belvedere.app import build, open_database, open_vault
from belvedere.clock import Clock
from belvedere.connections import connections as stored_connections
from belvedere.connections.url import definition_of
from belvedere.errors import BadRequest, BelvedereError
from belvedere.lookml.project import open_project
from belvedere.projects import models
from belvedere.settings import Settings, load
from belvedere.store import Database
from belvedere.vault import Vault


@dataclass(frozen=True, slots=True)
class Role:
    """What its holders may do, and with which models; None: with all."""

    permissions: Collection[str]
    models: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A user with API credentials."""

    id: str
    email: str
    client_id: str
    client_secret: str


class Instance:
    """A running server. `url` is what clients call their base URL."""

    def __init__(self, url: str, database: Database, vault: Vault, now: Clock) -> None:
        self.url = url
        self._database, self._vault, self._now = database, vault, now
        self._numbers, self._mark = count(1), ids.slug()[:6].lower()
        self._people: dict[tuple[str, tuple[tuple[str, str], ...]], Person] = {}

    def person(self, role: str = "Admin", **user_attributes: str) -> Person:
        """A new user of that role; attributes that do not exist yet are made as texts.

        Invalid names the roles there are.
        """
        email = f"person-{next(self._numbers)}-{self._mark}@example.com"
        with self._database.session() as session:
            user = users.create(session, self._now(), email=email, first_name=role)
            stored_roles.give(session, user, role)
            for name, value in user_attributes.items():
                attribute = self._attribute(session, name)
                attributes.set_value(session, self._vault, user.id, attribute, value)
            issued = credentials.create_api3(session, self._vault, user, self._now())
            return Person(str(user.id), email, issued.client_id, issued.client_secret)

    def sdk(self, role: str = "Admin", **user_attributes: str) -> Any:
        """The official Python SDK (package `looker_sdk`), signed in as such a person; the same
        person for the same role and attributes.
        """
        try:
            import looker_sdk
            from looker_sdk.rtl.api_settings import ApiSettings
        except ImportError:
            raise BelvedereError("pip install looker_sdk, or use person() and url") from None
        key = (role, tuple(sorted(user_attributes.items())))
        if key not in self._people:
            self._people[key] = self.person(role, **user_attributes)
        who, url = self._people[key], self.url

        class _Settings(ApiSettings):
            def read_config(self) -> Any:
                return {
                    "base_url": url,
                    "client_id": who.client_id,
                    "client_secret": who.client_secret,
                    "verify_ssl": "false",
                    "timeout": "120",
                }

        return looker_sdk.init40(config_settings=_Settings())

    def _attribute(self, session: Session, name: str) -> UserAttribute:
        known = {attribute.name: attribute for attribute in attributes.everything(session)}
        if name in known:
            return known[name]
        values = {"name": name, "label": name.replace("_", " ").title(), "type": "string"}
        return attribute_definitions.create(session, self._vault, values)


@contextmanager
def instance(
    project: str | Path | None = None,
    connections: Mapping[str, str | Path] | None = None,
    roles: Mapping[str, Role] | None = None,
    *,
    now: datetime | None = None,
) -> Iterator[Instance]:
    """A running instance that serves the LookML folder `project`.

    `connections` has a database for each name: a URL (as for `belvedere connection add`), a file
    of DuckDB, or a file of SQL from which a DuckDB is made. Beside the default roles there are
    `roles`. With `now` the clock of the instance stands still, so that filters such as `7 days`
    always mean the same days; it needs a time zone.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("now needs a time zone")
    with (
        tempfile.TemporaryDirectory(prefix="belvedere-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        home = Path(folder)
        current: Clock = clock.now if now is None else lambda: now
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = load(home / "home", {}, base_url=url)
        database, vault = open_database(settings), open_vault(settings)
        with closing(database):
            with database.session() as session:
                _connect(session, vault, connections or {}, home, current())
                _add_roles(session, roles or {})
                if project is not None:
                    _serve_project(session, Path(project), current())
            with _serving(settings, listening, current):
                yield Instance(url, database, vault, current)


def _connect(
    session: Session,
    vault: Vault,
    wanted: Mapping[str, str | Path],
    home: Path,
    now: datetime,
) -> None:
    for name, where in wanted.items():
        url = str(where)
        if "://" not in url:
            url = f"duckdb:///{_database_file(Path(where), home / f'{name}.duckdb')}"
        stored_connections.create(session, vault, {"name": name, **definition_of(url)}, now)


def _database_file(given: Path, made: Path) -> Path:
    """The DuckDB file that is meant, or one made by the statements of a SQL file."""
    if not given.is_file():
        raise BadRequest(f"There is no file {given}")
    if given.suffix.lower() != ".sql":
        return given.absolute()
    with closing(duckdb.connect(str(made))) as connection:
        connection.execute(given.read_text("utf-8"))
    return made


def _add_roles(session: Session, wanted: Mapping[str, Role]) -> None:
    for name, role in wanted.items():
        permissions = {"name": name, "permissions": sorted(role.permissions)}
        allowed = stored_roles.create_permission_set(session, permissions)
        model_set_id: object = 1
        if role.models is not None:
            chosen = {"name": name, "models": sorted(role.models)}
            model_set_id = stored_roles.create_model_set(session, chosen).id
        values = {"name": name, "permission_set_id": allowed.id, "model_set_id": model_set_id}
        stored_roles.create(session, values)


def _serve_project(session: Session, path: Path, now: datetime) -> None:
    """Every model of the folder; BadRequest for a folder without any."""
    name = path.resolve().name
    opened = open_project(path, name)
    if not opened.models:
        raise BadRequest(f"{path} holds no model: there is no file *.model.lkml")
    models.add_project(session, name, path, now)
    for model in opened.models.values():
        models.register(session, model.name, name, model.connection, now)


@contextmanager
def _serving(settings: Settings, listening: socket.socket, now: Clock) -> Iterator[None]:
    config = uvicorn.Config(
        build(settings, now), log_level="error", access_log=False, lifespan="on", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(30)
