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
constant: event_attributes {
  value: "SELECT event.id AS event_id, pair.key AS name, CAST(pair.value AS TEXT) AS value FROM event, json_each(event.attributes) AS pair WHERE json_type(event.attributes) = 'object'"
  export: override_optional
}
