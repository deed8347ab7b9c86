"""Random aggregate tables over a model in which much can differ, and random queries that they may
or may not answer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

VIEWS = """
connection: "{connection}"
week_start_day: sunday
fiscal_month_offset: 3
view: sale {{
  sql_table_name: {{% if sale.kind._in_query %}} sale_tagged {{% else %}} sale {{% endif %}} ;;
  dimension: id {{ primary_key: yes type: number }}
  dimension: shop {{}}
  dimension: kind {{}}
  dimension: amount {{ type: number }}
  dimension: big {{ type: yesno sql: ${{amount}} > 10 ;; }}
  dimension: size {{ type: tier tiers: [5, 20, 40] style: integer sql: ${{amount}} ;; }}
  dimension: class {{
    case: {{
      when: {{ sql: ${{amount}} < 15 ;; label: "small" }}
      when: {{ sql: ${{amount}} < 30 ;; label: "middle" }}
      else: "other"
    }}
  }}
  dimension: shop_number {{ type: number sql: ${{TABLE}}.shop_id ;; }}
  dimension: day_name {{ sql: CASE WHEN EXTRACT(day FROM ${{sold_raw}}) < 15 THEN 'a' ELSE 'b' END ;; }}
  dimension: local_day {{ type: string sql: CONCAT('on ', CAST(${{sold_date}} AS VARCHAR)) ;; }}
  parameter: unit {{ type: unquoted default_value: "shop" allowed_value: {{ value: "shop" }} allowed_value: {{ value: "kind" }} }}
  dimension: chosen {{ sql: ${{inner_chosen}} ;; }}
  dimension: inner_chosen {{ hidden: yes sql: ${{TABLE}}.{{% parameter unit %}} ;; }}
  dimension: telling {{ sql: ${{inner_telling}} ;; }}
  dimension: inner_telling {{
    hidden: yes
    sql: {{% if sale.big._in_query %}} 'with' {{% else %}} ${{TABLE}}.shop {{% endif %}} ;;
  }}
  filter: wanted {{ type: string }}
  dimension: is_wanted {{ type: yesno sql: {{% condition wanted %}} ${{TABLE}}.shop {{% endcondition %}} ;; }}
  dimension_group: sold {{
    type: time
    timeframes: [raw, time, minute, hour, date, week, month, quarter, year, month_name, day_of_week, day_of_month, hour_of_day, fiscal_quarter, fiscal_year, quarter_of_year, week_of_year, time_of_day]
    sql: ${{TABLE}}.sold_at ;;
  }}
  dimension_group: paid {{
    type: time
    timeframes: [date, month, year]
    convert_tz: no
    datatype: date
    sql: ${{TABLE}}.paid_on ;;
  }}
  measure: total {{ type: sum sql: ${{amount}} ;; }}
  measure: big_total {{ type: sum sql: ${{amount}} ;; filters: [big: "yes"] }}
  measure: january {{ type: sum sql: ${{amount}} ;; filters: [sold_date: "2026-01"] }}
  measure: january_count {{ type: count filters: [sold_month: "2026-01"] }}
  measure: lately {{ type: count filters: [sold_date: "after 2026-03-01"] }}
  measure: mean {{ type: average sql: ${{amount}} ;; }}
  measure: big_mean {{ type: average sql: ${{amount}} ;; filters: [big: "yes"] }}
  measure: count {{ type: count }}
  measure: least {{ type: min sql: ${{amount}} ;; }}
  measure: most {{ type: max sql: ${{amount}} ;; }}
  measure: customers {{ type: count_distinct sql: ${{TABLE}}.customer ;; }}
  measure: shop_area {{ type: sum_distinct sql_distinct_key: ${{shop_number}} ;; sql: ${{amount}} ;; }}
  measure: shop_mean {{ type: average_distinct sql_distinct_key: ${{shop_number}} ;; sql: ${{amount}} ;; }}
  measure: middle {{ type: median sql: ${{amount}} ;; }}
  measure: ninetieth {{ type: percentile percentile: 90 sql: ${{amount}} ;; }}
  measure: last_sold {{ type: date sql: MAX(${{sold_raw}}) ;; }}
  measure: first_time {{ type: date_time sql: MIN(${{sold_raw}}) ;; }}
  measure: share {{ type: number sql: 1.0 * ${{total}} / NULLIF(${{count}}, 0) ;; }}
  measure: january_share {{ type: number sql: 1.0 * ${{january}} / NULLIF(${{total}}, 0) ;; }}
  measure: raw {{ type: number sql: SUM(${{TABLE}}.amount) ;; }}
  measure: raw_count {{ type: number sql: COUNT(*) ;; }}
  measure: many {{ type: yesno sql: ${{count}} > 4 ;; }}
  measure: per_item {{ type: number sql: 1.0 * ${{count}} / NULLIF(${{item.count}}, 0) ;; }}
  measure: part {{ type: percent_of_total sql: ${{total}} ;; }}
  measure: chosen_total {{ type: sum sql: {{% if sale.unit._parameter_value == 'kind' %}} 1 {{% else %}} ${{amount}} {{% endif %}} ;; }}
  measure: hidden_choice {{ type: sum sql: ${{inner_amount}} ;; }}
  dimension: inner_amount {{ hidden: yes type: number sql: {{% if sale.shop._in_query %}} 1 {{% else %}} ${{TABLE}}.amount {{% endif %}} ;; }}
}}
view: shop {{
  sql_table_name: shop ;;
  dimension: id {{ primary_key: yes type: number }}
  dimension: city {{}}
  measure: count {{ type: count }}
  measure: area {{ type: sum sql: ${{TABLE}}.area ;; }}
  measure: mean_area {{ type: average sql: ${{TABLE}}.area ;; }}
  measure: largest {{ type: max sql: ${{TABLE}}.area ;; }}
}}
view: item {{
  sql_table_name: item ;;
  dimension: id {{ primary_key: yes type: number }}
  dimension: sale_id {{ type: number }}
  dimension: color {{}}
  measure: count {{ type: count }}
  measure: weight {{ type: sum sql: ${{TABLE}}.weight ;; }}
  measure: heaviest {{ type: max sql: ${{TABLE}}.weight ;; }}
}}
view: best {{
  derived_table: {{
    explore_source: sale {{
      column: shop {{}}
      column: total {{}}
      bind_all_filters: yes
    }}
  }}
  dimension: shop {{ primary_key: yes }}
  dimension: shop_total {{ type: number sql: ${{TABLE}}.total ;; }}
  measure: totals {{ type: sum sql: ${{shop_total}} ;; }}
}}
view: narrowed {{
  derived_table: {{
    sql: SELECT shop, COUNT(*) AS n FROM sale WHERE {{% condition sale.kind %}} kind {{% endcondition %}} GROUP BY shop ;;
  }}
  dimension: shop {{ primary_key: yes }}
  dimension: n {{ type: number }}
  measure: sum_n {{ type: sum sql: ${{n}} ;; }}
}}
explore: sale {{}}
"""
JOINS = {
    "shop": "join: shop { sql_on: ${shop.id} = ${sale.shop_number} ;; relationship: many_to_one }",
    "inner shop": (
        "join: shop { type: inner sql_on: ${shop.id} = ${sale.shop_number} ;;"
        " relationship: many_to_one }"
    ),
    "item": "join: item { sql_on: ${item.sale_id} = ${sale.id} ;; relationship: one_to_many }",
    "narrowed": (
        "join: narrowed { sql_on: ${narrowed.shop} = ${sale.shop} ;; relationship: many_to_one }"
    ),
    "liquid shop": (
        "join: shop { sql_on: ${shop.id} = ${sale.shop_number}"
        " {% if sale.big._is_filtered %} AND ${shop.id} > 1 {% endif %} ;;"
        " relationship: many_to_one }"
    ),
    "where shop": (
        "join: shop { sql_on: ${shop.id} = ${sale.shop_number} ;; relationship: many_to_one"
        " sql_where: ${shop.id} > 1 ;; }"
    ),
}
RULES = [
    *[""] * 8,
    'always_filter: { filters: [sale.shop: "shop 1"] }',
    'always_filter: { filters: [sale.sold_date: "2026-02"] }',
    'conditionally_filter: { filters: [sale.big: "yes"] unless: [sale.shop] }',
    "sql_always_where: ${sale.amount} > 3 ;;",
    "sql_always_where: {% condition sale.shop %} ${sale.kind} {% endcondition %} OR ${sale.id} > 5 ;;",
    "sql_always_where: {% if sale.shop._is_filtered %} ${sale.id} > 50 {% else %} 1 = 1 {% endif %} ;;",
    "sql_always_where: ${sale.sold_date} > '2026-02-10' ;;",
    "sql_always_having: ${sale.count} > 2 ;;",
    "access_filter: { field: sale.shop user_attribute: last_name }",
    "access_filter: { field: sale.kind user_attribute: first_name }",
    "cancel_grouping_fields: [sale.kind]",
    "symmetric_aggregates: no",
]
DIMENSIONS = [
    *("shop", "kind", "amount", "big", "size", "class", "shop_number", "day_name", "local_day"),
    *("chosen", "telling", "is_wanted", "sold_time", "sold_minute", "sold_hour", "sold_date"),
    *("sold_date", "sold_date", "sold_week", "sold_month", "sold_quarter", "sold_year"),
    *("sold_month_name", "sold_day_of_week", "sold_day_of_month", "sold_hour_of_day"),
    *("sold_fiscal_quarter", "sold_fiscal_year", "sold_quarter_of_year", "sold_week_of_year"),
    *("paid_date", "paid_month", "paid_year", "sold_time_of_day", "sold_raw"),
]
MEASURES = [
    *("total", "big_total", "january", "january_count", "lately", "mean", "big_mean", "count"),
    *("least", "most", "customers", "shop_area", "shop_mean", "middle", "ninetieth", "last_sold"),
    *("first_time", "share", "january_share", "raw", "raw_count", "many", "part"),
    *("chosen_total", "hidden_choice"),
]
OF_JOINS = {
    "shop": (
        ["shop.city", "shop.id"],
        ["shop.count", "shop.area", "shop.mean_area", "shop.largest"],
    ),
    "item": (["item.color"], ["item.count", "item.weight", "item.heaviest", "sale.per_item"]),
    "narrowed": (["narrowed.n", "narrowed.shop"], ["narrowed.sum_n"]),
}
ADDED_UP = {
    *(f"sale.{name}" for name in ("total", "big_total", "january", "january_count", "lately")),
    *(f"sale.{name}" for name in ("mean", "big_mean", "count", "least", "most", "chosen_total")),
    *("sale.hidden_choice", "item.count", "item.weight", "item.heaviest", "shop.largest"),
}
FILTERS = {
    "sale.shop": ["shop 1", "-shop 1", "shop 0,shop 2", "NULL", "-NULL", "%1%"],
    "sale.kind": ["x", "-x,-y", "EMPTY"],
    "sale.amount": [">10", "NOT NULL", "[5,30]"],
    "sale.big": ["yes", "no"],
    "sale.size": ["5 to 19", "-Undefined"],
    "sale.class": ["small", "-small"],
    "sale.sold_date": [
        *("2026-01", "2026", "2026-01-05 to 2026-03-08", "2026-02-03 10:00 to 2026-02-20 11:30"),
        *("after 2026-02-08", "before 2026-03-08 05:00", "NULL", "not null", "2026-01,2026-03"),
        *("3 months ago for 2 months", "2026-03-08", "2026-02-04 for 3 days"),
    ],
    "sale.sold_month": ["2026-02", "2026-01 for 2 months", "before 2026-02-15"],
    "sale.sold_year": ["2026", "2025"],
    "sale.sold_hour": ["2026-02-03 10:00 for 48 hours", "after 2026-02-08 03:00"],
    "sale.sold_day_of_week": ["Monday", "-Sunday", "Monday,Friday"],
    "sale.sold_month_name": ["January", "-March"],
    "sale.sold_day_of_month": ["<15"],
    "sale.sold_hour_of_day": [">12"],
    "sale.paid_date": ["2026-02", "before 2026-02-10", "2026-01-15 to 2026-02-15"],
    "sale.paid_month": ["2026-02"],
    "sale.unit": ["kind", "shop"],
    "sale.wanted": ["shop 1"],
    "sale.count": [">3", "<5"],
    "sale.total": [">60"],
    "sale.customers": [">2"],
    "shop.city": ["Oslo", "-Oslo"],
    "item.color": ["red", "-red"],
    "item.count": [">4"],
    "narrowed.n": [">20"],
}
ZONES = ["UTC", "UTC", "UTC", "America/New_York", "Asia/Kolkata"]
TABLES = [
    "CREATE TABLE shop (id INTEGER, city VARCHAR(20), area INTEGER)",
    "INSERT INTO shop VALUES (1, 'Rome', 10), (2, 'Oslo', 20), (3, 'Oslo', 30)",
    "CREATE TABLE item (id INTEGER, sale_id INTEGER, color VARCHAR(20), weight INTEGER)",
    "INSERT INTO item VALUES "
    + ", ".join(
        f"({n}, {n * 7 % 130}, '{('red', 'blue', 'green')[n % 3]}', {n % 9})" for n in range(150)
    ),
    (
        "CREATE TABLE sale (id INTEGER, shop VARCHAR(20), kind VARCHAR(20), shop_id INTEGER,"
        " sold_at TIMESTAMP, paid_on DATE, amount INTEGER, customer INTEGER)"
    ),
    "INSERT INTO sale VALUES "
    + ", ".join(
        f"({n}, {'NULL' if n % 11 == 0 else repr(f'shop {n % 3}')},"
        f" {('NULL', repr('x'), repr('y'), repr(''))[n * 5 % 4]}, {n % 4 + 1}, "
        + (
            "NULL"
            if n % 37 == 0
            else f"TIMESTAMP '202{5 if n % 9 == 0 else 6}-0{n % 4 + 1}-{n * 3 % 28 + 1:02d} "
            f"{n * 5 % 24:02d}:{n % 4 * 15:02d}:{n % 60:02d}'"
        )
        + f", DATE '2026-0{n % 3 + 1}-{n * 11 % 28 + 1:02d}',"
        f" {'NULL' if n % 7 == 0 else n * 13 % 60}, {n % 5})"
        for n in range(130)
    ),
    "CREATE TABLE sale_tagged AS SELECT * FROM sale WHERE id > 20",
]


@dataclass
class Case:
    """One explore with one aggregate table; `queries` are bodies without a model."""

    explore: str
    lookml: str
    queries: list[dict[str, Any]] = field(default_factory=list)


def case(number: int, chance: random.Random) -> Case:
    name = f"e{number}"
    joins = [join for join in ("shop", "item", "narrowed") if chance.random() < 0.3]
    kinds = {"shop": ["shop", "shop", "inner shop", "liquid shop", "where shop"]}
    texts = [JOINS[chance.choice(kinds.get(join, [join]))] for join in joins]
    dimensions = [f"sale.{name}" for name in DIMENSIONS]
    measures = [f"sale.{name}" for name in MEASURES]
    more_dimensions = [name for join in joins for name in OF_JOINS[join][0]]
    more_measures = [name for join in joins for name in OF_JOINS[join][1]]
    held = _some(chance, dimensions, 0, 3) + _some(chance, more_dimensions, 0, 2)
    counted = _some(chance, measures, 1, 8) + _some(chance, more_measures, 0, 3)
    known = {*dimensions, *measures, *more_dimensions, *more_measures, "sale.unit", "sale.wanted"}
    if "shop" not in joins:
        known -= {"shop.city"}
    filters = _filters(chance, known, 0.35)
    zone = chance.choice([None, None, *ZONES])
    lookml = "\n".join(
        [
            f"explore: {name} {{ view_name: sale",
            *texts,
            chance.choice(RULES),
            "aggregate_table: rolled { query: {",
            f"dimensions: [{', '.join(dict.fromkeys(held))}]",
            f"measures: [{', '.join(dict.fromkeys(counted))}]",
            _written(filters),
            f'timezone: "{zone}"' if zone else "",
            '} materialization: { persist_for: "24 hours" } } }',
        ]
    )
    made = Case(name, lookml)
    for _ in range(8):
        made.queries.append(_query(chance, name, held, counted, filters, zone, known, joins))
    return made


def _query(chance, explore, held, counted, filters, zone, known, joins) -> dict[str, Any]:
    if chance.random() < 0.35:
        dims = list(held)
    else:
        dims = [_coarser(chance, name) for name in held if chance.random() < 0.6]
    if chance.random() < 0.08:
        dims.append(chance.choice([name for name in known if name.split(".")[1] in DIMENSIONS]))
    friendly = chance.random() < 0.7
    easy = [name for name in counted if name in ADDED_UP] if friendly else counted
    fields = [*dims, *_some(chance, easy or counted, 1, 4)]
    if not friendly and chance.random() < 0.3:
        fields.append(f"sale.{chance.choice(MEASURES)}")
    fields = list(dict.fromkeys(fields))
    wanted = dict(filters) if chance.random() < 0.85 else {}
    if chance.random() < 0.25:
        wanted |= _filters(chance, known, 1.0)
    if chance.random() < 0.3 and held:
        candidates = [name for name in (_coarser(chance, one) for one in held) if name in FILTERS]
        for name in candidates[:1]:
            wanted.setdefault(name, chance.choice(FILTERS[name]))
    body: dict[str, Any] = {
        "view": explore,
        "fields": fields,
        "filters": wanted,
        "sorts": [name for name in fields if not _is_measure(name)],
        "query_timezone": (zone or "UTC") if chance.random() < 0.8 else chance.choice(ZONES),
        "limit": "1000",
    }
    if chance.random() < 0.2:
        body["total"] = True
    dims = [name for name in fields if not _is_measure(name)]
    if dims and chance.random() < 0.15:
        body["pivots"] = [chance.choice(dims)]
    return body


def _is_measure(name: str) -> bool:
    view, _, short = name.partition(".")
    return (view == "sale" and short in {*MEASURES, "per_item"}) or name in {
        measure for _, measures in OF_JOINS.values() for measure in measures
    }


_FRAMES = [
    *("time", "minute", "hour", "date", "week", "month", "quarter", "year", "month_name"),
    *("day_of_week", "day_of_month", "hour_of_day", "fiscal_quarter", "fiscal_year"),
    *("quarter_of_year", "week_of_year", "time_of_day"),
]


def _coarser(chance: random.Random, name: str) -> str:
    if name.startswith("sale.sold_") and chance.random() < 0.6:
        return f"sale.sold_{chance.choice(_FRAMES)}"
    if name.startswith("sale.paid_") and chance.random() < 0.6:
        return f"sale.paid_{chance.choice(['date', 'month', 'year'])}"
    return name


def _filters(chance: random.Random, known: set[str], share: float) -> dict[str, str]:
    if chance.random() >= share:
        return {}
    names = chance.sample(
        sorted(name for name in FILTERS if name in known), chance.choice([1, 1, 2])
    )
    return {name: chance.choice(FILTERS[name]) for name in names}


def _written(filters: dict[str, str]) -> str:
    if not filters:
        return ""
    pairs = ", ".join(f'{name}: "{text}"' for name, text in filters.items())
    return f"filters: [{pairs}]"


def _some(chance: random.Random, names: list[str], least: int, most: int) -> list[str]:
    if not names:
        return []
    return chance.sample(names, min(len(names), chance.randint(least, most)))
