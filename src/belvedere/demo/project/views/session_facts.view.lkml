view: session_facts {
  derived_table: {
    explore_source: events {
      column: session_id {}
      column: event_count { field: events.count }
      column: purchase_count { field: events.purchases }
      derived_column: length_rank {
        sql: RANK() OVER (ORDER BY event_count DESC) ;;
      }
      bind_filters: {
        from_field: events.created_date
        to_field: events.created_date
      }
    }
  }

  dimension: session_id {
    primary_key: yes
    hidden: yes
    type: string
    sql: ${TABLE}.session_id ;;
  }

  dimension: event_count {
    type: number
    sql: ${TABLE}.event_count ;;
  }

  dimension: length_rank {
    description: "1 for the session with the most events"
    type: number
    sql: ${TABLE}.length_rank ;;
  }

  dimension: is_purchase {
    description: "Whether the session ended in an order"
    type: yesno
    sql: ${TABLE}.purchase_count > 0 ;;
  }

  measure: count {
    type: count
  }

  measure: average_event_count {
    type: average
    sql: ${event_count} ;;
    value_format_name: decimal_1
  }
}
