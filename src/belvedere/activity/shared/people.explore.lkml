# What is known of a person: joined wherever there is one.
explore: person_context {
  extension: required
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
}

explore: user {
  extends: [person_context]
  description: "People, the groups they are in and the roles they have."
  join: history {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${history.user_id} ;;
  }
  join: dashboard {
    type: left_outer
    relationship: many_to_one
    sql_on: ${history.real_dash_id} = ${dashboard.key} ;;
  }
  join: scheduled_plan {
    type: left_outer
    relationship: one_to_many
    sql_on: ${user.id} = ${scheduled_plan.user_id} ;;
  }
  join: scheduled_job {
    type: left_outer
    relationship: one_to_many
    sql_on: ${scheduled_plan.id} = ${scheduled_job.id} ;;
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
  join: role_holder {
    type: left_outer
    relationship: one_to_many
    sql_on: ${role.id} = ${role_holder.role_id} ;;
  }
  join: user {
    type: left_outer
    relationship: many_to_one
    sql_on: ${role_holder.user_id} = ${user.id} ;;
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
  join: group_role {
    type: left_outer
    relationship: one_to_many
    sql_on: ${group.id} = ${group_role.group_id} ;;
  }
  join: role {
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_role.role_id} = ${role.id} ;;
  }
  join: group_group_into {
    from: group_group
    type: left_outer
    relationship: one_to_many
    sql_on: ${group.id} = ${group_group_into.parent_id} ;;
  }
  join: child_group {
    from: group
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_group_into.child_id} = ${child_group.id} ;;
  }
  join: group_group_included {
    from: group_group
    type: left_outer
    relationship: one_to_many
    sql_on: ${group.id} = ${group_group_included.child_id} ;;
  }
  join: parent_group {
    from: group
    type: left_outer
    relationship: many_to_one
    sql_on: ${group_group_included.parent_id} = ${parent_group.id} ;;
  }
}

explore: event {
  extends: [person_context]
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
  extends: [person_context]
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
