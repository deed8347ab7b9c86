view: order_items {
  sql_table_name: order_items ;;
  drill_fields: [detail*]

  parameter: timeframe {
    label: "Timeframe Picker"
    description: "What one row of Created Timeframe stands for"
    type: unquoted
    default_value: "month"
    allowed_value: {
      label: "Day"
      value: "day"
    }
    allowed_value: {
      label: "Week"
      value: "week"
    }
    allowed_value: {
      label: "Month"
      value: "month"
    }
  }

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }

  dimension: order_id {
    type: number
    sql: ${TABLE}.order_id ;;
    value_format_name: id
  }

  dimension: user_id {
    type: number
    hidden: yes
    sql: ${TABLE}.user_id ;;
  }

  dimension: product_id {
    type: number
    hidden: yes
    sql: ${TABLE}.product_id ;;
  }

  dimension: inventory_item_id {
    type: number
    hidden: yes
    sql: ${TABLE}.inventory_item_id ;;
  }

  dimension: status {
    type: string
    sql: ${TABLE}.status ;;
    suggestions: ["Complete", "Shipped", "Processing", "Returned", "Cancelled"]
  }

  dimension: is_returned {
    type: yesno
    sql: ${returned_raw} IS NOT NULL ;;
  }

  dimension_group: created {
    type: time
    timeframes: [
      raw, time, hour, date, week, month, month_num, month_name, quarter, year,
      fiscal_quarter, fiscal_year, day_of_week, hour_of_day, week_of_year
    ]
    sql: ${TABLE}.created_at ;;
  }

  dimension: created_timeframe {
    description: "Day, week or month, as the Timeframe Picker says"
    type: string
    label_from_parameter: timeframe
    sql:
      {% if timeframe._parameter_value == 'day' %} ${created_date}
      {% elsif timeframe._parameter_value == 'week' %} ${created_week}
      {% else %} ${created_month}
      {% endif %} ;;
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
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.returned_at ;;
  }

  dimension_group: to_delivery {
    type: duration
    intervals: [hour, day]
    sql_start: ${created_raw} ;;
    sql_end: ${delivered_raw} ;;
  }

  dimension: sale_price {
    type: number
    sql: ${TABLE}.sale_price ;;
    value_format_name: usd
  }

  dimension: sale_price_tier {
    type: tier
    tiers: [0, 20, 50, 100, 200]
    style: relational
    sql: ${sale_price} ;;
  }

  dimension: gross_margin {
    description: "Sale price less what the piece cost the shop"
    type: number
    sql: ${sale_price} - ${inventory_items.cost} ;;
    value_format_name: usd
  }

  dimension: item_gross_margin_percentage {
    type: number
    sql: 1.0 * ${gross_margin} / NULLIF(${sale_price}, 0) ;;
    value_format_name: percent_1
  }

  dimension: shipping_distance {
    description: "As the crow flies, from the distribution center to the customer"
    type: distance
    start_location_field: distribution_centers.location
    end_location_field: users.location
    units: miles
  }

  measure: count {
    type: count
  }

  measure: order_count {
    description: "Orders that these items belong to"
    type: count_distinct
    sql: ${order_id} ;;
  }

  measure: user_count {
    label: "Customer Count"
    type: count_distinct
    sql: ${user_id} ;;
    hidden: yes
  }

  measure: total_sale_price {
    type: sum
    sql: ${sale_price} ;;
    value_format_name: usd
  }

  measure: average_sale_price {
    type: average
    sql: ${sale_price} ;;
    value_format_name: usd
  }

  measure: median_sale_price {
    type: median
    sql: ${sale_price} ;;
    value_format_name: usd
  }

  measure: sale_price_90th_percentile {
    label: "90th Percentile Sale Price"
    type: percentile
    percentile: 90
    sql: ${sale_price} ;;
    value_format_name: usd
  }

  measure: highest_sale_price {
    type: max
    sql: ${sale_price} ;;
    value_format_name: usd_0
  }

  measure: total_revenue {
    description: "Sales that were neither cancelled nor sent back"
    type: sum
    sql: ${sale_price} ;;
    filters: [status: "-Cancelled,-Returned"]
    value_format_name: usd_0
  }

  measure: cumulative_revenue {
    type: running_total
    sql: ${total_revenue} ;;
    value_format_name: usd_in_thousands
  }

  measure: total_gross_margin {
    type: sum
    sql: ${gross_margin} ;;
    value_format_name: usd
  }

  measure: average_gross_margin {
    type: average
    sql: ${gross_margin} ;;
    value_format_name: usd
  }

  measure: total_gross_margin_percentage {
    type: number
    sql: 1.0 * ${total_gross_margin} / NULLIF(${total_sale_price}, 0) ;;
    value_format_name: percent_1
  }

  measure: returned_count {
    type: count
    filters: [is_returned: "yes"]
  }

  measure: returned_total_sale_price {
    type: sum
    sql: ${sale_price} ;;
    filters: [is_returned: "yes"]
    value_format_name: usd
  }

  measure: return_rate {
    description: "Share of the items that came back"
    type: number
    sql: 1.0 * ${returned_count} / NULLIF(${count}, 0) ;;
    value_format_name: percent_2
  }

  measure: average_spend_per_user {
    type: number
    sql: 1.0 * ${total_sale_price} / NULLIF(${user_count}, 0) ;;
    value_format: "$#,##0.00"
  }

  set: detail {
    fields: [id, order_id, created_time, status, sale_price, products.brand, products.item_name, users.name]
  }
}
