"""What is bought: the tables `orders`, `order_items` and `inventory_items`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from belvedere.demo.catalogue import Catalogue
from belvedere.demo.customers import Customers
from belvedere.demo.sampling import (
    DAY,
    HOUR,
    Bools,
    Calendar,
    Floats,
    Ints,
    Seconds,
    chance,
    choose,
    times,
    words,
)

STATUSES = ("Complete", "Returned", "Shipped", "Processing", "Cancelled")
COMPLETE, RETURNED, SHIPPED, PROCESSING, CANCELLED = range(5)
_BASKET = (68, 21, 8, 3)
_DISCOUNTS = (0.0, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far each order or item came: a position in STATUSES and when each step happened."""

    status: Ints
    shipped: Seconds
    delivered: Seconds
    returned: Seconds

    def take(self, rows: Ints) -> Progress:
        return Progress(
            self.status[rows], self.shipped[rows], self.delivered[rows], self.returned[rows]
        )

    def columns(self, created: Seconds) -> dict[str, pa.Array]:
        underway = (self.status == PROCESSING) | (self.status == CANCELLED)
        on_the_road = underway | (self.status == SHIPPED)
        return {
            "status": words(STATUSES, self.status),
            "created_at": times(created),
            "shipped_at": times(self.shipped, underway),
            "delivered_at": times(self.delivered, on_the_road),
            "returned_at": times(self.returned, self.status != RETURNED),
        }


@dataclass(frozen=True, slots=True)
class Trade:
    """The three tables, and per order (from 0) its user, its instant and its first product."""

    orders: pa.Table
    order_items: pa.Table
    inventory_items: pa.Table
    user: Ints
    created: Seconds
    product: Ints


@dataclass(frozen=True, slots=True)
class _Items:
    """One row per order item: its order, product and inventory item (all from 0) and price."""

    order: Ints
    product: Ints
    inventory: Ints
    price: Floats
    progress: Progress


def draw_trade(
    rng: np.random.Generator,
    items: int,
    calendar: Calendar,
    customers: Customers,
    catalogue: Catalogue,
) -> Trade:
    user, created, basket = _orders(rng, items, calendar, customers)
    progress = _progress(rng, created, calendar)
    order = np.repeat(np.arange(len(user)), basket)
    first_item = np.cumsum(basket) - basket
    product = _products(rng, customers.gender[user[order]], catalogue)
    kept = _kept(rng, order, first_item, progress)
    item_progress = progress.take(order)
    item_progress.status[kept] = COMPLETE
    stock = _stock(rng, created[order], product, item_progress.status, calendar, catalogue)
    price = _prices(rng, catalogue.retail_price[product])
    lines = _Items(order, product, stock.of_item, price, item_progress)
    return Trade(
        orders=_orders_table(user, created, basket, progress),
        order_items=_items_table(lines, user, created),
        inventory_items=stock.table(catalogue),
        user=user,
        created=created,
        product=product[first_item],
    )


def _orders(
    rng: np.random.Generator, items: int, calendar: Calendar, customers: Customers
) -> tuple[Ints, Seconds, Ints]:
    """Draw orders until they hold `items` items: their users, instants (rising) and sizes."""
    basket = 1 + choose(rng, _BASKET, items)
    count = int(np.searchsorted(np.cumsum(basket), items)) + 1
    basket = basket[:count]
    basket[-1] -= int(basket.sum()) - items
    user = choose(rng, customers.appetite, count)
    created = calendar.draw(rng, customers.signed_up[user])
    rising = np.argsort(created, kind="stable")
    return user[rising], created[rising], basket


def _progress(rng: np.random.Generator, created: Seconds, calendar: Calendar) -> Progress:
    count = len(created)
    shipped = created + rng.integers(2 * HOUR, 3 * DAY, count)
    delivered = shipped + rng.integers(DAY, 6 * DAY, count)
    returned = delivered + rng.integers(DAY, 21 * DAY, count)
    sent_back = chance(rng, 0.1, count) & (returned < calendar.closing)
    status = np.select(
        [chance(rng, 0.07, count), shipped >= calendar.closing, delivered >= calendar.closing],
        [CANCELLED, PROCESSING, SHIPPED],
        np.where(sent_back, RETURNED, COMPLETE),
    )
    return Progress(status.astype(np.int64), shipped, delivered, returned)


def _products(rng: np.random.Generator, gender: Ints, catalogue: Catalogue) -> Ints:
    """Draw a product for each buyer's `gender`: five of six buy from their own department."""
    department = np.where(chance(rng, 0.84, len(gender)), gender, 1 - gender)
    product = np.zeros(len(gender), dtype=np.int64)
    for number in (0, 1):
        buyers = np.flatnonzero(department == number)
        demand = np.where(catalogue.department == number, catalogue.demand, 0.0)
        product[buyers] = choose(rng, demand, len(buyers))
    return product


def _kept(rng: np.random.Generator, order: Ints, first_item: Ints, progress: Progress) -> Bools:
    """Items of a returned order that the customer kept; the first one always goes back."""
    kept: Bools = (progress.status[order] == RETURNED) & chance(rng, 0.5, len(order))
    kept[first_item] = False
    return kept


def _prices(rng: np.random.Generator, retail_price: Floats) -> Floats:
    discount = np.array(_DISCOUNTS)[choose(rng, (70, 12, 10, 6, 2), len(retail_price))]
    price: Floats = np.round(retail_price * (1 - discount), 2)
    return price


def _orders_table(user: Ints, created: Seconds, basket: Ints, progress: Progress) -> pa.Table:
    return pa.table(
        {
            "id": np.arange(1, len(user) + 1),
            "user_id": user + 1,
            **progress.columns(created),
            "num_of_item": basket.astype(np.int32),
        }
    )


def _items_table(items: _Items, user: Ints, created: Seconds) -> pa.Table:
    return pa.table(
        {
            "id": np.arange(1, len(items.order) + 1),
            "order_id": items.order + 1,
            "user_id": user[items.order] + 1,
            "product_id": items.product + 1,
            "inventory_item_id": items.inventory + 1,
            "sale_price": items.price,
            **items.progress.columns(created[items.order]),
        }
    )


@dataclass(frozen=True, slots=True)
class _Stock:
    """One row per piece in stock, oldest first; `of_item` finds the piece of an order item."""

    product: Ints
    received: Seconds
    sold: Seconds
    unsold: Bools
    cost: Floats
    of_item: Ints

    def table(self, catalogue: Catalogue) -> pa.Table:
        copies = catalogue.table.select(
            ["category", "name", "brand", "retail_price", "department", "sku"]
        ).take(pa.array(self.product))
        return pa.table(
            {
                "id": np.arange(1, len(self.product) + 1),
                "product_id": self.product + 1,
                "created_at": times(self.received),
                "sold_at": times(self.sold, self.unsold),
                "cost": self.cost,
                **{f"product_{name}": copies[name] for name in copies.column_names},
                "product_distribution_center_id": catalogue.table["distribution_center_id"].take(
                    pa.array(self.product)
                ),
            }
        )


def _stock(
    rng: np.random.Generator,
    bought: Seconds,
    product: Ints,
    status: Ints,
    calendar: Calendar,
    catalogue: Catalogue,
) -> _Stock:
    """One piece for every item bought and about a quarter more that nobody has bought yet."""
    spare = len(bought) // 4 + 1
    shelf = choose(rng, np.sqrt(catalogue.demand), spare)
    lately = calendar.closing - (rng.exponential(75 * DAY, spare)).astype(np.int64) - 1
    waited = (rng.exponential(24 * DAY, len(bought))).astype(np.int64) + HOUR
    received = np.concatenate((bought - waited, np.maximum(lately, calendar.opening)))
    rising = np.argsort(received, kind="stable")
    position = np.empty_like(rising)
    position[rising] = np.arange(len(rising))
    unsold = np.concatenate((status == CANCELLED, np.ones(spare, dtype=np.bool_)))
    pieces = np.concatenate((product, shelf))
    cost = np.round(catalogue.cost[pieces] * rng.uniform(0.94, 1.06, len(pieces)), 2)
    return _Stock(
        product=pieces[rising],
        received=received[rising],
        sold=np.concatenate((bought, lately))[rising],
        unsold=unsold[rising],
        cost=cost[rising],
        of_item=position[: len(bought)],
    )
