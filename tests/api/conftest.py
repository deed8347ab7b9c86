"""An instance per test, over a small demo shop that is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from tests.engines.postgres_server import PostgresServer

from belvedere import clock
from belvedere.accounts import credentials, roles, tokens, users
from belvedere.app import build, open_database, open_vault
from belvedere.connections import connections
from belvedere.demo.generate import generate
from belvedere.projects import models
from belvedere.settings import Settings, load

from .client import ApiClient, Loop

PROJECT = Path(__file__).parents[2] / "src/belvedere/demo/project"
TODAY = date(2026, 6, 30)
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    generate(path, 0.02, today=TODAY)
    return path


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.close()


class Instance:
    """A whole server in this process."""

    def __init__(self, settings: Settings, loop: Loop) -> None:
        self.settings = settings
        self.skipped = timedelta()
        self.application = build(settings, lambda: clock.now() + self.skipped)
        self.services = self.application._services
        self.loop = loop
        self.anonymous = ApiClient(self.application, loop)

    def user(self, role: str | None, last_name: str | None = None) -> int:
        with self.services.database.session() as session:
            user = users.create(
                session,
                clock.now(),
                email=f"user-{next(_NUMBERS)}@example.com",
                first_name="Test",
                last_name=last_name or role or "Nobody",
            )
            if role is not None:
                roles.give(session, user, role)
            return user.id

    def as_role(self, role: str | None, last_name: str | None = None) -> ApiClient:
        """A client whose user has that role."""
        return self.client_of(self.user(role, last_name))

    def client_of(self, user_id: int) -> ApiClient:
        with self.services.database.session() as session:
            now = self.services.clock()
            issued = tokens.issue(
                session, self.services.vault, users.get(session, user_id), now, 86_400
            )
        return self.anonymous.with_token(issued.token)

    def api_key(self, role: str = "Admin") -> tuple[str, str]:
        user_id = self.user(role)
        with self.services.database.session() as session:
            issued = credentials.create_api3(
                session, self.services.vault, users.get(session, user_id), clock.now()
            )
        return issued.client_id, issued.client_secret

    def skip(self, minutes: float) -> None:
        """So much time passes for the server."""
        self.skipped += timedelta(minutes=minutes)

    def close(self) -> None:
        self.application._on_close()
        self.application._pool.shutdown()


def furnish(settings: Settings, shop: Path, project: Path = PROJECT) -> None:
    """The connection, project and model of the demo."""
    database, vault = open_database(settings), open_vault(settings)
    with database.session() as session:
        values = {"name": "thelook", "dialect_name": "duckdb", "database": str(shop)}
        connections.create(session, vault, values, clock.now())
        models.add_project(session, "thelook", project, clock.now())
        models.register(session, "thelook", "thelook", "thelook", clock.now())
    database.close()


@pytest.fixture
def make_instance(tmp_path: Path, shop: Path, loop: Loop) -> Iterator[Callable[..., Instance]]:
    made: list[Instance] = []

    def make(project: Path = PROJECT, **flags: object) -> Instance:
        settings = load(tmp_path / f"home{len(made)}", {}, **flags)
        furnish(settings, shop, project)
        made.append(Instance(settings, loop))
        return made[-1]

    yield make
    for instance in made:
        instance.close()


@pytest.fixture
def instance(make_instance: Callable[..., Instance]) -> Instance:
    return make_instance()


@pytest.fixture
def admin(instance: Instance) -> ApiClient:
    return instance.as_role("Admin")


@pytest.fixture(params=["sqlite", "postgres"])
def kept(
    request: pytest.FixtureRequest, make_instance: Callable[..., Instance]
) -> Iterator[Instance]:
    """An instance over either kind of application database."""
    if request.param == "sqlite":
        yield make_instance()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    yield make_instance(database=server.url(server.create_database()))
