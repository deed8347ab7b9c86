"""The keys of an instance, where they are kept, and how they are replaced.

One line of URL-safe base64 (32 bytes) is a master key, from which the others are derived; that is
what a new instance has. After a rotation the text holds the keys by name, parted by blanks:
`encryption:… hashing:…`, and `retired:…` for those that still open what is not sealed anew yet.
The hashing key stays: what is hashed (long random secrets) cannot be hashed anew.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from belvedere.errors import BelvedereError

_LENGTH = 32


class KeyFileError(BelvedereError):
    """Where a key should be, there is none."""


@dataclass(frozen=True, slots=True)
class Keys:
    """32 bytes each; `retired` only open."""

    encryption: bytes
    hashing: bytes
    retired: tuple[bytes, ...] = ()

    def rotated(self) -> Keys:
        return Keys(os.urandom(_LENGTH), self.hashing, (self.encryption, *self.retired))

    def without_retired(self) -> Keys:
        return replace(self, retired=())

    def text(self) -> str:
        parts = [f"encryption:{_written(self.encryption)}"]
        parts += [f"retired:{_written(key)}" for key in self.retired]
        return " ".join([*parts, f"hashing:{_written(self.hashing)}"])


def of_master(master: bytes) -> Keys:
    return Keys(_derived(master, b"encryption"), _derived(master, b"hashing"))


def parsed(text: str, where: str) -> Keys:
    """KeyFileError names `where` the keys should have been."""
    parts = text.split()
    if len(parts) == 1 and ":" not in parts[0]:
        return of_master(_read(parts[0], where))
    named = [(name, _read(value, where)) for name, _, value in (p.partition(":") for p in parts)]
    one = dict(named)
    if {name for name, _ in named} - {"encryption", "hashing", "retired"} or len(one) < 2:
        raise KeyFileError(f"{where} does not hold the keys of an instance")
    retired = tuple(key for name, key in named if name == "retired")
    try:
        return Keys(one["encryption"], one["hashing"], retired)
    except KeyError as error:
        raise KeyFileError(f"{where} holds no key named {error.args[0]}") from None


def load(path: Path) -> Keys:
    """The keys in the file, which is made (readable by its owner only) where there is none."""
    if not path.exists():
        unnamed = _unnamed(path, _written(os.urandom(_LENGTH)))
        try:
            with suppress(FileExistsError):
                path.hardlink_to(unnamed)
        finally:
            unnamed.unlink()
    return parsed(path.read_text("ascii", errors="replace"), str(path))


def store(path: Path, keys: Keys) -> None:
    """Replace the file as a whole: whoever reads it has the old keys or the new ones."""
    _unnamed(path, keys.text()).replace(path)


def _unnamed(path: Path, text: str) -> Path:
    """A whole file that has no name yet: who starts at the same time reads all of it."""
    unnamed = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return unnamed


def _read(text: str, where: str) -> bytes:
    try:
        key = urlsafe_b64decode(text)
    except ValueError:
        key = b""
    if len(key) != _LENGTH:
        raise KeyFileError(f"{where} does not hold a key of {_LENGTH} bytes")
    return key


def _written(key: bytes) -> str:
    return urlsafe_b64encode(key).decode()


def _derived(master: bytes, purpose: bytes) -> bytes:
    expand = HKDFExpand(algorithm=hashes.SHA256(), length=_LENGTH, info=b"belvedere " + purpose)
    return expand.derive(master)
