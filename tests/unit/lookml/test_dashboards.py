"""LookML dashboards: what their YAML means, what it inherits, what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from belvedere.lookml.dashboards import Dashboard, DashboardRow, JoinField, Listen, Placement
from belvedere.lookml.model import FilterPair
from belvedere.lookml.project import Project, open_project
from belvedere.lookml.shown_dashboards import shown_dashboard
from belvedere.lookml.yaml_reading import MOST_ALIASES, YamlProblem, read

MODEL = """
connection: "c"
include: "*.dashboard"
explore: orders {}
view: orders {
  dimension: id { primary_key: yes }
  dimension: status {}
  dimension_group: created { type: time timeframes: [date] }
  measure: count { type: count }
}
"""
SALES = """
- dashboard: sales
  title: Sales
  description: What we sold
  preferred_slug: Xy12
  layout: newspaper
  refresh: 2 hours
  crossfilter_enabled: true
  filters_bar_collapsed: yes
  auto_run: no
  embed_style: {background_color: "#fff", show_title: false}
  tabs: [{name: first, label: First}]
  filters:
  - name: Date
    title: When
    type: field_filter
    default_value: 7 days
    allow_multiple_values: false
    required: true
    ui_config: {type: advanced, display: popover, options: [a, b]}
    explore: orders
    field: orders.created_date
    listens_to_filters: [State]
  - {name: State, type: string_filter, default_value: "{{ _user_attributes['state'] }}"}
  elements:
  - name: by_day
    title: Per Day
    type: looker_line
    explore: orders
    fields: [orders.created_date, orders.count, share]
    pivots: [orders.status]
    fill_fields: [orders.created_date]
    sorts: [orders.count desc 0, orders.status]
    limit: 50
    column_limit: '20'
    total: true
    row_total: right
    filters: {orders.status: Yes, orders.id: 12}
    filter_expression: "${orders.id} > 1"
    dynamic_fields: '[{"table_calculation": "share", "expression": "${orders.count}"}]'
    hidden_fields: [orders.status]
    query_timezone: user_timezone
    listen: {Date: orders.created_date}
    note_state: collapsed
    note_display: hover
    note_text: Beware
    show_legend: true
    series_colors: {a: "#123"}
    tab_name: first
    row: 0
    col: 8
    width: 16
    height: 5
  - {name: hello, type: text, title_text: Hi, subtitle_text: there, body_text: "**you**"}
  - {name: go, type: button, rich_content_json: '{"text": "Go"}'}
  - name: both
    merged_queries:
    - {model: shop, explore: orders, fields: [orders.status, orders.count]}
    - explore: orders
      fields: [orders.status, orders.count]
      join_fields: [{field_name: orders.status, source_field_name: orders.status}]
    listen: [{Date: orders.created_date}, {State: orders.status}]
"""
Open = Callable[..., Project]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def make(**files: str) -> Project:
        (tmp_path / "shop.model.lkml").write_text(MODEL)
        for name, text in files.items():
            (tmp_path / f"{name}.dashboard.lookml").write_text(text)
        return open_project(tmp_path, "shop")

    return make


def told(project: Project) -> list[str]:
    return [
        f"{d.location.file.split('.')[0]}:{d.location.line}:{d.location.column} {d.severity} {d.message}"
        for d in project.diagnostics
    ]


def only(project: Project) -> Dashboard:
    (found,) = project.models["shop"].dashboards.values()
    return found


def test_a_dashboard_whole(opened: Open) -> None:
    project = opened(sales=SALES)
    assert told(project) == []
    found = only(project)
    assert (found.id, found.title, found.preferred_slug) == ("shop::sales", "Sales", "Xy12")
    assert (found.refresh, found.crossfilter_enabled) == ("2 hours", True)
    assert (found.filters_bar_collapsed, found.filters_location_top) == (True, True)
    assert found.auto_run is False
    assert (found.embed_style.background_color, found.embed_style.show_title) == ("#fff", False)
    assert found.embed_style.show_filters_bar is None
    assert [(tab.name, tab.label) for tab in found.tabs] == [("first", "First")]


def test_filters(opened: Open) -> None:
    date, state = only(opened(sales=SALES)).filters
    assert (date.title, date.type, date.default_value) == ("When", "field_filter", "7 days")
    assert (date.explore, date.field) == ("orders", "orders.created_date")
    assert (date.allow_multiple_values, date.required) == (False, True)
    assert date.ui_config == {"type": "advanced", "display": "popover", "options": ["a", "b"]}
    assert date.listens_to_filters == ("State",)
    assert (state.type, state.allow_multiple_values, state.required) == (
        "string_filter",
        True,
        False,
    )


def test_elements(opened: Open) -> None:
    element, text, button, merged = only(opened(sales=SALES)).elements
    (query,) = element.queries
    assert query.fields == ("orders.created_date", "orders.count", "share")
    assert query.sorts == ("orders.count desc 0", "orders.status")
    assert (query.limit, query.column_limit, query.total) == (50, 20, True)
    assert (query.row_total, query.query_timezone) == ("right", "user_timezone")
    assert query.filters == (FilterPair("orders.status", "Yes"), FilterPair("orders.id", "12"))
    assert query.dynamic_fields[0]["table_calculation"] == "share"
    assert query.listen == (Listen("Date", "orders.created_date"),)
    assert element.placement == Placement(row=0, col=8, width=16, height=5)
    assert (element.note_text, element.note_state, element.note_display) == (
        "Beware",
        "collapsed",
        "hover",
    )
    assert element.vis_config == {"show_legend": True, "series_colors": {"a": "#123"}}
    assert (text.queries, text.title_text, text.body_text) == ((), "Hi", "**you**")
    assert button.rich_content_json == '{"text": "Go"}'
    first, second = merged.queries
    assert merged.is_merged
    assert (first.model, first.listen) == ("shop", (Listen("Date", "orders.created_date"),))
    assert second.listen == (Listen("State", "orders.status"),)
    assert second.join_fields == (JoinField("orders.status", "orders.status"),)


def test_old_forms(opened: Open) -> None:
    found = only(
        opened(
            old="""
- dashboard: old
  layout: grid
  rows: [{elements: [a, b], height: 300}]
  elements: !ruby/array
  - name: a
    type: table
    base_view: orders
    dimensions: [orders.status]
    measures: [orders.count]
    sorts: [orders.count: desc]
    listen: [{Day: orders.created_date}]
    listen_is_no_word: 1
  - name: b
    type: looker_single_record
    explore: orders
    detail: [orders.id]
    fields: orders.id
  filters:
  - {name: Day, type: date_filter}
"""
        )
    )
    a, b = found.elements
    assert found.rows == (DashboardRow(elements=("a", "b"), height=300),)
    assert a.queries[0].explore == "orders"
    assert a.queries[0].fields == ("orders.status", "orders.count")
    assert a.queries[0].sorts == ("orders.count desc",)
    assert a.queries[0].listen == (Listen("Day", "orders.created_date"),)
    assert b.queries[0].fields == ("orders.id",)


def test_a_pivot_of_the_older_form_need_not_be_a_dimension(opened: Open) -> None:
    found = only(
        opened(
            old="""
- dashboard: old
  elements:
  - name: a
    explore: orders
    dimensions: [orders.created_date]
    pivots: [orders.status]
    measures: [orders.count]
  - name: b
    type: looker_table
    explore: orders
    dimensions: [orders.status, orders.id]
    pivots: [orders.status]
"""
        )
    )
    a, b = found.elements
    assert a.queries[0].fields == ("orders.created_date", "orders.status", "orders.count")
    assert b.queries[0].fields == ("orders.status", "orders.id")
    assert b.type == "table"


def test_notes_of_both_forms(opened: Open) -> None:
    project = opened(
        notes="""
- dashboard: notes
  elements:
  - {name: a, type: text, note: {text: Beware, state: expanded, display: above}}
  - {name: b, type: text, note: {text: old, stat: x}, note_text: new, note_state: collapsed}
  - {name: c, type: text, note: Alone}
"""
    )
    notes = [(one.note_text, one.note_state, one.note_display) for one in only(project).elements]
    assert notes == [
        ("Beware", "expanded", "above"),
        ("new", "collapsed", None),
        ("Alone", None, None),
    ]
    assert told(project) == [
        'notes:5:45 warning Unknown or unexpected parameter "stat" in note. Did you mean "state"?'
    ]


def test_what_does_not_run_when_it_is_opened(opened: Open) -> None:
    project = opened(
        runs="""
- dashboard: waits
  auto_run: false
- dashboard: runs
  auto_run: true
- dashboard: explicit
  auto_run: no
  load_configuration: cache_run
"""
    )
    dashboards = project.models["shop"].dashboards
    found = {name: one.load_configuration for name, one in dashboards.items()}
    assert found == {"waits": "wait", "runs": None, "explicit": "cache_run"}


def test_system_activity_may_be_asked_from_everywhere(opened: Open) -> None:
    element = "{name: a, model: %s, explore: history, fields: [history.query_run_count]}"
    text = f"- dashboard: d\n  elements:\n  - {element}\n"
    assert told(opened(d=text % "system__activity")) == []
    (problem,) = told(opened(d=text % "other"))
    assert "is not of this project" in problem


def test_extends_merges_by_name(opened: Open) -> None:
    project = opened(
        base="""
- dashboard: base
  extension: required
  title: Base
  refresh: 1 hour
  elements:
  - {name: a, type: table, explore: orders, fields: [orders.id], row: 0}
  - {name: b, type: text, body_text: B}
  filters: [{name: F, type: string_filter, default_value: x}]
""",
        child="""
- dashboard: child
  extends: base
  title: Child
  elements:
  - {name: a, row: 9, fields: [orders.count]}
  - {name: c, type: text, body_text: C}
  filters: [{name: F, required: true}]
- dashboard: grandchild
  extends: [child]
  refresh: 5 minutes
""",
    )
    assert told(project) == []
    dashboards = project.models["shop"].dashboards
    assert list(dashboards) == ["child", "grandchild"]
    child, grandchild = dashboards.values()
    assert [element.name for element in child.elements] == ["a", "b", "c"]
    assert (child.elements[0].placement.row, child.elements[0].type) == (9, "table")
    assert child.elements[0].queries[0].fields == ("orders.count",)
    assert (child.filters[0].default_value, child.filters[0].required) == ("x", True)
    assert (grandchild.title, grandchild.refresh) == ("Child", "5 minutes")
    assert grandchild.elements == child.elements


def test_what_is_inherited_is_wrong_where_it_stands(opened: Open) -> None:
    base = "- dashboard: base\n  extension: required\n  elements:\n  - {name: a, explore: nope}\n"
    base += "  - {name: b, explore: orders, fields: [orders.id]}\n"
    child = (
        "\n\n- dashboard: child\n  extends: base\n  elements:\n  - {name: b, fields: [orders.x]}\n"
    )
    assert [line.partition(" ")[0] for line in told(opened(base=base, child=child))] == [
        "base:4:5",
        "child:6:5",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "- dashboard: d\n  titel: x\n",
            'd:2:3 warning Unknown or unexpected parameter "titel" in dashboard "d". Did you mean "title"?',
        ),
        (
            "- dashboard: d\n  elements:\n  - {name: a, explore: order, fields: [orders.id]}\n",
            'd:3:5 error Dashboard "d": Unknown explore "order" in element "a". Did you mean "orders"?',
        ),
        (
            "- dashboard: d\n  elements:\n  - name: a\n    explore: orders\n    fields: [orders.statsu]\n",
            'd:3:5 error Dashboard "d": Unknown or inaccessible field "orders.statsu" in element "a". Did you mean "orders.status"?',
        ),
        (
            "- dashboard: d\n  filters:\n  - {name: F, type: field_filter, explore: orders, field: orders.nope}\n",
            'd:3:5 error Dashboard "d": Unknown or inaccessible field "orders.nope" in filter "F".',
        ),
        (
            "- dashboard: d\n  filters: [{name: F, type: strin_filter}]\n",
            "d:2:29 error type takes one of field_filter, number_filter, date_filter, string_filter, not strin_filter.",
        ),
        (
            "- dashboard: d\n  elements:\n  - {name: a, explore: orders, listen: {Nobody: orders.id}}\n",
            'd:3:5 warning Dashboard "d": element "a" listens to unknown filter "Nobody".',
        ),
        (
            "- dashboard: d\n  refresh: often\n",
            'd:1:3 warning Dashboard "d": refresh is a time such as "30 minutes" or "2 hours", not "often"',
        ),
        (
            "- dashboard: d\n  elements: [{name: a, type: text, refresh: 5 yers}]\n",
            'd:2:14 warning Dashboard "d": element "a": refresh is a time such as',
        ),
        (
            "- dashboard: d\n  elements: [{name: a, explore: orders, type: looker_colum}]\n",
            'd:2:14 warning Dashboard "d": element "a" has the unknown type "looker_colum". Did you mean "looker_column"?',
        ),
        (
            "- dashboard: d\n  elements:\n  - name: a\n    merged_queries:\n    - {explore: orders, fields: [orders.id]}\n    - {explore: orders, fields: [orders.id], join_fields: [{field_name: orders.nope, source_field_name: orders.id}]}\n",
            'd:6:7 error Dashboard "d": Unknown or inaccessible field "orders.nope" in element "a".',
        ),
        (
            "- dashboard: d\n  filters:\n  - {name: F, type: string_filter, listens_to_filters: [G]}\n",
            'd:3:5 warning Dashboard "d": filter "F" listens to unknown filter "G".',
        ),
        (
            "- {dashboard: d, preferred_slug: x}\n- {dashboard: e, preferred_slug: x}\n",
            'd:2:3 warning Dashboard "e": preferred_slug "x" is that of dashboard "d" already',
        ),
        ("- dashboard: d\n  extends: e\n", "d:2:12 error Cannot extend unknown dashboard (e)."),
        ("- dashboard: d\n  extends: d\n", "d:2:12 error Extends form a circle: d → d"),
        ("- dashboard: d\n- dashboard: d\n", "d:2:3 error A dashboard named d has been defined"),
        ("- view: x\n", "d:1:3 error A dashboard file holds a list of dashboards"),
        ("- dashboard: d\n  title: a: b\n", "d:2:11 error Cannot read this as YAML"),
        ("- dashboard: d\n  width: wide\n", "d:2:10 error width takes a number, not wide"),
        (
            "- dashboard: d\n  elements:\n  - {name: a, explore: orders, dynamic_fields: '[{'}\n",
            "d:3:48 error dynamic_fields is neither a list nor JSON",
        ),
    ],
)
def test_what_is_wrong(opened: Open, text: str, problem: str) -> None:
    assert any(line.startswith(problem) for line in told(opened(d=text))), told(opened(d=text))


def test_an_edit_is_seen_and_changes_the_version(opened: Open, tmp_path: Path) -> None:
    project = opened(sales=SALES)
    (tmp_path / "sales.dashboard.lookml").write_text("- dashboard: sales\n  title: Fewer\n")
    again = project.reloaded()
    assert only(again).title == "Fewer"
    assert again.models["shop"].version != project.models["shop"].version
    assert again.models["shop"].views["orders"] is project.models["shop"].views["orders"]


def test_as_a_viewer_sees_it(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "manifest.lkml").write_text("localization_settings: { default_locale: en }")
    (tmp_path / "en.strings.json").write_text('{"Sales": "Sales", "When": "When"}')
    (tmp_path / "de.strings.json").write_text('{"Sales": "Verkauf", "When": "Wann"}')
    project = opened(sales=SALES)
    seen = shown_dashboard(
        only(project), project.models["shop"], {"locale": "de", "state": "Bayern"}
    )
    assert (seen.title, seen.filters[0].title) == ("Verkauf", "Wann")
    assert seen.filters[1].default_value == "Bayern"


# YAML


def test_yaml_values() -> None:
    text = "a: yes\nb: 'yes'\nc: 12\nd: &x [1, 2.5, ~]\ne: *x\nf: 12:30:45\n<<: {a: no, z: 010}"
    found = read(text)
    assert found is not None
    assert found.plain() == {
        "a": True,
        "b": "yes",
        "c": 12,
        "d": [1, 2.5, None],
        "e": [1, 2.5, None],
        "f": "12:30:45",
        "z": 10,
    }
    assert read("") is None


def test_tags_of_yaml_itself_say_what_a_value_is() -> None:
    found = read("[!!null '', !!str 12, !!int '12', !!float \"1.5\", !!bool 'no', ! 'no']")
    assert found is not None
    assert found.plain() == [None, "12", 12, 1.5, False, "no"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: *nowhere",
        "[" * 2000,
        "a: {" * 2000,
        "- " * 2000,
        "a: [" + "*x, " * 10,
        "\0",
        "x: &x 1\ny: [" + "*x, " * (MOST_ALIASES + 1) + "]",
        "a0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 90)),
        "? [a]\n: b",
        "!!python/object/apply:os.system [ls]: [",
    ],
)
def test_hostile_yaml_is_refused(text: str) -> None:
    with pytest.raises(YamlProblem):
        read(text)


def test_tags_make_nothing() -> None:
    found = read("a: !!python/object/apply:os.getcwd []\nb: !ruby/hash:X {c: d}")
    assert found is not None
    assert found.plain() == {"a": [], "b": {"c": "d"}}


@given(st.text(alphabet="ab:-*&[]{}'\"|>#\n !?,<%@", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    found: YamlProblem | None = None
    try:
        read(text)
    except YamlProblem as problem:
        found = problem
    assert found is None or min(found.line, found.column) >= 1
