"""The tables of the cases: small enough to know by heart, with a gap of every kind."""

from __future__ import annotations

TABLES = {
    "shop_users": ("id", "name", "region", "age", "lat", "lon", "joined_at"),
    "shop_orders": ("id", "user_id", "status", "cost", "rating", "created_at", "shipped_at"),
    "shop_items": ("id", "order_id", "sku", "price", "quantity", "returned"),
    "shop_visits": ("id", "user_id", "day", "seconds"),
}
TYPES = {
    **dict.fromkeys(("id", "user_id", "order_id", "age", "quantity", "returned"), "INTEGER"),
    **dict.fromkeys(("rating", "seconds"), "INTEGER"),
    **dict.fromkeys(("name", "region", "status", "sku"), "VARCHAR(40)"),
    **dict.fromkeys(("lat", "lon"), "DOUBLE PRECISION"),
    **dict.fromkeys(("cost", "price"), "DECIMAL(10,2)"),
    **dict.fromkeys(("joined_at", "created_at", "shipped_at"), "TIMESTAMP"),
    "day": "DATE",
}
# Times are UTC. User 5 never ordered, user 6 has no region, order 11 has no user, order 10 has no
# items, item 18 has no order; orders 1 and 2 are on one day in UTC and on two in New York.
ROWS = {
    "shop_users": """
1|Ada|West|31|40.0|-70.0|2023-01-05 10:00:00
2|Bob|West|45|40.5|-70.5|2023-02-10 23:30:00
3|Cleo|East|19|10.0|20.0|2023-11-30 00:00:00
4|Dan|East|62|10.0|20.5|2024-01-01 04:00:00
5|Eve|North|27|||2024-02-29 12:00:00
6|O'Hara||45|0.0|0.0|2022-12-31 22:00:00
""",
    "shop_orders": """
1|1|complete|10.00|5|2024-01-10 03:00:00|2024-01-12 15:00:00
2|1|complete|20.50|4|2024-01-10 15:00:00|2024-01-10 18:30:00
3|1|cancelled|5.00||2024-02-01 09:00:00|
4|2|complete|100.00|3|2024-02-14 12:00:00|2024-03-01 12:00:00
5|2|pending|40.00||2024-03-14 23:00:00|
6|3|complete|10.00|5|2023-12-31 23:30:00|2024-01-02 00:00:00
7|3|returned|60.00|1|2024-03-01 00:00:00|2024-03-04 06:00:00
8|4|pending|0.00||2024-03-15 11:00:00|
9|4|complete|35.25|2|2023-06-15 08:00:00|2023-06-20 08:00:00
10|6|complete|15.00|4|2023-03-10 10:00:00|2023-03-10 11:00:00
11||pending|7.00||2024-03-10 06:30:00|
12|6||12.00|3|2024-03-05 14:00:00|2024-03-06 14:00:00
""",
    "shop_items": """
1|1|pen|2.00|5|0
2|2|pen|2.50|4|0
3|2|book|10.50|1|0
4|3|cup|5.00|1|1
5|4|book|12.00|5|0
6|4|lamp|40.00|1|0
7|4|pen|2.00|0|
8|5|lamp|40.00|1|0
9|6|cup|5.00|2|1
10|7|book|20.00|2|1
11|7|cup|10.00|2|0
12|8|pen|0.00|1|0
13|9|lamp|35.25|1|0
14|11|pen|3.50|2|
15|12|cup|4.00|3|0
16|12|cup|4.00|3|0
17|2|cup|7.50|1|1
18||book|9.00|1|0
""",
    "shop_visits": """
1|1|2024-03-01|100
2|1|2024-03-02|50
3|2|2024-03-02|70
4|5|2024-03-04|10
5|3|2024-03-04|
6|1|2024-03-08|30
""",
}


def rows_of(table: str) -> list[list[str | None]]:
    lines = ROWS[table].strip().splitlines()
    return [[value or None for value in line.split("|")] for line in lines]
