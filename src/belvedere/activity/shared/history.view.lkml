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
    timeframes: [raw, time, time_of_day, hour, hour_of_day, minute, minute5, minute10, minute15, minute30, date, day_of_week, day_of_week_index, day_of_month, week, month, month_name, quarter, year]
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
    alpha_sort: yes
    case: {
      when: { sql: ${source} IN ('api3', 'api4', 'dashboard_prefetch') ;; label: "API" }
      when: { sql: ${source} IN ('regenerator', 'scheduled_task') ;; label: "System" }
      when: { sql: ${source} IN ('dashboard', 'explore', 'private_embed', 'private_url', 'public_embed', 'public_url', 'public_look', 'sqlrunner', 'suggest', 'query', 'merge_query', 'drill_modal') OR ${source} LIKE 'look%' ;; label: "User" }
      else: "Other"
    }
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
  dimension: cache {
    description: "Answered without the database."
    type: yesno
    sql: ${is_cached} ;;
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
  dimension: most_recent_length {
    label: "Most Recent Run Length in Seconds"
    description: "Of the last run of the same query."
    type: number
    sql: (SELECT again.runtime FROM history AS again WHERE again.query_slug = ${TABLE}.query_slug ORDER BY again.created_at DESC LIMIT 1) ;;
    value_format_name: decimal_2
  }
  dimension_group: most_recent_run_at {
    label: "Most Recent Run at"
    description: "Of the same query."
    type: time
    timeframes: [raw, time, date, week, month]
    sql: (SELECT MAX(again.created_at) FROM history AS again WHERE again.query_slug = ${TABLE}.query_slug) ;;
  }
  dimension: has_merge_query {
    description: "It is one of several sources of a merge query."
    type: yesno
    sql: ${TABLE}.merge_query_slug IS NOT NULL ;;
  }
  dimension: is_user_dashboard {
    description: "It was run for a dashboard that people made, not for one in LookML."
    type: yesno
    sql: ${TABLE}.dashboard_id IS NOT NULL AND ${TABLE}.dashboard_id NOT LIKE '%::%' ;;
  }
  dimension: node_id {
    label: "Node ID"
    description: "Nothing: the processes of an instance are not told apart."
    type: number
    sql: CAST(NULL AS INTEGER) ;;
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
    sql: @{dashboard_session} ;;
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
  measure: first_query_date {
    type: date
    sql: MIN(${created_raw}) ;;
  }
  measure: five_minutes_used {
    hidden: yes
    type: count_distinct
    sql: CASE WHEN ${source} <> 'scheduled_task' THEN CAST(${user_id} AS VARCHAR(20)) || ' ' || CAST(${created_minute5} AS VARCHAR(40)) END ;;
  }
  measure: approximate_usage_in_minutes {
    label: "Approximate Usage in Minutes"
    description: "Each five minutes in which somebody asked for something count as five."
    type: number
    sql: ${five_minutes_used} * 5 ;;
  }
  measure: explore_query_count {
    label: "Queries from Explores"
    type: count
    filters: [source: "explore"]
  }
  set: detail {
    fields: [id, created_time, user.name, query.model, query.view, source, status, runtime]
  }
}

# How the result of a run came to be, as tiles of dashboards say it of theirs.
view: run_result_maker {
  sql_table_name: history ;;
  dimension: id {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.id ;;
  }
  dimension: merge_query_id {
    label: "Merge Query ID"
    type: string
    sql: ${TABLE}.merge_query_slug ;;
  }
  dimension: query_id {
    label: "Query ID"
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  dimension: is_merge_query {
    type: yesno
    sql: ${TABLE}.merge_query_slug IS NOT NULL ;;
  }
  dimension: is_single_query {
    type: yesno
    sql: ${TABLE}.merge_query_slug IS NULL ;;
  }
}

# Nothing is known of it: no program tells of itself in this way.
view: query_api_client_context {
  derived_table: {
    sql: SELECT CAST(NULL AS VARCHAR(32)) AS history_id WHERE 1 = 0 ;;
  }
  dimension: history_id {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.history_id ;;
  }
  dimension: name {
    type: string
    sql: ${TABLE}.history_id ;;
  }
  dimension: cs_spreadsheet_id {
    label: "Connected Sheets Spreadsheet ID"
    type: string
    sql: ${TABLE}.history_id ;;
  }
  dimension: cs_trigger {
    label: "Connected Sheets Trigger"
    type: string
    sql: ${TABLE}.history_id ;;
  }
}

# Nothing is known of it: the processes of an instance are not told apart.
view: node {
  derived_table: {
    sql: SELECT CAST(NULL AS INTEGER) AS id, CAST(NULL AS VARCHAR(255)) AS hostname WHERE 1 = 0 ;;
  }
  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }
  dimension: hostname {
    type: string
    sql: ${TABLE}.hostname ;;
  }
  dimension: is_master {
    type: yesno
    sql: ${TABLE}.id = 1 ;;
  }
  dimension: port {
    type: number
    sql: ${TABLE}.id ;;
  }
  dimension: version {
    type: string
    sql: ${TABLE}.hostname ;;
  }
  measure: count {
    type: count
  }
}
