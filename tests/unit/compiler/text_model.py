"""A model with a field of every kind, for tests that read the SQL and do not run it."""

from __future__ import annotations

TIMEFRAMES = (
    *("raw", "time", "second", "minute", "hour", "millisecond", "microsecond", "date", "week"),
    *("month", "quarter", "year", "time_of_day", "hour_of_day", "day_of_week", "day_of_month"),
    *("day_of_week_index", "day_of_year", "week_of_year", "month_num", "month_name", "yesno"),
    *("quarter_of_year", "fiscal_month_num", "fiscal_quarter", "fiscal_quarter_of_year"),
    *("fiscal_year", "hour6", "minute15", "millisecond250"),
)
UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
DATATYPES = ("datetime", "timestamp", "date", "epoch", "yyyymmdd")
AGGREGATES = (
    *("count", "count_distinct", "sum", "average", "min", "max", "median", "percentile", "list"),
    *("sum_distinct", "average_distinct", "median_distinct", "percentile_distinct"),
)
PERCENTILES = ("median", "percentile", "median_distinct", "percentile_distinct")
"""What not every database has by key."""


def _measures(view: str) -> str:
    written = []
    for kind in AGGREGATES:
        sql = "" if kind == "count" else "sql: ${amount} ;;"
        key = "sql_distinct_key: ${id} ;;" if kind.endswith("_distinct") else ""
        key = "" if kind == "count_distinct" else key
        percentile = "percentile: 57.5" if kind.startswith("percentile") else ""
        body = "list_field: name" if kind == "list" else f"{sql} {key} {percentile}"
        filtered = "" if kind == "list" else f'filters: [{view}.is_big: "Yes", {view}.name: "-a%"]'
        written.append(f"measure: m_{kind} {{ type: {kind} {body} }}")
        written.append(f"measure: f_{kind} {{ type: {kind} {body} {filtered} }}")
    return "\n".join(written)


_TIMES = "\n".join(
    f"dimension_group: {datatype} {{ type: time datatype: {datatype} "
    f"timeframes: [{', '.join(TIMEFRAMES)}] sql: ${{TABLE}}.at_{datatype} ;; }}"
    for datatype in DATATYPES
)
_FIELDS = """
  dimension: id { primary_key: yes type: number }
  dimension: user_id { type: number }
  dimension: name {}
  dimension: order { sql: ${TABLE}."order" ;; }
  dimension: amount { type: number }
  dimension: is_big { type: yesno sql: ${amount} > 10 ;; }
  dimension: is_open { type: yesno sql: ${TABLE}.open ;; }
  dimension: constant { sql: 'one' ;; }
  dimension: size { type: tier tiers: [0, 10, 100] style: integer sql: ${amount} ;; }
  dimension: class { type: tier tiers: [0, 10] sql: ${amount} ;; }
  dimension: status {
    case: { when: { sql: ${amount} > 5 ;; label: "more" } when: { sql: ${is_open} ;; label: "open" }
            else: "rest" }
  }
  dimension: place { type: location sql_latitude: ${TABLE}.lat ;; sql_longitude: ${TABLE}.lon ;; }
  dimension: home { type: location sql_latitude: ${TABLE}.lat0 ;; sql_longitude: ${TABLE}.lon0 ;; }
  dimension: way { type: distance start_location_field: place end_location_field: home units: miles }
  dimension_group: took {
    type: duration intervals: [second, minute, hour, day, week, month, quarter, year]
    sql_start: ${TABLE}.started ;; sql_end: ${TABLE}.ended ;;
  }
  dimension: joined { sql: CONCAT(${name::string}, ${is_big::string}) ;; }
  filter: chosen { type: date sql: {% condition chosen %} ${TABLE}.at_datetime {% endcondition %} ;; }
  parameter: unit { type: string default_value: "it's" }
  parameter: wanted { type: yesno default_value: "yes" }
  dimension: chosen_unit { sql: {% parameter unit %} ;; }
  measure: share { type: number sql: 1.0 * ${m_sum} / NULLIF(${m_count}, 0) ;; }
  measure: any_big { type: yesno sql: MAX(${amount}) > 10 ;; }
  measure: newest { type: date sql: MAX(${TABLE}.at_datetime) ;; }
  measure: newest_time { type: date_time sql: MAX(${TABLE}.at_datetime) ;; }
  measure: big_or_not { type: count_distinct sql: ${is_big} ;; }
  measure: rough { type: count_distinct approximate: yes sql: ${name} ;; }
  measure: running { type: running_total sql: ${m_sum} ;; }
  measure: of_total { type: percent_of_total sql: ${m_sum} ;; }
"""

LOOKML = f"""
connection: "c"
week_start_day: sunday
fiscal_month_offset: 3
view: orders {{
  sql_table_name: shop.orders ;;
  {_FIELDS}
  {_TIMES}
  {_measures("orders")}
}}
view: users {{
  dimension: id {{ primary_key: yes type: number }}
  dimension: amount {{ type: number }}
  dimension: name {{}}
  dimension: is_big {{ type: yesno sql: ${{amount}} > 10 ;; }}
  {_measures("users")}
}}
view: items {{
  dimension: id {{ primary_key: yes type: number }}
  dimension: order_id {{ type: number }}
  dimension: name {{}}
  dimension: cost {{ type: number }}
  measure: count {{ type: count }}
  measure: cost_sum {{ type: sum sql: ${{cost}} ;; }}
  measure: cost_average {{ type: average sql: ${{cost}} ;; }}
}}
view: by_name {{
  derived_table: {{
    sql: SELECT name, SUM(amount) AS total FROM shop.orders
         WHERE {{% condition picked %}} name {{% endcondition %}} GROUP BY name ;;
  }}
  filter: picked {{}}
  dimension: name {{ primary_key: yes }}
  measure: total {{ type: sum sql: ${{TABLE}}.total ;; }}
}}
view: monthly {{
  derived_table: {{
    explore_source: orders {{
      column: month {{ field: orders.datetime_month }}
      column: total {{ field: orders.m_sum }}
      column: users {{ field: users.m_count }}
      derived_column: place {{ sql: RANK() OVER (ORDER BY total DESC) ;; }}
      filters: [orders.datetime_date: "3 months"]
      sorts: [orders.m_sum: desc]
    }}
  }}
  dimension: month {{ primary_key: yes }}
  dimension: place {{ type: number }}
  measure: total {{ type: sum sql: ${{TABLE}}.total ;; }}
}}
view: yearly {{
  derived_table: {{
    explore_source: monthly {{
      column: place {{}}
      column: total {{}}
      sorts: [monthly.total: desc]
      limit: 7
    }}
  }}
  dimension: place {{ primary_key: yes type: number }}
  measure: total {{ type: sum sql: ${{TABLE}}.total ;; }}
}}
view: kept {{
  derived_table: {{
    sql_trigger_value: SELECT 1 ;;
    indexes: ["name"]
    partition_keys: ["day"]
    cluster_keys: ["name", "day"]
    sortkeys: ["day"]
    distribution: "name"
    increment_key: "sold_date"
    increment_offset: 2
    sql: SELECT name, day FROM ${{by_name.SQL_TABLE_NAME}} AS n CROSS JOIN days
         WHERE {{% incrementcondition sold_date %}} day {{% endincrementcondition %}} ;;
  }}
  dimension: name {{ primary_key: yes }}
  dimension_group: sold {{ type: time timeframes: [date] sql: ${{TABLE}}.day ;; }}
  measure: count {{ type: count }}
}}
explore: orders {{
  join: users {{ sql_on: ${{orders.user_id}} = ${{users.id}} ;; relationship: many_to_one }}
  join: items {{ sql_on: ${{orders.id}} = ${{items.order_id}} ;; relationship: one_to_many }}
  join: by_name {{ sql_on: ${{orders.name}} = ${{by_name.name}} ;; relationship: many_to_one }}
  join: lines {{
    from: items type: inner relationship: one_to_many
    sql_on: ${{orders.id}} = ${{lines.order_id}} AND ${{lines.cost}} > 0 ;;
  }}
}}
explore: monthly {{
  join: by_name {{ type: full_outer sql_on: ${{by_name.name}} = ${{monthly.month}} ;; }}
}}
explore: yearly {{}}
explore: kept {{}}
"""
