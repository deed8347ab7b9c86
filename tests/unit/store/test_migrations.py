"""Making the tables: once, whoever starts at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from belvedere.accounts.roles import seed
from belvedere.accounts.tables import Group, Role
from belvedere.app import TABLES
from belvedere.store import Base, Database, bump, migrations
from belvedere.store.database import DatabaseError


def test_an_empty_database_gets_every_table(opener) -> None:
    database = opener()
    migrations.upgrade(database, seed)
    found = set(inspect(database.engine).get_table_names())
    assert found == set(Base.metadata.tables) | {"alembic_version"}


def test_what_every_instance_has_is_added_once(opener) -> None:
    furnished = []
    for _ in range(2):
        migrations.upgrade(opener(), furnished.append)
    assert len(furnished) == 1


def test_many_that_start_at_once_do_it_once(opener) -> None:
    databases = [opener() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda database: migrations.upgrade(database, seed), databases))
    with databases[0].reading() as session:
        names = session.scalars(select(Role.name).order_by(Role.id)).all()
    assert names == ["Admin", "Developer", "User", "Viewer"]


def test_a_failure_leaves_the_database_empty(opener) -> None:
    def fail(_: object) -> None:
        raise RuntimeError

    database = opener()
    with pytest.raises(RuntimeError):
        migrations.upgrade(database, fail)
    assert inspect(database.engine).get_table_names() == []
    migrations.upgrade(database, seed)


def oldest(database: Database) -> None:
    """The tables of the first instances, unmarked."""
    with database.session() as session:
        connection = session.connection()
        command.upgrade(migrations.config(connection), migrations.BASELINE)
        session.execute(text("DROP TABLE alembic_version"))
        bump(session, "kept")


# Indexes of expressions are compared on PostgreSQL only.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_an_old_database_gets_the_tables_of_a_new_one(opener) -> None:
    for package in TABLES:
        import_module(f"belvedere.{package}.tables")
    database = opener()
    oldest(database)
    migrations.upgrade(database, seed)
    with database.reading() as session:
        connection = session.connection()
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert session.execute(text("SELECT topic FROM epoch")).scalar() == "kept"


@pytest.mark.parametrize("old", [False, True])
def test_prefixes_are_looked_up(opener, old) -> None:
    for package in TABLES:
        import_module(f"belvedere.{package}.tables")
    database = opener()
    if old:
        oldest(database)
    migrations.upgrade(database, seed)
    listed = "sql FROM sqlite_master" if database.is_sqlite else "indexdef FROM pg_indexes"
    with database.reading() as session:
        every = session.scalars(text(f"SELECT {listed}")).all()
    found = [one for one in every if one and "_lower_" in one]
    assert len(found) == 6
    expected = "lower(" if database.is_sqlite else "text_pattern_ops"
    assert all(expected in one for one in found), found


@pytest.mark.parametrize("old", [False, True])
def test_no_number_is_given_twice(opener, old) -> None:
    database = opener()
    if old:
        oldest(database)
    migrations.upgrade(database, seed)
    numbers = []
    for _ in range(2):
        with database.session() as session:
            group = Group(name="Passing")
            session.add(group)
            session.flush()
            numbers.append(group.id)
        with database.session() as session:
            session.delete(session.get_one(Group, group.id))
    assert numbers[0] < numbers[1]


def test_an_old_database_is_changed_once(opener) -> None:
    oldest(opener())
    databases = [opener() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda database: migrations.upgrade(database, seed), databases))
    with databases[0].reading() as session:
        found = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert found == [migrations.HEAD]


def test_the_newest_migration_is_the_one_that_is_wanted(opener) -> None:
    with opener().reading() as session:
        scripts = ScriptDirectory.from_config(migrations.config(session.connection()))
    assert scripts.get_current_head() == migrations.HEAD


def test_a_newer_database_is_left_alone(opener) -> None:
    database = opener()
    migrations.upgrade(database, seed)
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="newer Belvedere"):
        migrations.upgrade(database, seed)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(DatabaseError, match="file is not a database"):
        migrations.upgrade(Database(f"sqlite:///{path}"), seed)


def test_a_server_that_is_not_there(free_port: int) -> None:
    database = Database(f"postgresql://nobody:secret@127.0.0.1:{free_port}/none")
    with pytest.raises(DatabaseError, match="cannot be used") as raised:
        migrations.upgrade(database, seed)
    assert "secret" not in str(raised.value)
