from __future__ import annotations

import builtins
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from belvedere.errors import BelvedereError, LookmlError, QueryError
from belvedere.lookml import liquid, liquid_engine, liquid_lexer, liquid_sandbox


class Query:
    """A query that selects `orders.created_date` and filters `orders.status`."""

    model_name = "shop"
    explore_name = "orders"
    view_name = "orders"
    field_name = "status"
    dialect_name = "duckdb"
    timezone = "Europe/Paris"

    def in_query(self, name: str) -> bool:
        return self.is_selected(name) or self.is_filtered(name)

    def is_selected(self, name: str) -> bool:
        return name in ("orders.created_date", "created_date", "orders")

    def is_filtered(self, name: str) -> bool:
        return name in ("orders.status", "status", "orders")

    def condition(self, name: str, sql: str) -> str:
        return f"({sql} IN [{name}])"

    def increment_condition(self, sql: str) -> str:
        return f"({sql} IS NEW)"

    def parameter(self, name: str) -> str:
        if name == "unknown":
            raise QueryError("Unknown parameter unknown")
        return f"<{name}>"

    def parameter_value(self, name: str) -> str | None:
        return {"granularity": "'Day'", "orders.metric": "revenue"}.get(name)

    def date_start(self, name: str) -> str:
        return f"start({name})"

    def date_end(self, name: str) -> str:
        return f"end({name})"

    def user_attribute(self, name: str) -> str | None:
        return {"region": "West", "quoted": "O'Hara"}.get(name)

    def localized(self, key: str) -> str | None:
        return {"hello": "Hallo"}.get(key)

    def filter_text(self, name: str) -> str | None:
        return {"orders.status": "complete,pending"}.get(name)

    def sql_of(self, name: str) -> str:
        return f"sql({name})"

    def sql_quote(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"


def render(template: str) -> str:
    return liquid.render(template, Query())


# What LookML adds


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% condition status %} o.status {% endcondition %}", "(o.status IN [status])"),
        (
            "{% condition orders.created_date %}o.at{% endcondition %}",
            "(o.at IN [orders.created_date])",
        ),
        ("{%condition a%}x{%endcondition%}", "(x IN [a])"),
        ("{% condition %} o.status {% endcondition %}", "(o.status IN [status])"),
        ("{% if false and (true or true) %}a{% else %}b{% endif %}", "b"),
        ("{% if ${orders.status} == '1' %}a{% else %}${b}{% endif %}", "${b}"),
        ("{% if ${orders.status._is_filtered} %}a{% endif %}", "a"),
        ("{% if (false and true) or true %}a{% else %}b{% endif %}", "a"),
        ("{% if orders.status._is_filtered and (x == 1 or orders._in_query) %}a{% endif %}", "a"),
        ("{%- condition a -%} x {%- endcondition -%}", "(x IN [a])"),
        ("{% parameter metric %}", "<metric>"),
        ("{% parameter orders.metric %}", "<orders.metric>"),
        (
            "{% date_start orders.at %}..{% date_end orders.at %}",
            "start(orders.at)..end(orders.at)",
        ),
        ("{% incrementcondition at %} o.at {% endincrementcondition %}", "(o.at IS NEW)"),
        ("{% condition a %}{% parameter p %}{% endcondition %}", "(<p> IN [a])"),
        ("{% condition a %}{{ orders.b._sql }}{% endcondition %}", "(sql(orders.b) IN [a])"),
    ],
)
def test_tags(template: str, expected: str) -> None:
    assert render(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% if orders.created_date._in_query %}day{% else %}none{% endif %}", "day"),
        ("{% if orders.created_week._in_query %}week{% else %}none{% endif %}", "none"),
        ("{% if created_date._is_selected and status._is_filtered %}both{% endif %}", "both"),
        ("{% if orders._in_query %}yes{% endif %}{% if users._in_query %}no{% endif %}", "yes"),
        ("{% if granularity._parameter_value == \"'Day'\" %}quoted{% endif %}", "quoted"),
        ("{% if orders.metric._parameter_value == 'revenue' %}bare{% endif %}", "bare"),
        ("{% unless orders.a._in_query %}u{% endunless %}", "u"),
        ("{{ orders.status._sql }} {{ status._sql }}", "sql(orders.status) sql(status)"),
        ("{{ _filters['orders.status'] }}", "complete,pending"),
        ("{{ _filters['orders.other'] }}", ""),
        ("{% if _user_attributes['region'] == 'West' %}w{% endif %}", "w"),
        ("{{ _user_attributes['region'] }}/{{ _user_attributes['none'] }}", "West/"),
        (
            "{{ _model._name }} {{ _explore._name }} {{ _view._name }} {{ _field._name }}",
            "shop orders orders orders.status",
        ),
        ("{{ _dialect._name }} {{ _query._query_timezone }}", "duckdb Europe/Paris"),
        ("{{ orders }}{{ orders.status }}{{ _unknown }}{{ orders._unknown }}", ""),
    ],
)
def test_variables(template: str, expected: str) -> None:
    assert render(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ _user_attributes['quoted'] | sql_quote }}", "'O''Hara'"),
        ("{{ 'Yes' | sql_boolean }}{{ 'no' | sql_boolean }}", "TRUEFALSE"),
        ("{{ 'a b&c' | encode_uri }}", "a%20b%26c"),
        ("{{ 'a b&c' | url_encode }}", "a+b%26c"),
        ("{{ 'a,b' | filterable_value }}", '"a,b"'),
        ("{{ 'plain' | filterable_value }}", "plain"),
        ("{{ 'a-b' | replace: '-', '+' | append: '!' | upcase }}", "A+B!"),
        ("{{ 7 | divided_by: 2 }} {{ 3 | times: 4 | minus: 1 }}", "3 11"),
        ("{{ 'x,y,z' | split: ',' | join: ' ' }}", "x y z"),
        ("{{ '' | default: 'none' }}", "none"),
        ("{{ '2024-03-05' | date: '%d/%m/%Y' }}", "05/03/2024"),
    ],
)
def test_filters(template: str, expected: str) -> None:
    assert render(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% case 'b' %}{% when 'a' %}1{% when 'b' %}2{% else %}3{% endcase %}", "2"),
        ("{% for i in (1..3) %}{{ i }},{% endfor %}", "1,2,3,"),
        ("{% assign p = 'a|b' | split: '|' %}{% for i in p %}[{{ i }}]{% endfor %}", "[a][b]"),
        ("{% capture c %}x{{ 1 }}{% endcapture %}{{ c }}{{ c }}", "x1x1"),
        ("a{% comment %} {{ broken {% comment %}in{% endcomment %} {% endcomment %}b", "ab"),
        ("{% raw %}{{ untouched }}{% if %}{% endraw %}", "{{ untouched }}{% if %}"),
        ("a {%- raw -%} b {%- endraw -%} c", "ab c"),
        ("a  {{- 1 -}}  b", "a1b"),
        ("a  {%- if true -%}  b  {%- endif -%}  c", "abc"),
        ("{% # a note %}a", "a"),
        ("a } b }} c %} { % d", "a } b }} c %} { % d"),
        ("no liquid at all: ${TABLE}.x", "no liquid at all: ${TABLE}.x"),
        ("{% if false %}\n{% condition a %}x{% endcondition %}{% endif %}", ""),
        ("", ""),
    ],
)
def test_standard_liquid(template: str, expected: str) -> None:
    assert render(template) == expected


def test_a_tag_inside_an_untaken_branch_asks_nothing() -> None:
    assert render("{% if false %}{% parameter unknown %}{% endif %}ok") == "ok"
    with pytest.raises(QueryError, match="Unknown parameter unknown"):
        render("{% parameter unknown %}")


def test_has_liquid() -> None:
    assert liquid.has_liquid("{{ x }}")
    assert liquid.has_liquid("{% x %}")
    assert not liquid.has_liquid("${TABLE}.x || '}}'")


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{ users.name._value }} {{ id._rendered_value | url_encode }}", {"users.name", "id"}),
        ("{% if events.ev.term._value == 1 %}x{% endif %}", {"events.ev.term"}),
        ("{{ value }} {{ users.name._sql }} {{ p._parameter_value }}", set()),
        ("a.b._value outside of any markup", set()),
    ],
)
def test_references(template: str, names: set[str]) -> None:
    assert liquid.references(template) == names


# Cells


def cell(row: dict[str, object]) -> liquid.CellVariables:
    def shown(name: str) -> dict[str, object] | None:
        return {"_value": row[name], "_rendered_value": f"~{row[name]}~"} if name in row else None

    return liquid.CellVariables("users", {"value": row["users.name"], "_filters": {}}, shown)


ROW: dict[str, object] = {"users.name": "<b>Tom & Co</b>", "users.age": 41, "orders.count": 3}


def test_html_escapes_values_and_keeps_the_markup_of_the_template() -> None:
    html = '<p title="{{ value }}">{{ users.name._value }}</p>{{ "<i>" }}'
    safe = "&lt;b&gt;Tom &amp; Co&lt;/b&gt;"
    assert liquid.render_html(html, cell(ROW)) == f'<p title="{safe}">{safe}</p><i>'


def test_html_escapes_after_the_filters() -> None:
    encoded = "%3Cb%3ETom+%26+Co%3C%2Fb%3E"
    assert liquid.render_html("{{ value | url_encode }}", cell(ROW)) == encoded
    appended = liquid.render_html("{{ value | append: '<br>' }}", cell(ROW))
    assert appended == "&lt;b&gt;Tom &amp; Co&lt;/b&gt;<br>"


@given(st.text())
def test_no_value_can_add_markup(text: str) -> None:
    shown = liquid.render_html("{{ value }}{{ value | upcase | strip }}", {"value": text})
    assert "<" not in shown
    assert '"' not in shown


def test_a_condition_without_a_name_is_one_of_a_field() -> None:
    query = Query()
    query.field_name = ""
    with pytest.raises(LookmlError, match="needs the name of a field"):
        liquid.render("{% condition %}x{% endcondition %}", query)


def test_links_are_not_escaped() -> None:
    assert liquid.render_cell("/d?q={{ value }}", cell(ROW)) == "/d?q=<b>Tom & Co</b>"


def test_cells_of_the_row_are_read_by_short_and_full_name() -> None:
    template = "{{ age._value }} {{ users.age._rendered_value }} {{ orders.count._value }}"
    assert liquid.render_cell(template, cell(ROW)) == "41 ~41~ 3"
    assert liquid.render_cell("{{ users.none._value }}{{ none._value }}", cell(ROW)) == ""


# Errors


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("x\n\n  {% if a = %}\n{% endif %}", "line 3, column 11"),
        ("a\n{% nope %}", "unexpected tag 'nope' (line 2, column 4) at: {% nope %}"),
        ("{{ 1 | nope }}", "unknown filter 'nope' (line 1, column 8)"),
        ("select {{ broken", "expected '}}', found the end of the text (line 1, column 8)"),
        ("{% condition a.b %}x", "expected tag endcondition"),
        ("{% date_start %}", "expected expression"),
        ("{% parameter %}", "expected expression"),
        ("{% %}", "a tag without a name"),
        ("{% raw %}x", "raw tag was never closed"),
        ("{% comment %}x", "comment tag was never closed"),
        ("{{ 1 | divided_by: 0 }}", "can't divide by 0"),
        ("{{ '1e400' | ceil }}", "ceil: cannot convert float infinity"),
        ("{% include 'x' %}", "unexpected tag 'include'"),
        ("{% render 'x' %}", "unexpected tag 'render'"),
    ],
)
def test_errors_say_what_and_where(template: str, message: str) -> None:
    with pytest.raises(LookmlError) as raised:
        render(template)
    assert message in str(raised.value)


# Limits

HOSTILE = {
    "output": "{% for i in (1..9999) %}" + "x" * 1000 + "{% endfor %}",
    "nested loops": "{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
    "loops in a row": "{% for i in (1..99999) %}{% endfor %}" * 50,
    "a long loop body": "{% for i in (1..99999) %}" + "{% if 1 == 2 %}{% endif %}" * 3000 + "{% endfor %}",
    "doubling": "{% assign a = 'x' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}",
    "doubling lists": "{% assign a = 'x' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}",
    "capturing": "{% for i in (1..99) %}{% capture a %}{{ a }}{{ a }}xx{% endcapture %}{% endfor %}",
    "many variables": "{% assign x = 'x' | split: '' %}{% capture a %}{% for i in (1..9000) %}" + "x" * 100 + "{% endfor %}{% endcapture %}{% assign b = a %}{% assign c = a %}",
    "multiplying": "{% assign a = 'xxxxxxxxxx' %}{{ a " + "| replace: 'x', a " * 20 + "}}",
    "joining": "{% assign s = 'x' %}{% for i in (1..15) %}{% assign s = s | append: s %}{% endfor %}{{ s | split: 'y' | concat: (1..9999) | join: s | size }}",
    "a range as a list": "{{ (1..1000000000) | join: ',' }}",
    "a large number": "{% assign n = 9 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}",
    "nesting": "{% if true %}" * 3000 + "{% endif %}" * 3000,
    "a long expression": "{% if " + " or ".join(["a"] * 9000) + " %}x{% endif %}",
    "open outputs": "{{" * 100_000,
    "open tags": "{%" * 100_000,
    "open raws": "{% raw %}" * 100_000,
    "open comments": "{% comment %}" * 50_000,
    "braces": "{" * 900_000,
    "blanks": "{{" + " " * 900_000,
    "length": "{{ 1 }}" + "x" * liquid_lexer.MOST_TEXT,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_templates_end_in_an_error(name: str) -> None:
    with pytest.raises(LookmlError):
        render(HOSTILE[name])


def test_work_of_filters_is_bounded() -> None:
    long = "{% capture s %}{% for i in (1..9000) %}" + "x" * 100 + "{% endfor %}{% endcapture %}"
    with pytest.raises(LookmlError, match="filters have too much to do"):
        render(long + "{% for i in (1..90) %}{% assign t = s | upcase %}{% endfor %}")


def test_what_real_templates_do_is_within_the_limits() -> None:
    tests = "".join(f"{{% if orders.f{n}._is_selected %}} f{n}, {{% endif %}}" for n in range(2000))
    assert render(tests) == ""
    terms = " or ".join(f"orders.created_{n}._in_query" for n in range(200))
    assert render(f"{{% if {terms} %}}a{{% else %}}b{{% endif %}}") == "b"
    assert len(render("{% for i in (1..5000) %}" + "x" * 100 + "{% endfor %}")) == 500_000


PIECES = [
    "{{", "}}", "{%", "%}", "{{-", "-%}", "{% if ", "{% endif %}", "{% for i in (1..9) %}",
    "{% endfor %}", "{% condition a.b %}", "{% endcondition %}", "{% parameter p %}",
    "{% assign a = ", "{% capture a %}", "{% endcapture %}", "{% include '/etc/passwd' %}",
    "{% render 'x' %}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}",
    "{% case a %}", "{% when 1 %}", "{% endcase %}", "{% else %}", "{% elsif a %}", "{% break %}",
    "{% cycle 'a', 'b' %}", "{% tablerow i in a %}", "{% endtablerow %}", "{% increment a %}",
    "{% liquid\n echo a\n%}", "{% ifchanged %}", "{% endifchanged %}", "{% doc %}", "{% enddoc %}",
    "a", "'x'", '"y"', "1", "-1", "1.5", "(1..5)", "(a..b)", "nil", "true", "blank", "empty",
    " | ", " : ", ", ", ".", "[", "]", " == ", " > ", " < ", " contains ", " and ", " or ", " in ",
    "_filters['x']", "_user_attributes", "orders.status._sql", "a._value", "a.first", "a.size",
    "forloop.index", "__class__", "\n", " ", "\0", "é", "'1e999'", "99999999999999999999",
    *(f" | {name}" for name in liquid_engine.sandbox(html=False, strict=True).filters),
    *(f" | {name}: a, 'x', 3" for name in liquid_engine.sandbox(html=False, strict=True).filters),
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join), st.booleans()
)
def test_any_template_renders_or_is_an_error(template: str, html: bool) -> None:
    try:
        shown = liquid.render_html(template, {"a": "x", "value": 1}) if html else render(template)
    except BelvedereError:
        return
    assert isinstance(shown, str)
    assert len(shown) <= liquid_sandbox.MOST_OUTPUT


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(liquid_engine.sandbox(html=False, strict=True).filters)),
    st.lists(
        st.sampled_from(
            [
                "''",
                "'a<b>&'",
                "'1e999'",
                "'-'",
                "0",
                "-1",
                "1.5",
                "99999999999",
                "(1..9)",
                "nil",
                "true",
                "a",
                "_filters",
                "orders",
                "'now'",
                "'%Y%q%%'",
                "'\\'",
                "'9'",
            ]
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_any_filter_takes_any_arguments_or_is_an_error(name: str, values: list[str]) -> None:
    template = f"{{{{ {values[0]} | {name}: {', '.join(values[1:])} }}}}".replace(": }}", " }}")
    try:
        assert isinstance(render(template), str)
    except LookmlError:
        return


def test_templates_open_no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.liquid"
    secret.write_text("secret")
    names = [str(secret), "secret.liquid", "../secret.liquid"]
    templates = [
        f"{{% {tag} '{name}' %}}{rest}"
        for name in names
        for tag, rest in (
            ("include", ""),
            ("render", ""),
            ("extends", ""),
            ("layout", ""),
            ("import", ""),
            ("block", "{% endblock %}"),
            ("macro", "{% endmacro %}"),
        )
    ]
    render("{{ 1 }}")
    monkeypatch.chdir(tmp_path)

    def refused(*_: object, **__: object) -> None:
        pytest.fail("a template reached for a file")

    for owner, name in ((builtins, "open"), (io, "open"), (os, "open"), (Path, "read_text")):
        monkeypatch.setattr(owner, name, refused)
    messages = []
    for template in templates:
        with pytest.raises(LookmlError) as raised:
            render(template)
        messages.append(str(raised.value))
    monkeypatch.undo()
    assert all("unexpected tag" in message for message in messages)


def test_a_server_starts_without_the_liquid_library() -> None:
    code = "import sys, belvedere.app; print('liquid' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
