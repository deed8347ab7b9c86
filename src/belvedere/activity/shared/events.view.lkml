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
  dimension: is_api_call {
    label: "Is API Call"
    description: "It was done by a call of the API, not in the pages of the instance."
    type: yesno
    sql: ${TABLE}.category = 'api' ;;
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
  dimension: object_type {
    description: "The kind of thing that was acted on, as the path names it: looks, dashboards, users"
    type: string
    sql: @{event_object_type} ;;
  }
  dimension: object_id {
    description: "Of what was acted on, where the path names it."
    type: string
    sql: @{event_object_id} ;;
  }
  dimension: sudo_user_id {
    type: number
    sql: ${TABLE}.sudo_user_id ;;
  }
}

view: event_attribute {
  derived_table: {
    sql: @{event_attributes} ;;
  }
  dimension: id {
    primary_key: yes
    type: string
    sql: ${TABLE}.event_id || ' ' || ${TABLE}.name ;;
  }
  dimension: event_id {
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
