view: calls {
  sql_table_name: `my-port.harbour.calls` ;;
  dimension: id { primary_key: yes }
  dimension: berth_id { type: number }
  dimension: boxes { hidden: yes sql: ${TABLE}.boxes ;; }
  dimension: ship { hidden: yes sql: ${TABLE}.ship ;; }
  dimension: ship_name { sql: ${ship}.name ;; }
  dimension: ship__flag__code { sql: ${TABLE}.ship.flag.code ;; }
  dimension_group: arrived { type: time timeframes: [raw, time, date, week, month, quarter, year, day_of_week, hour] sql: ${TABLE}.arrived_at ;; }
  dimension_group: planned { type: time timeframes: [raw, date, month] datatype: date convert_tz: no sql: ${TABLE}.planned_on ;; }
  dimension: hours_late { type: number sql: TIMESTAMP_DIFF(${arrived_raw}, TIMESTAMP(${planned_raw}), HOUR) ;; }
  dimension: agent { sql: SAFE_CAST(REGEXP_EXTRACT(${TABLE}.papers, r'agent=(\w+)') AS STRING) ;; }
  measure: count { type: count }
  measure: late { type: average sql: ${hours_late} ;; filters: [hours_late: ">0"] }
  measure: ships { type: count_distinct sql: ${ship_name} ;; }
}
view: calls__boxes {
  dimension: number { primary_key: yes sql: ${TABLE}.number ;; }
  dimension: seals { hidden: yes sql: ${TABLE}.seals ;; }
  dimension: tare { type: number sql: CAST(calls__boxes.tare AS FLOAT64) ;; }
  measure: boxes { type: count }
  measure: weight { type: sum sql: CAST(${TABLE}.weight AS FLOAT64) ;; }
}
view: calls__boxes__seals {
  dimension: seal { sql: ${TABLE} ;; }
  measure: seals { type: count_distinct sql: ${seal} ;; }
}
view: berths {
  sql_table_name: -- if prod -- `my-port.harbour.berths`
    -- if dev -- `my-port.trial.berths`
    ;;
  dimension: id { primary_key: yes type: number }
  dimension: depth { type: bin bins: [5, 10, 20] style: integer sql: ${TABLE}.depth ;; }
  measure: deepest { type: max sql: ${TABLE}.depth ;; }
  measure: count { type: count }
}
