# The model of all cases; a case can add to it.
connection: "shop"
fiscal_month_offset: 3

access_grant: sees_costs { user_attribute: desk allowed_values: ["finance"] }
named_value_format: euros { value_format: "0.00\" EUR\"" }

view: users {
  sql_table_name: shop_users ;;
  dimension: id { primary_key: yes type: number }
  dimension: name {}
  dimension: region {}
  dimension: age { type: number }
  dimension: age_tier { type: tier tiers: [20, 40, 60] style: integer sql: ${age} ;; }
  dimension: age_class { type: tier tiers: [20, 40, 60] style: classic sql: ${age} ;; }
  dimension: age_bin { type: bin bins: [0, 30, 60] style: interval sql: ${age} ;; }
  dimension: is_grown { type: yesno sql: ${age} >= 21 ;; }
  dimension: place { type: location sql_latitude: ${TABLE}.lat ;; sql_longitude: ${TABLE}.lon ;; }
  dimension_group: joined { type: time sql: ${TABLE}.joined_at ;; }
  measure: count { type: count }
  measure: average_age { type: average sql: ${age} ;; }
  measure: oldest { type: max sql: ${age} ;; }
  measure: youngest { type: min sql: ${age} ;; }
}

view: orders {
  sql_table_name: shop_orders ;;
  dimension: id { primary_key: yes type: number }
  dimension: user_id { type: number }
  dimension: status {}
  dimension: status_order {
    case: { when: { sql: ${status} = 'pending' ;; label: "open" } when: { sql: ${status} IN ('complete', 'returned') ;; label: "done" } else: "other" }
  }
  dimension: cost { type: number required_access_grants: [] }
  dimension: rating { type: number }
  dimension: is_dear { type: yesno sql: ${cost} > 30 ;; }
  dimension: secret_cost { type: number sql: ${TABLE}.cost ;; required_access_grants: [sees_costs] }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year, hour, hour_of_day, day_of_week, day_of_week_index, day_of_month, day_of_year, week_of_year, month_num, month_name, quarter_of_year, fiscal_year, fiscal_quarter, fiscal_month_num, time_of_day, minute15, hour6]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: shipped { type: time timeframes: [raw, date, yesno] sql: ${TABLE}.shipped_at ;; }
  dimension_group: waited { type: duration intervals: [hour, day, week] sql_start: ${created_raw} ;; sql_end: ${shipped_raw} ;; }
  measure: count { type: count }
  measure: total_cost { type: sum sql: ${cost} ;; }
  measure: average_cost { type: average sql: ${cost} ;; }
  measure: highest_cost { type: max sql: ${cost} ;; }
  measure: least_cost { type: min sql: ${cost} ;; }
  measure: middle_cost { type: median sql: ${cost} ;; }
  measure: high_cost { type: percentile percentile: 75 sql: ${cost} ;; }
  measure: buyers { type: count_distinct sql: ${user_id} ;; }
  measure: dear_count { type: count filters: [is_dear: "Yes"] }
  measure: west_cost { type: sum sql: ${cost} ;; filters: [users.region: "West", status: "-cancelled"] }
  measure: cost_each { type: number sql: 1.0 * ${total_cost} / NULLIF(${count}, 0) ;; }
  measure: share_dear { type: number sql: 1.0 * ${dear_count} / NULLIF(${count}, 0) ;; }
  measure: has_many { type: yesno sql: ${count} > 3 ;; }
  measure: last_created { type: date sql: MAX(${created_raw}) ;; }
  measure: words { type: list list_field: status }
  measure: running_cost { type: running_total sql: ${total_cost} ;; }
  measure: cost_share { type: percent_of_total sql: ${total_cost} ;; }
  measure: cost_step { type: percent_of_previous sql: ${total_cost} ;; }
}

view: items {
  sql_table_name: shop_items ;;
  dimension: id { primary_key: yes type: number }
  dimension: order_id { type: number }
  dimension: sku {}
  dimension: price { type: number }
  dimension: quantity { type: number }
  dimension: returned { type: yesno sql: ${TABLE}.returned = 1 ;; }
  measure: count { type: count }
  measure: revenue { type: sum sql: ${price} * ${quantity} ;; }
  measure: average_price { type: average sql: ${price} ;; }
  measure: skus { type: count_distinct sql: ${sku} ;; }
  measure: order_costs { type: sum_distinct sql_distinct_key: ${orders.id} ;; sql: ${orders.cost} ;; }
  measure: mean_order_cost { type: average_distinct sql_distinct_key: ${orders.id} ;; sql: ${orders.cost} ;; }
}

view: visits {
  sql_table_name: shop_visits ;;
  dimension: id { primary_key: yes type: number }
  dimension: user_id { type: number }
  dimension_group: day { type: time timeframes: [date, week, month] datatype: date convert_tz: no sql: ${TABLE}.day ;; }
  measure: count { type: count }
  measure: seconds { type: sum }
}

explore: orders {
  join: users { relationship: many_to_one sql_on: ${orders.user_id} = ${users.id} ;; }
  join: items { relationship: one_to_many sql_on: ${orders.id} = ${items.order_id} ;; }
  join: visits { relationship: one_to_many sql_on: ${users.id} = ${visits.user_id} ;; }
}
explore: users {}
explore: visits {}
