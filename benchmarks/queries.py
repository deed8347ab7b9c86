"""The five questions, as a query of the API and as the SQL one would write by hand."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """`body` asks the server; `plain` is hand-written SQL for the same columns in the same order.

    `best` is the fastest SQL known that is right, where `plain` is not that.
    """

    name: str
    what: str
    body: dict[str, object]
    plain: str
    best: str | None = None
    pivoted: bool = False

    def body_with(self, **filters: str) -> dict[str, object]:
        """The same question with further filters (keys written `view__field`)."""
        existing = self.body.get("filters")
        merged = dict(existing) if isinstance(existing, dict) else {}
        merged |= {key.replace("__", "."): value for key, value in filters.items()}
        return {**self.body, "filters": merged}


@dataclass(frozen=True)
class _Ask:
    explore: str
    fields: list[str]
    sorts: list[str]
    filters: dict[str, str] = field(default_factory=dict)
    pivots: list[str] = field(default_factory=list)

    @property
    def body(self) -> dict[str, object]:
        return {
            "model": "thelook",
            "view": self.explore,
            "fields": self.fields,
            "sorts": self.sorts,
            "filters": self.filters,
            "pivots": self.pivots,
            "limit": "500",
            "query_timezone": "UTC",
        }


Q1 = Question(
    "Q1",
    "sum and count by month",
    _Ask(
        "order_items",
        ["order_items.created_month", "order_items.total_sale_price", "order_items.count"],
        ["order_items.created_month"],
    ).body,
    """SELECT date_trunc('month', created_at), sum(sale_price), count(*)
       FROM order_items GROUP BY 1 ORDER BY 1 LIMIT 500""",
)

Q2 = Question(
    "Q2",
    "three-way join, sum and distinct count, top 500",
    _Ask(
        "order_items",
        [
            "products.category",
            "users.state",
            "order_items.total_sale_price",
            "order_items.order_count",
        ],
        ["order_items.total_sale_price desc"],
    ).body,
    """SELECT p.category, u.state, sum(i.sale_price) AS total, count(DISTINCT i.order_id)
       FROM order_items i
       LEFT JOIN users u ON u.id = i.user_id LEFT JOIN products p ON p.id = i.product_id
       GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 500""",
)

Q3 = Question(
    "Q3",
    "fan-out: customers' and items' measures by state",
    _Ask(
        "users",
        [
            "users.state",
            "users.count",
            "users.average_age",
            "order_items.total_sale_price",
            "order_items.count",
        ],
        ["users.state"],
    ).body,
    """SELECT u.state, count(DISTINCT u.id), NULL, sum(i.sale_price), count(i.id)
       FROM users u LEFT JOIN orders o ON o.user_id = u.id
       LEFT JOIN order_items i ON i.order_id = o.id
       GROUP BY 1 ORDER BY 1 LIMIT 500""",
    best="""
       WITH bought AS (
         SELECT o.user_id, sum(i.sale_price) AS total, count(*) AS items
         FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY 1)
       SELECT u.state, count(*), avg(u.age), coalesce(sum(b.total), 0), coalesce(sum(b.items), 0)
       FROM users u LEFT JOIN bought b ON b.user_id = u.id GROUP BY 1 ORDER BY 1 LIMIT 500""",
)

Q4 = Question(
    "Q4",
    "filtered events, many groups, limit",
    _Ask(
        "events",
        ["events.ip_address", "events.count", "events.session_count"],
        ["events.count desc", "events.ip_address"],
        filters={
            "events.created_date": "180 days",
            "events.uri": "%product%",
            "events.sequence_number": "[2, 5]",
        },
    ).body,
    """SELECT ip_address, count(*), count(DISTINCT session_id) FROM events
       WHERE created_at >= current_date - 179 AND created_at < current_date + 1
         AND uri LIKE '%product%' AND sequence_number BETWEEN 2 AND 5
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500""",
)

Q5 = Question(
    "Q5",
    "pivot of month by status",
    _Ask(
        "order_items",
        [
            "order_items.created_month",
            "order_items.status",
            "order_items.total_sale_price",
            "order_items.count",
        ],
        ["order_items.status", "order_items.created_month"],
        pivots=["order_items.status"],
    ).body,
    """SELECT date_trunc('month', created_at), status, sum(sale_price), count(*)
       FROM order_items GROUP BY 1, 2 ORDER BY 1, 2""",
    pivoted=True,
)

QUESTIONS = (Q1, Q2, Q3, Q4, Q5)
