# Nothing can be scheduled yet: there are no plans, and nothing was delivered.

view: scheduled_plan {
  derived_table: {
    sql: SELECT CAST(NULL AS BIGINT) AS number, CAST(NULL AS VARCHAR(255)) AS text, CAST(NULL AS TIMESTAMP) AS moment WHERE 1 = 0 ;;
  }
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: user_id {
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: look_id {
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: dashboard_id {
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: lookml_dashboard_id {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: query_id {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: content_type_id {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: content_type {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: content_link {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: send_all_results {
    type: yesno
    sql: ${TABLE}.number = 1 ;;
  }
  dimension: cron_schedule {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: datagroup {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: destination_addresses {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: run_once {
    type: yesno
    sql: ${TABLE}.number = 1 ;;
  }
  dimension: enabled {
    type: yesno
    sql: ${TABLE}.number = 1 ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, hour, hour_of_day, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.moment ;;
  }
  dimension_group: next_run {
    type: time
    timeframes: [raw, time, hour, hour_of_day, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.moment ;;
  }
  measure: count {
    type: count
    drill_fields: [id]
  }
}

view: scheduled_plan_destination {
  derived_table: {
    sql: SELECT CAST(NULL AS BIGINT) AS number, CAST(NULL AS VARCHAR(255)) AS text, CAST(NULL AS TIMESTAMP) AS moment WHERE 1 = 0 ;;
  }
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: type {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: format {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: address {
    type: string
    sql: ${TABLE}.text ;;
  }
  measure: count {
    type: count
    drill_fields: [id]
  }
}

view: scheduled_job {
  derived_table: {
    sql: SELECT CAST(NULL AS BIGINT) AS number, CAST(NULL AS VARCHAR(255)) AS text, CAST(NULL AS TIMESTAMP) AS moment WHERE 1 = 0 ;;
  }
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: status {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: status_detail {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: cron_schedule {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: user_id {
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, hour, hour_of_day, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.moment ;;
  }
  dimension_group: finalized {
    type: time
    timeframes: [raw, time, hour, hour_of_day, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.moment ;;
  }
  measure: count {
    type: count
    drill_fields: [id]
  }
}

view: scheduled_job_stage {
  derived_table: {
    sql: SELECT CAST(NULL AS BIGINT) AS number, CAST(NULL AS VARCHAR(255)) AS text, CAST(NULL AS TIMESTAMP) AS moment WHERE 1 = 0 ;;
  }
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.number ;;
    value_format_name: id
  }
  dimension: stage {
    type: string
    sql: ${TABLE}.text ;;
  }
  dimension: runtime {
    type: number
    sql: ${TABLE}.number ;;
  }
  dimension_group: started {
    type: time
    timeframes: [raw, time, hour, hour_of_day, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.moment ;;
  }
  measure: avg_runtime {
    type: average
    sql: ${runtime} ;;
  }
  measure: count {
    type: count
    drill_fields: [id]
  }
}
