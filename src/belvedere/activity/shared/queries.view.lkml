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
    timeframes: [raw, time, hour, hour_of_day, minute, minute15, date, day_of_week, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: completed {
    type: time
    timeframes: [raw, time, hour, minute, date, week, month, quarter, year]
    sql: ${TABLE}.completed_at ;;
  }
  dimension: source {
    description: "What the query was run for: api, query_task, suggest, merge_query, sql_runner, look, dashboard."
    type: string
    sql: ${TABLE}.source ;;
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
    hidden: yes
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
    hidden: yes
    type: string
    sql: ${TABLE}.look_id ;;
  }
  dimension: real_dash_id {
    label: "Dashboard ID (User-Defined or LookML)"
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: dashboard_id {
    hidden: yes
    type: string
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: dashboard_session {
    description: "The tiles that one person ran for one dashboard within one minute."
    type: string
    sql: ${TABLE}.dashboard_id || ' ' || CAST(${TABLE}.user_id AS VARCHAR(64)) || ' ' || ${created_minute} ;;
  }

  measure: query_run_count {
    type: count
    drill_fields: [detail*]
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
  measure: dashboard_run_count {
    description: "How often dashboards were run: all tiles that one person ran for a dashboard within one minute count once."
    type: count_distinct
    sql: ${dashboard_session} ;;
  }
  measure: dashboard_user {
    label: "Dashboard User Count"
    type: count_distinct
    sql: CASE WHEN ${TABLE}.dashboard_id IS NOT NULL THEN ${user_id} END ;;
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

view: query {
  sql_table_name: query ;;

  dimension: id {
    primary_key: yes
    type: string
    sql: ${TABLE}.slug ;;
  }
  dimension: slug {
    type: string
    sql: ${TABLE}.slug ;;
  }
  dimension: client_id {
    type: string
    sql: ${TABLE}.client_id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension: model {
    type: string
    sql: @{query_model} ;;
  }
  dimension: view {
    label: "Explore"
    type: string
    sql: @{query_view} ;;
  }
  dimension: fields {
    label: "Fields Used"
    type: string
    sql: @{query_fields} ;;
  }
  dimension: pivots {
    type: string
    sql: @{query_pivots} ;;
  }
  dimension: filters {
    type: string
    sql: @{query_filters} ;;
  }
  dimension: filter_expression {
    type: string
    sql: @{query_filter_expression} ;;
  }
  dimension: sorts {
    type: string
    sql: @{query_sorts} ;;
  }
  dimension: limit {
    type: string
    sql: @{query_limit} ;;
  }
  dimension: dynamic_fields {
    type: string
    sql: @{query_dynamic_fields} ;;
  }
  measure: count {
    type: count
    drill_fields: [id, model, view, fields]
  }
}

view: used_field {
  derived_table: {
    sql: @{each_used_field} ;;
  }
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.query_slug || ' ' || ${TABLE}.field ;;
  }
  dimension: query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  dimension: field {
    type: string
    sql: ${TABLE}.field ;;
  }
  measure: count {
    type: count
    drill_fields: [field]
  }
}

view: sql_query {
  sql_table_name: sql_query ;;

  dimension: slug {
    primary_key: yes
    type: string
    sql: ${TABLE}.slug ;;
  }
  dimension: sql {
    label: "SQL"
    type: string
    sql: ${TABLE}.sql ;;
  }
  dimension: connection_name {
    type: string
    sql: ${TABLE}.connection_name ;;
  }
  dimension: model_name {
    type: string
    sql: ${TABLE}.model_name ;;
  }
  dimension: creator_id {
    hidden: yes
    type: string
    sql: ${TABLE}.creator_id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: last_run {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.last_run_at ;;
  }
  dimension: run_count {
    type: number
    sql: ${TABLE}.run_count ;;
  }
  dimension: last_runtime {
    label: "Last Runtime in Seconds"
    type: number
    sql: ${TABLE}.last_runtime ;;
  }
  measure: count {
    type: count
    drill_fields: [slug, connection_name, created_time, run_count]
  }
  measure: total_run_count {
    type: sum
    sql: ${run_count} ;;
  }
}

view: merge_query {
  sql_table_name: merge_query ;;

  dimension: id {
    primary_key: yes
    type: string
    sql: ${TABLE}.slug ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  measure: count {
    type: count
    drill_fields: [id, created_time]
  }
}

view: pdt_builds {
  sql_table_name: kept_table ;;

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
    sql: ${TABLE}.physical ;;
  }
  dimension: status {
    type: string
    sql: CASE WHEN ${TABLE}.error IS NOT NULL THEN 'error' WHEN ${TABLE}.built_at IS NULL THEN 'waiting' ELSE 'complete' END ;;
  }
  dimension: error {
    type: string
    sql: ${TABLE}.error ;;
  }
  dimension_group: built {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.built_at ;;
  }
  dimension_group: last_used {
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
  measure: average_build_time_seconds {
    type: average
    sql: ${elapsed_seconds} ;;
    value_format_name: decimal_2
  }
  measure: total_build_time_seconds {
    type: sum
    sql: ${elapsed_seconds} ;;
    value_format_name: decimal_2
  }
}

view: db_connection {
  sql_table_name: db_connection ;;

  dimension: name {
    primary_key: yes
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: dialect {
    type: string
    sql: ${TABLE}.dialect ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  measure: count {
    type: count
    drill_fields: [name, dialect, created_time]
  }
}
