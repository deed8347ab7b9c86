"""A large company: sign-ins, token checks, permission checks and searches."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from belvedere.accounts.tables import (
    Group,
    GroupChild,
    GroupMember,
    GroupRole,
    ModelSet,
    PermissionSet,
    Role,
    User,
)
from belvedere.app import open_database
from belvedere.settings import load
from benchmarks.figures import Figure, Goal, seconds
from benchmarks.home import prepare
from benchmarks.load import HOST, drive
from benchmarks.server import Client, fresh, running

USERS, GROUPS, DEPTH, ROLES = 100_000, 10_000, 10, 1_000
_GROUPS_A_USER = 5
_CLIENTS = 8
_NOW = datetime(2026, 6, 30, tzinfo=UTC)


def people(folder: Path) -> list[Figure]:
    """100,000 users in 10,000 groups, nested ten deep, that give 1,000 roles."""
    home = prepare(fresh(folder), folder / "unused.duckdb")
    opened = open_database(load(home.path))
    with opened.session() as session:
        session.execute(update(User).values(first_name="Bench"))
        _company(session)
    opened.close()
    with running(home.path) as server:
        client = Client(server.port)
        client.login(home.client_id, home.client_secret)
        form = urlencode({"client_id": home.client_id, "client_secret": home.client_secret})
        login = drive(server.port, _post("/login", form), _CLIENTS, 3.0, home.path)
        one = drive(server.port, _get("/session", client.token), 1, 2.0, home.path)
        checked = drive(server.port, _get("/session", client.token), _CLIENTS, 3.0, home.path)
        changed = _after_changes(client)
        searches = [_searched(client, **criteria) for criteria in _searches()]
    if login.failures or one.failures or checked.failures:
        raise RuntimeError("sign-ins or token checks failed")
    return [
        Figure(
            "sign-ins with an API key", login.per_second, Goal("{:,.0f}/s", more_is_better=True)
        ),
        Figure("token checks", checked.per_second, Goal("{:,.0f}/s", more_is_better=True)),
        Figure(
            "authorised request, median, 100,000 users",
            one.p50 * 1e3,
            Goal("{:.2f} ms", gate=3),
        ),
        Figure(
            "the same, first after a change of permissions",
            changed * 1e3,
            Goal("{:.2f} ms", gate=30),
        ),
        Figure("search_users over 100,000", max(searches) * 1e3, Goal("{:.0f} ms", gate=30)),
    ]


def _searches() -> Iterator[dict[str, str]]:
    yield {"email": "user-77777@example.com"}
    yield {"last_name": "Name 7777%", "limit": "50"}
    yield {"first_name": "First 5", "limit": "50", "sorts": "last_name"}
    yield {"email": "%777%", "limit": "50"}
    yield {"full_name": "%abc%", "limit": "50"}
    yield {"email": "%777%", "last_name": "%888%", "filter_or": "true", "limit": "50"}
    yield {"limit": "50", "sorts": "last_name", "offset": "99900"}


def _searched(client: Client, **criteria: str) -> float:
    path = f"/users/search?{urlencode(criteria | {'fields': 'id,email,display_name'})}"
    return statistics.median(seconds(lambda: client.get(path)) for _ in range(30))


def _after_changes(client: Client) -> float:
    """Each change of a group makes every process look again at what its people may do."""
    times = []
    for number in range(30):
        client.patch(f"/groups/{GROUPS}", {"name": f"Renamed {number}"})
        times.append(seconds(lambda: client.get("/session")))
    return statistics.median(times)


def _get(path: str, token: str) -> bytes:
    lines = f"Host: {HOST}\r\nAuthorization: token {token}\r\nConnection: keep-alive"
    return f"GET /api/4.0{path} HTTP/1.1\r\n{lines}\r\n\r\n".encode()


def _post(path: str, form: str) -> bytes:
    kind = "application/x-www-form-urlencoded"
    lines = f"Host: {HOST}\r\nContent-Type: {kind}\r\nContent-Length: {len(form)}"
    return (
        f"POST /api/4.0{path} HTTP/1.1\r\n{lines}\r\nConnection: keep-alive\r\n\r\n{form}".encode()
    )


def _company(session: Session) -> None:
    """Everybody is in five groups of the lowest level; each group is in one above it. The first
    user (whose key the benchmark has) is in five of them too.
    """
    first_user = int(session.scalar(select(func.max(User.id))) or 0) + 1
    first_group = int(session.scalar(select(func.max(Group.id))) or 0) + 1
    _add(session, Group, ({"name": f"Group {n}"} for n in range(first_group, GROUPS + 1)))
    level = GROUPS // DEPTH
    _add(
        session,
        GroupChild,
        (
            {"parent_id": child - level, "child_id": child}
            for child in range(first_group + level, GROUPS + 1)
        ),
    )
    _add(session, User, (_user(n) for n in range(first_user, first_user + USERS)))
    lowest = GROUPS - level
    _add(
        session,
        GroupMember,
        (
            {"user_id": user, "group_id": lowest + 1 + (user * 7 + turn * 131) % level}
            for user in range(1, first_user + USERS)
            for turn in range(_GROUPS_A_USER)
        ),
    )
    _roles(session, first_group)


def _roles(session: Session, first_group: int) -> None:
    permissions = session.scalar(select(PermissionSet.id).where(PermissionSet.name == "User"))
    models = session.scalar(select(ModelSet.id).order_by(ModelSet.id))
    last = int(session.scalar(select(func.max(Role.id))) or 0)
    _add(
        session,
        Role,
        (
            {"name": f"Role {n}", "permission_set_id": permissions, "model_set_id": models}
            for n in range(ROLES)
        ),
    )
    _add(
        session,
        GroupRole,
        (
            {"group_id": group, "role_id": last + 1 + group % ROLES}
            for group in range(first_group, GROUPS + 1)
        ),
    )


def _user(number: int) -> dict[str, Any]:
    return {
        "first_name": f"First {number % 1000}",
        "last_name": f"Name {number}",
        "email": f"user-{number}@example.com",
        "created_at": _NOW,
        "updated_at": _NOW,
    }


def _add(session: Session, table: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    session.execute(insert(table), list(rows))
