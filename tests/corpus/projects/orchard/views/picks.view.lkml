view: picks {
  sql_table_name: {% if picks.picked_date._in_query %} farm.daily_picks {% else %} @{farm_table} {% endif %} ;;
  drill_fields: [id, picked_date, trees.kind]

  parameter: measured { type: string default_value: "weight"
    allowed_value: { label: "Weight" value: "weight" } allowed_value: { label: "Crates" value: "crates" } }
  parameter: grain { type: unquoted default_value: "month"
    allowed_value: { value: "day" } allowed_value: { value: "month" } }
  parameter: share { type: number default_value: "0.5" }
  filter: since { type: date }
  filter: kind_like { type: string suggest_dimension: trees.kind sql: {% condition kind_like %} ${trees.kind} {% endcondition %} ;; }

  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension:tree_id{hidden:yes type:number}
  dimension: picker_id { type: number hidden: yes }
  dimension: weight_kg { type :number sql: @{weight_in_kg} ;; value_format_name: kilograms required_access_grants: [weighs] }
  dimension: secret_note { sql: ${TABLE}."Secret Note" ;; }
  set: secret { fields: [secret_note,] }
  dimension_group: picked { type: time sql: ${TABLE}.picked_at ;; }
  dimension_group: sold { type: time timeframes: [raw, date, fiscal_quarter, fiscal_year, week_of_year, hour_of_day, time_of_day] datatype: epoch sql: ${TABLE}.sold_epoch ;; }
  dimension_group: stored { type: duration intervals: [hour, day, week, month] sql_start: ${picked_raw} ;; sql_end: ${sold_raw} ;; }
  dimension: ripeness { type: tier tiers: [2, 4.5, 8] style: interval sql: ${TABLE}.ripeness ;; }
  dimension: shape { case: { when: { sql: ${TABLE}.width > ${TABLE}.height ;; label: "flat" } when: { sql: ${TABLE}.width = ${TABLE}.height ;; label: "round" } else: "long" } }
  dimension: is_recent { type: yesno sql: {% if since._is_filtered %} ${picked_raw} >= {% date_start since %} {% else %} ${picked_raw} > TIMESTAMP '2024-01-01' {% endif %} ;; }
  dimension: chosen_time { label_from_parameter: grain
    sql: {% if grain._parameter_value == 'day' %} ${picked_date} {% else %} ${picked_month} {% endif %} ;; }
  dimension: box { type: location sql_latitude: ${TABLE}.lat ;; sql_longitude: ${TABLE}.lon ;; }
  dimension: link_of { sql: ${TABLE}.code ;; html: <a href="/t/{{ trees.kind._value | url_encode }}">{{ rendered_value }}</a> ;; }

  measure: count { type: count drill_fields: [id, link_of] }
  measure: total_weight { type: sum sql: ${weight_kg} ;; filters: [is_recent: "Yes"] }
  measure: old_filters { type: count_distinct sql: ${picker_id} ;; filters: { field: trees.kind value: "apple,pear" } filters: { field: ripeness value: "-NULL" } }
  measure: weight { type: average }
  measure: middle { type: median sql: ${weight_kg} ;; }
  measure: high { type: percentile percentile: 90 sql: ${weight_kg} ;; }
  measure: last_picked { type: date sql: MAX(${picked_raw}) ;; }
  measure: kinds { type: list list_field: trees.kind }
  measure: per_crate { type: number sql: 1.0 * ${total_weight} / NULLIF(${crates.count}, 0) ;; value_format: "0.0,\"K\"" }
  measure: picked_measure { type: number sql: {% if measured._parameter_value == "'weight'" %} ${total_weight} {% else %} ${crates.total_price} {% endif %} ;; }
  measure: running { type: running_total sql: ${total_weight} ;; }
  measure: part { type: percent_of_total sql: ${count} ;; }
  measure: any_ripe { type: yesno sql: MAX(${TABLE}.ripeness) > {% parameter share %} ;; }
  measure: before { type: period_over_period based_on: count based_on_time: picked_month period: year kind: difference }
}
