view: orders {
  sql_table_name: orders ;;
  drill_fields: [detail*]

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }

  dimension: user_id {
    type: number
    hidden: yes
    sql: ${TABLE}.user_id ;;
  }

  dimension: status {
    description: "How far the order came. One returned item makes the whole order returned."
    type: string
    sql: ${TABLE}.status ;;
    suggestions: ["Complete", "Shipped", "Processing", "Returned", "Cancelled"]
    html:
      {% if value == 'Complete' or value == 'Shipped' %}
        <span style="color: #1b7f4b">{{ rendered_value }}</span>
      {% elsif value == 'Processing' %}
        <span style="color: #8a6d00">{{ rendered_value }}</span>
      {% else %}
        <span style="color: #b3261e">{{ rendered_value }}</span>
      {% endif %} ;;
  }

  dimension: num_of_item {
    label: "Number of Items"
    type: number
    sql: ${TABLE}.num_of_item ;;
  }

  dimension: is_open {
    description: "Whether the customer still waits for it"
    type: yesno
    sql: ${status} IN ('Processing', 'Shipped') ;;
  }

  dimension_group: created {
    type: time
    timeframes: [
      raw, time, hour, date, week, month, month_num, month_name, quarter, year,
      fiscal_quarter, fiscal_year, day_of_week, hour_of_day, day_of_month, week_of_year
    ]
    sql: ${TABLE}.created_at ;;
  }

  dimension_group: shipped {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.shipped_at ;;
  }

  dimension_group: delivered {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.delivered_at ;;
  }

  dimension_group: returned {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.returned_at ;;
  }

  dimension_group: to_delivery {
    description: "From the order to the customer's door"
    type: duration
    intervals: [hour, day]
    sql_start: ${created_raw} ;;
    sql_end: ${delivered_raw} ;;
  }

  measure: count {
    type: count
  }

  measure: count_percent_of_total {
    label: "Count (Percent of Total)"
    type: percent_of_total
    sql: ${count} ;;
    value_format_name: decimal_1
  }

  measure: count_growth {
    description: "Change from the row above"
    type: percent_of_previous
    sql: ${count} ;;
    value_format_name: decimal_1
  }

  measure: cumulative_count {
    type: running_total
    sql: ${count} ;;
  }

  measure: returned_count {
    type: count
    filters: [status: "Returned"]
  }

  measure: return_rate {
    type: number
    sql: 1.0 * ${returned_count} / NULLIF(${count}, 0) ;;
    value_format_name: percent_1
  }

  measure: average_items_per_order {
    type: average
    sql: ${num_of_item} ;;
    value_format_name: decimal_2
  }

  measure: average_days_to_delivery {
    type: average
    sql: ${days_to_delivery} ;;
    value_format_name: days
  }

  measure: first_order {
    type: date
    sql: MIN(${created_raw}) ;;
  }

  measure: latest_order {
    type: date
    sql: MAX(${created_raw}) ;;
  }

  set: detail {
    fields: [id, created_time, status, users.name, users.email, num_of_item]
  }
}
