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
  measure: count {
    type: count
    drill_fields: [id, model, view, fields]
  }
  measure: count_of_explores {
    type: count_distinct
    sql: ${model} || ' ' || ${view} ;;
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
