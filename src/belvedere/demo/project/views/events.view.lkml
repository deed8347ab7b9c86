view: events {
  sql_table_name: events ;;
  drill_fields: [detail*]

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }

  dimension: user_id {
    description: "Unknown for visitors who never signed in"
    type: number
    sql: ${TABLE}.user_id ;;
  }

  dimension: session_id {
    type: string
    sql: ${TABLE}.session_id ;;
  }

  dimension: sequence_number {
    description: "Position of the event in its session, from 1"
    type: number
    sql: ${TABLE}.sequence_number ;;
  }

  dimension: event_type {
    type: string
    sql: ${TABLE}.event_type ;;
    suggestions: ["Home", "Department", "Product", "Cart", "Purchase", "Cancel"]
  }

  dimension: is_entry_event {
    description: "Whether it is the first of its session"
    type: yesno
    sql: ${sequence_number} = 1 ;;
  }

  dimension: is_known_visitor {
    type: yesno
    sql: ${user_id} IS NOT NULL ;;
  }

  dimension: uri {
    label: "URI"
    type: string
    sql: ${TABLE}.uri ;;
  }

  dimension: browser {
    group_label: "Device"
    type: string
    sql: ${TABLE}.browser ;;
  }

  dimension: os {
    label: "Operating System"
    group_label: "Device"
    type: string
    sql: ${TABLE}.os ;;
  }

  dimension: ip_address {
    label: "IP Address"
    group_label: "Device"
    type: string
    sql: ${TABLE}.ip_address ;;
  }

  dimension: city {
    group_label: "Place"
    type: string
    sql: ${TABLE}.city ;;
  }

  dimension: state {
    group_label: "Place"
    type: string
    map_layer_name: us_states
    sql: ${TABLE}.state ;;
    drill_fields: [city]
  }

  dimension: country {
    group_label: "Place"
    type: string
    map_layer_name: countries
    sql: ${TABLE}.country ;;
    drill_fields: [state, city]
  }

  dimension: traffic_source {
    type: string
    sql: ${TABLE}.traffic_source ;;
  }

  dimension_group: created {
    type: time
    timeframes: [
      raw, time, minute15, hour, date, week, month, quarter, year, day_of_week, hour_of_day
    ]
    sql: ${TABLE}.created_at ;;
  }

  measure: count {
    type: count
  }

  measure: session_count {
    alias: [sessions_count]
    type: count_distinct
    sql: ${session_id} ;;
  }

  measure: visitor_count {
    description: "Known customers among the visitors"
    type: count_distinct
    sql: ${user_id} ;;
  }

  measure: product_views {
    type: count
    filters: [event_type: "Product"]
  }

  measure: purchases {
    type: count
    filters: [event_type: "Purchase"]
  }

  measure: conversion_rate {
    description: "Share of the sessions that ended in an order"
    type: number
    sql: 1.0 * ${purchases} / NULLIF(${session_count}, 0) ;;
    value_format_name: percent_2
  }

  set: detail {
    fields: [id, created_time, session_id, sequence_number, event_type, uri, users.name]
  }
}
