explore: pdt_builds {
  label: "PDT Builds"
  description: "Derived tables that are kept, and how long they take to make."
}

explore: pdt_event_log {
  label: "PDT Event Log"
  description: "What happened to derived tables that are kept, of the last ninety days."
  join: pdt_builds {
    view_label: "PDT Builds"
    type: left_outer
    relationship: many_to_one
    sql_on: ${pdt_event_log.table_name} = ${pdt_builds.table_name} ;;
  }
}
