# Semi-structured columns, casts, mixed case: Snowflake.
connection: "snowflake_library"
include: "views/**/*.view.lkml"
explore: loans {
  persist_for: "1 hour"
  join: readers { relationship: many_to_one foreign_key: reader_id }
  join: copies { relationship: many_to_one sql_on: ${loans.copy_id}=${copies.id} AND {% condition copies.shelf_like %} ${copies.shelf} {% endcondition %} ;; }
  join: fines { relationship: one_to_many sql_on: ${fines.loan_id} = ${loans.id} ;; }
}
