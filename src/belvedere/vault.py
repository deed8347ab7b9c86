"""Secrets at rest: encryption and keyed hashes under keys that are not in the database."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from belvedere import keys
from belvedere.errors import BelvedereError
from belvedere.keys import Keys

_PREFIX = "v1."
_NONCE = 12


class VaultError(BelvedereError):
    """A stored secret cannot be opened with this key."""


class Vault:
    """Seals with the current key; opens with the retired ones too."""

    def __init__(self, held: Keys) -> None:
        self._hashing = held.hashing
        self._hold(held)

    def _hold(self, held: Keys) -> None:
        self._ciphers = [AESGCM(key) for key in (held.encryption, *held.retired)]

    def _refresh(self) -> None:
        """Take up keys that another process has put in place of those we hold."""

    def encrypt(self, text: str, context: str) -> str:
        """`context` (say, table and column) must be the same to decrypt."""
        self._refresh()
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), context.encode())
        return _PREFIX + urlsafe_b64encode(nonce + sealed).decode()

    def decrypt(self, stored: str, context: str) -> str:
        if not stored.startswith(_PREFIX):
            raise VaultError("A stored secret is not in a form this version knows")
        self._refresh()
        for cipher in self._ciphers:
            text = _opened(cipher, stored, context)
            if text is not None:
                return text
        raise VaultError("A stored secret cannot be opened: was the key replaced?")

    def resealed(self, stored: str, context: str) -> str | None:
        """Sealed with the current key; None where it is already."""
        text = self.decrypt(stored, context)
        if _opened(self._ciphers[0], stored, context) is not None:
            return None
        return self.encrypt(text, context)

    def digest(self, secret: str) -> str:
        """A keyed hash for long random secrets: cheap to compute, useless without the key."""
        text = secret.encode(errors="surrogatepass")  # JSON can hold halves of characters
        return hmac.new(self._hashing, text, hashlib.sha256).hexdigest()


class FileVault(Vault):
    """Its keys are in a file (made where there is none), and may be rotated while it is in use."""

    def __init__(self, path: Path) -> None:
        super().__init__(keys.load(path))
        self.path = path
        self._seen = _version(path)

    def _refresh(self) -> None:
        seen = _version(self.path)
        if seen is not None and seen != self._seen:
            self._hold(keys.load(self.path))
            self._seen = seen


def _version(path: Path) -> tuple[int, int] | None:
    """Another one after each replacement; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _opened(cipher: AESGCM, stored: str, context: str) -> str | None:
    try:
        data = urlsafe_b64decode(stored.removeprefix(_PREFIX))
        return cipher.decrypt(data[:_NONCE], data[_NONCE:], context.encode()).decode()
    except (InvalidTag, ValueError):
        return None
