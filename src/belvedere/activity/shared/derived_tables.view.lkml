view: pdt_builds {
  derived_table: {
    sql: SELECT build.id, build.created_at, build.connection_name, build.model_name, build.view_name,
           build.table_name, build.action, build.message, build.seconds, kept.used_at
         FROM pdt_event AS build
         LEFT JOIN (
           SELECT connection_name, model_name, view_name, MAX(used_at) AS used_at
           FROM kept_table
           GROUP BY connection_name, model_name, view_name
         ) AS kept
           ON kept.connection_name = build.connection_name
           AND kept.model_name = build.model_name
           AND kept.view_name = build.view_name
         WHERE build.action IN ('create complete', 'create error') ;;
  }

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }
  dimension: connection {
    type: string
    sql: ${TABLE}.connection_name ;;
  }
  dimension: model_name {
    type: string
    sql: ${TABLE}.model_name ;;
  }
  dimension: view_name {
    type: string
    sql: ${TABLE}.view_name ;;
  }
  dimension: table_name {
    type: string
    sql: ${TABLE}.table_name ;;
  }
  dimension: status {
    type: string
    sql: CASE WHEN ${TABLE}.action = 'create error' THEN 'error' ELSE 'complete' END ;;
  }
  dimension: error {
    type: string
    sql: ${TABLE}.message ;;
  }
  dimension: build_result {
    type: string
    sql: CASE WHEN ${TABLE}.action = 'create error' THEN 'Failed Build' ELSE 'Successful Build' END ;;
  }
  dimension: elapsed_minutes {
    type: number
    sql: ${elapsed_seconds} / 60.0 ;;
    value_format_name: decimal_2
  }
  dimension_group: end {
    description: "When the build was complete, or failed."
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: built {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: CASE WHEN ${TABLE}.action = 'create complete' THEN ${TABLE}.created_at END ;;
  }
  dimension_group: last_used {
    description: "When the view's table was last read."
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.used_at ;;
  }
  dimension: elapsed_seconds {
    type: number
    sql: ${TABLE}.seconds ;;
    value_format_name: decimal_2
  }
  measure: count {
    type: count
    drill_fields: [connection, model_name, view_name, status, built_time, elapsed_seconds]
  }
  measure: successful_build_count {
    type: count
    filters: [status: "complete"]
  }
  measure: failed_build_count {
    type: count
    filters: [status: "error"]
  }
  measure: average_build_time_seconds {
    type: average
    sql: ${elapsed_seconds} ;;
    value_format_name: decimal_2
  }
  measure: average_build_time_minutes {
    type: average
    sql: ${elapsed_minutes} ;;
    value_format_name: decimal_2
  }
  measure: total_build_time_seconds {
    type: sum
    sql: ${elapsed_seconds} ;;
    value_format_name: decimal_2
  }
}

view: pdt_event_log {
  sql_table_name: pdt_event ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, hour, date, day_of_week, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension: connection {
    type: string
    sql: ${TABLE}.connection_name ;;
  }
  dimension: model_name {
    type: string
    sql: ${TABLE}.model_name ;;
  }
  dimension: view_name {
    type: string
    sql: ${TABLE}.view_name ;;
  }
  dimension: table_name {
    type: string
    sql: ${TABLE}.table_name ;;
  }
  dimension: action {
    description: "create complete, create error, drop complete, publish task complete, publish task error, drop view, or drop view failed"
    type: string
    sql: ${TABLE}.action ;;
  }
  dimension: action_name {
    hidden: yes
    type: string
    sql: ${TABLE}.action ;;
  }
  dimension: action_data {
    description: "The message of what failed, the table's name otherwise."
    type: string
    sql: COALESCE(${message}, ${table_name}) ;;
  }
  dimension: status_code {
    description: "success, or error"
    type: string
    sql: CASE WHEN ${action} LIKE '%error' OR ${action} LIKE '%failed' THEN 'error' ELSE 'success' END ;;
  }
  dimension: message {
    description: "What the database said of what failed."
    type: string
    sql: ${TABLE}.message ;;
  }
  dimension: error_reason {
    hidden: yes
    type: string
    sql: ${TABLE}.message ;;
  }
  dimension: runtime {
    label: "Runtime in Seconds"
    type: number
    sql: ${TABLE}.seconds ;;
    value_format_name: decimal_2
  }
  dimension: bytes_processed {
    description: "Not known: databases do not tell it of builds."
    type: number
    sql: CAST(NULL AS INTEGER) ;;
  }
  measure: count {
    type: count
    drill_fields: [created_time, connection, model_name, view_name, action, message]
  }
  measure: successful_pdt_builds {
    label: "Successful PDT Builds"
    type: count
    filters: [action: "create complete"]
  }
  measure: pdt_create_failures {
    label: "PDT Create Failures"
    type: count
    filters: [action: "create error"]
  }
}

view: datagroup {
  sql_table_name: datagroup ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: model_name {
    type: string
    sql: ${TABLE}.model_name ;;
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: trigger_error {
    description: "What the database said when the trigger was last checked, if that failed."
    type: string
    sql: ${TABLE}.trigger_error ;;
  }
  dimension_group: trigger_check {
    description: "When the trigger was last checked."
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.trigger_check_at ;;
  }
  dimension_group: triggered {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.triggered_at ;;
  }
  measure: count {
    type: count
    drill_fields: [model_name, name, trigger_error]
  }
}
