project_name: "system__activity"
local_dependency: {
  project: "system_activity_shared"
  override_constant: query_model { value: "(${TABLE}.definition ->> 'model')" }
  override_constant: query_view { value: "(${TABLE}.definition ->> 'view')" }
  override_constant: query_fields { value: "(${TABLE}.definition ->> 'fields')" }
  override_constant: query_pivots { value: "(${TABLE}.definition ->> 'pivots')" }
  override_constant: query_filters { value: "(${TABLE}.definition ->> 'filters')" }
  override_constant: query_filter_expression { value: "(${TABLE}.definition ->> 'filter_expression')" }
  override_constant: query_sorts { value: "(${TABLE}.definition ->> 'sorts')" }
  override_constant: query_limit { value: "(${TABLE}.definition ->> 'limit')" }
  override_constant: query_dynamic_fields { value: "(${TABLE}.definition ->> 'dynamic_fields')" }
  override_constant: query_fill_fields { value: "(${TABLE}.definition ->> 'fill_fields')" }
  override_constant: query_column_limit { value: "(${TABLE}.definition ->> 'column_limit')" }
  override_constant: query_total { value: "(${TABLE}.definition ->> 'total')" }
  override_constant: query_row_total { value: "(${TABLE}.definition ->> 'row_total')" }
  override_constant: each_used_field {
    value: "SELECT query.slug AS query_slug, used.value AS field FROM query CROSS JOIN LATERAL (SELECT json_array_elements_text(CASE json_typeof(query.definition -> 'fields') WHEN 'array' THEN query.definition -> 'fields' ELSE '[]' END) AS value) AS used"
  }
  override_constant: each_filtered_field {
    value: "SELECT query.slug AS query_slug, used.value AS field FROM query CROSS JOIN LATERAL (SELECT json_object_keys(CASE json_typeof(query.definition -> 'filters') WHEN 'object' THEN query.definition -> 'filters' ELSE '{}' END) AS value) AS used"
  }
  override_constant: each_merge_source {
    value: "SELECT merge_query.slug AS merge_slug, source.place - 1 AS place, source.value ->> 'query_id' AS query_slug, source.value ->> 'name' AS name, source.value ->> 'merge_fields' AS merge_fields FROM merge_query CROSS JOIN LATERAL json_array_elements(CASE json_typeof(merge_query.definition -> 'source_queries') WHEN 'array' THEN merge_query.definition -> 'source_queries' ELSE '[]' END) WITH ORDINALITY AS source(value, place)"
  }
  override_constant: query_vis_config { value: "(${TABLE}.definition ->> 'vis_config')" }
  override_constant: query_timezone { value: "(${TABLE}.definition ->> 'query_timezone')" }
  override_constant: seconds_of_dashboard { value: "CAST(EXTRACT(EPOCH FROM MAX(history.completed_at) - MIN(history.created_at)) AS DOUBLE PRECISION)" }
  override_constant: refresh_count { value: "CAST(SUBSTRING(${TABLE}.refresh_interval FROM '^[0-9]{1,9}') AS BIGINT)" }
  override_constant: event_object_type { value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%' THEN SPLIT_PART(${TABLE}.target, '/', 4) END" }
  override_constant: event_object_id { value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%/%' THEN SPLIT_PART(${TABLE}.target, '/', 5) END" }
  override_constant: event_attributes {
    value: "SELECT event.id AS event_id, pair.key AS name, pair.value AS value FROM event CROSS JOIN LATERAL json_each_text(CASE json_typeof(event.attributes) WHEN 'object' THEN event.attributes ELSE '{}' END) AS pair"
  }
}
