"""Secrets at rest."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, strategies as st

from belvedere.vault import Vault, VaultError, decoded_key, load_key

VAULT = Vault(b"k" * 32)


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
        Vault(b"x" * 32).decrypt(VAULT.encrypt("s", "c"), "c")


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
    assert VAULT.digest("s") == Vault(b"k" * 32).digest("s")
    assert VAULT.digest("s") != Vault(b"x" * 32).digest("s")
    assert VAULT.digest("s") != VAULT.digest("t")


def test_the_key_is_made_once_for_its_owner_only(tmp_path) -> None:
    path = tmp_path / "key"
    assert load_key(path) == load_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_who_start_at_once_have_one_key(tmp_path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path / "key"), range(64)))
    assert len(keys) == 1
    assert os.listdir(tmp_path) == ["key"]  # noqa: PTH208


@pytest.mark.parametrize("text", [b"", b"short", b"\xff" * 44, b"A" * 64])
def test_a_file_that_holds_no_key_is_left_alone(tmp_path, text) -> None:
    path = tmp_path / "key"
    path.write_bytes(text)
    with pytest.raises(VaultError, match="does not hold a key"):
        load_key(path)
    assert path.read_bytes() == text


def test_a_key_may_end_its_line() -> None:
    assert decoded_key(b"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\n", "there") == b"k" * 32
