"""Secrets at rest: encryption and keyed hashes under one key that is not in the database."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from belvedere.errors import BelvedereError

_PREFIX = "v1."
_NONCE = 12


class VaultError(BelvedereError):
    """A stored secret cannot be opened with this key."""


class Vault:
    """Derives one key for encryption and one for hashing from the master key (32 bytes)."""

    def __init__(self, master: bytes) -> None:
        self._cipher = AESGCM(_derived(master, b"encryption"))
        self._hashing = _derived(master, b"hashing")

    def encrypt(self, text: str, context: str) -> str:
        """`context` (say, table and column) must be the same to decrypt."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), context.encode())
        return _PREFIX + urlsafe_b64encode(nonce + sealed).decode()

    def decrypt(self, stored: str, context: str) -> str:
        if not stored.startswith(_PREFIX):
            raise VaultError("A stored secret is not in a form this version knows")
        try:
            data = urlsafe_b64decode(stored.removeprefix(_PREFIX))
            return self._cipher.decrypt(data[:_NONCE], data[_NONCE:], context.encode()).decode()
        except (InvalidTag, ValueError):
            raise VaultError("A stored secret cannot be opened: was the key replaced?") from None

    def digest(self, secret: str) -> str:
        """A keyed hash for long random secrets: cheap to compute, useless without the key."""
        return hmac.new(self._hashing, secret.encode(), hashlib.sha256).hexdigest()


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=b"belvedere " + purpose).derive(
        master
    )


def load_key(path: Path) -> bytes:
    """The key in the file, which is made (readable by its owner only) where there is none."""
    if not path.exists():
        _make_key(path)
    return decoded_key(path.read_bytes(), str(path))


def decoded_key(text: bytes, where: str) -> bytes:
    """32 bytes from their URL-safe base64; VaultError names `where` they should have been."""
    try:
        key = urlsafe_b64decode(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise VaultError(f"{where} does not hold a key of 32 bytes")
    return key


def _make_key(path: Path) -> None:
    """The key is whole before it gets its name: who starts at the same time reads all of it."""
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(urlsafe_b64encode(os.urandom(32)))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(unnamed)
    finally:
        unnamed.unlink()
