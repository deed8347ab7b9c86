"""Replacing the key of an instance that serves."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import Text
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import keys, rotation
from belvedere.cli.key import key as commands
from belvedere.connections import connections
from belvedere.connections.connections import PASSWORD_CONTEXT
from belvedere.connections.tables import StoredConnection
from belvedere.instance import configuration
from belvedere.store import Base
from belvedere.vault import FileVault, Vault, VaultError


def test_every_sealed_column_is_known() -> None:
    """Columns say by their names that they are sealed."""
    known = {(sealed.table.__tablename__, sealed.column) for sealed in rotation.SEALED}
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text) and column.name.startswith(("sealed_", "secrets"))
    }
    assert known == named


@pytest.fixture
def secrets(instance: Instance, admin: ApiClient) -> ApiClient:
    """A connection with two passwords, a mail server with one, a hidden attribute with values."""
    connection = {
        "name": "far",
        "dialect_name": "postgres",
        "host": "127.0.0.1",
        "database": "x",
        "username": "u",
        "password": "of-connection",
        "pdt_context_override": {"context": "pdt", "username": "v", "password": "of-override"},
    }
    assert admin.post("/connections", connection).status == 200
    attribute = {
        "name": "token",
        "label": "Token",
        "type": "string",
        "value_is_hidden": True,
        "default_value": "of-default",
        "hidden_value_domain_whitelist": "https://example.com/*",
    }
    made = admin.post("/user_attributes", attribute)
    assert made.status == 200, made.text
    own = f"/users/1/attribute_values/{made.json()['id']}"
    assert admin.patch(own, {"value": "of-user"}).status == 200
    with instance.services.database.session() as session:
        change = configuration.Change(instance.services.clock(), None)
        configuration.write(
            session, instance.services.vault, "test", {}, change, {"password": "of-subject"}
        )
    return admin


def _sealed(instance: Instance) -> dict[str, str]:
    with instance.services.database.session() as session:
        row = connections.find(session, "far")
        assert row is not None
        found = session.get(configuration.Configuration, "test")
        assert found is not None
        return {
            "password": row.sealed_password or "",
            "override": row.overrides["pdt"]["sealed_password"],
            "subject": found.secrets or "",
        }


def test_secrets_are_sealed_anew_while_the_server_runs(instance: Instance, secrets) -> None:
    before, old = _sealed(instance), FileVault(instance.settings.home / "key")
    retired = Vault(keys.load(instance.settings.home / "key"))
    client_id, secret = instance.api_key()
    home = ["--home", str(instance.settings.home)]
    done = CliRunner().invoke(commands, ["rotate", *home])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("5 secrets are sealed with a new key")
    after = _sealed(instance)
    for name, context in (("password", PASSWORD_CONTEXT), ("override", PASSWORD_CONTEXT)):
        assert after[name] != before[name]
        assert old.decrypt(after[name], context) == f"of-{name.replace('password', 'connection')}"
        with pytest.raises(VaultError):
            retired.decrypt(after[name], context)
    vault = instance.services.vault
    with instance.services.database.session() as session:
        assert configuration.secrets(session, vault, "test") == {"password": "of-subject"}
    assert secrets.get("/user").status == 200
    body = {"client_id": client_id, "client_secret": secret}
    assert secrets.post("/login", body).status == 200
    with pytest.raises(VaultError):
        vault.decrypt(before["password"], PASSWORD_CONTEXT)
    assert "retired" not in (instance.settings.home / "key").read_text()


def test_a_rotation_that_was_interrupted_is_finished_by_the_next(instance, secrets) -> None:
    path = instance.settings.home / "key"
    keys.store(path, keys.load(path).rotated())
    assert rotation.rotate(instance.services.database, FileVault(path)) == 5
    with instance.services.database.session() as session:
        row = session.get(StoredConnection, "far")
        assert row is not None
        opened = instance.services.vault.decrypt(row.sealed_password, PASSWORD_CONTEXT)
    assert opened == "of-connection"


def test_a_key_of_several_machines_is_rotated_in_two_steps(instance, secrets, monkeypatch) -> None:
    path = instance.settings.home / "key"
    home = ["--home", str(instance.settings.home)]
    monkeypatch.setenv("BELVEDERE_SECRET_KEY", path.read_text())
    first = CliRunner().invoke(commands, ["rotate", *home])
    assert first.exit_code == 0, first.output
    both = first.output.strip().splitlines()[-1]
    monkeypatch.setenv("BELVEDERE_SECRET_KEY", both)
    second = CliRunner().invoke(commands, ["rotate", *home])
    assert second.output.startswith("5 secrets were sealed with the new key")
    last = keys.parsed(second.output.strip().splitlines()[-1], "output")
    assert not last.retired
    assert Vault(last).decrypt(_sealed(instance)["override"], PASSWORD_CONTEXT) == "of-override"
