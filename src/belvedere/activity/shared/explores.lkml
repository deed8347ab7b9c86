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
  join: group_user {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_user.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_user.group_id} = ${group.id} ;;
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
  join: user_role {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${user_role.user_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${user_role.role_id} = ${role.id} ;;
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
  join: group_user {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${group_user.user_id} ;;
  }
  join: group {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_user.group_id} = ${group.id} ;;
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
  join: group_user {
    type: left_outer
    relationship: one_to_many
    sql_on: ${group.id} = ${group_user.group_id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_user.user_id} = ${user.id} ;;
  }
}

explore: event {
  description: "Changes and sign-ins: who, as whom, from where."
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${event.user_id} = ${user.id} ;;
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
}

explore: pdt_builds {
  label: "PDT Builds"
  description: "Derived tables that are kept, and how long they take to make."
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
  join: query {
    type: left_outer
    relationship: many_to_one
    sql_on: ${dashboard_element.query_id} = ${query.id} ;;
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
}
