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
  dimension: id_as_string {
    label: "ID (as Text)"
    type: string
    sql: ${key} ;;
  }
  dimension: link {
    description: "The path under which the dashboard can be opened."
    type: string
    sql: '/dashboards/' || ${key} ;;
    link: { label: "Dashboard" url: "{{ value }}" }
  }
  dimension: moved_to_trash {
    type: yesno
    sql: ${TABLE}.deleted_at IS NOT NULL ;;
  }
  dimension: refresh_interval {
    type: string
    sql: ${TABLE}.refresh_interval ;;
  }
  dimension: preferred_viewer {
    type: string
    sql: ${TABLE}.preferred_viewer ;;
  }
  dimension: is_hidden {
    type: yesno
    sql: ${TABLE}.hidden ;;
  }
  dimension: is_deleted {
    hidden: yes
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
    label: "Folder ID"
    type: number
    sql: ${TABLE}.folder_id ;;
    value_format_name: id
  }
  dimension: space_id {
    hidden: yes
    type: number
    sql: ${TABLE}.folder_id ;;
    value_format_name: id
  }
  dimension: user_id {
    label: "User ID"
    type: number
    sql: ${TABLE}.user_id ;;
    value_format_name: id
  }
  dimension: last_updater_id {
    hidden: yes
    type: number
    sql: ${TABLE}.last_updater_id ;;
  }
  dimension: key {
    hidden: yes
    type: string
    sql: CAST(${TABLE}.id AS VARCHAR(64)) ;;
  }
  measure: count_last_30_days {
    label: "Count Created in the Last 30 Days"
    type: count
    filters: [created_date: "30 days"]
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
  dimension: result_source {
    description: "Look, Lookless (a query of its own), Merge Query, or nothing"
    type: string
    sql: CASE
      WHEN ${TABLE}.look_id IS NOT NULL THEN 'Look'
      WHEN ${TABLE}.merge_slug IS NOT NULL THEN 'Merge Query'
      WHEN ${TABLE}.query_slug IS NOT NULL THEN 'Lookless'
      END ;;
  }
  dimension: refresh_interval {
    type: string
    sql: ${TABLE}.refresh_interval ;;
  }
  dimension: note_text {
    type: string
    sql: ${TABLE}.note_text ;;
  }
  dimension: result_maker_id {
    hidden: yes
    type: number
    sql: ${TABLE}.result_maker_id ;;
  }
  dimension: merge_query_id {
    hidden: yes
    type: string
    sql: ${TABLE}.merge_slug ;;
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
  measure: count_text {
    label: "Count of Text Tiles"
    type: count
    filters: [type: "text"]
  }
  measure: count_look {
    label: "Count of Look Tiles"
    type: count
    filters: [result_source: "Look"]
  }
  measure: count_lookless {
    label: "Count of Tiles with a Query of Their Own"
    type: count
    filters: [result_source: "Lookless"]
  }
  measure: count_merge_query {
    label: "Count of Merge Query Tiles"
    type: count
    filters: [result_source: "Merge Query"]
  }
  measure: total_query_tiles {
    label: "Count of Tiles with Data"
    type: count
    filters: [result_source: "-NULL"]
  }
  measure: count {
    type: count
    drill_fields: [id, title, type]
  }
}

view: result_maker {
  sql_table_name: result_maker ;;

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
    value_format_name: id
  }
  dimension: is_merge_query {
    type: yesno
    sql: ${TABLE}.merge_slug IS NOT NULL ;;
  }
  dimension: is_single_query {
    type: yesno
    sql: ${TABLE}.query_slug IS NOT NULL ;;
  }
  measure: count {
    type: count
    drill_fields: [id, is_merge_query]
  }
}
