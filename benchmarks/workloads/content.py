"""What a large company has saved: searched, and its folders leafed through."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from belvedere.accounts import roles, users
from belvedere.app import open_database
from belvedere.content import roots
from belvedere.content.tables import (
    ContentGrant,
    ContentMetadata,
    Dashboard,
    DashboardElement,
    Folder,
    Look,
)
from belvedere.query import stored
from belvedere.query.definition import Definition
from belvedere.settings import load
from belvedere.store import bump
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.home import prepare
from benchmarks.server import Client, fresh, running

FOLDERS, LOOKS, DASHBOARDS = 50_000, 100_000, 10_000
_TILES, _MOST_TILES = 5, 25
"""On every dashboard, and on the first one."""
_QUERIES = 1_000
_OWN_LISTS = 10
"""One folder in so many has an access list of its own."""
_WIDTH = 20
_FIRST_FOLDER = 100
_NOW = datetime(2026, 6, 30, tzinfo=UTC)
_FIELDS = {"fields": "id,title,folder(id,name),user_id,view_count", "limit": "50"}


def content(folder: Path) -> list[Figure]:
    """As somebody who is no administrator: everything is held against access lists."""
    home = prepare(fresh(folder), folder / "unused.duckdb")
    opened = open_database(load(home.path))
    with opened.session() as session:
        _saved(session)
        somebody = users.create(session, _NOW, email="somebody@example.com")
        roles.give(session, somebody, "User")
        user_id = somebody.id
    opened.close()
    with running(home.path) as server:
        client = Client(server.port)
        client.login(home.client_id, home.client_secret)
        administrator = client.token
        client.token = json.loads(client.post(f"/login/{user_id}"))["access_token"]
        searched = max(_median(client, path) for path in _searches())
        pages = max(_median(client, path) for path in _pages())
        if len(json.loads(client.get("/dashboards/1"))["dashboard_elements"]) != _MOST_TILES:
            raise RuntimeError("the dashboard has other tiles")
        opened_in = _median(client, "/dashboards/1")
        changed = _after_changes(client, administrator)
        client.token = administrator
        validated = seconds(lambda: client.get("/content_validation"))
    return [
        Figure("search over 100,000 Looks", searched, Goal("{:.0f} ms", gate=50)),
        Figure("a page of 50 of 50,000 folders", pages, Goal("{:.0f} ms", gate=50)),
        Figure("a dashboard of 25 tiles", opened_in, Goal("{:.0f} ms", gate=20)),
        Figure("validation of 10,000 dashboards", validated, Goal("{:.1f} s", gate=60)),
        Figure("a folder, first after a change of access", changed, Goal("{:.0f} ms", gate=200)),
    ]


def _searches() -> Iterator[str]:
    yield f"/looks/search?{urlencode(_FIELDS | {'title': '%777%', 'sorts': 'title'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'title': 'Number 7777'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'sorts': 'view_count desc'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'offset': '99900'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'offset': '50000'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'title': '%umber%'})}"
    yield f"/looks/search?{urlencode(_FIELDS | {'title': 'Number%'})}"
    yield "/content/777"
    yield "/content/Number"


def _pages() -> Iterator[str]:
    fields = {"fields": "id,name,parent_id,child_count", "limit": "50", "sorts": "name"}
    yield f"/folders/search?{urlencode(fields | {'offset': '25000'})}"
    yield f"/folders/{roots.SHARED}/children?{urlencode(fields)}"


def _median(client: Client, path: str) -> float:
    """In milliseconds."""
    return statistics.median(seconds(lambda: client.get(path)) for _ in range(30)) * 1e3


def _after_changes(client: Client, administrator: str) -> float:
    """Each change of an access list makes every process read them all again."""
    token, times = client.token, []
    for number in range(20):
        client.token = administrator
        permission = "edit" if number % 2 else "view"
        client.put("/content_metadata_access/1", {"permission_type": permission})
        client.token = token
        times.append(seconds(lambda: client.get(f"/folders/{_FIRST_FOLDER}?fields=id,name,can")))
    return statistics.median(times) * 1e3


def _saved(session: Session) -> None:
    """Folders in folders, twenty in each; Looks spread over them."""
    numbers = range(_FIRST_FOLDER, _FIRST_FOLDER + FOLDERS)
    shared = session.scalars(select(Folder.decider_id).where(Folder.id == roots.SHARED)).one()
    _add(session, Folder, _folders(numbers, shared))
    _add(session, ContentMetadata, (_metadata(n, "folder", n) for n in numbers))
    _own_lists(session, [number for number in numbers if number % _OWN_LISTS == 0])
    query = stored.create(session, Definition(model="thelook", view="users"), _NOW)
    plain = {"created_at": _NOW, "updated_at": _NOW}
    looks = range(1, LOOKS + 1)
    _add(session, Look, ({"id": n, "query_slug": query.slug, **_look(n), **plain} for n in looks))
    _add(session, ContentMetadata, (_metadata(numbers[-1] + n, "look", n) for n in looks))
    _dashboards(session, numbers[-1] + LOOKS)
    bump(session, "access")


def _dashboards(session: Session, last_metadata: int) -> None:
    """Their tiles share a thousand queries."""
    slugs = [
        stored.create(session, Definition(model="thelook", view="users", limit=str(n)), _NOW).slug
        for n in range(1, _QUERIES + 1)
    ]
    numbers = range(1, DASHBOARDS + 1)
    plain = {"created_at": _NOW, "updated_at": _NOW}
    rows = ({"id": n, **_look(n), "title": f"Board of {n}", **plain} for n in numbers)
    _add(session, Dashboard, rows)
    _add(session, ContentMetadata, (_metadata(last_metadata + n, "dashboard", n) for n in numbers))
    tiles = (
        {
            "dashboard_id": n,
            "type": "vis",
            "title": f"Tile {t}",
            "query_slug": slugs[(n + t) % _QUERIES],
        }
        for n in numbers
        for t in range(_MOST_TILES if n == 1 else _TILES)
    )
    _add(session, DashboardElement, tiles)


def _look(number: int) -> dict[str, Any]:
    return {"title": f"Number {number}", "folder_id": _FIRST_FOLDER + number * 7 % FOLDERS}


def _folders(numbers: range, shared: int) -> Iterator[dict[str, Any]]:
    deciders = {roots.SHARED: shared}
    for number in numbers:
        above = (number - _FIRST_FOLDER) // _WIDTH
        parent = _FIRST_FOLDER + above - 1 if above else roots.SHARED
        deciders[number] = number if number % _OWN_LISTS == 0 else deciders[parent]
        yield {
            "id": number,
            "name": f"Folder {number}",
            "parent_id": parent,
            "root_id": roots.SHARED,
            "decider_id": deciders[number],
            "created_at": _NOW,
        }


def _metadata(identifier: int, kind: str, content_id: int) -> dict[str, Any]:
    return {"id": identifier, "content_type": kind, f"{kind}_id": content_id}


def _own_lists(session: Session, folders: list[int]) -> None:
    own = {"inherits": False}
    session.execute(
        update(ContentMetadata)
        .where(ContentMetadata.id >= _FIRST_FOLDER, ContentMetadata.id % _OWN_LISTS == 0)
        .values(own)
    )
    everybody = {"permission_type": "view", "group_id": 1}
    _add(session, ContentGrant, ({"content_metadata_id": n} | everybody for n in folders))


def _add(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    session.execute(insert(table), list(rows))
