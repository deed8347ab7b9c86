# The parts of a run in seconds, kept with the run; their names are those that dashboards ask for.
view: query_metrics {
  sql_table_name: history ;;

  dimension: id {
    hidden: yes
    primary_key: yes
    type: string
    sql: ${TABLE}.id ;;
  }
  dimension: history_id {
    hidden: yes
    type: string
    sql: ${TABLE}.id ;;
  }
  dimension: queued {
    group_label: "Timings"
    label: "Queued"
    description: "Waiting for a free worker; only of query tasks."
    type: number
    sql: ${TABLE}.queued ;;
    value_format: "0.000"
  }
  dimension: async_processing {
    group_label: "Timings"
    label: "Async Processing"
    description: "The worker's whole time for the run."
    type: number
    sql: ${TABLE}.async_processing ;;
    value_format: "0.000"
  }
  dimension: prepare {
    group_label: "Timings"
    label: "Prepare"
    description: "From the question to SQL: reading the model, permissions, writing the statement."
    type: number
    sql: ${TABLE}.prepare ;;
    value_format: "0.000"
  }
  dimension: pdt {
    group_label: "Timings"
    label: "PDT"
    description: "Waiting for derived tables that are kept."
    type: number
    sql: ${TABLE}.pdt ;;
    value_format: "0.000"
  }
  dimension: cache_load {
    group_label: "Timings"
    label: "Cache Load"
    description: "Reading the result from the cache."
    type: number
    sql: ${TABLE}.cache_load ;;
    value_format: "0.000"
  }
  dimension: acquire_connection {
    group_label: "Timings"
    label: "Acquire Connection"
    description: "Until a connection to the database was free or made."
    type: number
    sql: ${TABLE}.acquire_connection ;;
    value_format: "0.000"
  }
  dimension: connection_held {
    group_label: "Timings"
    label: "Connection Held"
    description: "How long the connection was in use."
    type: number
    sql: ${TABLE}.connection_held ;;
    value_format: "0.000"
  }
  dimension: execute_main_query {
    group_label: "Timings"
    label: "Execute Main Query"
    description: "Until the database told the columns of the result."
    type: number
    sql: ${TABLE}.execute_main_query ;;
    value_format: "0.000"
  }
  dimension: execute_totals_query {
    group_label: "Timings"
    label: "Execute Totals Query"
    description: "The same of the totals."
    type: number
    sql: ${TABLE}.execute_totals_query ;;
    value_format: "0.000"
  }
  dimension: execute_row_totals_query {
    group_label: "Timings"
    label: "Execute Row Totals Query"
    description: "The same of the row totals."
    type: number
    sql: ${TABLE}.execute_row_totals_query ;;
    value_format: "0.000"
  }
  dimension: execute_grand_totals_query {
    group_label: "Timings"
    label: "Execute Grand Totals Query"
    description: "The same of the grand totals."
    type: number
    sql: ${TABLE}.execute_grand_totals_query ;;
    value_format: "0.000"
  }
  dimension: load_main_query_in_memory {
    group_label: "Timings"
    label: "Load Main Query in Memory"
    description: "Reading the rows, where they are not streamed."
    type: number
    sql: ${TABLE}.load_main_query_in_memory ;;
    value_format: "0.000"
  }
  dimension: load_totals_query_in_memory {
    group_label: "Timings"
    label: "Load Totals Query in Memory"
    description: "The same of the totals."
    type: number
    sql: ${TABLE}.load_totals_query_in_memory ;;
    value_format: "0.000"
  }
  dimension: load_row_totals_query_in_memory {
    group_label: "Timings"
    label: "Load Row Totals Query in Memory"
    description: "The same of the row totals."
    type: number
    sql: ${TABLE}.load_row_totals_query_in_memory ;;
    value_format: "0.000"
  }
  dimension: load_grand_totals_query_in_memory {
    group_label: "Timings"
    label: "Load Grand Totals Query in Memory"
    description: "The same of the grand totals."
    type: number
    sql: ${TABLE}.load_grand_totals_query_in_memory ;;
    value_format: "0.000"
  }
  dimension: load_process_and_stream_main_query {
    group_label: "Timings"
    label: "Load, Process and Stream Main Query"
    description: "Reading, writing and sending the rows, where they are streamed."
    type: number
    sql: ${TABLE}.load_process_and_stream_main_query ;;
    value_format: "0.000"
  }
  dimension: post_processing {
    group_label: "Timings"
    label: "Postprocessing"
    description: "From the rows to the answer: pivots, calculations, the format."
    type: number
    sql: ${TABLE}.post_processing ;;
    value_format: "0.000"
  }

  # Parts that a run does not have here: asked for, and always nothing.
  dimension: per_user_throttler {
    group_label: "Timings"
    label: "Per User Throttler"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: project_init {
    group_label: "Timings"
    label: "Project Init"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: model_init_computed {
    group_label: "Timings"
    label: "Model Init Computed"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: model_init_cache {
    group_label: "Timings"
    label: "Model Init Cache"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: explore_init {
    group_label: "Timings"
    label: "Explore Init"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: marshalled_cache_load {
    group_label: "Timings"
    label: "Marshalled Cache Load"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: stream_to_cache {
    group_label: "Timings"
    label: "Stream To Cache"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: execute_extents_query {
    group_label: "Timings"
    label: "Execute Extents Query"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: execute_fill_min_query {
    group_label: "Timings"
    label: "Execute Fill Min Query"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: execute_fill_max_query {
    group_label: "Timings"
    label: "Execute Fill Max Query"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: execute_fill_pivot_min_query {
    group_label: "Timings"
    label: "Execute Fill Pivot Min Query"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: execute_fill_pivot_max_query {
    group_label: "Timings"
    label: "Execute Fill Pivot Max Query"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: load_extents_query_in_memory {
    group_label: "Timings"
    label: "Load Extents Query In Memory"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: load_fill_min_query_in_memory {
    group_label: "Timings"
    label: "Load Fill Min Query In Memory"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: load_fill_max_query_in_memory {
    group_label: "Timings"
    label: "Load Fill Max Query In Memory"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: load_fill_pivot_min_query_in_memory {
    group_label: "Timings"
    label: "Load Fill Pivot Min Query In Memory"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }
  dimension: load_fill_pivot_max_query_in_memory {
    group_label: "Timings"
    label: "Load Fill Pivot Max Query In Memory"
    description: "Nothing: there is no such part of a run here."
    type: number
    sql: CAST(NULL AS DOUBLE PRECISION) ;;
    value_format: "0.000"
  }

  dimension: explore_init_mode {
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: CAST(NULL AS VARCHAR(16)) ;;
  }
  dimension: model_init_mode {
    description: "Nothing: there is no such part of a run here."
    type: string
    sql: CAST(NULL AS VARCHAR(16)) ;;
  }

  # Averages over all runs: those without the part count as 0.
  measure: queued_average {
    group_label: "Averages"
    label: "Queued Average"
    type: average
    sql: COALESCE(${queued}, 0) ;;
    value_format: "0.000"
  }
  measure: async_processing_average {
    group_label: "Averages"
    label: "Async Processing Average"
    type: average
    sql: COALESCE(${async_processing}, 0) ;;
    value_format: "0.000"
  }
  measure: prepare_average {
    group_label: "Averages"
    label: "Prepare Average"
    type: average
    sql: COALESCE(${prepare}, 0) ;;
    value_format: "0.000"
  }
  measure: pdt_average {
    group_label: "Averages"
    label: "PDT Average"
    type: average
    sql: COALESCE(${pdt}, 0) ;;
    value_format: "0.000"
  }
  measure: cache_load_average {
    group_label: "Averages"
    label: "Cache Load Average"
    type: average
    sql: COALESCE(${cache_load}, 0) ;;
    value_format: "0.000"
  }
  measure: acquire_connection_average {
    group_label: "Averages"
    label: "Acquire Connection Average"
    type: average
    sql: COALESCE(${acquire_connection}, 0) ;;
    value_format: "0.000"
  }
  measure: connection_held_average {
    group_label: "Averages"
    label: "Connection Held Average"
    type: average
    sql: COALESCE(${connection_held}, 0) ;;
    value_format: "0.000"
  }
  measure: per_user_throttler_average {
    group_label: "Averages"
    label: "Per User Throttler Average"
    type: average
    sql: COALESCE(${per_user_throttler}, 0) ;;
    value_format: "0.000"
  }
  measure: execute_main_query_average {
    group_label: "Averages"
    label: "Execute Main Query Average"
    type: average
    sql: COALESCE(${execute_main_query}, 0) ;;
    value_format: "0.000"
  }
  measure: load_main_query_in_memory_average {
    group_label: "Averages"
    label: "Load Main Query in Memory Average"
    type: average
    sql: COALESCE(${load_main_query_in_memory}, 0) ;;
    value_format: "0.000"
  }
  measure: load_process_and_stream_main_query_average {
    group_label: "Averages"
    label: "Load, Process and Stream Main Query Average"
    type: average
    sql: COALESCE(${load_process_and_stream_main_query}, 0) ;;
    value_format: "0.000"
  }
  measure: project_init_average {
    group_label: "Averages"
    label: "Project Init Average"
    type: average
    sql: COALESCE(${project_init}, 0) ;;
    value_format: "0.000"
  }
  measure: model_init_computed_average {
    group_label: "Averages"
    label: "Model Init Computed Average"
    type: average
    sql: COALESCE(${model_init_computed}, 0) ;;
    value_format: "0.000"
  }
  measure: model_init_cache_average {
    group_label: "Averages"
    label: "Model Init Cache Average"
    type: average
    sql: COALESCE(${model_init_cache}, 0) ;;
    value_format: "0.000"
  }
  measure: explore_init_average {
    group_label: "Averages"
    label: "Explore Init Average"
    type: average
    sql: COALESCE(${explore_init}, 0) ;;
    value_format: "0.000"
  }
  measure: marshalled_cache_load_average {
    group_label: "Averages"
    label: "Marshalled Cache Load Average"
    type: average
    sql: COALESCE(${marshalled_cache_load}, 0) ;;
    value_format: "0.000"
  }
  measure: stream_to_cache_average {
    group_label: "Averages"
    label: "Stream To Cache Average"
    type: average
    sql: COALESCE(${stream_to_cache}, 0) ;;
    value_format: "0.000"
  }
  measure: postprocessing_average {
    group_label: "Averages"
    label: "Postprocessing Average"
    type: average
    sql: COALESCE(${post_processing}, 0) ;;
    value_format: "0.000"
  }
  measure: connection_held_sum {
    label: "Connection Held Sum"
    type: sum
    sql: ${connection_held} ;;
    value_format: "0.000"
  }
  measure: connection_held_total {
    label: "Connection Held Total"
    type: sum
    sql: ${connection_held} ;;
    value_format: "0.000"
  }
  measure: count {
    description: "Runs."
    type: count
    drill_fields: [history.id, history.created_time, query.model, query.view, async_processing]
  }
  measure: count_acquire_connection {
    group_label: "Counts"
    label: "Count of Connections Acquired"
    description: "Runs that needed a connection."
    type: count
    filters: [acquire_connection: "NOT NULL"]
  }
  measure: count_queued_events {
    group_label: "Counts"
    label: "Count of Queued Events"
    description: "Runs that waited for a worker."
    type: count
    filters: [queued: "NOT NULL"]
  }
  measure: count_per_user_throttler_events {
    group_label: "Counts"
    label: "Count of per User Throttler Events"
    description: "Nothing: there is no such part of a run here."
    type: count
    filters: [per_user_throttler: "NOT NULL"]
  }
  measure: count_explore_init_computed {
    group_label: "Counts"
    label: "Count of Explore Init Computed"
    description: "Nothing: there is no such part of a run here."
    type: count
    filters: [explore_init: "NOT NULL"]
  }
}
