view: user {
  sql_table_name: "user" ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: first_name {
    type: string
    sql: ${TABLE}.first_name ;;
  }
  dimension: last_name {
    type: string
    sql: ${TABLE}.last_name ;;
  }
  dimension: name {
    type: string
    sql: TRIM(COALESCE(${TABLE}.service_account_name, ${TABLE}.first_name || ' ' || ${TABLE}.last_name)) ;;
  }
  dimension: email {
    type: string
    sql: ${TABLE}.email ;;
  }
  dimension: is_disabled {
    type: yesno
    sql: ${TABLE}.is_disabled ;;
  }
  dimension: is_embed {
    label: "Is Embed User"
    type: yesno
    sql: ${TABLE}.is_embed_user ;;
  }
  dimension: is_service_account {
    type: yesno
    sql: ${TABLE}.service_account_name IS NOT NULL ;;
  }
  dimension: home_folder {
    type: string
    sql: ${TABLE}.home_folder_id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name, email, created_date]
  }
}

view: user_facts {
  derived_table: {
    sql: SELECT user_id,
           MIN(created_at) AS first_query_at,
           MAX(created_at) AS last_query_at,
           COUNT(*) AS lifetime_queries
         FROM history
         GROUP BY user_id ;;
  }
  dimension: user_id {
    hidden: yes
    primary_key: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: lifetime_queries {
    label: "Queries of the Last 90 Days"
    type: number
    sql: ${TABLE}.lifetime_queries ;;
  }
  dimension_group: first_query {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.first_query_at ;;
  }
  dimension_group: last_query {
    type: time
    timeframes: [raw, time, date, week, month]
    sql: ${TABLE}.last_query_at ;;
  }
}

view: user_role {
  sql_table_name: user_role ;;
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.user_id || '-' || ${TABLE}.role_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: role_id {
    hidden: yes
    type: number
    sql: ${TABLE}.role_id ;;
  }
}

view: group_user {
  sql_table_name: group_user ;;
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.user_id || '-' || ${TABLE}.group_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: group_id {
    hidden: yes
    type: number
    sql: ${TABLE}.group_id ;;
  }
}

view: group_role {
  sql_table_name: group_role ;;
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.group_id || '-' || ${TABLE}.role_id ;;
  }
  dimension: group_id {
    hidden: yes
    type: number
    sql: ${TABLE}.group_id ;;
  }
  dimension: role_id {
    hidden: yes
    type: number
    sql: ${TABLE}.role_id ;;
  }
}

view: role {
  sql_table_name: role ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name]
  }
  dimension: permission_set_id {
    hidden: yes
    type: number
    sql: ${TABLE}.permission_set_id ;;
  }
  dimension: model_set_id {
    hidden: yes
    type: number
    sql: ${TABLE}.model_set_id ;;
  }
}

view: permission_set {
  sql_table_name: permission_set ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: permissions {
    type: string
    sql: CAST(${TABLE}.permissions AS TEXT) ;;
  }
}

view: model_set {
  sql_table_name: model_set ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: models {
    type: string
    sql: CAST(${TABLE}.models AS TEXT) ;;
  }
}

view: group {
  sql_table_name: "group" ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: external_group_id {
    type: string
    sql: ${TABLE}.external_group_id ;;
  }
  dimension: is_externally_managed {
    type: yesno
    sql: ${TABLE}.externally_managed ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name]
  }
}

view: event {
  sql_table_name: event ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, hour, date, day_of_week, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: category {
    type: string
    sql: ${TABLE}.category ;;
  }
  dimension: target {
    description: "The path of the operation that was called."
    type: string
    sql: ${TABLE}.target ;;
  }
  dimension: ip_address {
    label: "IP Address"
    type: string
    sql: ${TABLE}.address ;;
  }
  dimension: is_sudo {
    description: "Somebody else acted as the user."
    type: yesno
    sql: ${TABLE}.sudo_user_id IS NOT NULL ;;
  }
  measure: count {
    type: count
    drill_fields: [id, created_time, name, user.name]
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: sudo_user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.sudo_user_id ;;
  }
}

view: event_attribute {
  derived_table: {
    sql: @{event_attributes} ;;
  }
  dimension: key {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.event_id || ' ' || ${TABLE}.name ;;
  }
  dimension: event_id {
    hidden: yes
    type: number
    sql: ${TABLE}.event_id ;;
  }
  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }
  dimension: value {
    type: string
    sql: ${TABLE}.value ;;
  }
  measure: count {
    type: count
  }
}
