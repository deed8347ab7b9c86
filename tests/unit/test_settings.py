"""Where settings come from, and what they may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere.settings import FILE_NAME, SettingsError, load


def test_flags_weigh_more_than_environment_than_file_than_defaults(tmp_path) -> None:
    (tmp_path / FILE_NAME).write_text('host = "file"\nport = 1\nworkers = 2\n')
    environment = {"BELVEDERE_HOST": "environment", "BELVEDERE_PORT": "3"}
    settings = load(tmp_path, environment, host="flag", port=None)
    assert (settings.host, settings.port, settings.workers) == ("flag", 3, 2)
    assert settings.token_lifetime == 3600


def test_the_home_may_come_from_the_environment(tmp_path) -> None:
    settings = load(environment={"BELVEDERE_HOME": str(tmp_path)})
    assert settings.home == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/belvedere.db"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "many", "port must be a whole number, not 'many'"),
        ("PORT", "", "port must be a whole number"),
        ("PORT", "65536", "port must be at most 65535"),
        ("PORT", "-1", "port must be at least 0"),
        ("THREADS", "0", "threads must be at least 1"),
        ("WORKERS", "65", "workers must be at most 64"),
        ("LOG_LEVEL", "loud", "log_level must be one of debug, info, warning, error"),
    ],
)
def test_values_that_cannot_be(tmp_path, variable, value, said) -> None:
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, {f"BELVEDERE_{variable}": value})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "there is no setting prot"),
        ("port = true", "port must be a whole number, not True"),
        ("port = 1.5", "port must be a whole number, not 1.5"),
        ("port = ", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be(tmp_path, text, said) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:19999"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"base_url": "https://bi.example.com/"}, "https://bi.example.com"),
    ],
)
def test_the_address_that_clients_see(given, url) -> None:
    assert load(Path("home"), {}, **given).public_url == url


def test_origins_are_apart() -> None:
    settings = load(Path("home"), {}, cors_origins=" https://a.example , https://b.example,")
    assert settings.allowed_origins == ("https://a.example", "https://b.example")


def test_secrets_are_not_shown() -> None:
    settings = load(Path("home"), {}, secret_key="hush", database="postgresql://u:hush@h/d")
    assert "hush" not in repr(settings)
