view: trees {
  sql_table_name: farm.trees ;;
  dimension: id { primary_key: yes type: number }
  dimension: kind {}
  dimension: region_id { type: number }
  dimension: age { type: number sql: date_diff('year', ${TABLE}.planted, current_date) ;; }
  measure: count { type: count }
  measure: oldest { type: max sql: ${age} ;; }
}
view: person {
  extension: required
  dimension: id { primary_key: yes type: number sql: ${TABLE}.${EXTENDED} ;; }
  dimension: name { sql: ${TABLE}.name ;; order_by_field: id }
  measure: count { type: count filters: [name: "-EMPTY,-NULL"] }
}
view: pickers {
  extends: [person]
  sql_table_name: farm.people ;;
  dimension: id { sql: ${TABLE}.person_id ;; }
  dimension: foreman_id { type: number sql: ${TABLE}.foreman_id ;; }
  dimension: crew { sql: UPPER(${TABLE}.crew) ;; }
  dimension: crew_and_name { sql: ${crew} || ' / ' || ${name} ;; required_fields: [name] }
}
view: crates {
  sql_table_name: farm.crates ;;
  dimension: key { primary_key: yes hidden: yes sql: ${TABLE}.pick_id || '-' || ${TABLE}.position ;; }
  dimension: pick_id { type: number }
  dimension: kind { suggestions: ["small", "large"] }
  dimension: is_lost { type: yesno }
  dimension: price { type: number sql: ${crate_prices.price} * ${TABLE}.filled ;; }
  measure: count { type: count }
  measure: total_price { type: sum sql: ${price} ;; }
  measure: price_once { type: sum_distinct sql_distinct_key: ${kind} ;; sql: ${crate_prices.price} ;; }
}
view: crate_prices {
  derived_table: { sql: SELECT kind, price, CAST(starts AS DATE) AS from_date, COALESCE(CAST(ends AS DATE), DATE '9999-12-31') AS to_date -- open ends
      FROM farm.crate_prices WHERE {% condition crate_prices.priced %} starts {% endcondition %} ;; }
  filter: priced { type: date }
  dimension: kind { primary_key: yes }
  dimension: price { type: number }
  dimension: from_date { type: date convert_tz: no datatype: date }
  dimension: to_date { type: date convert_tz: no datatype: date }
}
view: weather {
  derived_table: { sql: SELECT {% if weather.day._in_query %} day, {% endif %} strftime(day, '%Y-%m') AS month, AVG(rain) AS rain
      FROM farm.weather GROUP BY ALL ;; }
  dimension: day { type: date convert_tz: no }
  dimension: month { primary_key: yes }
  measure: rain { type: average sql: ${TABLE}.rain ;; }
}
view: totals_by_crew {
  derived_table: { explore_source: picks {
      column: crew { field: pickers.crew }
      column: weight { field: picks.total_weight }
      derived_column: place { sql: rank() OVER (ORDER BY weight DESC) ;; }
      bind_filters: { from_field: picks.picked_date to_field: picks.picked_date }
      filters: [trees.kind: "-NULL"] } }
  dimension: crew { primary_key: yes }
  dimension: place { type: number }
  measure: weight { type: sum }
}
view: across {
  dimension: kind_of_crew { sql: ${trees.kind} || ${pickers.crew} ;; }
  measure: ratio { type: number sql: 1.0 * ${trees.count} / NULLIF(${pickers.count}, 0) ;; }
}
view: chain_base { derived_table: { sql: SELECT picker_id, COUNT(*) AS picks FROM farm.all_picks GROUP BY 1 ;; }
  dimension: picker_id { primary_key: yes type: number } dimension: picks { type: number } measure: most { type: max sql: ${TABLE}.picks ;; } }
view: chain {
  extends: [chain_base]
  derived_table: { sql: SELECT b.*, a.name AS "Full Name" FROM ${chain_base.SQL_TABLE_NAME} b JOIN ${pickers.SQL_TABLE_NAME} a ON a.person_id = b.picker_id ;; datagroup_trigger: daily_harvest }
  dimension: full_name { sql: ${TABLE}."Full Name" ;; }
}
view: +trees { dimension: kind { label: "Kind of tree" sql: LOWER(${TABLE}.kind) ;; } measure: kinds { type: count_distinct sql: ${kind} ;; } }
