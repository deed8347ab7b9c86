view: look {
  sql_table_name: look ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: title {
    type: string
    sql: ${TABLE}.title ;;
  }
  dimension: description {
    type: string
    sql: ${TABLE}.description ;;
  }
  dimension: is_public {
    type: yesno
    sql: ${TABLE}.public ;;
  }
  dimension: is_deleted {
    type: yesno
    sql: ${TABLE}.deleted_at IS NOT NULL ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: updated {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.updated_at ;;
  }
  dimension_group: deleted {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.deleted_at ;;
  }
  dimension: query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  dimension: folder_id {
    hidden: yes
    type: number
    sql: ${TABLE}.folder_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: key {
    hidden: yes
    type: string
    sql: CAST(${TABLE}.id AS VARCHAR(64)) ;;
  }
  measure: count {
    type: count
    drill_fields: [id, title, folder.name, user.name, created_date]
  }
}

view: dashboard {
  sql_table_name: dashboard ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: title {
    type: string
    sql: ${TABLE}.title ;;
  }
  dimension: description {
    type: string
    sql: ${TABLE}.description ;;
  }
  dimension: is_hidden {
    type: yesno
    sql: ${TABLE}.hidden ;;
  }
  dimension: is_deleted {
    type: yesno
    sql: ${TABLE}.deleted_at IS NOT NULL ;;
  }
  dimension: lookml_link_id {
    label: "LookML Dashboard"
    description: "The LookML dashboard that it was made from and follows."
    type: string
    sql: ${TABLE}.lookml_link_id ;;
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: updated {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.updated_at ;;
  }
  dimension_group: deleted {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.deleted_at ;;
  }
  dimension: folder_id {
    hidden: yes
    type: number
    sql: ${TABLE}.folder_id ;;
  }
  dimension: user_id {
    hidden: yes
    type: number
    sql: ${TABLE}.user_id ;;
  }
  dimension: key {
    hidden: yes
    type: string
    sql: CAST(${TABLE}.id AS VARCHAR(64)) ;;
  }
  measure: count {
    type: count
    drill_fields: [id, title, folder.name, user.name, created_date]
  }
}

view: dashboard_element {
  sql_table_name: dashboard_element ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: title {
    type: string
    sql: ${TABLE}.title ;;
  }
  dimension: type {
    type: string
    sql: ${TABLE}.type ;;
  }
  dimension: dashboard_id {
    hidden: yes
    type: number
    sql: ${TABLE}.dashboard_id ;;
  }
  dimension: look_id {
    hidden: yes
    type: number
    sql: ${TABLE}.look_id ;;
  }
  dimension: query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.query_slug ;;
  }
  measure: count {
    type: count
    drill_fields: [id, title, type]
  }
}

view: folder {
  sql_table_name: folder ;;

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
  dimension: parent_id {
    type: number
    sql: ${TABLE}.parent_id ;;
    value_format_name: id
  }
  dimension_group: created {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
  }
  dimension: creator_id {
    hidden: yes
    type: number
    sql: ${TABLE}.creator_id ;;
  }
  measure: count {
    type: count
    drill_fields: [id, name]
  }
}

view: content_usage {
  sql_table_name: content_metadata ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: content_type {
    type: string
    sql: ${TABLE}.content_type ;;
  }
  dimension: content_id {
    type: string
    sql: COALESCE(${TABLE}.lookml_dashboard_id, CAST(COALESCE(${TABLE}.look_id, ${TABLE}.dashboard_id, ${TABLE}.board_id, ${TABLE}.folder_id) AS VARCHAR(64))) ;;
  }
  dimension: content_title {
    type: string
    sql: COALESCE(${look.title}, ${dashboard.title}, ${TABLE}.lookml_dashboard_id) ;;
  }
  dimension: certification_status {
    type: string
    sql: ${TABLE}.certification_status ;;
  }
  dimension_group: last_viewed {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.last_viewed_at ;;
  }
  dimension_group: last_accessed {
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.last_accessed_at ;;
  }
  dimension: view_count {
    hidden: yes
    type: number
    sql: ${TABLE}.view_count ;;
  }
  dimension: favorite_count {
    hidden: yes
    type: number
    sql: ${TABLE}.favorite_count ;;
  }
  dimension: look_id {
    hidden: yes
    type: number
    sql: ${TABLE}.look_id ;;
  }
  dimension: dashboard_id {
    hidden: yes
    type: number
    sql: ${TABLE}.dashboard_id ;;
  }
  measure: view_total {
    type: sum
    sql: ${view_count} ;;
  }
  measure: favorites_total {
    type: sum
    sql: ${favorite_count} ;;
  }
  measure: count {
    type: count
    drill_fields: [content_type, content_id, content_title, last_viewed_date]
  }
}
