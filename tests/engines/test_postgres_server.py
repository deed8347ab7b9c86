from __future__ import annotations

import psycopg
import pytest
from tests.engines.postgres_server import PostgresServer


def test_it_answers_and_checks_passwords(postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database()
    with psycopg.connect(postgres_server.url(name)) as connection:
        row = connection.execute("SELECT current_database(), current_setting('TimeZone')")
        assert row.fetchone() == (name, "UTC")
    wrong = postgres_server.url().replace(postgres_server.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
