"""LookML of dashboards: what is written is read again as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, example, given, settings, strategies as st

from belvedere.lookml.dashboard_files import read_file
from belvedere.lookml.dashboard_vocabulary import LAYOUTS
from belvedere.lookml.dashboard_writing import packed, unpacked, written
from belvedere.lookml.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardRow,
    DashboardTab,
    ElementQuery,
    EmbedStyle,
    JoinField,
    Listen,
    Placement,
)
from belvedere.lookml.model import FilterPair
from belvedere.lookml.resolve_dashboards import resolve_dashboards

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
ODD = st.sampled_from(["yes", "null", "12", "1.5e3", "08", "~", "a: b", "- x", "#", "{{ x }}", "é"])
WORD = (TEXT | ODD).map(str.strip).filter(bool)
NAME = st.from_regex(r"[a-z_]{1,6}\.[a-z_]{1,6}", fullmatch=True)
MAYBE = st.none() | TEXT.filter(bool) | ODD
WHOLE = st.none() | st.integers(-1, 5000)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | ODD,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | ODD, inner, max_size=3)
    ),
    max_leaves=8,
)
CONFIG = st.dictionaries(
    st.text(max_size=6) | ODD | st.sampled_from(["type", "hidden_fields", "row", "title", "<<"]),
    JSON | st.sampled_from(["text", "looker_bar", "looker_table", "vis", ["a.b"]]),
    max_size=4,
)


def names() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(NAME, max_size=2).map(tuple)


@st.composite
def queries(draw: st.DrawFn, **further: Any) -> ElementQuery:
    pairs = draw(st.dictionaries(NAME, TEXT | ODD, max_size=2))
    listens = draw(st.dictionaries(WORD, NAME, max_size=2))
    return ElementQuery(
        model=draw(NAME),
        explore=draw(NAME),
        fields=draw(names()),
        pivots=draw(names()),
        sorts=draw(names()),
        fill_fields=draw(names()),
        filters=tuple(FilterPair(*pair) for pair in pairs.items()),
        filter_expression=draw(MAYBE),
        limit=draw(WHOLE),
        column_limit=draw(WHOLE),
        total=draw(st.booleans()),
        row_total=draw(st.sampled_from([None, "left", "right"])),
        subtotals=draw(names()),
        dynamic_fields=tuple(draw(st.lists(st.fixed_dictionaries({"a": JSON}), max_size=2))),
        query_timezone=draw(MAYBE),
        listen=tuple(Listen(*pair) for pair in listens.items()),
        **further,
    )


@st.composite
def elements(draw: st.DrawFn, name: str) -> DashboardElement:
    texts = ("title", "title_text", "subtitle_text", "body_text", "rich_content_json")
    notes = ("note_text", "note_state", "note_display", "aria_description", "filter_id")
    values: dict[str, Any] = {key: draw(MAYBE) for key in (*texts, *notes)}
    kind = draw(st.sampled_from(["text", "query", "merge"]))
    values["type"] = "text"
    if kind != "text":
        values["type"], hidden, values["vis_config"] = packed(draw(CONFIG))
        values["queries"] = (draw(queries(hidden_fields=hidden)),)
    if kind == "merge":
        joins = tuple(JoinField(a, b) for a, b in draw(st.lists(st.tuples(NAME, NAME), max_size=2)))
        parts = st.lists(queries(name=draw(MAYBE), join_fields=joins), min_size=1, max_size=2)
        values["queries"] = tuple(draw(parts))
        values["shape"] = ElementQuery(pivots=draw(names()), hidden_fields=hidden, limit=5)
    place = st.integers(0, 100)
    spot = Placement(**{side: draw(st.none() | place) for side in Placement.__struct_fields__})
    return DashboardElement(
        name=name,
        title_hidden=draw(st.booleans()),
        refresh=draw(MAYBE),
        placement=spot,
        tab_name=draw(MAYBE),
        **values,
    )


@st.composite
def filters(draw: st.DrawFn, name: str) -> DashboardFilter:
    return DashboardFilter(
        name=name,
        title=draw(MAYBE),
        type=draw(st.sampled_from(["field_filter", "string_filter", "date_filter"])),
        default_value=draw(st.none() | TEXT | ODD),
        allow_multiple_values=draw(st.booleans()),
        required=draw(st.booleans()),
        model=draw(MAYBE),
        explore=draw(MAYBE),
        field=draw(MAYBE),
        ui_config=draw(st.none() | st.just({"type": "checkboxes", "options": ["1", "yes"]})),
        listens_to_filters=tuple(draw(st.lists(WORD, max_size=2))),
    )


ROWS = st.builds(
    DashboardRow, elements=st.lists(WORD, max_size=2).map(tuple), height=st.none() | st.just(300)
)


@st.composite
def dashboards(draw: st.DrawFn) -> Dashboard:
    flags = ("crossfilter_enabled", "enable_viz_full_screen", "filters_bar_collapsed")
    texts = ("title", "description", "preferred_slug", "refresh", "query_timezone")
    labels = draw(st.lists(WORD, max_size=1))
    element_names = draw(st.lists(WORD, max_size=1))
    filter_names = draw(st.lists(WORD, max_size=1))
    return Dashboard(
        name="d",
        model="",
        **{name: draw(st.booleans()) for name in flags},
        **{name: draw(MAYBE) for name in texts},
        embed_style=EmbedStyle(show_title=draw(st.none() | st.booleans()), title_color="#fff"),
        tabs=tuple(DashboardTab(name=label, label=label) for label in labels),
        filters=tuple(draw(filters(name)) for name in filter_names),
        elements=tuple(draw(elements(name)) for name in element_names),
        layout=draw(st.sampled_from(LAYOUTS)),
        rows=tuple(draw(st.lists(ROWS, max_size=2))),
        tile_size=draw(st.integers(1, 500)),
        options={"hidden": True},
    )


def placeless(value: Any) -> Any:
    """Without where it stands in a file, and without elements' empty queries."""
    if isinstance(value, tuple):
        return tuple(placeless(item) for item in value)
    if not hasattr(value, "__struct_fields__"):
        return value
    found = {name: placeless(getattr(value, name)) for name in value.__struct_fields__}
    found.pop("location", None)
    return type(value).__name__, tuple(sorted(found.items(), key=lambda pair: pair[0]))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(dashboards())
def test_what_is_written_is_read_again(dashboard: Dashboard) -> None:
    text = written(dashboard)
    file = read_file(text, "x")
    assert file.problems == [], text
    found, problems = resolve_dashboards("", file.dashboards)
    assert [problem for problem in problems if problem.severity.value == "error"] == [], text
    assert placeless(found["d"]) == placeless(dashboard), text


@given(CONFIG)
@example({"type": "text", "row": 1, "vis_config": "x", "<<": {}})
@example({"a": "\ud800\0", "b": 10**30, "c": 1e300, "hidden_fields": "x"})
def test_vis_configs_are_packed_without_loss(config: dict[str, Any]) -> None:
    kind, hidden, rest = packed(config)
    element = DashboardElement(name="x", type=kind, vis_config=rest)
    assert unpacked(element, hidden) == config
