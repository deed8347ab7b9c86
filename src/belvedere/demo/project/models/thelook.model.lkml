connection: "thelook"
label: "@{shop_name}"

include: "/views/*.view"
include: "/tests/*.lkml"

fiscal_month_offset: 1
persist_with: daily

datagroup: daily {
  label: "Every day"
  description: "The shop's figures change at midnight"
  sql_trigger: SELECT CURRENT_DATE ;;
  max_cache_age: "24 hours"
}

named_value_format: usd_in_thousands {
  value_format: "$#,##0.0,\"K\""
}

named_value_format: days {
  value_format: "0.0 \"days\""
}

explore: order_items {
  label: "Order Items"
  group_label: "@{shop_name}"
  description: "Every item that was ordered, with its order, its customer and its product. Start here for revenue and margin."

  join: orders {
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.order_id} = ${orders.id} ;;
  }

  join: users {
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.user_id} = ${users.id} ;;
  }

  join: user_order_facts {
    view_label: "Users"
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.user_id} = ${user_order_facts.user_id} ;;
  }

  join: inventory_items {
    type: left_outer
    relationship: one_to_one
    sql_on: ${order_items.inventory_item_id} = ${inventory_items.id} ;;
  }

  join: products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.product_id} = ${products.id} ;;
  }

  join: distribution_centers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${products.distribution_center_id} = ${distribution_centers.id} ;;
  }

  query: revenue_by_month {
    label: "Revenue by month"
    description: "How much the shop earned in each of the last twelve months"
    dimensions: [order_items.created_month]
    measures: [order_items.total_revenue, order_items.order_count]
    filters: [order_items.created_date: "12 months"]
    sorts: [order_items.created_month: desc]
  }

  query: best_brands {
    label: "Best brands"
    dimensions: [products.brand]
    measures: [order_items.total_revenue, order_items.total_gross_margin_percentage]
    filters: [order_items.created_date: "90 days"]
    sorts: [order_items.total_revenue: desc]
    limit: 20
  }
}

explore: orders {
  group_label: "@{shop_name}"
  description: "Orders and who placed them; add items and products to see what was in them."

  join: users {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.user_id} = ${users.id} ;;
  }

  join: user_order_facts {
    view_label: "Users"
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.user_id} = ${user_order_facts.user_id} ;;
  }

  join: order_items {
    type: left_outer
    relationship: one_to_many
    sql_on: ${orders.id} = ${order_items.order_id} ;;
  }

  join: inventory_items {
    type: left_outer
    relationship: one_to_one
    sql_on: ${order_items.inventory_item_id} = ${inventory_items.id} ;;
  }

  join: products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.product_id} = ${products.id} ;;
  }

  join: distribution_centers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${products.distribution_center_id} = ${distribution_centers.id} ;;
  }
}

explore: users {
  group_label: "@{shop_name}"
  description: "Customers, whether they ever ordered or not."

  join: user_order_facts {
    view_label: "Users"
    type: left_outer
    relationship: one_to_one
    sql_on: ${users.id} = ${user_order_facts.user_id} ;;
  }

  join: orders {
    type: left_outer
    relationship: one_to_many
    sql_on: ${users.id} = ${orders.user_id} ;;
  }

  join: order_items {
    type: left_outer
    relationship: one_to_many
    sql_on: ${orders.id} = ${order_items.order_id} ;;
  }

  join: inventory_items {
    type: left_outer
    relationship: one_to_one
    sql_on: ${order_items.inventory_item_id} = ${inventory_items.id} ;;
  }

  join: products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${order_items.product_id} = ${products.id} ;;
  }

  join: distribution_centers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${products.distribution_center_id} = ${distribution_centers.id} ;;
  }
}

explore: products {
  group_label: "@{shop_name}"
  description: "What the shop offers, what is in stock of it and where it is kept."
  fields: [ALL_FIELDS*, -order_items.shipping_distance]

  # A product without a price is one that is still being prepared.
  sql_always_where: ${products.retail_price} > 0 ;;

  join: distribution_centers {
    type: inner
    relationship: many_to_one
    sql_on: ${products.distribution_center_id} = ${distribution_centers.id} ;;
  }

  join: inventory_items {
    type: left_outer
    relationship: one_to_many
    sql_on: ${products.id} = ${inventory_items.product_id} ;;
  }

  join: order_items {
    type: left_outer
    relationship: one_to_one
    sql_on: ${inventory_items.id} = ${order_items.inventory_item_id} ;;
  }
}

explore: inventory_items {
  label: "Inventory"
  group_label: "@{shop_name}"
  description: "Every piece that ever came in, sold or not."
  fields: [ALL_FIELDS*, -order_items.shipping_distance]

  join: products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${inventory_items.product_id} = ${products.id} ;;
  }

  join: distribution_centers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${products.distribution_center_id} = ${distribution_centers.id} ;;
  }

  # Both sides whole: an item that was sold without ever being booked in must show up as well.
  join: order_items {
    type: full_outer
    relationship: one_to_one
    sql_on: ${inventory_items.id} = ${order_items.inventory_item_id} ;;
  }
}

explore: events {
  label: "Web Events"
  group_label: "@{shop_name}"
  description: "What visitors do on the web site, strangers included."
  always_filter: {
    filters: [events.created_date: "90 days"]
  }

  join: users {
    type: left_outer
    relationship: many_to_one
    sql_on: ${events.user_id} = ${users.id} ;;
  }

  join: user_order_facts {
    view_label: "Users"
    type: left_outer
    relationship: many_to_one
    sql_on: ${events.user_id} = ${user_order_facts.user_id} ;;
  }

  join: session_facts {
    view_label: "Sessions"
    type: left_outer
    relationship: many_to_one
    sql_on: ${events.session_id} = ${session_facts.session_id} ;;
  }
}
