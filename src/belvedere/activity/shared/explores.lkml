explore: history {
  description: "Every query of the last ninety days: who asked what, when, and how it went."
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
  join: user_facts {
    view_label: "User"
    type: left_outer
    relationship: one_to_one
    sql_on: ${user.id} = ${user_facts.user_id} ;;
  }
  join: role_holder {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${role_holder.user_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role_holder.role_id} = ${role.id} ;;
  }
  join: group_member {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_member.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_member.group_id} = ${group.id} ;;
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
}

explore: field_usage {
  from: query
  view_name: query
  label: "Field Usage"
  description: "Which fields are asked for, how often."
  join: used_field {
    view_label: "Field Usage"
    type: inner
    relationship: one_to_many
    sql_on: ${query.id} = ${used_field.query_id} ;;
  }
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${query.id} = ${history.query_id} ;;
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
}

explore: user {
  description: "People, the groups they are in and the roles they have."
  join: user_facts {
    view_label: "User"
    type: left_outer
    relationship: one_to_one
    sql_on: ${user.id} = ${user_facts.user_id} ;;
  }
  join: role_holder {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${role_holder.user_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role_holder.role_id} = ${role.id} ;;
  }
  join: permission_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.permission_set_id} = ${permission_set.id} ;;
  }
  join: model_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.model_set_id} = ${model_set.id} ;;
  }
  join: group_member {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_member.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_member.group_id} = ${group.id} ;;
  }
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${history.user_id} ;;
  }
}

explore: role {
  description: "Roles, and the groups that give them."
  join: permission_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.permission_set_id} = ${permission_set.id} ;;
  }
  join: model_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.model_set_id} = ${model_set.id} ;;
  }
  join: group_role {
    type: left_outer
    relationship: one_to_many
    sql_on: ${role.id} = ${group_role.role_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_role.group_id} = ${group.id} ;;
  }
}

explore: group {
  description: "Groups and who is in them."
  join: group_member {
    type: left_outer
    relationship: one_to_many
    sql_on: ${group.id} = ${group_member.group_id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_member.user_id} = ${user.id} ;;
  }
}

explore: event {
  description: "Changes and sign-ins: who, as whom, from where."
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${event.user_id} = ${user.id} ;;
  }
  join: role_holder {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${role_holder.user_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role_holder.role_id} = ${role.id} ;;
  }
  join: permission_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.permission_set_id} = ${permission_set.id} ;;
  }
  join: model_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.model_set_id} = ${model_set.id} ;;
  }
  join: group_member {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_member.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_member.group_id} = ${group.id} ;;
  }
  join: sudo_user {
    from: user
    type: left_outer
    relationship: many_to_one
    sql_on: ${event.sudo_user_id} = ${sudo_user.id} ;;
  }
}

explore: event_attribute {
  description: "What is known about each event."
  join: event {
    type: inner
    relationship: many_to_one
    sql_on: ${event_attribute.event_id} = ${event.id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${event.user_id} = ${user.id} ;;
  }
  join: role_holder {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${role_holder.user_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role_holder.role_id} = ${role.id} ;;
  }
  join: permission_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.permission_set_id} = ${permission_set.id} ;;
  }
  join: model_set {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role.model_set_id} = ${model_set.id} ;;
  }
  join: group_member {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_member.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_member.group_id} = ${group.id} ;;
  }
}

explore: pdt_builds {
  label: "PDT Builds"
  description: "Derived tables that are kept, and how long they take to make."
}

explore: pdt_event_log {
  label: "PDT Event Log"
  description: "What happened to derived tables that are kept, of the last ninety days."
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
}

explore: folder {
  description: "Folders and who made them."
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${folder.creator_id} = ${user.id} ;;
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
