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
  dimension: link {
    description: "The path under which the Look can be opened."
    type: string
    sql: '/looks/' || CAST(${TABLE}.id AS VARCHAR(20)) ;;
    link: { label: "Look" url: "{{ value }}" }
  }
  dimension: public {
    type: yesno
    sql: ${TABLE}.public ;;
  }
  dimension: is_public {
    hidden: yes
    type: yesno
    sql: ${TABLE}.public ;;
  }
  dimension: moved_to_trash {
    type: yesno
    sql: ${TABLE}.deleted_at IS NOT NULL ;;
  }
  dimension: is_deleted {
    hidden: yes
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
    label: "Folder ID"
    type: number
    sql: ${TABLE}.folder_id ;;
  }
  dimension: user_id {
    label: "User ID"
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
  derived_table: {
    sql: SELECT content_metadata.*,
           COALESCE(of_look.runs, of_dashboard.runs, 0) AS runs,
           COALESCE(of_look.api_count, of_dashboard.api_count, 0) AS api_count,
           COALESCE(of_look.embed_count, of_dashboard.embed_count, 0) AS embed_count,
           COALESCE(of_look.schedule_count, of_dashboard.schedule_count, 0) AS schedule_count
         FROM content_metadata
         LEFT JOIN (
           SELECT look_id,
             COUNT(*) AS runs,
             SUM(CASE WHEN source LIKE 'api%' THEN 1 ELSE 0 END) AS api_count,
             SUM(CASE WHEN source LIKE '%embed%' THEN 1 ELSE 0 END) AS embed_count,
             SUM(CASE WHEN source = 'scheduled_task' THEN 1 ELSE 0 END) AS schedule_count
           FROM history
           WHERE look_id IS NOT NULL
           GROUP BY look_id
         ) AS of_look ON of_look.look_id = CAST(content_metadata.look_id AS VARCHAR(64))
         LEFT JOIN (
           SELECT dashboard_id,
             COUNT(*) AS runs,
             SUM(CASE WHEN source LIKE 'api%' THEN 1 ELSE 0 END) AS api_count,
             SUM(CASE WHEN source LIKE '%embed%' THEN 1 ELSE 0 END) AS embed_count,
             SUM(CASE WHEN source = 'scheduled_task' THEN 1 ELSE 0 END) AS schedule_count
           FROM history
           WHERE dashboard_id IS NOT NULL
           GROUP BY dashboard_id
         ) AS of_dashboard ON of_dashboard.dashboard_id = COALESCE(content_metadata.lookml_dashboard_id, CAST(content_metadata.dashboard_id AS VARCHAR(64)))
         WHERE content_metadata.look_id IS NOT NULL
            OR content_metadata.dashboard_id IS NOT NULL
            OR content_metadata.lookml_dashboard_id IS NOT NULL ;;
  }

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
    sql: COALESCE(${TABLE}.lookml_dashboard_id, CAST(COALESCE(${TABLE}.look_id, ${TABLE}.dashboard_id) AS VARCHAR(64))) ;;
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
  dimension: days_since_last_accessed {
    type: duration_day
    sql_start: ${TABLE}.last_accessed_at ;;
    sql_end: CURRENT_TIMESTAMP ;;
  }
  dimension: days_since_last_viewed {
    type: duration_day
    sql_start: ${TABLE}.last_viewed_at ;;
    sql_end: CURRENT_TIMESTAMP ;;
  }
  dimension: view_count {
    type: number
    sql: ${TABLE}.view_count ;;
  }
  dimension: favorites_count {
    type: number
    sql: ${TABLE}.favorite_count ;;
  }
  dimension: api_count {
    label: "API Count"
    description: "Runs that programs asked for in the last ninety days."
    type: number
    sql: ${TABLE}.api_count ;;
  }
  dimension: embed_count {
    description: "Queries in embedded content in the last ninety days."
    type: number
    sql: ${TABLE}.embed_count ;;
  }
  dimension: schedule_count {
    description: "Queries of deliveries in the last ninety days."
    type: number
    sql: ${TABLE}.schedule_count ;;
  }
  dimension: other_count {
    description: "Queries of the last ninety days in none of these ways."
    type: number
    sql: ${TABLE}.runs - ${TABLE}.api_count - ${TABLE}.embed_count - ${TABLE}.schedule_count ;;
  }
  dimension: dashboard_deleted {
    description: "It is a dashboard in the trash."
    type: yesno
    sql: ${dashboard.is_deleted} ;;
  }
  dimension: look_deleted {
    description: "It is a Look in the trash."
    type: yesno
    sql: ${look.is_deleted} ;;
  }
  dimension: days_since_last_access_tiers {
    type: tier
    tiers: [7, 30, 60, 90]
    style: integer
    sql: ${days_since_last_accessed} ;;
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
  measure: api_total {
    label: "API Total"
    type: sum
    sql: ${api_count} ;;
  }
  measure: embed_total {
    type: sum
    sql: ${embed_count} ;;
  }
  measure: schedule_total {
    type: sum
    sql: ${schedule_count} ;;
  }
  measure: other_total {
    type: sum
    sql: ${other_count} ;;
  }
  measure: content_count {
    type: count
  }
  measure: favorites_total {
    type: sum
    sql: ${favorites_count} ;;
  }
  measure: count {
    type: count
    drill_fields: [content_type, content_id, content_title, last_viewed_date]
  }
}

view: _dashboard_linked_looks {
  derived_table: {
    sql: SELECT DISTINCT look_id FROM dashboard_element WHERE look_id IS NOT NULL ;;
  }
  dimension: look_id {
    hidden: yes
    primary_key: yes
    type: number
    sql: ${TABLE}.look_id ;;
  }
  dimension: is_used_on_dashboard {
    view_label: "Look"
    type: yesno
    sql: ${TABLE}.look_id IS NOT NULL ;;
  }
}
