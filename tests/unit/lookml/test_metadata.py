from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from belvedere.api import contract
from belvedere.api.fields import parse_fields
from belvedere.lookml import field_metadata as fields_module, metadata
from belvedere.lookml.project import open_project
from belvedere.lookml.scope import Scope, ScopedField, scope_of

SHOP = """
connection: "c"
week_start_day: sunday
fiscal_month_offset: 3
access_grant: secrets { user_attribute: a allowed_values: ["x"] }
named_value_format: mine { value_format: "0.0x" }
map_layer: lay { file: "x.topojson" property_key: "n" max_zoom_level: "12" format: geojson }
explore: orders {
  label: "Great Orders"
  group_label: "Shop"
  tags: ["a"]
  view_label: "All Orders"
  access_filter: { field: orders.id user_attribute: a }
  always_filter: { filters: [created_date: "7 days", secret_dim: "x"] }
  join: users {
    relationship: many_to_one
    sql_on: ${orders.user_id} = ${users.id} ;;
    sql_where: ${users.age::number} > 1 ;;
  }
  join: profiles { relationship: one_to_one sql_on: ${users.id} = ${profiles.id} ;; }
  join: cards { relationship: one_to_one foreign_key: users.id }
  join: items { relationship: one_to_many sql_on: ${orders.id} = ${items.order_id} ;; }
  join: buyers {
    from: users
    relationship: many_to_one
    sql_on: ${orders.user_id} = ${buyers.id} ;;
    view_label: "Second"
    fields: [buyers.name, buyers.secret, id]
  }
  join: vault {
    relationship: one_to_one
    sql_on: ${orders.id} = ${vault.id} ;;
    required_access_grants: [secrets]
  }
}
explore: bare {}
explore: users { hidden: yes }
view: bare {}
view: orders {
  sql_table_name: public.orders ;;
  drill_fields: [id, status]
  dimension: id { primary_key: yes type: number sql: ${TABLE}.id ;; }
  dimension: user_id {}
  dimension: status { alias: [old_status] suggestions: ["a", "b"] }
  dimension: secret_dim { alias: [old_secret] required_access_grants: [secrets] }
  dimension: is_paid { type: yesno sql: ${TABLE}.paid ;; }
  dimension: amount { type: number value_format_name: usd tags: ["money"] map_layer_name: lay }
  dimension: tiered { type: tier tiers: [0, 10] style: integer sql: ${amount} ;; }
  dimension: binned { type: bin bins: [0, 10] sql: ${amount} ;; }
  dimension: size {
    case: {
      when: { sql: ${amount} > 1 ;; label: "big" }
      when: { sql: ${amount} > 0 ;; label: "small" }
      else: "none"
    }
  }
  dimension: place { type: location sql_latitude: ${TABLE}.lat ;; sql_longitude: ${TABLE}.lon ;; }
  dimension: far {
    type: distance start_location_field: place end_location_field: place units: kilometers
  }
  dimension: zip { type: zipcode group_label: "Place" group_item_label: "ZIP" }
  dimension: by_other { order_by_field: id type: tier tiers: [1] }
  dimension: placed { type: date label: "The Date" link: { label: "L" url: "/x" } }
  dimension: elsewhere { suggest_dimension: users.name suggest_explore: users }
  dimension: silent { suggestable: no }
  dimension_group: created {
    type: time
    timeframes: [
      raw, time, date, week, month, quarter, year, day_of_week, day_of_week_index, hour_of_day,
      month_name, minute15, millisecond250, fiscal_quarter, fiscal_year, fiscal_quarter_of_year,
      fiscal_month_num, time_of_day, quarter_of_year, yesno
    ]
    sql: ${TABLE}.created_at ;;
  }
  dimension_group: unfilled {
    type: time timeframes: [date] allow_fill: no convert_tz: no datatype: date
  }
  dimension_group: to_ship {
    type: duration intervals: [day, hour]
    sql_start: ${TABLE}.created_at ;; sql_end: ${TABLE}.shipped_at ;;
  }
  dimension_group: shipped { type: time label: "Sent" group_label: "Ship" timeframes: [date] }
  filter: since { type: date default_value: "7 days" }
  filter: by_status { type: string suggest_dimension: status }
  filter: free { type: string }
  parameter: metric {
    type: unquoted
    default_value: "sale_price"
    allowed_value: { label: "Sale" value: "sale_price" }
    allowed_value: { value: "other" }
  }
  parameter: greeting { type: string default_value: "-a,b" }
  parameter: top { type: number default_value: "-5" }
  measure: count { type: count drill_fields: [detail*] }
  measure: total { type: sum sql: ${amount} ;; value_format_name: mine filters: [status: "a"] }
  measure: last_day { type: date sql: MAX(${TABLE}.x) ;; }
  measure: any_paid { type: yesno sql: COUNT(*) > 1 ;; }
  measure: statuses { type: list list_field: status }
  measure: running { type: running_total sql: ${total} ;; }
  measure: growth { type: percent_of_previous sql: ${total} ;; }
  measure: last_year {
    type: period_over_period
    based_on: total based_on_time: created_month period: year kind: difference
  }
  measure: secret_total { type: max sql: ${amount} ;; required_access_grants: [secrets] }
  set: detail { fields: [id, created_date, secret_dim, users.name, -status] }
}
view: users {
  dimension: id { primary_key: yes type: number }
  dimension: name {}
  dimension: secret { required_access_grants: [secrets] }
  dimension: age { type: number }
  measure: count { type: count }
  measure: average_age { type: average sql: ${age} ;; }
  measure: p90 { type: percentile percentile: 90 sql: ${age} ;; }
  measure: oldest { type: max sql: ${age} ;; }
}
view: profiles { dimension: id { primary_key: yes } measure: count { type: count } }
view: cards { dimension: id { primary_key: yes } measure: total { type: sum sql: 1 ;; } }
view: items { dimension: order_id { type: number } measure: count { type: count } }
view: vault { dimension: id { primary_key: yes } dimension: code {} set: all { fields: [code] } }
"""


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    root = tmp_path_factory.mktemp("shop")
    (root / "models").mkdir()
    (root / "models" / "shop.model.lkml").write_text(SHOP)
    project = open_project(root, "shop_project")
    assert [str(d) for d in project.errors] == []
    return scope_of(project.models["shop"], "orders")


def described(scope: Scope, name: str, **options: Any) -> dict[str, Any]:
    found = scope.find(name)
    assert found is not None
    return metadata.field_metadata(scope, found, **options)


def without_secrets(scope: Scope) -> Any:
    def visible(scoped: ScopedField) -> bool:
        return not scoped.field.required_access_grants and scoped.alias != "vault"

    return visible


FACTS = {
    "can_total": True,
    "can_develop": False,
    "can_see_lookml": True,
    "can_save": True,
    "can_explain": True,
    "can_pivot_in_db": True,
    "can_subtotal": False,
    "has_timezone_support": True,
    "supports_cost_estimate": False,
    "connection_name": "c",
    "dialect_name": "duckdb",
    "null_sort_treatment": "last",
}

# The wire


def test_an_explore_has_every_property_in_its_published_type(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope, lambda _: True, FACTS)
    assert contract.problems_of(answer, "LookmlModelExplore", writing=False) == []
    published = set(contract.schema("LookmlModelExplore").properties)
    assert published - set(answer) == {"self_service_explore_data"}


def test_fields_have_every_property_and_leave_out_only_absent_objects(scope: Scope) -> None:
    published = set(contract.schema("LookmlModelExploreField").properties)
    optional = {"time_interval", "map_layer", "period_over_period_params"}
    answers = [metadata.field_metadata(scope, scoped) for scoped in scope.fields()]
    assert len(answers) > 50
    for answer in answers:
        assert published - set(answer) <= optional, answer["name"]
        assert not any(answer[name] is None for name in optional & set(answer))
    for name in optional:
        assert any(name in answer for answer in answers)


def test_joins_and_nav_explores_have_every_property(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope, lambda _: True, {}, parse_fields("joins"))
    for join in answer["joins"]:
        assert set(join) == set(contract.schema("LookmlModelExploreJoins").properties)
    nav = metadata.nav_explore(scope.explore, scope.model)
    assert set(nav) == set(contract.schema("LookmlModelNavExplore").properties)
    assert contract.problems_of(nav, "LookmlModelNavExplore", writing=False) == []


def test_an_explore_of_an_empty_view(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope_of(scope.model, "bare"), lambda _: True, FACTS)
    assert answer["fields"] == {"dimensions": [], "measures": [], "filters": [], "parameters": []}
    assert answer["sql_table_name"] == "bare  AS bare"
    assert answer["group_label"] == "Shop"


# Projection


def test_only_what_is_wanted_is_computed(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        fields_module,
        "_PROPERTIES",
        {
            name: lambda d, name=name, make=make: (asked.append(name), make(d))[1]
            for name, make in fields_module._PROPERTIES.items()
        },
    )
    wanted = parse_fields("id,fields(dimensions(name,type))")
    answer = metadata.explore_metadata(scope, lambda _: True, FACTS, wanted)
    assert set(answer) == {"id", "fields"}
    assert set(answer["fields"]) == {"dimensions"}
    assert answer["fields"]["dimensions"][0] == {"name": "orders.id", "type": "number"}
    assert set(asked) == {"name", "type"}
    asked.clear()
    metadata.explore_metadata(scope, lambda _: True, FACTS, parse_fields("id,name,joins"))
    assert asked == []


# Types and what follows from them


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("orders.count", "count"),
        ("orders.total", "sum"),
        ("users.count", "count_distinct"),
        ("users.average_age", "average_distinct"),
        ("users.p90", "percentile_distinct"),
        ("users.oldest", "max"),
        ("buyers.name", "string"),
        ("profiles.count", "count_distinct"),
        ("cards.total", "sum_distinct"),
        ("items.count", "count"),
        ("orders.binned", "tier"),
        ("orders.created_month", "date_month"),
        ("orders.created", "yesno"),
        ("orders.days_to_ship", "duration_day"),
    ],
)
def test_types(scope: Scope, name: str, kind: str) -> None:
    assert described(scope, name)["type"] == kind


@pytest.mark.parametrize(
    ("name", "numeric", "timeframe", "fill", "interval", "attributes"),
    [
        ("orders.id", True, False, None, None, "number"),
        ("orders.status", False, False, None, None, "string"),
        ("orders.is_paid", False, False, "enumeration", None, "yesno"),
        ("orders.tiered", False, False, "enumeration", None, "string"),
        ("orders.size", False, False, "enumeration", None, "string"),
        ("orders.by_other", False, False, None, None, "string"),
        ("orders.far", True, False, None, None, "number"),
        ("orders.days_to_ship", True, False, None, None, "number"),
        ("orders.placed", False, True, "range", ("day", 1), "datetime"),
        ("orders.created_raw", False, True, None, None, "datetime"),
        ("orders.created_time", False, True, "range", ("second", 1), "datetime"),
        ("orders.created_date", False, True, "range", ("day", 1), "datetime"),
        ("orders.created_minute15", False, True, "range", ("minute", 15), "datetime"),
        ("orders.created_millisecond250", False, True, "range", ("millisecond", 250), "datetime"),
        ("orders.created_quarter", False, True, "range", ("month", 3), "datetime"),
        ("orders.created_fiscal_quarter", False, True, "range", ("month", 3), "datetime"),
        ("orders.created_year", False, True, "range", ("year", 1), "datetime"),
        ("orders.created_fiscal_year", False, True, "range", ("year", 1), "datetime"),
        ("orders.created_day_of_week", False, False, "enumeration", None, "string"),
        ("orders.created_day_of_week_index", True, False, "enumeration", None, "number"),
        ("orders.created_hour_of_day", True, False, "enumeration", None, "number"),
        ("orders.created_fiscal_quarter_of_year", False, False, None, None, "string"),
        ("orders.created_time_of_day", False, False, None, None, "string"),
        ("orders.created", False, False, "enumeration", None, "yesno"),
        ("orders.unfilled_date", False, True, None, ("day", 1), "datetime"),
        ("orders.since", False, True, None, ("day", 1), "datetime"),
        ("orders.count", True, False, None, None, "number"),
        ("orders.last_day", False, False, None, ("day", 1), "string"),
        ("orders.any_paid", False, False, None, None, "string"),
        ("orders.statuses", False, False, None, None, "string"),
        ("orders.last_year", True, False, None, None, "number"),
        ("orders.running", True, False, None, None, None),
    ],
)
def test_traits(
    scope: Scope,
    name: str,
    numeric: bool,
    timeframe: bool,
    fill: str | None,
    interval: tuple[str, int] | None,
    attributes: str | None,
) -> None:
    answer = described(scope, name)
    assert (answer["is_numeric"], answer["align"]) == (numeric, "right" if numeric else "left")
    assert (answer["is_timeframe"], answer["can_time_filter"]) == (timeframe, timeframe)
    assert answer["fill_style"] == fill
    found = answer.get("time_interval")
    assert (found and (found["name"], found["count"])) == interval
    allowed = answer["user_attribute_filter_types"]
    wanted = [] if attributes is None else [attributes, f"advanced_filter_{attributes}"]
    assert allowed == (["yesno"] if attributes == "yesno" else wanted)


def test_post_sql_measures(scope: Scope) -> None:
    for name, post in (("running", True), ("growth", True), ("total", False)):
        answer = described(scope, f"orders.{name}")
        assert (answer["can_filter"], answer["requires_refresh_on_sort"]) == (not post, post)


def test_categories(scope: Scope) -> None:
    for name, category in (
        ("id", "dimension"),
        ("count", "measure"),
        ("since", "filter"),
        ("metric", "parameter"),
    ):
        answer = described(scope, f"orders.{name}")
        assert answer["category"] == category
        assert answer["measure"] == (category == "measure")
        assert answer["is_filter"] == (category == "filter")
        assert answer["parameter"] == (category == "parameter")
        assert answer["sortable"] == (category in ("dimension", "measure"))


# Values


def test_enumerations_follow_the_week_and_the_labels(scope: Scope) -> None:
    def values(name: str) -> list[Any]:
        return [item["value"] for item in described(scope, f"orders.{name}")["enumerations"]]

    assert values("is_paid") == ["Yes", "No"]
    assert values("tiered") == ["Below 0", "0 to 9", "10 or Above", "Undefined"]
    assert values("binned")[0] == "T00 (-inf,0.0)"
    assert values("size") == ["big", "small", "none"]
    assert values("created_day_of_week")[:2] == ["Sunday", "Monday"]
    assert values("created_month_name")[11] == "December"
    assert values("created_quarter_of_year") == ["Q1", "Q2", "Q3", "Q4"]
    assert described(scope, "orders.created_day_of_week_index")["enumerations"][:2] == [
        {"label": "0 - Sunday", "value": 0},
        {"label": "1 - Monday", "value": 1},
    ]
    assert described(scope, "orders.status")["enumerations"] is None


def test_parameters_are_written_as_their_filter_takes_them(scope: Scope) -> None:
    metric = described(scope, "orders.metric")
    assert metric["default_filter_value"] == "sale^_price"
    assert metric["has_allowed_values"] is True
    assert metric["enumerations"] == [
        {"label": "Sale", "value": "sale^_price"},
        {"label": "other", "value": "other"},
    ]
    assert described(scope, "orders.greeting")["default_filter_value"] == "^-a^,b"
    assert described(scope, "orders.top")["default_filter_value"] == "-5"
    assert described(scope, "orders.since")["default_filter_value"] == "7 days"


def test_suggestions(scope: Scope) -> None:
    def suggesting(name: str) -> tuple[Any, ...]:
        answer = described(scope, f"orders.{name}")
        keys = ("suggestable", "suggestions", "suggest_explore", "suggest_dimension")
        return tuple(answer[key] for key in keys)

    assert suggesting("status") == (True, ["a", "b"], "orders", "orders.status")
    assert suggesting("size") == (True, ["big", "small", "none"], "orders", "orders.size")
    assert suggesting("elsewhere") == (True, [], "users", "users.name")
    assert suggesting("silent") == (False, [], "orders", "orders.silent")
    assert suggesting("amount") == (False, [], "orders", "orders.amount")
    assert suggesting("by_status") == (True, [], "orders", "orders.status")
    assert suggesting("free") == (False, [], "orders", "orders.free")
    assert suggesting("count")[0] is False


@pytest.mark.parametrize(
    ("name", "text", "format_name"),
    [
        ("orders.amount", "$#,##0.00", "usd"),
        ("orders.total", "0.0x", "mine"),
        ("orders.days_to_ship", "0", None),
        ("orders.far", '#,##0.00" km"', None),
        ("orders.growth", '#,##0"%"', None),
        ("orders.count", None, None),
    ],
)
def test_value_formats(scope: Scope, name: str, text: str | None, format_name: str | None) -> None:
    answer = described(scope, name)
    assert (answer["value_format"], answer["value_format_name"]) == (text, format_name)


def test_drill_fields_are_expanded(scope: Scope) -> None:
    drills = described(scope, "orders.count")["drill_fields"]
    assert drills == ["orders.id", "orders.created_date", "orders.secret_dim", "users.name"]
    assert described(scope, "orders.total")["drill_fields"] == ["orders.id", "orders.status"]
    assert described(scope, "orders.status")["drill_fields"] == []


def test_drilling_into_everything_names_what_a_query_can_show(tmp_path: Path) -> None:
    text = """
    connection: "c"
    view: v { parameter: p {} filter: f {} dimension: d {} measure: n { drill_fields: [ALL_FIELDS*] } }
    explore: v {}
    """
    (tmp_path / "m.model.lkml").write_text(text)
    scope = scope_of(open_project(tmp_path, "p").models["m"], "v")
    assert described(scope, "v.n")["drill_fields"] == ["v.d", "v.n"]


def test_map_layers_links_and_periods(scope: Scope) -> None:
    layer = described(scope, "orders.amount")["map_layer"]
    assert (layer["name"], layer["url"], layer["property_key"]) == ("lay", "x.topojson", "n")
    assert (layer["format"], layer["max_zoom_level"]) == ("topojson", 12)
    assert described(scope, "orders.placed")["links"] == [
        {"label": "L", "url": "/x", "icon_url": None}
    ]
    assert described(scope, "orders.last_year")["period_over_period_params"] == {
        "based_on": "orders.total",
        "based_on_time": "orders.created_month",
        "period": "year",
        "kind": "difference",
        "value_to_date": False,
    }


def test_where_a_field_comes_from(scope: Scope) -> None:
    answer = described(scope, "buyers.name")
    assert (answer["view"], answer["scope"], answer["original_view"]) == (
        "buyers",
        "buyers",
        "users",
    )
    assert answer["source_file"] == "models/shop.model.lkml"
    assert answer["source_file_path"] == "shop_project/models/shop.model.lkml"
    link = answer["lookml_link"]
    assert link.startswith("/projects/shop_project/files/models%2Fshop.model.lkml?line=")
    assert SHOP.splitlines()[int(link.rpartition("=")[2]) - 1].strip() == "dimension: name {}"
    assert described(scope, "orders.created_date")["dimension_group"] == "orders.created"
    assert (answer["week_start_day"], answer["fiscal_month_offset"]) == ("sunday", 3)


# SQL


FAR = "Start:\n${place}\nEnd:\n${place}"
SIZE = """CASE
WHEN ${amount} > 1 THEN 'big'
WHEN ${amount} > 0 THEN 'small'
ELSE 'none'
END"""
"""Every dimension has a text: clients search it."""


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("orders.id", "${TABLE}.id "),
        ("orders.user_id", "orders.user_id"),
        ("orders.shipped_date", "orders.shipped"),
        ("orders.place", "Latitude:\n${TABLE}.lat\nLongitude:\n${TABLE}.lon"),
        ("orders.days_to_ship", "Start:\n${TABLE}.created_at\nEnd:\n${TABLE}.shipped_at"),
        ("orders.far", FAR),
        ("orders.size", SIZE),
        ("orders.count", None),
        ("users.count", "${users.id} "),
        ("orders.statuses", None),
        ("orders.since", None),
    ],
)
def test_sql(scope: Scope, name: str, sql: str | None) -> None:
    assert described(scope, name)["sql"] == sql


def test_sql_of_cases_and_filters_of_measures(scope: Scope) -> None:
    assert described(scope, "orders.size")["sql_case"] == [
        {"value": "big", "condition": "${amount} > 1"},
        {"value": "small", "condition": "${amount} > 0"},
        {"value": "none", "condition": "else"},
    ]
    filters = described(scope, "orders.total")["filters"]
    assert filters == [{"field": "orders.status", "condition": "a"}]


def test_lookml_is_for_those_who_may_read_it(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope, lambda _: True, FACTS | {"can_see_lookml": False})
    assert answer["lookml_link"] is None
    for group in answer["fields"].values():
        for shown in group:
            assert (shown["sql"], shown["sql_case"], shown["lookml_link"]) == (None, None, None)
            assert shown["filters"] == []


# Access


def test_no_path_names_what_is_hidden(scope: Scope) -> None:
    everything = metadata.explore_metadata(scope, lambda _: True, FACTS)
    answer = metadata.explore_metadata(scope, without_secrets(scope), FACTS)
    for hidden in ("secret", "vault"):
        assert hidden in str(everything)
        assert hidden not in str(answer)
    assert [join["name"] for join in answer["joins"]] == [
        "users", "profiles", "cards", "items", "buyers",
    ]  # fmt: skip
    assert answer["joins"][4]["fields"] == ["buyers.name", "id"]
    assert answer["aliases"] == [{"name": "old_status", "value": "orders.status"}]
    assert answer["always_filter"] == [{"name": "orders.created_date", "value": "7 days"}]
    assert answer["sets"] == [
        {"name": "orders.detail", "value": ["orders.id", "orders.created_date", "users.name"]}
    ]
    assert answer["index_fields"] == [
        "orders.id",
        "users.id",
        "profiles.id",
        "cards.id",
        "buyers.id",
    ]


# The explore


def test_explore_properties(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope, lambda _: True, FACTS)
    assert answer["id"] == "shop::orders"
    assert (answer["label"], answer["group_label"]) == ("Great Orders", "Shop")
    assert answer["sql_table_name"] == "public.orders  AS orders"
    assert answer["scopes"] == ["orders", "users", "profiles", "cards", "items", "buyers", "vault"]
    assert answer["access_filters"] == [{"field": "orders.id", "user_attribute": "a"}]
    assert answer["access_filter_fields"] == ["orders.id"]
    assert answer["joins"][0]["dependent_fields"] == ["users.age", "orders.user_id", "users.id"]
    assert (answer["joins"][4]["from"], answer["joins"][0]["from"]) == ("users", None)


def test_measures_for_types_of_dimensions(scope: Scope) -> None:
    answer = metadata.explore_metadata(scope, lambda _: True, FACTS)
    kinds = {
        item["dimension_type"]: item["measure_types"] for item in answer["supported_measure_types"]
    }
    assert "sum" in kinds["number"]
    assert kinds["string"] == kinds["date_day_of_week"] == ["count_distinct", "list"]
    assert kinds["date_month"] == kinds["date_year"] == ["count_distinct"]
    assert kinds["date_hour_of_day"] == kinds["number"] == kinds["duration_day"]
    for scoped in scope.fields():
        if scoped.field.is_dimension and scoped.field.type != "bin":
            assert metadata.field_metadata(scope, scoped)["type"] in kinds
