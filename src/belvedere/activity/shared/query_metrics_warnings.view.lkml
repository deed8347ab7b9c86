include: "query_metrics.view.lkml"

view: +query_metrics {
  # What takes longer than it should, of as many runs as are enough to say so.
  parameter: minimum_query_events {
    description: "Runs from which on warnings are given."
    type: number
    default_value: "30"
  }
  measure: prepare_events {
    hidden: yes
    group_label: "Counts"
    label: "Prepare Events"
    description: "Runs with this part."
    type: count
    filters: [prepare: "NOT NULL"]
  }
  measure: prepare_is_slow {
    hidden: yes
    type: number
    sql: CASE WHEN ${prepare_events} >= {% parameter minimum_query_events %} AND ${prepare_average} > 0.4389 THEN 1 ELSE 0 END ;;
  }
  measure: prepare_warning {
    group_label: "Warnings"
    type: string
    sql: CASE WHEN ${prepare_is_slow} = 1 THEN 'Writing the SQL takes long: more than 0.4389 seconds on average. ' ELSE '' END ;;
  }
  measure: prepare_recommendation {
    group_label: "Recommendations"
    type: string
    sql: CASE WHEN ${prepare_is_slow} = 1 THEN 'Ask for fewer fields, and put custom fields into LookML. ' ELSE '' END ;;
  }
  measure: acquire_connection_events {
    hidden: yes
    group_label: "Counts"
    label: "Acquire Connection Events"
    description: "Runs with this part."
    type: count
    filters: [acquire_connection: "NOT NULL"]
  }
  measure: acquire_connection_is_slow {
    hidden: yes
    type: number
    sql: CASE WHEN ${acquire_connection_events} >= {% parameter minimum_query_events %} AND ${acquire_connection_average} > 0.2383 THEN 1 ELSE 0 END ;;
  }
  measure: acquire_connection_warning {
    group_label: "Warnings"
    type: string
    sql: CASE WHEN ${acquire_connection_is_slow} = 1 THEN 'Connections are waited for: more than 0.2383 seconds on average. ' ELSE '' END ;;
  }
  measure: acquire_connection_recommendation {
    group_label: "Recommendations"
    type: string
    sql: CASE WHEN ${acquire_connection_is_slow} = 1 THEN 'Allow the connection more connections at once. ' ELSE '' END ;;
  }
  measure: execute_main_query_events {
    hidden: yes
    group_label: "Counts"
    label: "Execute Main Query Events"
    description: "Runs with this part."
    type: count
    filters: [execute_main_query: "NOT NULL"]
  }
  measure: execute_main_query_is_slow {
    hidden: yes
    type: number
    sql: CASE WHEN ${execute_main_query_events} >= {% parameter minimum_query_events %} AND ${execute_main_query_average} > 4.8698 THEN 1 ELSE 0 END ;;
  }
  measure: execute_main_query_warning {
    group_label: "Warnings"
    type: string
    sql: CASE WHEN ${execute_main_query_is_slow} = 1 THEN 'The database takes long: more than 4.8698 seconds on average. ' ELSE '' END ;;
  }
  measure: execute_main_query_recommendation {
    group_label: "Recommendations"
    type: string
    sql: CASE WHEN ${execute_main_query_is_slow} = 1 THEN 'Simplify joins, keep derived tables, or add aggregate tables. ' ELSE '' END ;;
  }
  measure: postprocessing_events {
    hidden: yes
    group_label: "Counts"
    label: "Postprocessing Events"
    description: "Runs with this part."
    type: count
    filters: [post_processing: "NOT NULL"]
  }
  measure: postprocessing_is_slow {
    hidden: yes
    type: number
    sql: CASE WHEN ${postprocessing_events} >= {% parameter minimum_query_events %} AND ${postprocessing_average} > 0.2334 THEN 1 ELSE 0 END ;;
  }
  measure: postprocessing_warning {
    group_label: "Warnings"
    type: string
    sql: CASE WHEN ${postprocessing_is_slow} = 1 THEN 'Working on the rows takes long: more than 0.2334 seconds on average. ' ELSE '' END ;;
  }
  measure: postprocessing_or_stream_to_cache_recommendation {
    group_label: "Recommendations"
    type: string
    sql: CASE WHEN ${postprocessing_is_slow} = 1 THEN 'Ask for fewer rows, pivots and table calculations. ' ELSE '' END ;;
  }
  measure: explore_init_warning {
    group_label: "Warnings"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: explore_init_recommendation {
    group_label: "Recommendations"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: marshalled_cache_load_warning {
    group_label: "Warnings"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: marshalled_cache_load_recommendation {
    group_label: "Recommendations"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: model_init_computed_warning {
    group_label: "Warnings"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: model_init_computed_recommendation {
    group_label: "Recommendations"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: stream_to_cache_warning {
    group_label: "Warnings"
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: MAX('') ;;
  }
  measure: sorted_warnings {
    group_label: "Warnings"
    label: "Warnings"
    description: "How many parts take longer than they should."
    type: number
    sql: ${prepare_is_slow} + ${acquire_connection_is_slow} + ${execute_main_query_is_slow} + ${postprocessing_is_slow} ;;
  }
  measure: combo_warning {
    group_label: "Warnings"
    type: string
    sql: ${prepare_warning} || ${acquire_connection_warning} || ${execute_main_query_warning} || ${postprocessing_warning} ;;
  }
  measure: combo_recommendations {
    group_label: "Recommendations"
    type: string
    sql: ${prepare_recommendation} || ${acquire_connection_recommendation} || ${execute_main_query_recommendation} || ${postprocessing_or_stream_to_cache_recommendation} ;;
  }
}
