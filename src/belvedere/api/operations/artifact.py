"""The store of artifacts: whoever is signed in reads and writes; administrators empty it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from belvedere import clock
from belvedere.accounts.permissions import Permission
from belvedere.api import paging, search
from belvedere.api.call import Call, Text
from belvedere.api.operation import delete, get, put
from belvedere.artifacts import artifacts
from belvedere.artifacts.artifacts import Writer
from belvedere.artifacts.tables import StoredArtifact
from belvedere.errors import Invalid, Problem

_ADMIN = Permission("administer")
_GUARD = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
"""A browser that is led to a value neither guesses what it is nor runs it as a page of ours."""


@get("/artifact/usage", requires="authenticated")
def artifact_usage(call: Call) -> dict[str, Any]:
    """How many bytes the store may take, and takes."""
    return {
        "max_size": call.services.settings.artifact_bytes,
        "usage": artifacts.usage(call.db),
    }


@get("/artifact/namespaces", requires="authenticated")
def artifact_namespaces(call: Call) -> list[dict[str, Any]]:
    """The namespaces, and how many artifacts each holds."""
    namespace = StoredArtifact.namespace
    page = paging.page_from(call.parameters)
    counted = select(namespace, func.count()).group_by(namespace).order_by(namespace)
    rows = call.db.execute(counted.offset(page.offset).limit(page.limit))
    return [{"namespace": name, "count": count} for name, count in rows]


@get("/artifact/{namespace}/value", requires="authenticated")
def artifact_value(call: Call, namespace: str, key: str | None) -> Text:
    """The value alone, in its own media type."""
    found = artifacts.get(call.db, namespace, _keys(key)[0])
    value = artifacts.value_of(call.services.vault, found)
    return Text(found.content_type, value.encode("utf-8", "replace"), dict(_GUARD))


@delete("/artifact/{namespace}/purge", requires=_ADMIN)
def purge_artifacts(call: Call, namespace: str) -> None:
    """Delete everything in a namespace."""
    artifacts.purge(call.db, namespace)


@get("/artifact/{namespace}/search", requires="authenticated")
def search_artifacts(
    call: Call,
    namespace: str,
    key: str | None,
    user_ids: str | None,
    min_size: int | None,
    max_size: int | None,
    tally: bool | None,
) -> list[dict[str, Any]]:
    """Artifacts of a namespace by pattern of the key, size, and who wrote them."""
    wanted = [StoredArtifact.namespace == namespace]
    if key:
        wanted.append(search.like(StoredArtifact.key, key))
    if user_ids:
        by = (StoredArtifact.created_by, StoredArtifact.updated_by)
        wanted.append(or_(*(search.ids(column)(user_ids) for column in by)))
    if min_size is not None:
        wanted.append(StoredArtifact.size >= min_size)
    if max_size is not None:
        wanted.append(StoredArtifact.size <= max_size)
    return _listed(call, select(StoredArtifact).where(and_(*wanted)), tally=bool(tally))


@get("/artifact/{namespace}", requires="authenticated")
def artifact(
    call: Call, namespace: str, key: str | None, tally: bool | None
) -> list[dict[str, Any]]:
    """The artifacts of the keys, as far as there are any."""
    of_them = (StoredArtifact.namespace == namespace) & StoredArtifact.key.in_(_keys(key))
    return _listed(call, select(StoredArtifact).where(of_them), tally=bool(tally))


@delete("/artifact/{namespace}", requires="authenticated")
def delete_artifact(call: Call, namespace: str, key: str | None) -> None:
    """Delete the artifacts of the keys."""
    artifacts.remove(call.db, namespace, _keys(key))


@put("/artifacts/{namespace}", requires="authenticated")
def update_artifacts(
    call: Call, namespace: str, body: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Make or replace artifacts: all of them, or none."""
    writer = Writer(call.session.user_id, call.now, call.services.settings.artifact_bytes)
    rows = artifacts.write(call.db, call.services.vault, namespace, body, writer)
    return _present(call, rows)


def _keys(key: str | None) -> list[str]:
    keys = [part for part in (key or "").split(",") if part]
    if not keys:
        raise Invalid(Problem("key", "missing_field", "key is required"))
    return keys


def _listed(call: Call, chosen: Select[Any], *, tally: bool) -> list[dict[str, Any]]:
    """A page in the order of keys; counting all of them takes time, so it is done when asked."""
    page = paging.page_from(call.parameters)
    if tally:
        total = call.db.scalar(chosen.with_only_columns(func.count())) or 0
        address = f"{call.services.settings.public_url}{call.request.path}"
        call.response_headers |= paging.headers(page, total, address, call.parameters)
    ordered = chosen.order_by(StoredArtifact.key).offset(page.offset).limit(page.limit)
    return _present(call, call.db.scalars(ordered).all())


def _present(call: Call, rows: Sequence[StoredArtifact]) -> list[dict[str, Any]]:
    return [_presented(call, row) for row in rows]


def _presented(call: Call, row: StoredArtifact) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": row.key,
        "content_type": row.content_type,
        "version": row.version,
        "namespace": row.namespace,
        "created_at": clock.iso(row.created_at),
        "updated_at": clock.iso(row.updated_at),
        "value_size": row.size,
        "created_by_userid": str(row.created_by),
        "updated_by_userid": str(row.updated_by),
    }
    if call.fields.wants("value"):
        shown["value"] = artifacts.value_of(call.services.vault, row)
    return shown
