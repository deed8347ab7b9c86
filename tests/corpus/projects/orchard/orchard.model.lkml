# Pickers, trees and crates: fan-out, aliases of one view, Liquid that chooses tables and fields.
connection: "duckdb_orchard"
include: "/orchard/views/*.view"   # an absolute path that begins with the project's own name
week_start_day: sunday
fiscal_month_offset: +3

datagroup: daily_harvest { sql_trigger: SELECT current_date ;; max_cache_age: "24 hours" }
persist_with: daily_harvest
access_grant: weighs { user_attribute: station allowed_values: ["scales", "office"] }
named_value_format: kilograms { value_format: "[>=1000]0.0,\" t\";0.0\" kg\"" }

explore: picks {
  label: "Picks"
  sql_always_where: ${picks.weight_kg} >= 0
    {% if _user_attributes['region'] == 'all' %} AND 1=1 {% else %} AND ${trees.region_id} IN ({{ _user_attributes['region'] }}) {% endif %} ;;
  access_filter: { field: pickers.crew user_attribute: crew }
  always_filter: { filters: [picks.picked_date: "2 years"] }
  join: trees { relationship: many_to_one sql_on: ${picks.tree_id} = ${trees.id} ;; }
  join: pickers { relationship: many_to_one type: inner sql_on: ${picks.picker_id} = ${pickers.id} ;; }
  join: foremen { from: pickers relationship: many_to_one sql_on: ${pickers.foreman_id} = ${foremen.id} ;;
    fields: [-pickers.count, -foreman_id] }
  # declared before the join that it needs
  join: crate_prices { relationship: many_to_one sql_on: ${crates.kind} = ${crate_prices.kind}
      AND ${picks.picked_date} BETWEEN ${crate_prices.from_date} AND ${crate_prices.to_date} ;; }
  join: crates { relationship: one_to_many sql_on: ${picks.id} = ${crates.pick_id} ;; sql_where: NOT ${crates.is_lost} ;; }
  join: weather { relationship: many_to_one type: full_outer
    sql_on: {% if weather.day._in_query %} ${picks.picked_date} = ${weather.day} {% else %} ${picks.picked_month} = ${weather.month} {% endif %} ;; }
  join: totals_by_crew { relationship: many_to_one sql_on: ${pickers.crew} = ${totals_by_crew.crew} ;; }
  join: across { relationship: one_to_one sql: ;; }
  aggregate_table: by_day {
    query: { dimensions: [picked_date, trees.kind] measures: [count, total_weight] timezone: "UTC" }
    materialization: { datagroup_trigger: daily_harvest }
  }
}

explore: best_trees {
  extends: [picks]
  view_name: picks
  fields: [ALL_FIELDS*, -picks.secret*, -crates.kind]
  conditionally_filter: { filters: [picks.picked_date: "90 days"] unless: [picks.id, trees.kind] }
}

explore: +best_trees { query: heavy { dimensions: [trees.kind] measures: [total_weight] sorts: [total_weight: desc] } }

explore: crews { from: pickers view_name: pickers
  join: chain { relationship: one_to_one sql_on: ${pickers.id} = ${chain.picker_id} ;; }
  join: named_picks { relationship: one_to_many sql: LEFT JOIN ${chain_base.SQL_TABLE_NAME} AS named_picks ON named_picks.picker_id = ${pickers.id} ;; from: chain_base }
}
