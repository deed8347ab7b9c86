view: history {
  sql_table_name: history ;;

  dimension: id {
    primary_key: yes
    type: string
    sql: ${TABLE}.id ;;
  }
  dimension: slug {
    type: string
    sql: ${TABLE}.id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, time_of_day, hour, hour_of_day, minute, minute10, minute15, minute30, date, day_of_week, day_of_week_index, day_of_month, week, month, month_name, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: completed {
    type: time
    timeframes: [raw, time, hour, hour_of_day, minute, date, day_of_week, day_of_week_index, week, month, quarter, year]
    sql: ${TABLE}.completed_at ;;
  }
  dimension: source {
    description: "What the query was run for: api4, sqlrunner, suggest, merge_query, regenerator, or what the program that asked calls it (dashboard, explore, look)."
    type: string
    sql: ${TABLE}.source ;;
  }
  dimension: issuer_source {
    description: "Who asked: User, API, System, or Other"
    type: string
    sql: CASE
      WHEN ${source} IN ('api3', 'api4', 'dashboard_prefetch') THEN 'API'
      WHEN ${source} IN ('regenerator', 'scheduled_task') THEN 'System'
      WHEN ${source} IN ('dashboard', 'explore', 'private_embed', 'private_url', 'public_embed', 'public_url', 'public_look', 'sqlrunner', 'suggest', 'query', 'merge_query', 'drill_modal') OR ${source} LIKE 'look%' THEN 'User'
      ELSE 'Other'
      END ;;
  }
  dimension: workspace_id {
    description: "production, or dev where a developer asked in the development workspace"
    type: string
    sql: ${TABLE}.workspace_id ;;
  }
  dimension: result_format {
    type: string
    sql: ${TABLE}.result_format ;;
  }
  dimension: status {
    description: "complete, error, or killed"
    type: string
    sql: ${TABLE}.status ;;
  }
  dimension: message {
    description: "What the database said of a query that failed."
    type: string
    sql: ${TABLE}.message ;;
  }
  dimension: result_source {
    description: "query: asked of the database; cache: answered without it"
    type: string
    sql: ${TABLE}.result_source ;;
  }
  dimension: is_cached {
    type: yesno
    sql: ${TABLE}.result_source = 'cache' ;;
  }
  dimension: connection_name {
    type: string
    sql: ${TABLE}.connection_name ;;
  }
  dimension: dialect {
    type: string
    sql: (SELECT MAX(db_connection.dialect) FROM db_connection WHERE db_connection.name = ${TABLE}.connection_name) ;;
  }
  dimension: is_single_query {
    description: "It is not one of several sources of a merge query."
    type: yesno
    sql: ${TABLE}.merge_query_slug IS NULL ;;
  }
  dimension: model {
    hidden: yes
    type: string
    sql: ${TABLE}.model ;;
  }
  dimension: explore {
    hidden: yes
    type: string
    sql: ${TABLE}.explore ;;
  }
  dimension: runtime {
    label: "Runtime in Seconds"
    type: number
    sql: ${TABLE}.runtime ;;
    value_format_name: decimal_2
  }
  dimension: runtime_tiers {
    label: "Runtime Tiers in Seconds"
    type: tier
    tiers: [5, 10, 30, 60, 120, 300, 600]
    style: integer
    sql: ${runtime} ;;
  }
  dimension: user_id {
    label: "User ID"
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  dimension: sql_query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.sql_query_slug ;;
  }
  dimension: merge_query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.merge_query_slug ;;
  }
  dimension: look_id {
    label: "Look ID"
    type: string
    sql: ${TABLE}.look_id ;;
  }
  dimension: real_dash_id {
    label: "Dashboard ID (Inclusive)"
    description: "Of the dashboard that the query was run for: a number, or model::name of a LookML dashboard."
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: dashboard_id {
    label: "Dashboard ID"
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: dashboard_session {
    description: "One person's run of one dashboard: its queries of the same minute."
    type: string
    sql: CASE WHEN ${TABLE}.dashboard_id IS NOT NULL THEN ${TABLE}.dashboard_id || ' ' || CAST(${TABLE}.user_id AS VARCHAR(20)) || ' ' || SUBSTR(CAST(${TABLE}.created_at AS VARCHAR(40)), 1, 16) END ;;
  }

  measure: query_run_count {
    type: count
    drill_fields: [detail*]
  }
  measure: count {
    label: "History Count"
    type: count
    drill_fields: [detail*]
  }
  measure: query_run_count_drill {
    label: "Query Run Count (with Drill)"
    hidden: yes
    type: count
    drill_fields: [detail*]
  }
  measure: dashboard_run_count {
    type: count_distinct
    sql: ${dashboard_session} ;;
  }
  measure: dashboard_user {
    label: "Dashboard User Count"
    description: "People for whom a dashboard's queries were run."
    type: count_distinct
    sql: CASE WHEN ${real_dash_id} IS NOT NULL THEN ${user_id} END ;;
  }
  measure: queries_under_10s {
    label: "Queries under 10 Seconds"
    type: count
    filters: [runtime: "<10"]
  }
  measure: min_runtime {
    label: "Minimum Runtime in Seconds"
    type: min
    sql: ${runtime} ;;
    value_format_name: decimal_2
  }
  measure: cache_result_query_count {
    label: "Results from Cache"
    type: count
    filters: [is_cached: "yes"]
  }
  measure: database_result_query_count {
    label: "Results from Database"
    type: count
    filters: [is_cached: "no"]
  }
  measure: completed_query_count {
    type: count
    filters: [status: "complete"]
  }
  measure: error_query_count {
    label: "Errored Query Count"
    type: count
    filters: [status: "error"]
  }
  measure: killed_query_count {
    type: count
    filters: [status: "killed"]
  }
  measure: total_runtime {
    label: "Total Runtime in Seconds"
    type: sum
    sql: ${runtime} ;;
    value_format_name: decimal_2
  }
  measure: average_runtime {
    label: "Average Runtime in Seconds"
    type: average
    sql: ${runtime} ;;
    value_format_name: decimal_2
  }
  measure: max_runtime {
    label: "Maximum Runtime in Seconds"
    type: max
    sql: ${runtime} ;;
    value_format_name: decimal_2
  }
  measure: user_count {
    type: count_distinct
    sql: ${user_id} ;;
  }
  measure: most_recent_query {
    type: date_time
    sql: MAX(${created_raw}) ;;
  }
  measure: most_recent_query_date {
    type: date
    sql: MAX(${created_raw}) ;;
  }
  measure: first_query {
    type: date_time
    sql: MIN(${created_raw}) ;;
  }
  set: detail {
    fields: [id, created_time, user.name, query.model, query.view, source, status, runtime]
  }
}
