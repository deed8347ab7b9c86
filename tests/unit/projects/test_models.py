from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from belvedere.errors import BadRequest, Invalid, NotFound
from belvedere.projects import models
from belvedere.store import Database, EpochWatch

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def codes(error: Invalid) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in error.problems]


def test_projects_are_added_moved_and_listed(database: Database, folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    with database.session() as session:
        models.add_project(session, "b", folder, NOW)
        models.add_project(session, "a", folder, NOW)
        models.add_project(session, "b", elsewhere, NOW)
    with database.reading() as session:
        found = [(row.name, row.path, row.created_at) for row in models.projects(session)]
    assert found == [("a", str(folder), NOW), ("b", str(elsewhere), NOW)]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "../a", "a\n"])
def test_names_of_projects_are_plain(database: Database, folder: Path, name: str) -> None:
    with pytest.raises(BadRequest, match="name"), database.session() as session:
        models.add_project(session, name, folder, NOW)


def test_a_project_needs_a_folder(database: Database, folder: Path) -> None:
    for path in (folder / "nothing", folder / "orders.view.lkml"):
        with pytest.raises(BadRequest, match="no folder"), database.session() as session:
            models.add_project(session, "a", path, NOW)
    with database.reading() as session:
        assert models.projects(session) == []


def test_a_configuration_is_kept_as_written(database: Database, folder: Path) -> None:
    with database.session() as session:
        models.add_project(session, "p", folder, NOW)
        models.create_configuration(
            session,
            {"name": "shop", "project_name": "p", "allowed_db_connection_names": ["c", "d"]},
            NOW,
        )
        models.create_configuration(session, {"name": "a", "unlimited_db_connections": True}, NOW)
    with database.reading() as session:
        shop = models.get_configuration(session, "shop")
        assert (shop.project_name, shop.allowed_connections) == ("p", ["c", "d"])
        assert shop.unlimited_connections is False
        first = models.get_configuration(session, "a")
        assert (first.project_name, first.allowed_connections) == (None, [])
        assert first.unlimited_connections is True
        assert [row.name for row in models.configurations(session)] == ["a", "shop"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, ("name", "missing_field")),
        ({"name": ""}, ("name", "missing_field")),
        ({"name": None}, ("name", "missing_field")),
        ({"name": "a b"}, ("name", "invalid")),
        ({"name": "taken"}, ("name", "already_exists")),
        ({"name": "new", "project_name": "nowhere"}, ("project_name", "not_found")),
    ],
)
def test_a_refused_configuration_changes_nothing(
    database: Database, values: dict[str, Any], problem: tuple[str, str]
) -> None:
    with database.session() as session:
        models.create_configuration(session, {"name": "taken"}, NOW)
    with pytest.raises(Invalid) as raised, database.session() as session:
        models.create_configuration(session, values, NOW)
    assert codes(raised.value) == [problem]
    with database.reading() as session:
        assert [row.name for row in models.configurations(session)] == ["taken"]


def test_an_update_changes_only_what_is_sent(database: Database, folder: Path) -> None:
    with database.session() as session:
        models.add_project(session, "p", folder, NOW)
        row = models.create_configuration(
            session,
            {"name": "m", "project_name": "p", "allowed_db_connection_names": ["c"]},
            NOW,
        )
        models.update_configuration(session, row, {"unlimited_db_connections": True, "name": "m"})
    with database.session() as session:
        row = models.get_configuration(session, "m")
        assert (row.project_name, row.allowed_connections) == ("p", ["c"])
        assert row.unlimited_connections is True
        cleared = {"project_name": None, "allowed_db_connection_names": None}
        models.update_configuration(session, row, cleared)
    with database.reading() as session:
        row = models.get_configuration(session, "m")
        assert (row.project_name, row.allowed_connections) == (None, [])


def test_a_model_cannot_be_renamed(database: Database) -> None:
    with database.session() as session:
        models.create_configuration(session, {"name": "m"}, NOW)
    with database.session() as session:
        row = models.get_configuration(session, "m")
        with pytest.raises(Invalid) as raised:
            models.update_configuration(session, row, {"name": "n"})
    assert codes(raised.value) == [("name", "invalid")]


def test_a_deleted_configuration_is_gone(database: Database) -> None:
    with database.session() as session:
        row = models.create_configuration(session, {"name": "m"}, NOW)
        models.delete_configuration(session, row)
    with database.reading() as session, pytest.raises(NotFound):
        models.get_configuration(session, "m")


def test_registering_adds_the_connection_once(database: Database, folder: Path) -> None:
    with database.session() as session:
        models.add_project(session, "p", folder, NOW)
        for connection in ("c", "c", None, "d"):
            models.register(session, "m", "p", connection, NOW)
    with database.reading() as session:
        row = models.get_configuration(session, "m")
        assert (row.project_name, row.allowed_connections) == ("p", ["c", "d"])
        assert row.unlimited_connections is False


def test_a_model_belongs_to_one_project(database: Database, folder: Path) -> None:
    with database.session() as session:
        models.register(session, "m", "p", "c", NOW)
    with pytest.raises(BadRequest, match="belongs to the project p"), database.session() as session:
        models.register(session, "m", "q", "d", NOW)
    with database.reading() as session:
        assert models.get_configuration(session, "m").allowed_connections == ["c"]


def test_every_change_moves_the_epoch(database: Database, watch: EpochWatch, folder: Path) -> None:
    def change(make: Any) -> None:
        before = watch.current("projects")
        with database.session() as session:
            make(session)
        assert watch.current("projects") > before

    change(lambda s: models.add_project(s, "p", folder, NOW))
    change(lambda s: models.create_configuration(s, {"name": "m"}, NOW))
    change(lambda s: models.register(s, "n", "p", "c", NOW))
    change(
        lambda s: models.update_configuration(
            s, models.get_configuration(s, "m"), {"unlimited_db_connections": True}
        )
    )
    change(lambda s: models.delete_configuration(s, models.get_configuration(s, "m")))
