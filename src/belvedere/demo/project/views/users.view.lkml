view: users {
  sql_table_name: users ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    tags: ["user_id"]
  }

  dimension: first_name {
    group_label: "Name"
    type: string
    sql: ${TABLE}.first_name ;;
  }

  dimension: last_name {
    group_label: "Name"
    type: string
    sql: ${TABLE}.last_name ;;
  }

  dimension: name {
    group_label: "Name"
    description: "First and last name"
    type: string
    sql: CONCAT(${first_name}, ' ', ${last_name}) ;;
  }

  dimension: email {
    type: string
    sql: ${TABLE}.email ;;
    tags: ["email"]
    link: {
      label: "Write to {{ value }}"
      url: "mailto:{{ value }}"
    }
  }

  dimension: age {
    type: number
    sql: ${TABLE}.age ;;
  }

  dimension: age_tier {
    type: tier
    tiers: [0, 10, 20, 30, 40, 50, 60, 70, 80]
    style: integer
    sql: ${age} ;;
  }

  dimension: is_over_21 {
    label: "Is over 21"
    type: yesno
    sql: ${age} > 21 ;;
  }

  dimension: gender {
    type: string
    sql: ${TABLE}.gender ;;
    suggestions: ["Female", "Male"]
  }

  dimension: city {
    group_label: "Address"
    type: string
    sql: ${TABLE}.city ;;
    drill_fields: [zip]
  }

  dimension: state {
    group_label: "Address"
    type: string
    map_layer_name: us_states
    sql: ${TABLE}.state ;;
    drill_fields: [city, zip]
  }

  dimension: zip {
    label: "ZIP"
    group_label: "Address"
    type: zipcode
    sql: ${TABLE}.zip ;;
  }

  dimension: country {
    group_label: "Address"
    type: string
    map_layer_name: countries
    sql: ${TABLE}.country ;;
    drill_fields: [state, city]
  }

  dimension: region {
    group_label: "Address"
    description: "The part of the world the customer lives in"
    case: {
      when: {
        sql: ${country} IN ('USA', 'Canada') ;;
        label: "North America"
      }
      when: {
        sql: ${country} IN ('UK', 'Germany', 'France', 'Spain') ;;
        label: "Europe"
      }
      when: {
        sql: ${country} IN ('Japan', 'Australia') ;;
        label: "Asia Pacific"
      }
      else: "Elsewhere"
    }
    drill_fields: [country, state]
  }

  dimension: location {
    group_label: "Address"
    type: location
    sql_latitude: ${TABLE}.latitude ;;
    sql_longitude: ${TABLE}.longitude ;;
  }

  dimension: traffic_source {
    description: "How the customer first found the shop"
    type: string
    sql: ${TABLE}.traffic_source ;;
  }

  dimension_group: created {
    description: "When the customer signed up"
    type: time
    timeframes: [
      raw, time, date, week, month, month_name, quarter, year,
      fiscal_quarter, fiscal_year, day_of_week, hour_of_day
    ]
    sql: ${TABLE}.created_at ;;
  }

  dimension_group: since_signup {
    type: duration
    intervals: [day, week, month, year]
    sql_start: ${created_raw} ;;
    sql_end: CAST(NOW() AS TIMESTAMP) ;;
  }

  measure: count {
    type: count
    drill_fields: [detail*]
  }

  measure: count_percent_of_total {
    label: "Count (Percent of Total)"
    type: percent_of_total
    sql: ${count} ;;
    value_format_name: decimal_1
    drill_fields: [detail*]
  }

  measure: running_count {
    description: "Customers so far, down the rows of the table"
    type: running_total
    sql: ${count} ;;
  }

  measure: average_age {
    type: average
    sql: ${age} ;;
    value_format_name: decimal_2
    drill_fields: [detail*]
  }

  measure: median_age {
    type: median
    sql: ${age} ;;
    value_format_name: decimal_0
  }

  measure: state_count {
    type: count_distinct
    sql: ${state} ;;
  }

  set: detail {
    fields: [id, name, email, age, city, state, country, created_date, orders.count, order_items.count]
  }
}
