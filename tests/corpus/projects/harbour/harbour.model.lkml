# Nested rows, UNNEST joins, structs reached through another dimension: BigQuery.
connection: "bigquery_harbour"
include: "/views/*"
explore: calls {
  join: calls__boxes { view_label: "Boxes" relationship: one_to_many sql: LEFT JOIN UNNEST(${calls.boxes}) AS calls__boxes ;; }
  join: calls__boxes__seals { relationship: one_to_many sql: LEFT JOIN UNNEST(${calls__boxes.seals}) AS calls__boxes__seals ;; required_joins: [calls__boxes] }
  join: berths { relationship: many_to_one sql_on: ${calls.berth_id} = ${berths.id} ;; }
}
explore: berths {}
