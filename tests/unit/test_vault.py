"""Secrets at rest."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

from belvedere import keys
from belvedere.keys import KeyFileError
from belvedere.vault import FileVault, Vault, VaultError

VAULT = Vault(keys.of_master(b"k" * 32))


@given(st.text(), st.text())
def test_what_is_sealed_opens_again(text, context) -> None:
    assert VAULT.decrypt(VAULT.encrypt(text, context), context) == text


def test_equal_secrets_look_different() -> None:
    assert VAULT.encrypt("same", "c") != VAULT.encrypt("same", "c")


def test_a_secret_opens_only_where_it_belongs() -> None:
    with pytest.raises(VaultError):
        VAULT.decrypt(VAULT.encrypt("s", "connection.password"), "user.totp")


def test_a_secret_opens_only_with_its_key() -> None:
    with pytest.raises(VaultError):
        Vault(keys.of_master(b"x" * 32)).decrypt(VAULT.encrypt("s", "c"), "c")


def test_a_secret_that_was_changed_does_not_open() -> None:
    sealed = VAULT.encrypt("secret", "c")
    for position in range(3, len(sealed) - 3):  # the last may have bits to spare
        letter = "A" if sealed[position] != "A" else "B"
        with pytest.raises(VaultError):
            VAULT.decrypt(sealed[:position] + letter + sealed[position + 1 :], "c")


@pytest.mark.parametrize("stored", ["", "plain text", "v2.AAAA", "v1.", "v1.AAAA", "v1.ä", "v1.A"])
def test_what_was_never_sealed(stored) -> None:
    with pytest.raises(VaultError):
        VAULT.decrypt(stored, "c")


def test_a_digest_needs_the_key() -> None:
    assert VAULT.digest("s") == Vault(keys.of_master(b"k" * 32)).digest("s")
    assert VAULT.digest("s") != Vault(keys.of_master(b"x" * 32)).digest("s")
    assert VAULT.digest("s") != VAULT.digest("t")


def test_the_key_is_made_once_for_its_owner_only(tmp_path) -> None:
    path = tmp_path / "key"
    assert keys.load(path) == keys.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_who_start_at_once_have_one_key(tmp_path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: keys.load(tmp_path / "key"), range(64)))
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


MASTER = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"short",
        b"\xff" * 44,
        b"A" * 64,
        f"encryption:{MASTER}".encode(),
        f"encryption:{MASTER} hashing:short".encode(),
        f"encryption:{MASTER} other:{MASTER}".encode(),
        f"hashing:{MASTER} retired:{MASTER}".encode(),
    ],
)
def test_a_file_that_holds_no_key_is_left_alone(tmp_path, text) -> None:
    path = tmp_path / "key"
    path.write_bytes(text)
    with pytest.raises(KeyFileError, match=r"holds? (a|no|the) key|does not hold"):
        keys.load(path)
    assert path.read_bytes() == text


def test_a_key_may_end_its_line() -> None:
    assert keys.parsed(f"{MASTER}\n", "there") == keys.of_master(b"k" * 32)


def test_keys_are_read_as_they_were_written() -> None:
    held = keys.of_master(b"k" * 32).rotated().rotated()
    assert keys.parsed(held.text(), "there") == held
    assert len(held.retired) == 2


def test_a_vault_in_use_follows_its_file(tmp_path) -> None:
    path = tmp_path / "key"
    vault = FileVault(path)
    old, digest = vault.encrypt("s", "c"), vault.digest("t")
    keys.store(path, keys.load(path).rotated())
    assert vault.decrypt(old, "c") == "s"
    fresh = vault.resealed(old, "c")
    assert fresh is not None
    assert vault.resealed(fresh, "c") is None
    keys.store(path, keys.load(path).without_retired())
    with pytest.raises(VaultError):
        vault.decrypt(old, "c")
    assert vault.decrypt(fresh, "c") == "s"
    assert vault.digest("t") == digest == FileVault(path).digest("t")
    path.unlink()
    assert vault.decrypt(fresh, "c") == "s"
