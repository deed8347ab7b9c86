"""Artifacts: written all or none, and never over what the writer has not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from belvedere.artifacts.tables import StoredArtifact
from belvedere.errors import BadRequest, Conflict, Invalid, NotFound, Problem
from belvedere.store import bump
from belvedere.vault import Vault

PLAIN = "text/plain"
LARGEST = 5_000_000
"""Bytes of one value."""
_RESERVED = frozenset({"usage", "namespaces"})
_LONGEST = 255
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,99}/[A-Za-z0-9][\w.+-]{0,99}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, and how many bytes the whole store may take."""

    user_id: int
    at: datetime
    capacity: int


def context(row: StoredArtifact) -> str:
    """What the value is sealed with."""
    return f"artifact.value.{row.namespace}.{row.key}"


def value_of(vault: Vault, row: StoredArtifact) -> str:
    return vault.decrypt(row.sealed_value, context(row))


def get(session: Session, namespace: str, key: str) -> StoredArtifact:
    found = session.get(StoredArtifact, (namespace, key))
    if found is None:
        raise NotFound
    return found


def usage(session: Session) -> int:
    """Bytes of all values."""
    return int(session.scalar(select(func.coalesce(func.sum(StoredArtifact.size), 0))) or 0)


# Writing


def write(
    session: Session,
    vault: Vault,
    namespace: str,
    given: Sequence[Mapping[str, Any]],
    writer: Writer,
) -> list[StoredArtifact]:
    """Make or replace artifacts. BadRequest or Conflict for a version that is missing or is not
    the current one: then nothing is written.
    """
    problems = [*_namespace_problems(namespace), *_problems(given)]
    if problems:
        raise Invalid(*problems)
    bump(session, "artifacts")  # whoever else writes waits, so that versions and sizes hold
    rows = [_written(session, vault, namespace, item, writer) for item in given]
    session.flush()
    if usage(session) > writer.capacity:
        message = f"The store of artifacts is full: its values may take {writer.capacity} bytes"
        raise Invalid(Problem("value", "invalid", message))
    return rows


def _written(
    session: Session, vault: Vault, namespace: str, item: Mapping[str, Any], writer: Writer
) -> StoredArtifact:
    key, value = str(item["key"]), str(item["value"])
    row = session.get(StoredArtifact, (namespace, key))
    _check_version(row, key, item.get("version"))
    if row is None:
        row = StoredArtifact(namespace=namespace, key=key, version=0)
        row.created_at, row.created_by = writer.at, writer.user_id
        session.add(row)
    row.version += 1
    row.sealed_value = vault.encrypt(value, context(row))
    row.size = len(value.encode("utf-8", "replace"))
    row.content_type = item.get("content_type") or PLAIN
    row.updated_at, row.updated_by = writer.at, writer.user_id
    return row


def _check_version(row: StoredArtifact | None, key: str, version: Any) -> None:
    current = row.version if row is not None else 0
    if row is not None and version is None:
        raise BadRequest(
            f"There is an artifact {key} already: writing it takes its current version ({current})"
        )
    if int(version or 0) != current:
        there = f"is at version {current}" if row is not None else "does not exist (any more)"
        raise Conflict(f"The artifact {key} {there}, not at version {version}: read it again")


# Deleting


def remove(session: Session, namespace: str, keys: Sequence[str]) -> None:
    """NotFound where none of them is there."""
    of_them = (StoredArtifact.namespace == namespace) & StoredArtifact.key.in_(keys)
    if session.scalar(select(func.count()).where(of_them)) == 0:
        raise NotFound
    session.execute(delete(StoredArtifact).where(of_them))
    bump(session, "artifacts")


def purge(session: Session, namespace: str) -> None:
    session.execute(delete(StoredArtifact).where(StoredArtifact.namespace == namespace))
    bump(session, "artifacts")


# Checking


def _namespace_problems(namespace: str) -> Iterator[Problem]:
    if namespace in _RESERVED:
        yield Problem("namespace", "invalid", f"{namespace} cannot be the name of a namespace")
    elif not _is_name(namespace):
        message = f"A namespace is a line of {_LONGEST} characters at most"
        yield Problem("namespace", "invalid", message)


def _problems(given: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, item in enumerate(given):
        where, key, value = f"[{position}]", item.get("key"), item.get("value")
        if key is None or not _is_name(str(key)) or "," in str(key):
            message = f"A key is a line of {_LONGEST} characters at most, without commas"
            yield Problem(f"{where}.key", "missing_field" if key is None else "invalid", message)
        elif str(key) in seen:
            yield Problem(f"{where}.key", "invalid", f"The key {key} stands there twice")
        seen.add(str(key))
        if value is None:
            yield Problem(f"{where}.value", "missing_field", "An artifact needs a value")
        elif len(str(value).encode("utf-8", "replace")) > LARGEST:
            yield Problem(f"{where}.value", "invalid", f"A value has {LARGEST} bytes at most")
        yield from _other_problems(where, item)


def _other_problems(where: str, item: Mapping[str, Any]) -> Iterator[Problem]:
    version, content_type = item.get("version"), item.get("content_type")
    whole = isinstance(version, int) and not isinstance(version, bool) and version >= 0
    if version is not None and not whole:
        yield Problem(f"{where}.version", "invalid", "A version is a whole number")
    if content_type and _MEDIA_TYPE.match(str(content_type)) is None:
        message = "content_type must be a media type such as application/json"
        yield Problem(f"{where}.content_type", "invalid", message)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable() and text.strip() == text
