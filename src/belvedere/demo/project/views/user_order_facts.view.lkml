view: user_order_facts {
  derived_table: {
    sql:
      SELECT
        user_id,
        COUNT(DISTINCT order_id) AS lifetime_orders,
        SUM(sale_price) AS lifetime_revenue,
        MIN(created_at) AS first_order_at,
        MAX(created_at) AS latest_order_at
      FROM ${order_items.SQL_TABLE_NAME}
      WHERE status <> 'Cancelled'
      GROUP BY user_id ;;
  }

  dimension: user_id {
    primary_key: yes
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }

  dimension: lifetime_orders {
    group_label: "Lifetime"
    type: number
    sql: ${TABLE}.lifetime_orders ;;
  }

  dimension: lifetime_orders_tier {
    group_label: "Lifetime"
    type: tier
    tiers: [1, 2, 3, 6, 10]
    style: integer
    sql: ${lifetime_orders} ;;
  }

  dimension: lifetime_revenue {
    group_label: "Lifetime"
    type: number
    sql: ${TABLE}.lifetime_revenue ;;
    value_format_name: usd
  }

  dimension: is_repeat_customer {
    group_label: "Lifetime"
    type: yesno
    sql: ${lifetime_orders} > 1 ;;
  }

  dimension_group: first_order {
    type: time
    timeframes: [raw, date, week, month, year]
    sql: ${TABLE}.first_order_at ;;
  }

  dimension_group: latest_order {
    type: time
    timeframes: [raw, date, week, month, year]
    sql: ${TABLE}.latest_order_at ;;
  }

  dimension_group: as_customer {
    description: "From the first order to the latest"
    type: duration
    intervals: [day, month, year]
    sql_start: ${first_order_raw} ;;
    sql_end: ${latest_order_raw} ;;
  }

  measure: average_lifetime_orders {
    group_label: "Lifetime"
    type: average
    sql: ${lifetime_orders} ;;
    value_format_name: decimal_2
  }

  measure: average_lifetime_revenue {
    group_label: "Lifetime"
    type: average
    sql: ${lifetime_revenue} ;;
    value_format_name: usd
  }

  measure: repeat_customer_count {
    group_label: "Lifetime"
    type: count
    filters: [is_repeat_customer: "yes"]
  }
}
