"""Several processes on one PostgreSQL change who is who at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from tests.api.browser import Browser, hidden
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.people import made
from tests.engines.postgres_server import PostgresServer

from belvedere.accounts import tokens, users
from belvedere.accounts.tables import AccessToken


@pytest.fixture
def two(
    make_instance: Callable[..., Instance], postgres_server: PostgresServer
) -> tuple[Instance, Instance]:
    """Two instances as two processes are: they share the database and the key, and no memory."""
    first = make_instance(database=postgres_server.url(postgres_server.create_database()))
    second = Instance(first.settings, first.loop)
    return first, second


def _both(two: Sequence[Instance], admin: ApiClient) -> list[ApiClient]:
    return [instance.anonymous.with_token(admin.token) for instance in two]


def _at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


@pytest.fixture
def closing(two: tuple[Instance, Instance]) -> Iterator[None]:
    yield
    two[1].close()


@pytest.mark.usefixtures("closing")
def test_memberships_and_roles(two: tuple[Instance, Instance]) -> None:
    admin = two[0].as_role("Admin")
    clients = _both(two, admin)
    people = [str(two[0].user(None)) for _ in range(4)]
    role, group = made(admin, "role", "Viewer"), admin.post("/groups", {"name": "G"}).json()["id"]

    def repeated(client: ApiClient, turn: int) -> list[int]:
        one = people[turn % len(people)]
        answers: list[Response] = []
        for _ in range(6):
            answers += [
                client.post(f"/groups/{group}/users", {"user_id": one}),
                client.put(f"/roles/{role}/users", people[: 1 + turn % 3]),
                client.put(f"/users/{one}/roles", [role]),
                client.put(f"/roles/{role}/groups", [group]),
                client.delete(f"/groups/{group}/users/{one}"),
            ]
        return [answer.status for answer in answers]

    calls = [partial(repeated, c, n) for n in range(4) for c in clients]
    statuses = {status for some in _at_once(calls) for status in some}
    assert statuses <= {200, 204, 404, 409}
    assert 200 in statuses
    held = admin.get(f"/roles/{role}/groups").json()
    assert [item["id"] for item in held] == [group]


@pytest.mark.usefixtures("closing")
def test_one_name_and_no_circle(two: tuple[Instance, Instance]) -> None:
    admin = two[0].as_role("Admin")
    clients = _both(two, admin) * 3
    for turn in range(5):
        name = f"Same {turn}"
        calls = [partial(c.post, "/groups", {"name": name}) for c in clients]
        got = [answer.status for answer in _at_once(calls)]
        assert got.count(200) == 1
        assert set(got) <= {200, 409, 422}
        left, right = (admin.post("/groups", {"name": f"{s} {turn}"}).json()["id"] for s in "LR")
        ways = [(left, right), (right, left)] * 3
        _at_once(
            [
                partial(c.post, f"/groups/{outer}/groups", {"group_id": inner})
                for c, (outer, inner) in zip(clients, ways, strict=True)
            ]
        )
        inside = [admin.get(f"/groups/{item}/groups").json() for item in (left, right)]
        assert sorted(len(item) for item in inside) == [0, 1]


@pytest.mark.usefixtures("closing")
def test_an_administrator_is_left(two: tuple[Instance, Instance]) -> None:
    """Two who take the right from each other at the same time do not both succeed."""
    keeper = two[0].as_role("Admin")
    for _ in range(5):
        ids = [two[0].user("Admin"), two[0].user("Admin")]
        one, other = two[0].client_of(ids[0]), two[1].client_of(ids[1])
        assert keeper.get("/user").status == 200
        own = keeper.get("/user").json()["id"]
        assert one.put(f"/users/{own}/roles", []).status == 200
        takes = [(one, ids[1]), (other, ids[0])]
        _at_once([partial(c.put, f"/users/{user}/roles", []) for c, user in takes])
        having = [
            c.get(f"/users/{user}/roles").json() for c, user in zip((one, other), ids, strict=True)
        ]
        assert sorted(map(len, having)) == [0, 1]
        keeper = one if having[0] else other


@pytest.mark.usefixtures("closing")
def test_guesses_at_once_are_counted(two: tuple[Instance, Instance]) -> None:
    admin = two[0].as_role("Admin")
    user = two[0].user("User")
    email = admin.get(f"/users/{user}").json()["email"]

    def guess(instance: Instance) -> int:
        browser = Browser(instance.anonymous)
        form = hidden(browser.get("/login")) | {"email": email, "password": "wrong"}
        return browser.post("/login", form).status

    statuses = _at_once([partial(guess, place) for place in two * 6])
    assert sorted(statuses) == [401] * 4 + [429] * 8
    wrong = {"client_id": "nobody", "client_secret": "x"}
    tried = [partial(place.anonymous.post, "/login", wrong) for place in two * 4]
    answers = [answer.status for answer in _at_once(tried)]
    assert set(answers) <= {404, 429}


@pytest.mark.usefixtures("closing")
def test_tokens_that_are_over_are_swept_by_many(two: tuple[Instance, Instance]) -> None:
    first = two[0]
    user = first.user("User")
    services = first.services
    for _ in range(3):
        with services.database.session() as session:
            person = users.get(session, user)
            for _ in range(300):
                tokens.issue(session, services.vault, person, services.clock(), -1)
        keys = [first.api_key() for _ in range(2)]

        def sign_in(number: int, keys: list[tuple[str, str]] = keys) -> int:
            client_id, secret = keys[number % 2]
            body = {"client_id": client_id, "client_secret": secret}
            return two[number % 2].anonymous.post("/login", body).status

        assert set(_at_once([partial(sign_in, n) for n in range(8)])) == {200}
    with services.database.session() as session:
        tokens.purge_expired(session, services.clock())
        over = AccessToken.expires_at <= services.clock()
        assert session.query(AccessToken).where(over).count() == 0
