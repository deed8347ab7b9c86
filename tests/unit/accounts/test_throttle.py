"""Failed logins slow whoever keeps failing."""

from __future__ import annotations

import pytest

from belvedere.accounts import throttle
from belvedere.accounts.throttle import Throttle
from belvedere.errors import TooManyRequests


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def three(seconds) -> Throttle:
    return Throttle(3, seconds)


def fail(limits: Throttle, times: int, client: str = "c", address: str = "a") -> None:
    for _ in range(times):
        limits.check(client, address)
        limits.failed(client, address)


def test_after_so_many_failures_a_client_waits(three) -> None:
    fail(three, 3)
    with pytest.raises(TooManyRequests) as raised:
        three.check("c", "a")
    assert raised.value.retry_after == 60


def test_nobody_else_waits(three) -> None:
    fail(three, 3)
    three.check("other", "a")
    three.check("c", "elsewhere")


def test_the_wait_ends_when_the_oldest_failure_is_a_minute_old(three, seconds) -> None:
    for _ in range(3):
        fail(three, 1)
        seconds.now += 10
    with pytest.raises(TooManyRequests) as raised:
        three.check("c", "a")
    assert raised.value.retry_after == 30
    seconds.now += 30
    fail(three, 1)
    with pytest.raises(TooManyRequests) as raised:
        three.check("c", "a")
    assert raised.value.retry_after == 10


def test_success_forgets_failures(three) -> None:
    fail(three, 2)
    three.succeeded("c", "a")
    fail(three, 3)


def test_an_address_that_tries_many_clients_waits(three) -> None:
    for number in range(30):
        fail(three, 1, client=f"client {number}")
    with pytest.raises(TooManyRequests):
        three.check("a new one", "a")
    three.check("a new one", "elsewhere")


def test_one_success_does_not_clear_an_address(three) -> None:
    for number in range(30):
        fail(three, 1, client=f"client {number}")
    three.succeeded("client 1", "a")
    with pytest.raises(TooManyRequests):
        three.check("client 1", "a")


def test_memory_is_bounded(three, monkeypatch) -> None:
    monkeypatch.setattr(throttle, "_MOST_KEYS", 100)
    for number in range(1000):
        fail(three, 1, client="x" * 5000 + str(number), address=f"address {number}")
    assert len(three._failures) == 100
    assert max(len(client or "") for client, _ in three._failures) == 64
