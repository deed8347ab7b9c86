"""Projects and model configurations in the application database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from belvedere import activity
from belvedere.errors import BadRequest, Invalid, NotFound, Problem
from belvedere.projects.tables import ModelConfiguration, StoredProject
from belvedere.store import bump

_NAME = re.compile(r"[\w\-.]+\Z")


def add_project(session: Session, name: str, path: Path, now: datetime) -> StoredProject:
    """Serve the folder under that name (a second call moves the project to the new folder)."""
    if not path.is_dir():
        raise BadRequest(f"There is no folder {path}")
    if not _NAME.match(name):
        raise BadRequest("A project's name may contain letters, digits, _, - and . only")
    row = session.get(StoredProject, name)
    if row is None:
        row = StoredProject(name=name, path=str(path.absolute()), created_at=now)
        session.add(row)
    else:
        row.path = str(path.absolute())
    session.flush()
    bump(session, "projects")
    return row


def projects(session: Session) -> list[StoredProject]:
    return list(session.scalars(select(StoredProject).order_by(StoredProject.name)))


def configurations(session: Session) -> list[ModelConfiguration]:
    return list(session.scalars(select(ModelConfiguration).order_by(ModelConfiguration.name)))


def get_configuration(session: Session, name: str) -> ModelConfiguration:
    row = session.get(ModelConfiguration, name)
    if row is None:
        raise NotFound
    return row


def create_configuration(
    session: Session, values: Mapping[str, Any], now: datetime
) -> ModelConfiguration:
    """Configure a model. Its LookML need not exist yet; its name must be free."""
    name = values.get("name")
    if not isinstance(name, str) or not name:
        raise Invalid(Problem("name", "missing_field", "name is required"))
    if not _NAME.match(name):
        raise Invalid(Problem("name", "invalid", "name may contain letters, digits and _ only"))
    if session.get(ModelConfiguration, name) is not None or name in activity.NAMES:
        raise Invalid(Problem("name", "already_exists", f"There is a model {name} already"))
    row = ModelConfiguration(name=name, allowed_connections=[], created_at=now)
    _assign(session, row, values)
    session.add(row)
    session.flush()
    bump(session, "projects")
    return row


def register(
    session: Session, name: str, project: str, connection: str | None, now: datetime
) -> None:
    """Configure a model found in a project for the connection that it names."""
    row = session.get(ModelConfiguration, name)
    if row is None:
        row = ModelConfiguration(name=name, allowed_connections=[], created_at=now)
        session.add(row)
    elif row.project_name not in (None, project):
        raise BadRequest(f"The model {name} belongs to the project {row.project_name} already")
    row.project_name = project
    row.unlimited_connections = bool(row.unlimited_connections)
    if connection and connection not in (row.allowed_connections or []):
        row.allowed_connections = [*(row.allowed_connections or []), connection]
    session.flush()
    bump(session, "projects")


def update_configuration(
    session: Session, row: ModelConfiguration, values: Mapping[str, Any]
) -> None:
    if values.get("name") not in (None, row.name):
        raise Invalid(Problem("name", "invalid", "A model cannot be renamed"))
    _assign(session, row, values)
    bump(session, "projects")


def delete_configuration(session: Session, row: ModelConfiguration) -> None:
    session.delete(row)
    bump(session, "projects")


def _assign(session: Session, row: ModelConfiguration, values: Mapping[str, Any]) -> None:
    if "project_name" in values:
        project = values["project_name"]
        if project is not None and session.get(StoredProject, project) is None:
            message = f"There is no project {project}"
            raise Invalid(Problem("project_name", "not_found", message))
        row.project_name = project
    if "allowed_db_connection_names" in values:
        row.allowed_connections = list(values["allowed_db_connection_names"] or [])
    if "unlimited_db_connections" in values:
        row.unlimited_connections = bool(values["unlimited_db_connections"])
