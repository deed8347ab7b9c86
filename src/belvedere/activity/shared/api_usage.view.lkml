view: api_usage {
  sql_table_name: api_usage ;;

  dimension: id {
    primary_key: yes
    type: string
    sql: CAST(${TABLE}.created_on AS VARCHAR(10)) || ' ' || ${TABLE}.endpoint ;;
  }
  dimension: endpoint {
    description: "The operation, by the name that the description of the API gives it."
    type: string
    sql: ${TABLE}.endpoint ;;
  }
  dimension: api_query_type {
    label: "API Query Type"
    description: "db_query, non_query, or none, as the description of the API has it."
    type: string
    sql: ${TABLE}.api_query_type ;;
  }
  dimension_group: created {
    description: "The day of the calls, in UTC."
    type: time
    timeframes: [raw, date, week, month, quarter, year]
    datatype: date
    convert_tz: no
    sql: ${TABLE}.created_on ;;
  }
  dimension: calls {
    hidden: yes
    type: number
    sql: ${TABLE}.total ;;
  }
  measure: total_usage {
    description: "Calls."
    type: sum
    sql: ${calls} ;;
    drill_fields: [created_date, endpoint, total_usage]
  }
  measure: count {
    description: "Days on which an operation was called; Total Usage has the calls."
    type: count
  }
}
