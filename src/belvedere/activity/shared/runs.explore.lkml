# What a run was asked of, by whom and for what: joined wherever there are runs.
explore: run_context {
  extension: required
  extends: [person_context]
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.query_id} = ${query.id} ;;
  }
  join: sql_query {
    view_label: "SQL Query"
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.sql_query_id} = ${sql_query.slug} ;;
  }
  join: merge_query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.merge_query_id} = ${merge_query.id} ;;
  }
  join: look {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.look_id} = ${look.key} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.real_dash_id} = ${dashboard.key} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.user_id} = ${user.id} ;;
  }
  join: dashboard_creator {
    from: user
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard.user_id} = ${dashboard_creator.id} ;;
  }
  join: space {
    from: folder
    view_label: "Folder"
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${look.folder_id}, ${dashboard.folder_id}) = ${space.id} ;;
  }
  join: source_query {
    from: query
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.merge_query_id} IS NOT NULL AND ${history.query_id} = ${source_query.id} ;;
  }
  join: merge_query_source_query {
    type: left_outer
    relationship: one_to_many
    sql_on: ${history.merge_query_id} = ${merge_query_source_query.merge_query_id} ;;
  }
  join: result_maker {
    from: run_result_maker
    type: left_outer
    relationship: one_to_one
    sql_on: ${history.id} = ${result_maker.id} ;;
  }
  join: folder {
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${look.folder_id}, ${dashboard.folder_id}) = ${folder.id} ;;
  }
  join: dashboard_element {
    type: left_outer
    relationship: many_to_many
    sql_on: ${dashboard.id} = ${dashboard_element.dashboard_id} AND ${history.query_id} = ${dashboard_element.query_id} ;;
  }
  join: query_api_client_context {
    view_label: "Query API Client Context"
    type: left_outer
    relationship: one_to_one
    sql_on: ${history.id} = ${query_api_client_context.history_id} ;;
  }
  join: node {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.node_id} = ${node.id} ;;
  }
}

explore: history {
  extends: [run_context]
  description: "Every query of the last ninety days: who asked what, when, and how it went."
}

explore: query_metrics {
  extends: [run_context]
  label: "Query Performance Metrics"
  description: "How long the parts of each run took, of the last ninety days."
  join: history {
    type: inner
    relationship: one_to_one
    sql_on: ${query_metrics.history_id} = ${history.id} ;;
  }
}

explore: dashboard_performance {
  extends: [run_context]
  view_label: "Dashboard Run"
  description: "Runs of dashboards of the last ninety days: one person's queries for one dashboard in one minute."
  join: dashboard_history_stats {
    view_label: "Dashboard Run"
    type: left_outer
    relationship: one_to_one
    sql_on: ${dashboard_performance.dashboard_run_session} = ${dashboard_history_stats.dashboard_session} ;;
  }
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${dashboard_performance.dashboard_run_session} = ${history.dashboard_session} ;;
  }
}

explore: api_usage {
  label: "API Usage"
  description: "How often each operation of the API was called, by day."
}

explore: field_usage {
  description: "Which fields are asked for, how often."
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${field_usage.query_id} = ${query.id} ;;
  }
  join: used_field {
    view_label: "Field Usage"
    type: inner
    relationship: one_to_one
    sql_on: ${field_usage.id} = ${used_field.key} ;;
  }
  join: history {
    type: left_outer
    relationship: many_to_many
    sql_on: ${field_usage.query_id} = ${history.query_id} ;;
  }
}

explore: sql_query {
  label: "SQL Query"
  description: "SQL that people wrote themselves."
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${sql_query.creator_id} = CAST(${user.id} AS VARCHAR(64)) ;;
  }
}

explore: merge_query {
  description: "Queries whose results are merged."
  join: merge_query_source_query {
    type: left_outer
    relationship: one_to_many
    sql_on: ${merge_query.id} = ${merge_query_source_query.merge_query_id} ;;
  }
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${merge_query_source_query.query_id} = ${query.id} ;;
  }
  join: dashboard_element {
    type: left_outer
    relationship: one_to_many
    sql_on: ${merge_query.id} = ${dashboard_element.merge_query_id} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard_element.dashboard_id} = ${dashboard.id} ;;
  }
}

explore: db_connection {
  label: "DB Connection"
  description: "Connections, and what is asked of them."
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${db_connection.name} = ${history.connection_name} ;;
  }
}
