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
  override_constant: event_object_type { value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%' THEN SPLIT_PART(${TABLE}.target, '/', 4) END" }
  override_constant: event_object_id { value: "CASE WHEN ${TABLE}.target LIKE '/api/4.0/%/%' THEN SPLIT_PART(${TABLE}.target, '/', 5) END" }
  override_constant: event_attributes {
    value: "SELECT event.id AS event_id, pair.key AS name, pair.value AS value FROM event CROSS JOIN LATERAL json_each_text(CASE json_typeof(event.attributes) WHEN 'object' THEN event.attributes ELSE '{}' END) AS pair"
  }
}
