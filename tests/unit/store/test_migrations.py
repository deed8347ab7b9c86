"""Making the tables: once, whoever starts at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text

from belvedere.accounts.roles import seed
from belvedere.accounts.tables import Role
from belvedere.store import Base, Database, bump, migrations
from belvedere.store.database import DatabaseError


def test_an_empty_database_gets_every_table(opener) -> None:
    database = opener()
    migrations.upgrade(database, seed)
    assert set(inspect(database.engine).get_table_names()) == set(Base.metadata.tables)


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


def test_a_database_from_before_versions_is_kept_and_completed(opener) -> None:
    database = opener()
    migrations.upgrade(database, seed)
    with database.session() as session:
        bump(session, "kept")
        session.execute(text("DROP TABLE schema_version"))
        session.execute(text("DROP TABLE access_token"))
    migrations.upgrade(database, seed)
    with database.reading() as session:
        assert session.execute(text("SELECT topic FROM epoch")).scalar() == "kept"
        assert session.execute(text("SELECT count(*) FROM access_token")).scalar() == 0
        assert session.execute(text("SELECT count(*) FROM role")).scalar() == 4


def test_a_newer_database_is_left_alone(opener) -> None:
    database = opener()
    migrations.upgrade(database, seed)
    with database.session() as session:
        session.execute(text("INSERT INTO schema_version VALUES (99)"))
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
