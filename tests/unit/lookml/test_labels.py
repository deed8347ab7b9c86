from __future__ import annotations

import pytest

from belvedere.lookml import labels
from belvedere.lookml.project import open_project
from belvedere.lookml.scope import Scope, scope_of

MODEL = """
connection: "c"
label: "Our Shop"
explore: orders {
  view_label: "All Orders"
  join: users { relationship: many_to_one sql_on: ${orders.id} = ${users.id} ;; }
  join: buyers {
    from: users relationship: many_to_one view_label: "Who Bought"
    sql_on: ${orders.id} = ${buyers.id} ;;
  }
  join: line_items { relationship: many_to_one sql_on: ${orders.id} = ${line_items.id} ;; }
}
view: orders {
  dimension: id { primary_key: yes }
  dimension: created_by_user {}
  dimension: is_paid { type: yesno }
  dimension: paid { type: yesno label: "Settled" }
  dimension: elsewhere { view_label: "Other" }
  dimension: grouped { group_label: "G" }
  dimension: item { group_label: "G" group_item_label: "Short" }
  dimension: placed { type: date }
  dimension: age_days { type: duration_day sql_start: x ;; sql_end: y ;; }
  dimension: by_view { label: "{{ _view._name }} x" group_label: "{{ _explore._name }}" }
  dimension: by_attribute {
    label: "{% if _user_attributes['region'] == 'EU' %}Colour{% else %}Color{% endif %}"
  }
  dimension: by_parameter { label: "Per {{ period._parameter_value }}{% parameter orders.period %}" }
  dimension: by_query { label: "{% if orders.id._in_query %}in{% else %}out{% endif %}" }
  dimension: broken { label: "{% if %}" description: "{{ 1 | nope }}" }
  dimension_group: created {
    type: time timeframes: [date, day_of_week, day_of_week_index, hour_of_day, minute15, yesno]
  }
  dimension_group: sent { type: time timeframes: [date] label: "Shipped" }
  dimension_group: unnamed { type: time timeframes: [date] label: "" }
  dimension_group: due { type: time timeframes: [week] group_label: "Dates" }
  dimension_group: own { type: time timeframes: [week] group_item_label: "W" }
  dimension_group: to_ship { type: duration intervals: [day] sql_start: x ;; sql_end: y ;; }
  dimension_group: wait {
    type: duration intervals: [hour] label: "Waiting" sql_start: x ;; sql_end: y ;;
  }
  parameter: period { type: string default_value: "Day" }
  measure: count { type: count }
  measure: any_paid { type: yesno sql: 1 = 1 ;; }
}
view: users { label: "Customers" dimension: id { primary_key: yes } }
view: line_items { dimension: id { primary_key: yes } }
"""


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    root = tmp_path_factory.mktemp("labels")
    (root / "shop.model.lkml").write_text(MODEL)
    return scope_of(open_project(root).models["shop"], "orders")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("order_id", "Order ID"),
        ("id", "ID"),
        ("created_by_user", "Created By User"),
        ("", ""),
        ("ev.term", "Ev Term"),
        ("__x__y", "X Y"),
        ("URL_path", "URL Path"),
        ("idle", "Idle"),
    ],
)
def test_titleize(name: str, label: str) -> None:
    assert labels.titleize(name) == label


@pytest.mark.parametrize(
    ("name", "label", "short"),
    [
        ("orders.id", "All Orders ID", "ID"),
        ("orders.created_by_user", "All Orders Created By User", "Created By User"),
        ("orders.is_paid", "All Orders Is Paid (Yes / No)", "Is Paid (Yes / No)"),
        ("orders.paid", "All Orders Settled (Yes / No)", "Settled (Yes / No)"),
        ("orders.any_paid", "All Orders Any Paid", "Any Paid"),
        ("orders.elsewhere", "Other Elsewhere", "Elsewhere"),
        ("orders.placed", "All Orders Placed", "Placed"),
        ("orders.age_days", "All Orders Age Days", "Age Days"),
        ("orders.created_date", "All Orders Created Date", "Created Date"),
        (
            "orders.created_day_of_week_index",
            "All Orders Created Day of Week Index",
            "Created Day of Week Index",
        ),
        ("orders.created_minute15", "All Orders Created Minute15", "Created Minute15"),
        ("orders.created", "All Orders Created (Yes / No)", "Created (Yes / No)"),
        ("orders.sent_date", "All Orders Shipped Date", "Shipped Date"),
        ("orders.unnamed_date", "All Orders Date", "Date"),
        ("orders.days_to_ship", "All Orders Days To Ship", "Days To Ship"),
        ("orders.hours_wait", "All Orders Hours Waiting", "Hours Waiting"),
        ("users.id", "Customers ID", "ID"),
        ("buyers.id", "Who Bought ID", "ID"),
        ("line_items.id", "Line Items ID", "ID"),
    ],
)
def test_labels(scope: Scope, name: str, label: str, short: str) -> None:
    scoped = scope.find(name)
    assert scoped is not None
    assert labels.field_label(scope, scoped) == label
    assert labels.label_short(scope, scoped) == short
    assert labels.view_label(scope, scoped) == label.removesuffix(short).strip()


@pytest.mark.parametrize(
    ("name", "group", "variant"),
    [
        ("id", None, "ID"),
        ("is_paid", None, "Is Paid (Yes / No)"),
        ("grouped", "G", "Grouped"),
        ("item", "G", "Short"),
        ("created_date", "Created Date", "Date"),
        ("created_hour_of_day", "Created Date", "Hour of Day"),
        ("created", "Created Date", "Yes / No"),
        ("sent_date", "Shipped Date", "Date"),
        ("due_week", "Dates", "Due Week"),
        ("own_week", "Own Date", "W"),
        ("days_to_ship", "Duration To Ship", "Days"),
        ("hours_wait", "Duration Waiting", "Hours"),
        ("count", None, "Count"),
        ("by_view", "orders", "orders x"),
    ],
)
def test_groups(scope: Scope, name: str, group: str | None, variant: str) -> None:
    scoped = scope.find(f"orders.{name}")
    assert scoped is not None
    assert labels.group_of(scope, scoped) == (group, variant)


@pytest.mark.parametrize(
    ("name", "attributes", "short"),
    [
        ("by_view", {}, "orders x"),
        ("by_attribute", {}, "Color"),
        ("by_attribute", {"region": "EU"}, "Colour"),
        ("by_parameter", {}, "Per 'Day''Day'"),
        ("by_query", {}, "out"),
        ("broken", {}, "{% if %}"),
    ],
)
def test_liquid_in_labels(scope: Scope, name: str, attributes: dict[str, str], short: str) -> None:
    scoped = scope.find(f"orders.{name}")
    assert scoped is not None
    assert labels.label_short(scope, scoped, attributes) == short


def test_models_and_explores(scope: Scope) -> None:
    assert labels.model_label(scope.model) == "Our Shop"
    assert labels.explore_label(scope.explore) == "Orders"
