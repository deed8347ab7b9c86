view: loans {
  sql_table_name: ARCHIVE.PUBLIC."Loans" ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}."ID" ;; }
  dimension: reader_id { type: number sql: ${TABLE}."READER_ID" ;; }
  dimension: copy_id { type: number sql: ${TABLE}."COPY_ID" ;; }
  dimension: desk { sql: ${TABLE}."DETAILS":desk.name::string ;; }
  dimension_group: lent { type: time timeframes: [time, date, week, month, year, month_name] sql: ${TABLE}."LENT_AT" ;; }
  dimension: days { type: number sql: DATEDIFF(day, ${lent_date}::date, COALESCE(${TABLE}."BACK_ON", CURRENT_DATE())) ;; }
  dimension: late { type: yesno sql: ${days} > 28 ;; }
  measure: count { type: count drill_fields: [detail*] }
  measure: late_share { type: number sql: DIV0(SUM(IFF(${late}, 1, 0)), ${count}) ;; value_format_name: percent_1 }
  measure: longest { type: max sql: ${days} ;; }
  set: detail { fields: [id, readers.name, lent_date] }
}
view: readers {
  sql_table_name: PUBLIC.READERS ;;
  dimension: id { primary_key: yes type: number sql: ${TABLE}.ID ;; }
  dimension: name { sql: CONCAT(${TABLE}.FIRST, ' ', ${TABLE}.LAST) ;; }
  dimension: postcode { type: zipcode sql: ${TABLE}.POSTCODE ;; }
  measure: count { type: count }
}
view: copies {
  derived_table: {
    sql: SELECT c.*, ROW_NUMBER() OVER (PARTITION BY c.book ORDER BY c.bought) AS nth FROM PUBLIC.COPIES c
      QUALIFY ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY c.changed DESC) = 1 ;; }
  filter: shelf_like { type: string }
  dimension: id { primary_key: yes type: number }
  dimension: shelf {}
  dimension: nth { type: number }
  measure: count { type: count }
}
view: fines {
  dimension: id { primary_key: yes type: number }
  dimension: loan_id { type: number }
  measure: paid { type: sum sql: NVL(${TABLE}.amount, 0) ;; value_format_name: gbp }
  measure: typical { type: median sql: ${TABLE}.amount ;; }
}
