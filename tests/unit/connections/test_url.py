"""What connection URLs say, and what is said of those that are none."""

from __future__ import annotations

import pytest

from belvedere.compiler import dialects
from belvedere.connections.url import definition_of
from belvedere.errors import BadRequest


@pytest.mark.parametrize(
    ("scheme", "dialect"),
    [
        ("mysql", "mysql"),
        ("mysql+pymysql", "mysql"),
        ("mariadb", "mariadb"),
        ("postgres", "postgres"),
        ("postgresql", "postgres"),
        ("redshift", "redshift"),
        ("clickhouse", "clickhouse"),
        ("trino", "trino"),
        ("presto", "presto"),
        ("mssql", "mssql"),
        ("SQLServer", "mssql"),
        ("oracle", "oracle"),
        ("spark", "spark"),
    ],
)
def test_servers(scheme: str, dialect: str) -> None:
    assert dialect in dialects.names()
    assert definition_of(f"{scheme}://a%40b:p%2Fw@db.example.com:1234/the%20shop") == {
        "dialect_name": dialect,
        "host": "db.example.com",
        "port": 1234,
        "database": "the shop",
        "username": "a@b",
        "password": "p/w",
        "ssl": False,
        "verify_ssl": False,
    }


@pytest.mark.parametrize(
    ("query", "ssl", "verified"),
    [
        ("", False, False),
        ("?sslmode=require", True, False),
        ("?ssl-mode=REQUIRED", True, False),
        ("?secure=true", True, False),
        ("?ssl=1", True, False),
        ("?sslmode=verify-full", True, True),
        ("?ssl-mode=VERIFY_CA", True, True),
        ("?sslmode=disable", False, False),
    ],
)
def test_encryption(query: str, ssl: bool, verified: bool) -> None:
    found = definition_of(f"mysql://h/d{query}")
    assert (found["ssl"], found["verify_ssl"]) == (ssl, verified)


@pytest.mark.parametrize("scheme", ["duckdb", "sqlite", "clickhouse", "spark"])
def test_files_and_folders(scheme: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, path in (
        (f"{scheme}:///shop.db", tmp_path / "shop.db"),
        (f"{scheme}:///{tmp_path}/a%20b", tmp_path / "a b"),
        (f"{scheme}://{tmp_path}", tmp_path),
    ):
        assert definition_of(url) == {"dialect_name": scheme, "database": str(path)}


def test_parameters_of_drivers() -> None:
    found = definition_of("snowflake://me:pw@account/shop?warehouse=big&role=a%20b")
    assert found["jdbc_additional_params"] == "warehouse=big&role=a+b"
    found = definition_of("databricks://:token@x.cloud.databricks.com?http_path=/sql/1.0/w")
    assert (found["password"], found["database"]) == ("token", None)
    assert found["jdbc_additional_params"] == "http_path=%2Fsql%2F1.0%2Fw"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("excel://h/d", "begins with one of .*clickhouse://.*mysql://.*sqlite://"),
        ("shop.duckdb", "begins with one of"),
        ("duckdb://", "names a file"),
        ("sqlite:///", "SQLite URL names a file"),
        ("spark:///", "names a host or a folder"),
        ("mysql://h", "needs a database: mysql://user@host/database"),
        ("mysql:///d", "needs a host"),
        ("postgresql://h:x/d", "cannot be read"),
        ("mysql://h/d?charset=utf8&ssl=1", "parameters that are not known: charset"),
    ],
)
def test_what_is_no_connection(url: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        definition_of(url)
