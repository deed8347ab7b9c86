"""Table calculations over a result that is known to the last cell."""

from __future__ import annotations

import json
import math
from typing import Any

import duckdb
import pytest

from belvedere import clock
from belvedere.projects import models

LOOKML = """
connection: "sales"
view: sales {
  sql_table_name: sales ;;
  dimension: id { primary_key: yes type: number hidden: yes }
  dimension: month {}
  dimension: shop {}
  dimension: open { type: yesno sql: ${TABLE}.shop = 'a' ;; }
  measure: total { type: sum sql: ${TABLE}.amount ;; }
  measure: least { type: min sql: ${TABLE}.amount ;; }
}
explore: sales {}
"""
ROWS = [
    (1, "2024-01", "a", 10),
    (2, "2024-01", "b", 20),
    (3, "2024-02", "a", 30),
    (4, "2024-03", "a", 5),
    (5, "2024-03", "b", None),
    (6, "2024-04", "b", 40),
]


@pytest.fixture
def client(instance, tmp_path):
    path = tmp_path / "sales.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE sales (id INTEGER, month TEXT, shop TEXT, amount INTEGER)")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", ROWS)
    admin = instance.as_role("Admin")
    body = {"name": "sales", "dialect_name": "duckdb", "database": str(path)}
    assert admin.post("/connections", body).status == 200
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "sales.model.lkml").write_text(LOOKML)
    with instance.services.database.session() as session:
        models.add_project(session, "sales", folder, clock.now())
        models.register(session, "sales", "sales", "sales", clock.now())
    return admin


def run(client, expressions, fields=("sales.month", "sales.total"), result_format="json", **body):
    dynamic = [
        item if isinstance(item, dict) else {"table_calculation": name, "expression": item}
        for name, item in expressions.items()
    ]
    query = {
        "model": "sales",
        "view": "sales",
        "fields": list(fields),
        "sorts": ["sales.month"],
        "dynamic_fields": json.dumps(dynamic),
        **body,
    }
    answer = client.post(
        f"/queries/run/{result_format}", query, params={"server_table_calcs": "true"}
    )
    assert answer.status == 200, answer.text
    return answer.json() if "json" in result_format else answer.text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # totals are 30, 30, 5, 40
        ("${sales.total} * 2 + 1", [61, 61, 11, 81]),
        ("-${sales.total} / 4", [-7.5, -7.5, -1.25, -10]),
        ("${sales.total} / 0", [None] * 4),
        ("${sales.total} + null", [None] * 4),
        ("${sales.total} > 10 AND NOT ${sales.total} > 35", ["Yes", "Yes", "No", "No"]),
        ("null > 1 OR ${sales.total} = 5", ["No", "No", "Yes", "No"]),
        ('if(${sales.total} >= 30, "much", "little")', ["much", "much", "little", "much"]),
        ("case(when(${sales.total} = 5, 1), when(${sales.total} = 40, 2))", [None, None, 1, 2]),
        ("case(when(${sales.total} = 5, 1), 9)", [9, 9, 1, 9]),
        ("coalesce(null, ${sales.total})", [30, 30, 5, 40]),
        ("is_null(offset(${sales.total}, 1))", ["No", "No", "No", "Yes"]),
        ("sum(${sales.total})", [105] * 4),
        ("${sales.total} / sum(${sales.total})", [30 / 105, 30 / 105, 5 / 105, 40 / 105]),
        ("mean(${sales.total})", [26.25] * 4),
        ("median(${sales.total})", [30] * 4),
        ("mode(${sales.total})", [30] * 4),
        ("min(${sales.total}) + max(${sales.total})", [45] * 4),
        ("count(${sales.total})", [4] * 4),
        ("count_distinct(${sales.total})", [3] * 4),
        ("stddev_samp(${sales.total})", [14.930394055974097] * 4),
        ("stddev_pop(${sales.total})", [12.93010054098575] * 4),
        ("var_samp(${sales.total})", [222.91666666666666] * 4),
        ("product(${sales.total})", [180000] * 4),
        ("geomean(${sales.total})", [180000**0.25] * 4),
        ("skew(${sales.total})", [-1.3802] * 4),
        ("kurtosis(${sales.total})", [2.6025] * 4),
        ("running_total(${sales.total})", [30, 60, 65, 105]),
        ("running_product(${sales.total})", [30, 900, 4500, 180000]),
        ("offset(${sales.total}, -1)", [None, 30, 30, 5]),
        ("offset(${sales.total}, 1)", [30, 5, 40, None]),
        ("row()", [1, 2, 3, 4]),
        ("1e999", [None] * 4),
        ("1" + "0" * 30, [1e30] * 4),
        ("1" + "0" * 5000, [None] * 4),
        ("round(1" + "0" * 30 + ", 2)", [1e30] * 4),
        ("running_product(${sales.total} * 1e200)", [3e201, None, None, None]),
        ("product(10000000000 * ${sales.total})", [1.8e45] * 4),
        ("lookup(list(5, 1), list(${sales.total}, 1), row())", [3] * 4),
        ("index(${sales.total}, 3)", [5] * 4),
        ("sum(offset_list(${sales.total}, -1, 2))", [30, 60, 35, 45]),
        ("mean(list(${sales.total}, 10))", [20, 20, 7.5, 25]),
        ("rank(${sales.total}, ${sales.total})", [2, 2, 4, 1]),
        ("rank_avg(${sales.total}, ${sales.total})", [2.5, 2.5, 4, 1]),
        ("large(${sales.total}, 2)", [30] * 4),
        ("small(${sales.total}, row())", [5, 30, 30, 40]),
        ("percentile(${sales.total}, 0.25)", [23.75] * 4),
        ("percentile(${sales.total}, 2)", [None] * 4),
        ("percent_rank(${sales.total}, 5)", [0] * 4),
        ("match(5, ${sales.total})", [3] * 4),
        ('lookup("2024-03", ${sales.month}, ${sales.total})', [5] * 4),
        ("correl(${sales.total}, row())", [0.0432] * 4),
        ("slope(${sales.total}, row())", [0.5] * 4),
        ("intercept(${sales.total}, row())", [25] * 4),
        ("covar_pop(${sales.total}, row())", [0.625] * 4),
        ("covar_samp(${sales.total}, row())", [0.8333333] * 4),
        ('concat(${sales.month}, "!")', ["2024-01!", "2024-02!", "2024-03!", "2024-04!"]),
        ('index(split(${sales.month}, "-"), 2)', ["01", "02", "03", "04"]),
        ("to_number(substring(${sales.month}, 6, 2)) * 2", [2, 4, 6, 8]),
        ("to_string(${sales.total})", ["30", "30", "5", "40"]),
        ("to_string(null)", [""] * 4),
        ("to_date(${sales.month})", ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]),
        ("add_days(-1, to_date(${sales.month}))", ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"]),
        ("diff_days(date(2024, 1, 1), to_date(${sales.month}))", [0, 31, 60, 91]),
        ("diff_months(date(2018, 1, 31), date(2018, 2, 28))", [0] * 4),
        ("diff_months(date(2018, 3, 31), date(2018, 2, 28))", [-1] * 4),
        ("diff_years(date(2016, 2, 29), date(2018, 2, 28))", [1] * 4),
        ("diff_years(date(2020, 2, 29), date(2019, 2, 28))", [-1] * 4),
        ("extract_months(to_date(${sales.month}))", [1, 2, 3, 4]),
        ("trunc_years(add_hours(1, to_date(${sales.month})))", ["2024-01-01 00:00:00"] * 4),
        ("date(2024, 2, 30)", [None] * 4),
        ("to_date(${sales.month}) >= date(2024, 3, 1)", ["No", "No", "Yes", "Yes"]),
        ("round(2.345, 2)", [2.35] * 4),
        ("round(-2.5, 0)", [-3] * 4),
        ("mod(-7, 3)", [-1] * 4),
        ("power(2, 0.5)", [math.sqrt(2)] * 4),
        ("power(10, 100000)", [None] * 4),
        ("degrees(pi())", [180] * 4),
        ("norm_dist(1, 0, 1, yes)", [0.8413447460685429] * 4),
        ("norm_s_inv(0.975)", [1.959963984540054] * 4),
        ("t_dist(2, 5, yes)", [0.9490302605850709] * 4),
        ("t_inv(0.975, 10)", [2.2281388519649385] * 4),
        ("chisq_dist(3, 4, yes)", [0.4421745996289254] * 4),
        ("chisq_inv(0.95, 3)", [7.814727903251179] * 4),
        ("f_dist(2, 3, 4, yes)", [0.7436128471161154] * 4),
        ("f_inv(0.95, 3, 4)", [6.591382116] * 4),
        ("beta_dist(0.4, 2, 3, yes)", [0.5248] * 4),
        ("beta_inv(0.5248, 2, 3)", [0.4] * 4),
        ("gamma_dist(2, 2, 1, no)", [2 * math.exp(-2)] * 4),
        ("gamma_inv(0.5, 2, 1)", [1.6783469900166605] * 4),
        ("binom_dist(2, 4, 0.5, no)", [0.375] * 4),
        ("binom_dist(2, 4, 0.5, yes)", [0.6875] * 4),
        ("binom_inv(10, 0.5, 0.9)", [7] * 4),
        ("negbinom_dist(2, 3, 0.5, no)", [0.1875] * 4),
        ("poisson_dist(2, 3, yes)", [0.42319008112684353] * 4),
        ("hypgeom_dist(1, 4, 8, 20, no)", [0.3632610939112487] * 4),
        ("expon_dist(0.2, 10, yes)", [0.8646647167633873] * 4),
        ("weibull_dist(105, 20, 100, yes)", [0.9295813900692769] * 4),
        ("weibull_dist(105, 20, 100, no)", [0.03558886402450435] * 4),
        ("confidence_norm(0.05, 2.5, 50)", [0.6929519121748391] * 4),
        ("confidence_t(0.05, 1, 50)", [0.28419685501272907] * 4),
        ("combin(8, 2)", [28] * 4),
        ("fact(5)", [120] * 4),
        ("multinomial(2, 3, 4)", [1260] * 4),
        ("t_test(${sales.total}, row(), 2, 1)", [0.05004] * 4),
        ("z_test(${sales.total}, 20, 10)", [0.10564977366685535] * 4),
    ],
)  # fmt: skip
def test_functions(client, expression: str, expected: list[Any]) -> None:
    found = [row["mine"] for row in run(client, {"mine": expression})]
    for one, other in zip(found, expected, strict=True):
        if isinstance(other, float):
            assert one == pytest.approx(other, rel=1e-3)
        else:
            assert one == other


def test_calculations_of_lists(client) -> None:
    found = run(client, {"l": "list(${sales.total}, 10)", "s": "sum(${l})", "i": "index(${l}, 2)"})
    assert [row["s"] for row in found] == [40, 40, 15, 50]
    assert [row["i"] for row in found] == [10] * 4
    assert found[0]["l"] == [30, 10]


@pytest.mark.parametrize("kind", ["table_calculation", "dimension"])
def test_long_and_deep_expressions_are_told(client, kind: str) -> None:
    chain = [{kind: f"c{n}", "expression": f"${{c{n + 1}}} + 1"} for n in range(400)]
    chain.append({kind: "c400", "expression": "1"})
    for dynamic in ([{kind: "c0", "expression": "+".join(["1"] * 5000)}], chain):
        query = {
            "model": "sales",
            "view": "sales",
            "fields": ["sales.month", *(["c0"] if kind == "dimension" else [])],
            "dynamic_fields": json.dumps(dynamic),
        }
        answer = client.post("/queries/run/json", query, params={"server_table_calcs": "true"})
        assert answer.status in (200, 400)
        if answer.status == 400:
            assert "deep" in answer.json()["message"]


def test_calculations_build_on_one_another_in_any_order(client) -> None:
    found = run(client, {"c": "${b} + 1", "b": "${a} * 2", "a": "${sales.total}"})
    assert [row["c"] for row in found] == [61, 61, 11, 81]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("percent_of_column_sum", [30 / 105, 30 / 105, 5 / 105, 40 / 105]),
        ("percent_of_previous", [1, 6, 0.125, None]),
        ("percent_difference_from_previous", [0, 5, -0.875, None]),
        ("rank_of_column", [2, 2, 4, 1]),
        ("running_total", [30, 60, 65, 105]),
    ],
)
def test_shortcuts(client, kind: str, expected: list[Any]) -> None:
    item = {"table_calculation": "mine", "calculation_type": kind, "args": ["sales.total"]}
    assert [row["mine"] for row in run(client, {"mine": item})] == pytest.approx(expected)


PIVOTED: dict[str, Any] = {
    "fields": ["sales.month", "sales.shop", "sales.total"],
    "pivots": ["sales.shop"],
    "sorts": ["sales.shop", "sales.month"],
}


@pytest.mark.parametrize(
    ("expression", "a", "b"),
    [
        ("${sales.total} + 1", [11, 31, 6, None], [21, None, 1, 41]),
        ("running_total(${sales.total})", [10, 40, 45, 45], [20, 20, 20, 60]),
        ("sum(${sales.total})", [45] * 4, [60] * 4),
        ("pivot_column()", [1] * 4, [2] * 4),
        ("pivot_offset(${sales.total}, -1)", [None] * 4, [10, 30, 5, None]),
        ("${sales.total} / sum(pivot_row(${sales.total}))", [1 / 3, 1, 1, None], [2 / 3, None, 0, 1]),
        ("sum(pivot_offset_list(${sales.total}, -1, 2))", [10, 30, 5, 0], [30, 30, 5, 40]),
        ('concat(${sales.shop}, "!")', ["a!"] * 4, ["b!"] * 4),
        ("${sales.total:total}", [45] * 4, [60] * 4),
    ],
)  # fmt: skip
def test_pivoted(client, expression: str, a: list[Any], b: list[Any]) -> None:
    found = run(client, {"mine": expression}, total=True, row_total="right", **PIVOTED)
    shops = [row["mine"]["sales.shop"] for row in found]
    assert [shop["a"] for shop in shops] == pytest.approx(a)
    assert [shop["b"] for shop in shops] == pytest.approx(b)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("pivot_index(${sales.total}, 2)", [20, None, 0, 40]),
        ("pivot_index(${sales.total}, 3)", [None] * 4),
        ("sum(pivot_row(${sales.total}))", [30, 30, 5, 40]),
        ("max(pivot_row(${sales.total}))", [20, 30, 5, 40]),
        ('pivot_where(${sales.shop} = "b", ${sales.total})', [20, None, 0, 40]),
        ("pivot_where(yes, ${sales.total})", [None] * 4),
        ("${sales.total:row_total}", [30, 30, 5, 40]),
        ("pivot_index(${sales.total}, 2) - pivot_index(${sales.total}, 1)", [10, None, -5, None]),
    ],
)  # fmt: skip
def test_what_stands_once_beside_the_pivots(client, expression: str, expected: list[Any]) -> None:
    found = run(client, {"mine": expression}, row_total="right", **PIVOTED)
    assert [row["mine"] for row in found] == expected


def test_json_detail_tells_kinds_totals_and_problems(client) -> None:
    detail = run(
        client,
        {
            "double": {
                "table_calculation": "double",
                "label": "Twice",
                "expression": "${sales.total} * 2",
                "value_format": "0.00",
            },
            "both": "sum(pivot_row(${sales.total}))",
            "name": "lower(${sales.month})",
        },
        result_format="json_detail",
        total=True,
        **PIVOTED,
    )
    fields = detail["fields"]
    assert [field["name"] for field in fields["table_calculations"]] == ["double", "both", "name"]
    assert [field["name"] for field in fields["dimension_like"]] == ["sales.month", "name"]
    assert [field["name"] for field in fields["measure_like"]] == ["sales.total", "double"]
    assert [field["name"] for field in fields["supermeasure_like"]] == ["both"]
    first = detail["data"][0]
    assert first["double"]["a"] == {"value": 20, "rendered": "20.00"}
    assert first["both"] == {"value": 30}
    assert detail["totals_data"]["double"]["b"]["value"] == 120
    assert detail["totals_data"]["both"]["value"] == 105
    assert fields["table_calculations"][0]["label"] == "Twice"


def test_tables_show_them_and_plain_rows_only_when_asked(client) -> None:
    text = run(client, {"mine": "row()"}, result_format="csv")
    assert text.splitlines()[0].endswith(",Mine")
    query = {
        "model": "sales",
        "view": "sales",
        "fields": ["sales.month"],
        "dynamic_fields": json.dumps([{"table_calculation": "mine", "expression": "row()"}]),
    }
    assert "mine" not in client.post("/queries/run/json", query).json()[0]
    detail = client.post("/queries/run/json_detail", query).json()
    assert detail["data"][0]["mine"] == {"value": 1}


def test_rows_can_be_sorted_by_them(client) -> None:
    found = run(client, {"mine": "-${sales.total}"}, sorts=["mine desc"])
    assert [row["mine"] for row in found] == [-5, -30, -30, -40]


@pytest.mark.parametrize(
    ("sorts", "expected"),
    [
        (["sales.shop", "mine", "sales.id desc"], [3, 4, 1, 6, 5, 2]),
        (["mine desc", "sales.shop desc", "sales.id"], [2, 5, 1, 4, 6, 3]),
        (["sales.shop desc", "mine desc", "sales.id"], [2, 5, 6, 1, 4, 3]),
    ],
)
def test_they_are_one_sort_among_others(client, sorts: list[str], expected: list[int]) -> None:
    fields = ("sales.shop", "sales.id", "sales.total")
    found = run(client, {"mine": "mod(${sales.id}, 3)"}, fields, "json_detail", sorts=sorts)
    assert found["sorts"] == sorts
    (mine,) = found["fields"]["table_calculations"]
    place = next(n for n, sort in enumerate(sorts) if sort.startswith("mine"))
    assert mine["sorted"] == {"sort_index": place, "desc": sorts[place].endswith(" desc")}
    assert [row["sales.id"]["value"] for row in found["data"]] == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("${sales.total} +", "cannot be read"),
        ("${sales.nothing}", "not in the query"),
        ("list(list(1), 2)", "cannot hold lists"),
        ("sum(${sales.total}, 1)", "takes 1 argument, not 2"),
        ("conjure(1)", "no function conjure"),
        ("${mine} + 1", "circle"),
        ("offset_list(${sales.total}, 0, 1000000)", "too much"),
    ],
)
def test_wrong_calculations_are_told(client, expression: str, message: str) -> None:
    query = {
        "model": "sales",
        "view": "sales",
        "fields": ["sales.month", "sales.total"],
        "dynamic_fields": json.dumps([{"table_calculation": "mine", "expression": expression}]),
    }
    asked = client.post("/queries/run/json", query, params={"server_table_calcs": "true"})
    assert asked.status == 400
    assert message in asked.json()["message"]
    detail = client.post("/queries/run/json_detail", query).json()
    assert message in detail["errors"][0]["message"]
    assert [row["mine"]["value"] for row in detail["data"]] == [None] * 4


@pytest.mark.parametrize(
    "expression",
    [
        'replace(replace(replace("aaaaaaaaaa", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaa"), "a", "aaaaaaaaaaaaaaaaaaaaaa"), "a", "aaaaaaaaaaaaaaaaaaaaaaaa")',
        "power(power(power(9, 99), 99), 99)",
        "fact(99999999)",
        "combin(999999999999, 99999999)",
        '"a" * 999999999',
        "hypgeom_dist(100000, 100000, 99999999, 99999999, yes)",
        "add_days(999999999999, date(2020, 1, 1))",
    ],
)
def test_hostile_calculations_end_soon_and_are_null(client, expression: str) -> None:
    found = run(client, {"mine": expression})
    assert [row["mine"] for row in found] == [None] * 4 or expression.startswith("hyp")
