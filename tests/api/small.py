"""A model over a few rows, for tests that need a model of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from tests.api.conftest import Instance
from tests.engines.postgres_server import PostgresServer

from belvedere import clock
from belvedere.projects import models


def duckdb_facts(folder: Path, name: str, statements: Sequence[str]) -> dict[str, Any]:
    """A connection's definition, to a database in which the statements were run."""
    path = folder / f"{name}.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return {"dialect_name": "duckdb", "database": str(path)}


def postgres_facts(server: PostgresServer, statements: Sequence[str]) -> dict[str, Any]:
    name = server.create_database()
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
    return {
        "dialect_name": "postgres",
        "host": server.host,
        "port": str(server.port),
        "database": name,
        "username": server.user,
        "password": server.password,
    }


def serve(instance: Instance, folder: Path, name: str, lookml: str, facts: dict[str, Any]) -> None:
    """A connection, a project and a model, all of that name."""
    made = instance.as_role("Admin").post("/connections", {"name": name, **facts})
    assert made.status == 200, made.text
    project = folder / name
    project.mkdir()
    (project / f"{name}.model.lkml").write_text(f'connection: "{name}"\n{lookml}')
    with instance.services.database.session() as session:
        models.add_project(session, name, project, clock.now())
        models.register(session, name, name, name, clock.now())
