project_name: "orchard"

constant: farm_table { value: "farm.@{season}_picks" }
constant: season { value: "all" }
constant: weight_in_kg { value: "(${TABLE}.weight_g / 1000.0)" }
