view: inventory_items {
  sql_table_name: inventory_items ;;
  drill_fields: [detail*]

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }

  dimension: product_id {
    type: number
    hidden: yes
    sql: ${TABLE}.product_id ;;
  }

  dimension: cost {
    type: number
    sql: ${TABLE}.cost ;;
    value_format_name: usd
  }

  dimension_group: created {
    description: "When the piece came in"
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }

  dimension_group: sold {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.sold_at ;;
  }

  dimension: is_sold {
    type: yesno
    sql: ${sold_raw} IS NOT NULL ;;
  }

  dimension: days_in_inventory {
    description: "From the day it came in until it was sold, or until today"
    type: number
    sql: DATE_DIFF('day', ${created_raw}, COALESCE(${sold_raw}, CAST(NOW() AS TIMESTAMP))) ;;
  }

  dimension: days_in_inventory_tier {
    type: tier
    tiers: [0, 5, 10, 20, 40, 80, 160, 360]
    style: integer
    sql: ${days_in_inventory} ;;
  }

  dimension: product_name {
    group_label: "Product as Booked"
    type: string
    sql: ${TABLE}.product_name ;;
  }

  dimension: product_brand {
    group_label: "Product as Booked"
    type: string
    sql: ${TABLE}.product_brand ;;
  }

  dimension: product_category {
    group_label: "Product as Booked"
    type: string
    sql: ${TABLE}.product_category ;;
  }

  dimension: product_department {
    group_label: "Product as Booked"
    type: string
    sql: ${TABLE}.product_department ;;
  }

  dimension: product_sku {
    label: "Product SKU"
    group_label: "Product as Booked"
    type: string
    sql: ${TABLE}.product_sku ;;
  }

  dimension: product_retail_price {
    group_label: "Product as Booked"
    type: number
    sql: ${TABLE}.product_retail_price ;;
    value_format_name: usd
  }

  dimension: product_distribution_center_id {
    type: number
    hidden: yes
    sql: ${TABLE}.product_distribution_center_id ;;
  }

  measure: count {
    type: count
  }

  measure: sold_count {
    type: count
    filters: [is_sold: "Yes"]
  }

  measure: number_on_hand {
    type: count
    filters: [is_sold: "No"]
  }

  measure: sold_percent {
    type: number
    sql: 1.0 * ${sold_count} / NULLIF(${count}, 0) ;;
    value_format_name: percent_1
  }

  measure: total_cost {
    type: sum
    sql: ${cost} ;;
    value_format_name: usd
  }

  measure: average_cost {
    type: average
    sql: ${cost} ;;
    value_format_name: usd
  }

  measure: average_days_in_inventory {
    type: average
    sql: ${days_in_inventory} ;;
    value_format_name: days
  }

  set: detail {
    fields: [id, product_name, product_brand, product_category, cost, created_date, sold_date]
  }
}
