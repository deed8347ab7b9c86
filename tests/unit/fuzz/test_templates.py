"""Whatever a model's templates say, a query answers or says what is wrong."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace
from tests.unit.fuzz.mutation import anything, mutated
from tests.unit.fuzz.shop import NOW

from belvedere.compiler import compile_query, dialects
from belvedere.compiler.request import Request, Viewer
from belvedere.errors import BelvedereError
from belvedere.lookml.liquid_sandbox import MOST_OUTPUT
from belvedere.lookml.model import Category, DerivedTable, Explore, Field, Model, View

RIGHT = (
    "{% if t.word._in_query %} ${TABLE}.a {% elsif t.id._is_filtered %} 1 {% else %} 2 {% endif %}",
    "{% condition t.given %} ${TABLE}.a {% endcondition %}",
    "{% parameter t.chosen %} + {{ t.chosen._parameter_value }}",
    "{% date_start t.span %} < {% date_end t.span %}",
    "{% for x in (1..9) %}{% if x > 3 %}{% break %}{% endif %}{{ x | times: 2 | plus: 1 }}{% endfor %}",
    "{% assign a = _filters['t.given'] | split: ',' | join: '-' %}{{ a | upcase | sql_quote }}",
    "{% capture b %}{{ _user_attributes['region'] | append: 'x' }}{% endcapture %}{{ b | size }}",
    "{% case t.chosen._parameter_value %}{% when '1' %}a{% when '2' or 3 %}b{% else %}c{% endcase %}",
    "{% raw %}{{ no }}{% endraw %}{% comment %} x {% endcomment %}${word}{{ _model._name }}",
    "{% unless t.id._is_selected %}{{ _view._name }}.{{ _dialect._name }}{% endunless %}",
)
PIECES = (
    *("{%", "%}", "{{", "}}", "{%-", "-%}", "${", "}", "${TABLE}", "${word}", "${id}", "${t.word}"),
    *(" if ", " else ", "endif", " for x in ", "endfor", "endcondition", "condition t.given"),
    *(
        "(1..99999999)",
        "tablerow",
        "cycle 1,2",
        "include 'a'",
        "render 'a'",
        "increment n",
        "a.b.c",
    ),
    *(
        "| append: ",
        "| times: ",
        "| divided_by: 0",
        "| slice: -1, 9",
        "| replace: '', 'x'",
        "| nope",
    ),
    *(
        "_filters['t.given']",
        "['",
        "']",
        "==",
        "contains",
        "and",
        "or",
        "nil",
        "blank",
        "-1",
        "1e9",
    ),
)
TEMPLATES = mutated(st.sampled_from(RIGHT), PIECES) | anything(PIECES) | st.sampled_from(RIGHT)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def model(template: str, place: str) -> Model:
    texts = {"field": "${TABLE}.word", "table": "SELECT * FROM t", place: template}
    fields = [
        Field(name="id", view="t", category=Category.dimension, type="number", primary_key=True),
        Field(
            name="word", view="t", category=Category.dimension, type="string", sql=texts["field"]
        ),
        Field(name="count", view="t", category=Category.measure, type="count"),
        Field(name="given", view="t", category=Category.filter, type="string"),
        Field(name="span", view="t", category=Category.filter, type="date"),
        Field(name="chosen", view="t", category=Category.parameter, type="number"),
    ]
    view = View(name="t", fields={field.name: field for field in fields}, primary_key="id")
    if place == "table":
        view = replace(view, derived_table=DerivedTable(sql=template))
    explore = Explore(
        name="t",
        base="t",
        base_view="t",
        sql_always_where=template if place == "where" else None,
    )
    return Model(name="m", project="p", version="1", explores={"t": explore}, views={"t": view})


@MANY
@given(
    template=TEMPLATES,
    place=st.sampled_from(["field", "table", "where"]),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "t.given": st.sampled_from(["a", "a,-b%", "'{{ 1 }}'", "${TABLE}"]),
            "t.span": st.sampled_from(["7 days", "2024"]),
            "t.chosen": st.sampled_from(["1", "2"]),
        },
    ),
)
def test_any_template_anywhere(template: str, place: str, filters: dict[str, str]) -> None:
    viewer = Viewer(attributes={"region": "O'Hara"})
    request = Request(
        model(template, place), "t", ("t.word", "t.count"), NOW, filters=filters, viewer=viewer
    )
    try:
        found = compile_query(request, dialects.get("duckdb"))
    except BelvedereError as error:
        said = str(error)
    else:
        said = found.sql
    assert 0 < len(said) < 2 * MOST_OUTPUT
