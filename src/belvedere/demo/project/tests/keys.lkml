test: order_items_have_unique_keys {
  explore_source: order_items {
    column: id {}
    column: count {}
    sorts: [order_items.count: desc]
    limit: 1
  }
  assert: one_row_per_key {
    expression: ${order_items.count} = 1 ;;
  }
}

test: every_order_has_a_customer {
  explore_source: orders {
    column: count {}
    filters: [users.id: "NULL"]
  }
  assert: nobody_is_missing {
    expression: ${orders.count} = 0 ;;
  }
}
