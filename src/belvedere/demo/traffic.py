"""What visitors do on the web site: the table `events`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from belvedere.demo.catalogue import Catalogue
from belvedere.demo.customers import Customers
from belvedere.demo.sampling import (
    Bools,
    Calendar,
    Ints,
    Seconds,
    chance,
    choose,
    hexadecimal,
    times,
    words,
)
from belvedere.demo.trade import Trade
from belvedere.demo.vocabulary import (
    BROWSERS,
    CATEGORIES,
    CITIES,
    OPERATING_SYSTEMS,
    TRAFFIC_SOURCES,
)

EVENT_TYPES = ("Home", "Department", "Product", "Cart", "Purchase", "Cancel")
HOME, DEPARTMENT, PRODUCT, CART, PURCHASE, CANCEL = range(6)
_EVENTS_PER_SESSION = 4.4
_LOOKING = np.array((HOME, DEPARTMENT, PRODUCT, PRODUCT, CART, CANCEL))
_BUYING = np.array((PURCHASE, CART, PRODUCT, DEPARTMENT, HOME, HOME))


@dataclass(frozen=True, slots=True)
class _Sessions:
    """One row per visit, in the order they end.

    `user` is -1 for a stranger; `buys` ends in an order; `product` is the one looked at;
    `length` counts events.
    """

    user: Ints
    ended: Seconds
    product: Ints
    buys: Bools
    length: Ints

    def __len__(self) -> int:
        return len(self.user)


def draw_events(
    rng: np.random.Generator,
    count: int,
    calendar: Calendar,
    customers: Customers,
    catalogue: Catalogue,
    trade: Trade,
) -> pa.Table:
    """Draw about `count` events: one session for every order, the rest people looking around."""
    sessions = _sessions(rng, count, calendar, customers, catalogue, trade)
    session = np.repeat(np.arange(len(sessions)), sessions.length)
    first = np.cumsum(sessions.length) - sessions.length
    step = np.arange(len(session)) - first[session]
    kind = _kinds(sessions, session, step)
    visitors = _visitors(rng, sessions, customers)
    uris, uri = _uris(catalogue, kind, sessions.product[session])
    rows = pa.array(session.astype(np.int32))
    return pa.table(
        {
            "id": np.arange(1, len(session) + 1),
            "user_id": pa.array(sessions.user + 1, mask=sessions.user < 0).take(rows),
            "session_id": pa.DictionaryArray.from_arrays(rows, hexadecimal(rng, len(sessions), 32)),
            "sequence_number": (step + 1).astype(np.int32),
            "created_at": times(_instants(rng, sessions, session, first)),
            "event_type": words(EVENT_TYPES, kind),
            "uri": words(uris, uri),
            **{name: column.take(rows) for name, column in visitors.items()},
        }
    )


def _sessions(
    rng: np.random.Generator,
    events: int,
    calendar: Calendar,
    customers: Customers,
    catalogue: Catalogue,
    trade: Trade,
) -> _Sessions:
    orders = len(trade.user)
    looks = max(events - int(orders * _EVENTS_PER_SESSION), events // 4)
    lookers = int(looks / 3) + 1
    known = chance(rng, 0.3, lookers)
    member = choose(rng, customers.appetite, lookers)
    opening = np.where(known, customers.signed_up[member], calendar.opening)
    ended = np.concatenate((trade.created, calendar.draw(rng, opening)))
    product = np.concatenate((trade.product, choose(rng, catalogue.demand, lookers)))
    length = np.concatenate(
        (
            3 + choose(rng, (18, 34, 38, 10), orders),
            1 + choose(rng, (28, 18, 20, 16, 12, 6), lookers),
        )
    )
    rising = np.argsort(ended, kind="stable")
    return _Sessions(
        user=np.concatenate((trade.user, np.where(known, member, -1)))[rising],
        ended=ended[rising],
        product=product[rising],
        buys=(np.arange(len(ended)) < orders)[rising],
        length=length[rising],
    )


def _kinds(sessions: _Sessions, session: Ints, step: Ints) -> Ints:
    """Visitors walk from the home page; buyers are read backwards from the purchase."""
    to_go = sessions.length[session] - 1 - step
    kind = np.where(
        sessions.buys[session], _BUYING[np.minimum(to_go, 5)], _LOOKING[np.minimum(step, 5)]
    )
    return kind.astype(np.int64)


def _instants(rng: np.random.Generator, sessions: _Sessions, session: Ints, first: Ints) -> Seconds:
    """Between two events pass some seconds; a session's last event is at its end."""
    elapsed = np.cumsum(rng.integers(4, 190, len(session)))
    last = first + sessions.length - 1
    instant: Seconds = sessions.ended[session] - (elapsed[last][session] - elapsed)
    return instant


def _uris(catalogue: Catalogue, kind: Ints, product: Ints) -> tuple[list[str], Ints]:
    """All addresses of the site, and which of them each event (by kind and product) is at."""
    departments = [_department_uri(c.department, c.name) for c in CATEGORIES]
    names = zip(*(catalogue.table[n].to_pylist() for n in ("department", "category")), strict=True)
    shelf = np.array([departments.index(_department_uri(*name)) for name in names])
    fixed = ["/", "", "", "/cart", "/purchase", "/cancel"]
    uris = [*fixed, *departments, *(f"/product/{n + 1}" for n in range(len(catalogue)))]
    uri = np.select(
        [kind == DEPARTMENT, kind == PRODUCT],
        [len(fixed) + shelf[product], len(fixed) + len(departments) + product],
        kind,
    )
    return uris, uri.astype(np.int64)


def _department_uri(department: str, category: str) -> str:
    return f"/department/{department}/{category.replace(' & ', '-').replace(' ', '-')}".lower()


def _visitors(
    rng: np.random.Generator, sessions: _Sessions, customers: Customers
) -> dict[str, pa.Array]:
    """What a session's events share; members visit from home, strangers from anywhere."""
    count = len(sessions)
    stranger = sessions.user < 0
    anywhere = choose(rng, [city.weight for city in CITIES], count)
    city = np.where(stranger, anywhere, customers.city[sessions.user])
    source = choose(rng, [weight for _, weight in TRAFFIC_SOURCES], count)
    unknown = stranger & chance(rng, 0.04, count)
    return {
        "browser": words(*_drawn(rng, BROWSERS, count)),
        "os": words(*_drawn(rng, OPERATING_SYSTEMS, count)),
        "city": words([city.name for city in CITIES], city, unknown),
        "state": words([city.state for city in CITIES], city, unknown),
        "country": words([city.country for city in CITIES], city, unknown),
        "traffic_source": words([name for name, _ in TRAFFIC_SOURCES], source),
        "ip_address": _addresses(rng, count),
    }


def _drawn(
    rng: np.random.Generator, weighted: tuple[tuple[str, int], ...], count: int
) -> tuple[list[str], Ints]:
    names = [name for name, _ in weighted]
    return names, choose(rng, [weight for _, weight in weighted], count)


def _addresses(rng: np.random.Generator, count: int) -> pa.Array:
    octets = [words([str(n) for n in range(256)], rng.integers(0, 256, count)) for _ in range(3)]
    return pc.binary_join_element_wise("10", *(octet.cast(pa.string()) for octet in octets), ".")
