explore: pdt_builds {
  label: "PDT Builds"
  description: "Builds of derived tables that are kept, of the last ninety days, and how long they took."
}

explore: pdt_event_log {
  label: "PDT Event Log"
  description: "What happened to derived tables that are kept, of the last ninety days."
  join: pdt_builds {
    view_label: "PDT Builds"
    type: left_outer
    relationship: one_to_one
    sql_on: ${pdt_event_log.id} = ${pdt_builds.id} ;;
  }
}

explore: datagroup {
  description: "Datagroups: when their triggers were checked and fired last."
}
