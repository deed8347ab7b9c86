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
  dimension: refresh_interval_ordered {
    label: "Refresh Interval in Seconds"
    description: "Of intervals of one unit, such as 30 seconds or 15 minutes."
    type: number
    sql: @{refresh_count} * CASE
      WHEN ${TABLE}.refresh_interval LIKE '% % %' THEN NULL
      WHEN ${TABLE}.refresh_interval LIKE '%minute%' THEN 60
      WHEN ${TABLE}.refresh_interval LIKE '%hour%' THEN 3600
      WHEN ${TABLE}.refresh_interval LIKE '%day%' THEN 86400
      WHEN ${TABLE}.refresh_interval LIKE '%week%' THEN 604800
      ELSE 1
      END ;;
  }
  dimension: load_configuration {
    type: string
    sql: ${TABLE}.load_configuration ;;
  }
  dimension: run_on_load {
    description: "Its queries run as soon as it is opened."
    type: yesno
    sql: ${TABLE}.load_configuration IS NULL ;;
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
  measure: shortest_refresh_interval {
    hidden: yes
    type: min
    sql: ${refresh_interval_ordered} ;;
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
  dimension: refresh_interval_ordered {
    label: "Refresh Interval in Seconds"
    description: "Of intervals of one unit, such as 30 seconds or 15 minutes."
    type: number
    sql: @{refresh_count} * CASE
      WHEN ${TABLE}.refresh_interval LIKE '% % %' THEN NULL
      WHEN ${TABLE}.refresh_interval LIKE '%minute%' THEN 60
      WHEN ${TABLE}.refresh_interval LIKE '%hour%' THEN 3600
      WHEN ${TABLE}.refresh_interval LIKE '%day%' THEN 86400
      WHEN ${TABLE}.refresh_interval LIKE '%week%' THEN 604800
      ELSE 1
      END ;;
  }
  dimension_group: created {
    description: "Nothing for tiles that were made before this was kept."
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${TABLE}.created_at ;;
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
  measure: shortest_refresh_interval {
    hidden: yes
    type: min
    sql: ${refresh_interval_ordered} ;;
  }
  measure: high_query_count {
    description: "1 where more than 25 tiles have data, else 0."
    type: number
    sql: CASE WHEN ${total_query_tiles} > 25 THEN 1 ELSE 0 END ;;
  }
  measure: high_merge_query_count {
    description: "1 where more than 5 tiles merge queries, else 0."
    type: number
    sql: CASE WHEN ${count_merge_query} > 5 THEN 1 ELSE 0 END ;;
  }
  measure: low_auto_refresh_interval {
    description: "1 where the dashboard or a tile refreshes itself more often than every 15 minutes, else 0."
    type: number
    sql: CASE WHEN ${shortest_refresh_interval} < 900 OR ${dashboard.shortest_refresh_interval} < 900 THEN 1 ELSE 0 END ;;
  }
  measure: sorted_warnings {
    label: "Warnings"
    description: "How many of the three warnings hold."
    type: number
    sql: ${high_query_count} + ${high_merge_query_count} + ${low_auto_refresh_interval} ;;
  }
  measure: combo_warning {
    label: "Warning"
    type: string
    sql: CASE WHEN ${high_query_count} = 1 THEN 'Many tiles have data. ' ELSE '' END
      || CASE WHEN ${high_merge_query_count} = 1 THEN 'Many tiles merge queries. ' ELSE '' END
      || CASE WHEN ${low_auto_refresh_interval} = 1 THEN 'It refreshes itself often. ' ELSE '' END ;;
  }
  measure: combo_recommendation {
    label: "Recommendation"
    type: string
    sql: CASE WHEN ${high_query_count} = 1 THEN 'Divide it into several dashboards. ' ELSE '' END
      || CASE WHEN ${high_merge_query_count} = 1 THEN 'Join in LookML what is merged. ' ELSE '' END
      || CASE WHEN ${low_auto_refresh_interval} = 1 THEN 'Refresh no more often than the data changes. ' ELSE '' END ;;
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
  dimension: merge_query_id {
    label: "Merge Query ID"
    type: string
    sql: ${TABLE}.merge_slug ;;
  }
  dimension: query_id {
    label: "Query ID"
    type: string
    sql: ${TABLE}.query_slug ;;
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
