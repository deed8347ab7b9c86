"""Random bodies never make the server fall over."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st

_NAMES = [
    "model",
    "view",
    "fields",
    "pivots",
    "fill_fields",
    "filters",
    "filter_expression",
    "sorts",
    "limit",
    "column_limit",
    "total",
    "row_total",
    "subtotals",
    "vis_config",
    "filter_config",
    "dynamic_fields",
    "query_timezone",
    "client_id",
]
_FIELDS = (
    "users.state",
    "users.age_tier",
    "users.created_month",
    "users.count",
    "orders.count",
    "users.nothing",
    "",
    "x",
    "users.",
    ".",
    "users.created_date",
)
_EXPRESSIONS = (
    "",
    "x",
    "-x",
    "NULL",
    ">5",
    "7 days",
    "before 2020",
    "%",
    "^",
    '"',
    "[1,2)",
    "NOT 3",
    "'; --",
    "{{ _user_attributes['x'] }}",
    "${TABLE}",
    "\0",
    "é" * 50,
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(_FIELDS + _EXPRESSIONS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
_bodies = st.fixed_dictionaries(
    {"model": st.just("thelook"), "view": st.sampled_from(["orders", "users", "order_items"])},
    optional={
        "fields": st.lists(st.sampled_from(_FIELDS), max_size=4),
        "pivots": st.lists(st.sampled_from(_FIELDS), max_size=2),
        "fill_fields": st.lists(st.sampled_from(_FIELDS), max_size=2),
        "sorts": st.lists(st.sampled_from([f"{name} desc 1" for name in _FIELDS]), max_size=2),
        "filters": st.dictionaries(
            st.sampled_from(_FIELDS), st.sampled_from(_EXPRESSIONS), max_size=2
        ),
        "filter_expression": st.sampled_from(
            ["", "1=2", "(", "${users.age}>1", '"', "NOT NOT yes"]
        ),
        "limit": st.sampled_from(["5", 0, -1, "x", None]),
        "total": st.booleans(),
        "row_total": st.sampled_from(["right", "left", None]),
    },
)
_relaxed = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@_relaxed
@given(
    st.dictionaries(st.sampled_from(_NAMES), _json, max_size=6), st.sampled_from(["json", "csv"])
)
def test_any_json(admin, body, result_format) -> None:
    assert admin.post(f"/queries/run/{result_format}", body).status in (200, 400, 404, 422)
    assert admin.post("/queries", body).status in (200, 400, 422)


@_relaxed
@given(_bodies, st.sampled_from(["json", "json_detail", "csv", "html", "md", "json_bi", "xlsx"]))
def test_any_query(admin, body, result_format) -> None:
    answer = admin.post(f"/queries/run/{result_format}", body, params={"apply_formatting": "true"})
    assert answer.status in (200, 400, 422)


@_relaxed
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_fields_and_filter_text(admin, fields, expression) -> None:
    assert admin.get("/user", params={"fields": fields}).status in (200, 400)
    body = {
        "model": "thelook",
        "view": "users",
        "fields": ["users.count"],
        "filters": {"users.state": expression, "users.created_date": expression},
    }
    assert admin.post("/queries/run/json", body).status in (200, 400)
