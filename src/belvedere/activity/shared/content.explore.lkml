explore: look {
  description: "Looks: whose, where, of which query."
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${look.query_id} = ${query.id} ;;
  }
  join: folder {
    type: left_outer
    relationship: many_to_one
    sql_on: ${look.folder_id} = ${folder.id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${look.user_id} = ${user.id} ;;
  }
  join: content_usage {
    type: left_outer
    relationship: one_to_one
    fields: [content_usage.certification_status, content_usage.last_viewed_date, content_usage.last_accessed_date, content_usage.view_total, content_usage.favorites_total]
    sql_on: ${look.id} = ${content_usage.look_id} ;;
  }
  join: filtered_history_looks {
    view_label: "Look"
    type: left_outer
    relationship: one_to_one
    sql_on: ${look.key} = ${filtered_history_looks.look_id} ;;
  }
}

explore: dashboard {
  description: "Dashboards that people made, and their tiles."
  join: folder {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard.folder_id} = ${folder.id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard.user_id} = ${user.id} ;;
  }
  join: content_usage {
    type: left_outer
    relationship: one_to_one
    fields: [content_usage.certification_status, content_usage.last_viewed_date, content_usage.last_accessed_date, content_usage.view_total, content_usage.favorites_total]
    sql_on: ${dashboard.id} = ${content_usage.dashboard_id} ;;
  }
  join: dashboard_element {
    type: left_outer
    relationship: one_to_many
    sql_on: ${dashboard.id} = ${dashboard_element.dashboard_id} ;;
  }
  join: look {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard_element.look_id} = ${look.id} ;;
  }
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${dashboard_element.query_id}, ${look.query_id}) = ${query.id} ;;
  }
  join: merge_query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard_element.merge_query_id} = ${merge_query.id} ;;
  }
  join: result_maker {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard_element.result_maker_id} = ${result_maker.id} ;;
  }
  join: updated_by {
    from: user
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard.last_updater_id} = ${updated_by.id} ;;
  }
  join: space {
    from: folder
    view_label: "Folder"
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard.folder_id} = ${space.id} ;;
  }
  join: merge_query_source_query {
    type: left_outer
    relationship: one_to_many
    sql_on: ${merge_query.id} = ${merge_query_source_query.merge_query_id} ;;
  }
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${dashboard.key} = ${history.real_dash_id} ;;
  }
  join: filtered_history_dashboards {
    view_label: "Dashboard"
    type: left_outer
    relationship: one_to_one
    sql_on: ${dashboard.key} = ${filtered_history_dashboards.dashboard_id} ;;
  }
}

explore: folder {
  description: "Folders and who made them."
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${folder.creator_id} = ${user.id} ;;
  }
  join: look {
    type: left_outer
    relationship: one_to_many
    sql_on: ${folder.id} = ${look.folder_id} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: one_to_many
    sql_on: ${folder.id} = ${dashboard.folder_id} ;;
  }
}

explore: content_usage {
  label: "Content Usage"
  description: "How often content is looked at and liked, and when last."
  join: look {
    type: left_outer
    relationship: one_to_one
    sql_on: ${content_usage.look_id} = ${look.id} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: one_to_one
    sql_on: ${content_usage.dashboard_id} = ${dashboard.id} ;;
  }
  join: _dashboard_linked_looks {
    type: left_outer
    relationship: one_to_one
    sql_on: ${look.id} = ${_dashboard_linked_looks.look_id} ;;
  }
  join: folder {
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${look.folder_id}, ${dashboard.folder_id}) = ${folder.id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${look.user_id}, ${dashboard.user_id}) = ${user.id} ;;
  }
}

explore: scheduled_plan {
  description: "Deliveries that are planned, and how they went."
  join: scheduled_plan_destination {
    type: left_outer
    relationship: one_to_many
    sql_on: ${scheduled_plan.id} = ${scheduled_plan_destination.id} ;;
  }
  join: scheduled_job {
    type: left_outer
    relationship: one_to_many
    sql_on: ${scheduled_plan.id} = ${scheduled_job.id} ;;
  }
  join: scheduled_job_stage {
    type: left_outer
    relationship: one_to_many
    sql_on: ${scheduled_job.id} = ${scheduled_job_stage.id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${scheduled_plan.user_id} = ${user.id} ;;
  }
  join: look {
    type: left_outer
    relationship: many_to_one
    sql_on: ${scheduled_plan.look_id} = ${look.id} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: many_to_one
    sql_on: ${scheduled_plan.dashboard_id} = ${dashboard.id} ;;
  }
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: COALESCE(${scheduled_plan.query_id}, ${look.query_id}) = ${query.id} ;;
  }
}
