view: products {
  sql_table_name: products ;;
  drill_fields: [detail*]

  filter: compared_brand {
    description: "The brand that Brand Comparison sets against all others"
    type: string
    suggest_dimension: products.brand
  }

  dimension: id {
    primary_key: yes
    type: number
    sql: ${TABLE}.id ;;
  }

  dimension: name {
    type: string
    sql: ${TABLE}.name ;;
  }

  dimension: item_name {
    type: string
    sql: ${name} ;;
    drill_fields: [id, sku]
  }

  dimension: brand {
    type: string
    sql: ${TABLE}.brand ;;
    drill_fields: [category, item_name]
    link: {
      label: "Search the web for {{ value }}"
      url: "https://duckduckgo.com/?q={{ value | url_encode }}+clothes"
    }
    link: {
      label: "Orders of {{ value }} by month"
      url: "/explore/thelook/order_items?fields=order_items.created_month,order_items.total_revenue&f[products.brand]={{ value | url_encode }}"
    }
  }

  dimension: brand_comparison {
    type: string
    sql:
      CASE
        WHEN {% condition compared_brand %} ${brand} {% endcondition %} THEN ${brand}
        ELSE 'All other brands'
      END ;;
  }

  dimension: category {
    type: string
    sql: ${TABLE}.category ;;
    drill_fields: [department, brand, item_name]
  }

  dimension: department {
    type: string
    sql: ${TABLE}.department ;;
    suggestions: ["Men", "Women"]
    drill_fields: [category, brand]
  }

  dimension: sku {
    label: "SKU"
    type: string
    sql: ${TABLE}.sku ;;
  }

  dimension: cost {
    type: number
    sql: ${TABLE}.cost ;;
    value_format_name: usd
  }

  dimension: retail_price {
    type: number
    sql: ${TABLE}.retail_price ;;
    value_format_name: usd
  }

  dimension: retail_price_tier {
    type: tier
    tiers: [0, 25, 50, 100, 200]
    style: interval
    sql: ${retail_price} ;;
  }

  dimension: distribution_center_id {
    type: number
    hidden: yes
    sql: ${TABLE}.distribution_center_id ;;
  }

  measure: count {
    type: count
  }

  measure: brand_count {
    type: count_distinct
    sql: ${brand} ;;
    drill_fields: [brand, count]
  }

  measure: category_count {
    alias: [number_of_categories]
    type: count_distinct
    sql: ${category} ;;
    drill_fields: [category, count]
  }

  measure: brand_list {
    type: list
    list_field: brand
  }

  measure: average_retail_price {
    type: average
    sql: ${retail_price} ;;
    value_format_name: usd
  }

  measure: lowest_retail_price {
    type: min
    sql: ${retail_price} ;;
    value_format_name: usd
  }

  measure: highest_retail_price {
    type: max
    sql: ${retail_price} ;;
    value_format_name: usd
  }

  set: detail {
    fields: [id, item_name, brand, category, department, retail_price]
  }
}
