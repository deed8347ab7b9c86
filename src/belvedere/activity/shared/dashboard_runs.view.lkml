# A run of a dashboard: one person's queries for it of the same minute.
view: dashboard_performance {
  derived_table: {
    sql: SELECT DISTINCT @{dashboard_session} AS dashboard_run_session
         FROM history
         WHERE history.dashboard_id IS NOT NULL ;;
  }
  dimension: dashboard_run_session {
    primary_key: yes
    type: string
    sql: ${TABLE}.dashboard_run_session ;;
  }
  measure: count {
    label: "Dashboard Run Count"
    type: count
  }
}

view: dashboard_history_stats {
  derived_table: {
    sql: SELECT @{dashboard_session} AS dashboard_session,
           history.dashboard_id,
           COUNT(*) AS total_queries,
           SUM(history.runtime) AS total_runtime,
           MIN(history.runtime) AS min_runtime,
           MAX(history.runtime) AS max_runtime,
           @{seconds_of_dashboard} AS seconds
         FROM history
         WHERE history.dashboard_id IS NOT NULL
         GROUP BY 1, 2 ;;
  }
  dimension: dashboard_session {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.dashboard_session ;;
  }
  dimension: dashboard_id {
    label: "Dashboard ID"
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: total_queries {
    description: "Queries of the run."
    type: number
    sql: ${TABLE}.total_queries ;;
  }
  dimension: total_runtime {
    description: "Seconds of all queries of the run together."
    type: number
    sql: ${TABLE}.total_runtime ;;
    value_format_name: decimal_2
  }
  dimension: min_runtime {
    description: "Seconds of the shortest query of the run."
    type: number
    sql: ${TABLE}.min_runtime ;;
    value_format_name: decimal_2
  }
  dimension: max_runtime {
    description: "Seconds of the longest query of the run."
    type: number
    sql: ${TABLE}.max_runtime ;;
    value_format_name: decimal_2
  }
  dimension: seconds {
    label: "Runtime"
    description: "Seconds from the first question of the run to its last answer."
    type: number
    sql: ${TABLE}.seconds ;;
    value_format_name: decimal_2
  }
  measure: avg_runtime {
    label: "Average Runtime"
    description: "Seconds from the first question of a run to its last answer, on average."
    type: average
    sql: ${seconds} ;;
    value_format_name: decimal_2
  }
  measure: all_queries {
    hidden: yes
    type: sum
    sql: ${total_queries} ;;
  }
  measure: all_seconds {
    hidden: yes
    type: sum
    sql: ${total_runtime} ;;
  }
  measure: avg_tile_runtime {
    label: "Average Tile Runtime"
    description: "Seconds of a query, on average."
    type: number
    sql: ${all_seconds} / NULLIF(${all_queries}, 0) ;;
    value_format_name: decimal_2
  }
}

view: filtered_history_dashboards {
  derived_table: {
    sql: SELECT history.dashboard_id, MAX(history.created_at) AS last_run_at
         FROM history
         WHERE history.dashboard_id IS NOT NULL
         GROUP BY 1 ;;
  }
  dimension: dashboard_id {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension_group: last_run {
    hidden: yes
    type: time
    timeframes: [raw, date]
    sql: ${TABLE}.last_run_at ;;
  }
  measure: dashboards_used_last_7 {
    label: "Dashboards Used in the Last 7 Days"
    type: count
    filters: [last_run_date: "7 days"]
  }
  measure: dashboards_used_last_30 {
    label: "Dashboards Used in the Last 30 Days"
    type: count
    filters: [last_run_date: "30 days"]
  }
  measure: dashboards_used_last_90 {
    label: "Dashboards Used in the Last 90 Days"
    type: count
    filters: [last_run_date: "90 days"]
  }
}

view: filtered_history_looks {
  derived_table: {
    sql: SELECT history.look_id, MAX(history.created_at) AS last_run_at
         FROM history
         WHERE history.look_id IS NOT NULL
         GROUP BY 1 ;;
  }
  dimension: look_id {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.look_id ;;
  }
  dimension_group: last_run {
    hidden: yes
    type: time
    timeframes: [raw, date]
    sql: ${TABLE}.last_run_at ;;
  }
  measure: looks_used_last_7 {
    label: "Looks Used in the Last 7 Days"
    type: count
    filters: [last_run_date: "7 days"]
  }
  measure: looks_used_last_30 {
    label: "Looks Used in the Last 30 Days"
    type: count
    filters: [last_run_date: "30 days"]
  }
  measure: looks_used_last_90 {
    label: "Looks Used in the Last 90 Days"
    type: count
    filters: [last_run_date: "90 days"]
  }
}
