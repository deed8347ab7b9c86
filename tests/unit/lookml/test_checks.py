"""What is wrong in a project: told with its place, its field and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.project import Project, open_project

BASE = """connection: "c"
access_grant: seen { user_attribute: team allowed_values: ["a"] }
datagroup: daily { max_cache_age: "24 hours" }
view: people {
  dimension: id { primary_key: yes type: number }
  dimension: name {}
  dimension: born { type: date }
  dimension_group: made { type: time timeframes: [date] }
  measure: count { type: count }
  measure: oldest { type: max sql: ${id} ;; }
  parameter: part { type: unquoted }
  set: few { fields: [id, name] }
}
"""


def opened(root: Path, text: str, base: str = BASE) -> Project:
    (root / "m.model.lkml").write_text(base + text)
    return open_project(root, "p")


def told(root: Path, text: str, base: str = BASE) -> list[str]:
    return [
        f"{d.location.line - base.count(chr(10))}:{d.location.column} {d.severity} {d.message}"
        for d in opened(root, text, base).diagnostics
    ]


VIEWS = [
    ("dimension: x { sql: ${nme} ;; }", 'Unknown or inaccessible field "nme" in "v.x".'),
    ("dimension: x { sql: ${people.nme} ;; }", 'Did you mean "people.name"?'),
    ("dimension: x { sql: ${peple.name} ;; }", 'Inaccessible view "peple" in "v.x".'),
    ("dimension: x { sql: ${people.made} ;; }", "Append a timeframe"),
    ("dimension: x { sql: ${y} ;; } dimension: y { sql: ${x} ;; }", "in a circle: x → y → x"),
    ("dimension: x { sql: ${c} ;; } measure: c { type: count }", "specified as a dimension"),
    (
        "measure: s { type: sum sql: ${c} ;; } measure: c { type: count }",
        "Measures with Looker aggregations (sum) may not reference other measures",
    ),
    ("measure: c { type: count sql: ${id} ;; } dimension: id {}", "do not use the sql parameter"),
    ("measure: l { type: list }", "A list_field must be defined for measures of type list"),
    ('measure: n { type: number sql: 1 ;; filters: [x: "1"] } dimension: x {}', "non-aggregate"),
    ('measure: s { type: sum filters: [y: "1"] }', 'Unknown or inaccessible filter field "y"'),
    (
        'measure: s { type: sum filters: [n: "between x"] } dimension: n { type: number }',
        "Invalid filter: ",
    ),
    ("measure: r { type: running_total }", "A running_total needs sql"),
    ("measure: p { type: period_over_period based_on: c } measure: c { type: count }", "period"),
    ("dimension: x { type: location sql_latitude: 1 ;; }", "requires both sql_latitude and"),
    ("dimension: x { type: distance }", "start_location_field and end_location_field"),
    ("dimension: x { type: tier }", "A dimension of type tier needs tiers"),
    ("dimension: x { type: tier tiers: [3, 1] }", "tiers have to ascend"),
    ("dimension: x { type: strin }", 'Unknown type "strin" of dimension "x". Did you mean'),
    ("dimension_group: x { type: time timeframes: [dat] }", 'Unknown timeframe "dat" of "x".'),
    ("dimension: x { hidden: maybe }", 'hidden of dimension "x" takes yes or no, not "maybe".'),
    ("dimension: x { type: tier tiers: [1] style: clasic }", 'Did you mean "classic"?'),
    ("dimension: x { units: mile }", 'Did you mean "miles"?'),
    ('dimension: x { lable: "X" }', 'Unknown or unexpected parameter "lable" in dimension "x".'),
    ('dimension: x { link: { lable: "X" url: "y" } }', 'parameter "lable" in link "x".'),
    ('dimension: x { case: { when: { sql: 1 ;; lable: "a" } } }', 'parameter "lable" in when'),
    ('dimension: x { link: { label: "X" } }', 'A link of "x" has no url: it is not shown'),
    (
        'dimension: x { action: { label: "X" url: "y" form_param: { name: "a" type: selekt } } }',
        'type of form_param "x" takes one of string, textarea, select, not "selekt". Did you mean',
    ),
    (
        'measure: x { type: sum sql: 1 ;; value_format: "0" value_format_name: usd }',
        '"x" has a value_format and a value_format_name: the first counts',
    ),
    ("dimension: x { value_format_name: usdd }", 'Unknown value_format_name "usdd"'),
    ("dimension: x { map_layer_name: moon }", "No map layer named moon is defined"),
    ("dimension: x { order_by_field: y }", 'Unknown or inaccessible field "y" in "v.x"'),
    ("dimension: x { required_fields: [y] }", 'Unknown or inaccessible field "y" in "v.x"'),
    ("dimension: x { drill_fields: [y*] }", 'Unknown set "y*" in "v.x".'),
    ("set: s { fields: [y] }", 'Unknown or inaccessible field "y" in set "s" of view "v".'),
    ("dimension: x { required_access_grants: [sen] }", 'Unknown access grant "sen" in "v.x".'),
    ("dimension: x { label_from_parameter: id } dimension: id {}", "must refer to a parameter"),
    ("dimension: x { suggest_dimension: y }", "Unknown or excluded suggest_dimension y in field x"),
    ("dimension: x { suggest_explore: z suggest_dimension: y }", 'Unknown suggest_explore "z"'),
    ("parameter: p { type: strng }", 'type of parameter "p" takes one of'),
    (
        'parameter: p { default_value: "c" allowed_value: { value: "a" } }',
        'default_value "c" of parameter "p" is none of its allowed values',
    ),
    ('parameter: p { type: number default_value: "x" }', '"x" of parameter "p" is not a number'),
    ("dimension: a { primary_key: yes } dimension: b { primary_key: yes }", "Multiple primary key"),
    ("sql_table_name: x ;; derived_table: { sql: y ;; }", "Cannot specify both sql_table_name"),
    ('derived_table: { persist_for: "1 hour" }', "has no definition"),
    ("derived_table: { create_process: {} }", "Missing required sql_step in create_process"),
    ("derived_table: { sql: 1 ;; datagroup_trigger: dayly }", 'Unknown datagroup "dayly". Did you'),
    (
        'derived_table: { sql: 1 ;; datagroup_trigger: daily persist_for: "1 hour" }',
        "Several ways to keep one table (datagroup_trigger, persist_for): datagroup_trigger counts",
    ),
    (
        'derived_table: { sql: 1 ;; persist_for: "1 hour" publish_as_db_view: yes }',
        "publish_as_db_view has no effect: only tables with a trigger are published",
    ),
    (
        "derived_table: { sql: 1 ;; publish_as_db_view: yes }",
        "publish_as_db_view has no effect: only tables with a trigger are published",
    ),
    ("derived_table: { sql: select * from ${peple.SQL_TABLE_NAME} ;; }", 'Unknown view "peple"'),
    (
        "derived_table: { explore_source: peple { column: id {} } }",
        'Unknown source explore peple in derived table "v" declaration.',
    ),
    (
        "derived_table: { explore_source: people { column: nme {} } }",
        'Unknown or inaccessible field "nme" in derived table "v".',
    ),
    (
        'derived_table: { explore_source: people { column: id {} bind_all_filters: yes } persist_for: "1 hour" }',
        "cannot be kept: it binds filters",
    ),
    (
        "derived_table: { sql_create: create table ${SQL_TABLE_NAME} as select 1 ;; }",
        "A derived table by sql_create is always a persistent one: it needs a trigger",
    ),
    (
        'derived_table: { create_process: { sql_step: select 1 ;; } persist_for: "1 hour" indexes: ["a"] }',
        "indexes has no effect beside create_process: write it into the statements",
    ),
    (
        "derived_table: { sql: select * from ${v.SQL_TABLE_NAME} ;; }",
        "Derived tables refer to one another in a circle: v → v",
    ),
    (
        (
            "filter: f {} derived_table: { sql: select {% condition f %} 1 {% endcondition %} ;; "
            'persist_for: "1 hour" }'
        ),
        "cannot be kept: its SQL depends on the filters or parameters of each query",
    ),
    (
        (
            "derived_table: { explore_source: people { column: id {} "
            "expression_custom_filter: ${people.nme} = 1 ;; } }"
        ),
        'field "people.nme" in derived table "v".',
    ),
    ('derived_table: { sql: 1 ;; persist_for: "soon" }', 'or days, not "soon"'),
    ('dimension: x { suggest_persist_for: "6" }', "suggest_persist_for takes a number of seconds"),
    ("measure: x { type: int sql: 1 ;; }", 'The type int of measure "x" was given up'),
    ("dimension: x { tiers: [1] }", 'tiers of dimension "x" has no effect: it is meant for tier'),
    ("dimension_group: x { type: time timeframes: [date] intervals: [day] }", "meant for duration"),
    ("dimension: x { type: date timeframes: [date] }", "it is meant for dimension_group, not for"),
    ("measure: x { type: sum sql: 1 ;; list_field: y } dimension: y {}", "it is meant for list"),
    ("measure: x { type: percentile percentile: 150 sql: 1 ;; }", "between 0 and 100, not 150"),
    ('dimension: x { case: { when: { label: "a" } } }', "when of a case needs sql and label"),
    ('filter: f { type: number default_value: "x y" }', "(default_value of f)"),
    ("dimension: x { sql: {% if %} ;; }", "Liquid error"),
    (
        "dimension: x { html: {{ value | shout }} ;; }",
        "warning Liquid error: unknown filter 'shout'",
    ),
    ('dimension: x { label: "{{ _modle._name }}" }', "Variable not found (_modle). Did you mean"),
    (
        "dimension: x { html: {{ y._value }} ;; }",
        "warning Variable not found (y) in v.x",
    ),
    ("dimension: x { sql: {{ people.nme._sql }} ;; }", 'not found (people.nme). Did you mean "p'),
    ("dimension: x { html: {{ x._valu }} ;; }", "Variable not found (x._valu). Did you mean"),
    ("dimension: x { sql: {% condition y %} 1 {% endcondition %} ;; }", 'inaccessible field "y"'),
    ("dimension: x { sql: {% parameter people.prt %} ;; }", 'field "people.prt"'),
    (
        "sql_table_name: {% condition %} 1 {% endcondition %} ;;",
        "condition needs the name of a field",
    ),
    (
        'dimension: x { label: "{% condition x %} 1 {% endcondition %}" }',
        "{% condition %} has no meaning outside of SQL",
    ),
    ('dimension: x { fanout_on: "y" }', 'fanout_on of dimension "x" has no effect'),
    (
        "measure: c { type: count filters: [id] } dimension: id {}",
        'error filters takes [field: "expression", …], not id',
    ),
    ("dimension: x { required_access_grants: { a: b } }", "required_access_grants takes a list"),
    ("dimension: x { type: duration_day sql_start: 1 ;; }", "A duration needs sql_start and sql_e"),
    ("measure: x { type: time timeframes: [dat] sql: 1 ;; }", 'timeframe "dat" of "x". Did you'),
    ("measure: x { type: max timeframes: [date] sql: 1 ;; }", "it is meant for time, not for max"),
    ("dimension: x { sql: {{ 1 | shout }} ;; }", "error Liquid error: unknown filter 'shout'"),
    ("dimension: x { sql: ${EXTENDED} ;; }", "${EXTENDED}: there is no sql that this extends"),
]


@pytest.mark.parametrize(("text", "message"), VIEWS, ids=[text[:60] for text, _ in VIEWS])
def test_views(tmp_path: Path, text: str, message: str) -> None:
    join = "explore: people { join: v { relationship: one_to_one sql_on: 1=1 ;; } }\n"
    found = told(tmp_path, f"{join}view: v {{\n{text}\n}}")
    assert any(message in line for line in found), found
    assert all(int(line.partition(":")[0]) in (2, 3) for line in found)


@pytest.mark.parametrize(
    "text",
    [
        "{% assign y = 1 %}{{ y }}",
        "{% for i in (1..2) %}{{ i }}{{ forloop.index }}{% endfor %}",
        "{% if people._in_query or made._in_query or people.made._in_query %}{% endif %}",
        "{{ value }}{{ rendered_value }}{{ row['people.id'] }}{{ people.id._value }}{{ id._value }}",
        "{{ _user_attributes['any'] }}{{ part._parameter_value }}{{ people.part._parameter_value }}",
    ],
)
def test_variables_that_are_there(tmp_path: Path, text: str) -> None:
    fields = "dimension: id {} parameter: part {} dimension_group: made { timeframes: [date] }"
    join = "explore: people { join: v { relationship: one_to_one sql_on: 1=1 ;; } }\n"
    assert told(tmp_path, f"{join}view: v {{ {fields} dimension: x {{ html: {text} ;; }} }}") == []


def test_asserts_name_fields(tmp_path: Path) -> None:
    text = "test: t { explore_source: people { column: id {} } assert: a { expression: ${people.nme} = 1 ;; } }"
    assert told(tmp_path, f"explore: people {{}} {text}") == [
        (
            '1:20 error Unknown or inaccessible field "people.nme" in assert "a" of test "t". '
            'Did you mean "people.name"?'
        )
    ]


def test_circles_of_derived_tables_are_told_once(tmp_path: Path) -> None:
    text = """
    view: a { derived_table: { sql: select * from ${b.SQL_TABLE_NAME} ;; } dimension: id {} }
    view: b { derived_table: { explore_source: outer { column: id { field: c.id } } } dimension: id {} }
    view: c { derived_table: { sql: select 1 from ${a.SQL_TABLE_NAME}, ${people.SQL_TABLE_NAME} ;; }
      dimension: id {} }
    view: facts { derived_table: { explore_source: outer { column: id { field: people.id } } }
      dimension: id {} }
    explore: outer { from: people view_name: people
      join: c { relationship: one_to_one sql_on: ${c.id} = ${people.id} ;; }
      join: facts { relationship: one_to_one sql_on: ${facts.id} = ${people.id} ;; } }
    """
    circle = "Derived tables refer to one another in a circle: a → b → c → a"
    assert told(tmp_path, text) == [f"2:15 error {circle}"]


EXPLORES = [
    ('persist_for: "a while"', "persist_for takes a number of seconds, minutes, hours or days"),
    ('persist_for: "1 hour" persist_with: daily', "persist_with counts"),
    ("sql_always_where: ${people.nme} = 1 ;;", 'field "people.nme" in sql_always_where. Did you'),
    ("sql_always_having: ${people.nme} = 1 ;;", 'field "people.nme" in sql_always_having'),
    ('always_filter: { filters: [people.nme: "x"] }', "unknown filter field 'people.nme'. Did you"),
    ('always_filter: { filters: [people.id: "x y"] }', "Invalid filter"),
    ('always_filter: { fliters: [people.id: "1"] }', 'parameter "fliters" in always_filter "e"'),
    (
        'conditionally_filter: { filters: [people.id: "1"] unless: [people.nme] }',
        'field "people.nme" in unless of conditionally_filter',
    ),
    ("access_filter: { field: people.nme user_attribute: a }", 'Unknown field "people.nme" in an'),
    ("access_filter: { field: people.name }", "needs a field and a user_attribute"),
    ('access_filter: "people.name"', "needs a field and a user_attribute"),
    ("join: people { sql_on: 1=1 ;; }", 'Join "people" has the name of the base view'),
    ("access_filter_fields: [people.name]", "access_filter_fields is no longer in the language"),
    ("fields: [ALL_FIELDS*, -people.nme]", 'field "people.nme" in fields.'),
    ("fields: [people.fw*]", 'Unknown or inaccessible set "people.fw*" in fields.'),
    ("always_join: [v]", 'Unknown view "v" in always_join.'),
    ("cancel_grouping_fields: [people.nme]", 'field "people.nme" in cancel_grouping_fields'),
    ("persist_with: dayly", 'Unknown datagroup "dayly". Did you mean "daily"?'),
    ("required_access_grants: [sen]", 'Unknown access grant "sen" in e.'),
    ("query: q { dimensions: [people.nme] }", 'field "people.nme" in query "q".'),
    (
        'aggregate_table: t { query: { measures: [people.cnt] } materialization: { persist_for: "1 hour" } }',
        'field "people.cnt" in aggregate_table "t".',
    ),
    ("aggregate_table: t { query: { measures: [people.count] } }", "has no materialization"),
    ("join: x { relationship: one_to_one sql_on: 1=1 ;; }", 'Unknown view "x" in explore "e".'),
    ("join: j { from: people sql_on: 1=1 ;; }", "relationship missing, assumed to be many_to_one"),
    ("join: j { from: people relationship: one_to_one }", "needs sql_on or foreign_key"),
    (
        "join: j { from: people relationship: one_to_one sql_on: 1=1 ;; foreign_key: id }",
        "takes one of sql_on, foreign_key",
    ),
    (
        "join: j { from: people relationship: one_to_one foreign_key: nme }",
        'field "nme" in join "j"',
    ),
    (
        "join: j { from: people relationship: one_to_noe sql_on: 1=1 ;; }",
        'Did you mean "one_to_one"',
    ),
    ("join: j { from: people relationship: one_to_one sql_on: ${x} ;; }", 'field "x" in join "j".'),
    (
        "join: j { from: people relationship: one_to_one sql_on: 1=1 ;; required_joins: [k] }",
        'Unknown view "k" in required_joins of join "j".',
    ),
    (
        "join: j { from: people relationship: one_to_one sql_on: 1=1 ;; fields: [nme] }",
        'field "nme" in fields of join "j".',
    ),
]


@pytest.mark.parametrize(("text", "message"), EXPLORES, ids=[text[:60] for text, _ in EXPLORES])
def test_explores(tmp_path: Path, text: str, message: str) -> None:
    found = told(tmp_path, f"explore: e {{ view_name: people\n{text}\n}}")
    assert any(message in line for line in found), found
    assert all(int(line.partition(":")[0]) in (1, 2) for line in found)


MODELS = [
    ("explore: people {}\npersist_with: dayly", 'Unknown datagroup "dayly".'),
    ("datagroup: d {}", "The datagroup d needs a sql_trigger"),
    ('datagroup: d { sql_trigger: 1 ;; interval_trigger: "1 hour" }', "interval_trigger counts"),
    ("access_grant: g {}", "The access_grant g names no user_attribute"),
    ("access_grant: g { user_attribute: a }", "The access_grant g has no allowed_values"),
    ('datagroup: a-b { max_cache_age: "1 hour" }', 'The name of datagroup "a-b" takes letters'),
    ("map_layer: l {}", "The map_layer l needs a file or a url"),
    ("named_value_format: f {}", "The named_value_format f has no value_format"),
    ('named_value_format: f { value_fromat: "0" }', 'parameter "value_fromat"'),
    ('persist_for: "1 hour"\npersist_with: daily', "persist_with counts"),
    ("week_start_day: mondy", 'Did you mean "monday"?'),
    ("test: t { assert: a { expression: yes ;; } }", 'The test "t" has no explore_source'),
    ("test: t { explore_source: nobody { column: a {} } }", "Unknown source explore nobody"),
    ("exlore: e {}", 'Unknown or unexpected parameter "exlore" in a model. Did you mean "explore"'),
    ("view: people {}", "A view named people has been defined multiple times"),
    ("view: +peple {}", "Cannot refine unknown view (peple)"),
    ("view: a { extends: [peple] }", "Cannot extend unknown view (peple)"),
    ("view: a { final: yes }\nview: +a {}", "although m.model.lkml:14:1 says final: yes"),
    ("view: a {}\nview: +a { final: yes }\nview: +a {}", "m.model.lkml:15:1 says final: yes"),
    ("@{x}: 1", "Cannot read this as LookML"),
]


@pytest.mark.parametrize(("text", "message"), MODELS, ids=[text[:60] for text, _ in MODELS])
def test_models(tmp_path: Path, text: str, message: str) -> None:
    found = told(tmp_path, text)
    assert any(message in line for line in found), found


def test_models_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/m.model.lkml").write_text('connection: "other"')
    found = opened(tmp_path, "")
    assert [str(d.location) for d in found.errors] == ["old/m.model.lkml:1:1"]
    assert "A model named m has been defined multiple times" in found.errors[0].message
    assert found.models["m"].connection == "c"


def test_a_model_needs_a_connection(tmp_path: Path) -> None:
    assert told(tmp_path, "", 'label: "x"\n') == ["0:1 error The model m has no connection"]


def test_a_project_without_faults(tmp_path: Path) -> None:
    text = """
view: +people { measure: adas { type: count filter: { field: name value: "Ada" } } }
explore: people {
  always_filter: { filters: [name: "x", people.born: "7 days"] }
  fields: [ALL_FIELDS*, -people.few*, twin*]
  join: twin { from: people relationship: one_to_one foreign_key: people.id fields: [few*, made] }
  query: q { dimensions: [people.name, twin.made_date] measures: [count] }
}
view: more { extends: [people]
  dimension: name { sql: {% if part._parameter_value == 'x' %} upper(${EXTENDED}) {% endif %} ;;
    html: {{ value }} {{ more.born._rendered_value }} {{ _filters['more.name'] | url_encode }} ;; }
  dimension: whole { sql: ${people.id} ;; drill_fields: [few*, -id, made] value_format_name: usd }
  set: few { fields: [EXTENDED*, born] }
}
view: +people { dimension: name { sql: ${TABLE}.n ;; } }
"""
    found = opened(tmp_path, text)
    assert found.diagnostics == ()
    assert "upper(${TABLE}.n)" in (found.models["m"].views["more"].fields["name"].sql or "")


def test_views_of_other_models_are_left_alone(tmp_path: Path) -> None:
    """A view that no explore of this model uses may be written for another model."""
    assert told(tmp_path, "view: v { dimension: x { sql: ${elsewhere.y} ;; } }") == []


def test_places_within_templates(tmp_path: Path) -> None:
    text = "view: v {\n  dimension: x {\n    sql: a,\n      {{ 1 | nope }} ;;\n  }\n}"
    assert told(tmp_path, text)[0].startswith("4:14 error Liquid error: unknown filter 'nope'")


def test_yaml_lookml_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "old.view.lookml").write_text(
        "- view: x\n  fields:\n  - dimension: y\n    sql: z\n"
    )
    (tmp_path / "m.model.lkml").write_text('connection: "c"\ninclude: "old.view"')
    (found,) = open_project(tmp_path).diagnostics
    assert "LookML in YAML" in found.message
    assert (str(found.location), found.severity) == ("old.view.lookml:1:1", Severity.error)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("stauts", ["status", "state"], ' Did you mean "status"?'),
        ("x", ["y"], ""),
        ("", ["a"], ""),
        ("ordes.cnt", [f"orders.field_{n}" for n in range(3000)] + ["orders.cnt"], "orders.cnt"),
    ],
)
def test_nearest_name(name: str, known: list[str], hint: str) -> None:
    found = did_you_mean(name, known)
    assert hint in found
    assert bool(found) == bool(hint)


def test_suggestions_of_another_model_are_told_where_an_explore_has_the_view(tmp_path) -> None:
    text = "view: v { dimension: x { suggest_explore: z suggest_dimension: y } }\n"
    assert not any("suggest_explore" in line for line in told(tmp_path, text))
    found = told(tmp_path, text + "explore: v {}\n")
    assert any('Unknown suggest_explore "z" in "v.x"' in line for line in found)
