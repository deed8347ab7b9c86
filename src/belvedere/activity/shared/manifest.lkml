project_name: "system_activity_shared"

# Written for SQLite; where the application database is another one, its manifest overrides them.
constant: query_model {
  value: "json_extract(${TABLE}.definition, '$.model')"
  export: override_optional
}
constant: query_view {
  value: "json_extract(${TABLE}.definition, '$.view')"
  export: override_optional
}
constant: query_fields {
  value: "json_extract(${TABLE}.definition, '$.fields')"
  export: override_optional
}
constant: query_pivots {
  value: "json_extract(${TABLE}.definition, '$.pivots')"
  export: override_optional
}
constant: query_filters {
  value: "json_extract(${TABLE}.definition, '$.filters')"
  export: override_optional
}
constant: query_filter_expression {
  value: "json_extract(${TABLE}.definition, '$.filter_expression')"
  export: override_optional
}
constant: query_sorts {
  value: "json_extract(${TABLE}.definition, '$.sorts')"
  export: override_optional
}
constant: query_limit {
  value: "json_extract(${TABLE}.definition, '$.limit')"
  export: override_optional
}
constant: query_dynamic_fields {
  value: "json_extract(${TABLE}.definition, '$.dynamic_fields')"
  export: override_optional
}
constant: each_used_field {
  value: "SELECT query.slug AS query_slug, used.value AS field FROM query, json_each(query.definition, '$.fields') AS used WHERE used.type = 'text'"
  export: override_optional
}
constant: each_filtered_field {
  value: "SELECT query.slug AS query_slug, used.key AS field FROM query, json_each(query.definition, '$.filters') AS used WHERE json_type(query.definition, '$.filters') = 'object'"
  export: override_optional
}
constant: each_merge_source {
  value: "SELECT merge_query.slug AS merge_slug, source.key AS place, json_extract(source.value, '$.query_id') AS query_slug, json_extract(source.value, '$.name') AS name, json_extract(source.value, '$.merge_fields') AS merge_fields FROM merge_query, json_each(merge_query.definition, '$.source_queries') AS source"
  export: override_optional
}
constant: query_vis_config {
  value: "json_extract(${TABLE}.definition, '$.vis_config')"
  export: override_optional
}
constant: query_timezone {
  value: "json_extract(${TABLE}.definition, '$.query_timezone')"
  export: override_optional
}
constant: dashboard_session {
  value: "CASE WHEN history.dashboard_id IS NOT NULL THEN history.dashboard_id || ' ' || CAST(history.user_id AS VARCHAR(20)) || ' ' || SUBSTR(CAST(history.created_at AS VARCHAR(40)), 1, 16) END"
}
constant: seconds_of_dashboard {
  value: "(julianday(MAX(history.completed_at)) - julianday(MIN(history.created_at))) * 86400.0"
  export: override_optional
}
constant: refresh_count {
  value: "CAST(${TABLE}.refresh_interval AS INTEGER)"
  export: override_optional
}
constant: event_attributes {
  value: "SELECT event.id AS event_id, pair.key AS name, CAST(pair.value AS TEXT) AS value FROM event, json_each(event.attributes) AS pair WHERE json_type(event.attributes) = 'object'"
  export: override_optional
}
constant: query_fill_fields {
  value: "json_extract(${TABLE}.definition, '$.fill_fields')"
  export: override_optional
}
constant: query_column_limit {
  value: "json_extract(${TABLE}.definition, '$.column_limit')"
  export: override_optional
}
constant: query_total {
  value: "json_extract(${TABLE}.definition, '$.total')"
  export: override_optional
}
constant: query_row_total {
  value: "json_extract(${TABLE}.definition, '$.row_total')"
  export: override_optional
}
constant: event_object_type {
  value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%' THEN CASE WHEN INSTR(SUBSTR(${TABLE}.target, 10), '/') > 0 THEN SUBSTR(SUBSTR(${TABLE}.target, 10), 1, INSTR(SUBSTR(${TABLE}.target, 10), '/') - 1) ELSE SUBSTR(${TABLE}.target, 10) END END"
  export: override_optional
}
constant: event_object_id {
  value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%/%' THEN CASE WHEN INSTR(SUBSTR(SUBSTR(${TABLE}.target, 10), INSTR(SUBSTR(${TABLE}.target, 10), '/') + 1), '/') > 0 THEN SUBSTR(SUBSTR(SUBSTR(${TABLE}.target, 10), INSTR(SUBSTR(${TABLE}.target, 10), '/') + 1), 1, INSTR(SUBSTR(SUBSTR(${TABLE}.target, 10), INSTR(SUBSTR(${TABLE}.target, 10), '/') + 1), '/') - 1) ELSE SUBSTR(SUBSTR(${TABLE}.target, 10), INSTR(SUBSTR(${TABLE}.target, 10), '/') + 1) END END"
  export: override_optional
}
