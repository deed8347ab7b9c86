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
  dimension: hash {
    description: "Equal for equal queries."
    type: string
    sql: ${TABLE}.fingerprint ;;
  }
  dimension: link {
    description: "The path under which the query can be opened."
    type: string
    sql: '/x/' || ${TABLE}.slug ;;
    link: { label: "Explore" url: "{{ value }}" }
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
  dimension: formatted_fields {
    label: "Fields"
    description: "A list such as [\"users.state\",\"users.count\"]."
    type: string
    sql: @{query_fields} ;;
  }
  dimension: formatted_pivots {
    label: "Pivots Used"
    type: string
    sql: @{query_pivots} ;;
  }
  dimension: formatted_filters {
    label: "Filters Used"
    type: string
    sql: @{query_filters} ;;
  }
  dimension: vis_config {
    label: "Visualization Settings"
    type: string
    sql: @{query_vis_config} ;;
  }
  dimension: query_timezone {
    type: string
    sql: @{query_timezone} ;;
  }
  dimension: fill_fields {
    type: string
    sql: @{query_fill_fields} ;;
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
    description: "Rows at most; the default where the query names none; below zero for all."
    type: number
    sql: COALESCE(CAST(NULLIF(@{query_limit}, '') AS BIGINT), 500) ;;
  }
  dimension: column_limit {
    type: number
    sql: CAST(NULLIF(@{query_column_limit}, '') AS BIGINT) ;;
  }
  dimension: total {
    type: yesno
    sql: COALESCE(CAST(@{query_total} AS VARCHAR(5)), '0') IN ('1', 'true') ;;
  }
  dimension: row_totals {
    type: yesno
    sql: @{query_row_total} = 'right' ;;
  }
  dimension: dynamic_fields {
    type: string
    sql: @{query_dynamic_fields} ;;
  }
  dimension: count_of_dynamic_fields {
    description: "Its custom fields and table calculations."
    type: number
    sql: CASE WHEN @{query_dynamic_fields} IS NULL THEN 0 ELSE (LENGTH(@{query_dynamic_fields}) - LENGTH(REPLACE(@{query_dynamic_fields}, '"table_calculation":', ''))) / 20 + (LENGTH(@{query_dynamic_fields}) - LENGTH(REPLACE(@{query_dynamic_fields}, '"measure":', ''))) / 10 + (LENGTH(@{query_dynamic_fields}) - LENGTH(REPLACE(@{query_dynamic_fields}, '"dimension":', ''))) / 12 END ;;
  }
  measure: count {
    type: count
    drill_fields: [id, model, view, fields]
  }
  measure: count_of_explores {
    type: count_distinct
    sql: ${model} || ' ' || ${view} ;;
  }
  measure: model_count {
    type: count_distinct
    sql: ${model} ;;
  }
}

view: field_usage {
  derived_table: {
    sql: SELECT used.query_slug, used.field, query.definition,
           (SELECT COUNT(*) FROM history WHERE history.query_slug = used.query_slug) AS times_used
         FROM (@{each_used_field} UNION @{each_filtered_field}) AS used
         JOIN query ON query.slug = used.query_slug ;;
  }
  dimension: id {
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
  dimension: model {
    type: string
    sql: @{query_model} ;;
  }
  dimension: explore {
    type: string
    sql: @{query_view} ;;
  }
  dimension: base_view {
    hidden: yes
    type: string
    sql: @{query_view} ;;
  }
  dimension: field {
    description: "Its full name: view.field"
    type: string
    sql: ${TABLE}.field ;;
  }
  dimension: view {
    description: "The part of the field's name before the dot."
    type: string
    sql: CASE WHEN ${TABLE}.field LIKE '%.%' THEN RTRIM(RTRIM(${TABLE}.field, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'), '.') END ;;
  }
  dimension: runs {
    hidden: yes
    type: number
    sql: ${TABLE}.times_used ;;
  }
  measure: times_used {
    description: "Runs of the last ninety days of queries that show it or filter by it."
    type: sum
    sql: ${runs} ;;
  }
  measure: count {
    description: "Queries that show it or filter by it."
    type: count
  }
}

view: used_field {
  derived_table: {
    sql: @{each_used_field} UNION @{each_filtered_field} ;;
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
  dimension: id {
    hidden: yes
    type: string
    sql: ${TABLE}.slug ;;
  }
  dimension: user_id {
    label: "User ID"
    type: string
    sql: ${TABLE}.creator_id ;;
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
  dimension: dynamic_fields {
    type: string
    sql: @{query_dynamic_fields} ;;
  }
  dimension: pivots {
    type: string
    sql: @{query_pivots} ;;
  }
  dimension: formatted_pivots {
    label: "Pivots Used"
    type: string
    sql: @{query_pivots} ;;
  }
  dimension: sorts {
    type: string
    sql: @{query_sorts} ;;
  }
  dimension: column_limit {
    type: number
    sql: CAST(NULLIF(@{query_column_limit}, '') AS BIGINT) ;;
  }
  dimension: total {
    type: yesno
    sql: COALESCE(CAST(@{query_total} AS VARCHAR(5)), '0') IN ('1', 'true') ;;
  }
  measure: count {
    type: count
    drill_fields: [id, created_time]
  }
}

view: merge_query_source_query {
  derived_table: {
    sql: @{each_merge_source} ;;
  }
  dimension: id {
    primary_key: yes
    type: string
    sql: ${TABLE}.merge_slug || ' ' || CAST(${TABLE}.place AS VARCHAR(20)) ;;
  }
  dimension: merge_query_id {
    label: "Merge Query ID"
    type: string
    sql: ${TABLE}.merge_slug ;;
  }
  dimension: query_id {
    label: "Query ID"
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  dimension: rank {
    description: "Its place among the sources: 0 for the first."
    type: number
    sql: ${TABLE}.place ;;
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: merge_fields {
    type: string
    sql: ${TABLE}.merge_fields ;;
  }
  measure: count {
    type: count
    drill_fields: [merge_query_id, rank, name, query_id]
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
