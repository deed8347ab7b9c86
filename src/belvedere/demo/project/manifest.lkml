project_name: "thelook"

constant: shop_name {
  value: "The Look"
  export: override_optional
}
