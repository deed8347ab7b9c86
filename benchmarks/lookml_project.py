"""Large LookML projects, the same every time: 3,000 files and 48 MB, or 10,000 small files.

`python -m benchmarks.lookml_project FOLDER` opens one cold, edits one file, opens it again and
prints the seconds of both as JSON; with `keep KEPT` it then keeps the models in the folder KEPT,
with `warm KEPT` it starts from them and does nothing else.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from belvedere.lookml.project import open_project
from belvedere.projects.kept_models import KeptModels

AREAS, VIEWS_PER_AREA = 10, 299
_FIELDS = 72


def write(root: Path, views_per_area: int = VIEWS_PER_AREA, fields: int = _FIELDS) -> None:
    """Ten models over ten folders of views."""
    (root / "views").mkdir(parents=True)
    (root / "manifest.lkml").write_text('project_name: "large"\n')
    for area in range(AREAS):
        folder = root / "views" / f"area_{area}"
        folder.mkdir()
        for number in range(views_per_area):
            name = f"area_{area}_table_{number}"
            (folder / f"{name}.view.lkml").write_text(_view(name, fields))
        (root / f"area_{area}.model.lkml").write_text(_model(area, views_per_area))


def _view(name: str, count: int) -> str:
    fields = "\n".join(_field(name, number) for number in range(count))
    return (
        f"view: {name} {{\n  sql_table_name: warehouse.{name} ;;\n\n"
        "  dimension: id {\n    primary_key: yes\n    type: number\n  }\n\n"
        "  dimension: parent_id {\n    type: number\n    sql: ${TABLE}.parent_id ;;\n  }\n\n"
        f"{fields}\n}}\n"
    )


def _field(view: str, number: int) -> str:
    if number % 4 == 0:
        return f"""\
  dimension_group: moment_{number} {{
    description: "When step {number} of {view} was taken, in the zone of the warehouse"
    type: time
    timeframes: [raw, time, date, week, month, quarter, year]
    sql: ${{TABLE}}.moment_{number} ;;
  }}
"""
    if number % 4 == 1:
        return f"""\
  measure: total_amount_{number} {{
    description: "Sum of the amounts of {view} that count"
    type: sum
    sql: ${{amount_{number + 1}}} ;;
    filters: [label_{number + 2}: "A%,B%"]
    value_format_name: usd
  }}
"""
    if number % 4 == 2:
        return f"""\
  dimension: amount_{number} {{
    label: "Amount {number}"
    group_label: "Amounts"
    type: number
    sql: COALESCE(${{TABLE}}.amount_{number}, 0) / 100.0 ;; # stored in cents
    value_format: "$#,##0.00"
  }}
"""
    return f"""\
  dimension: label_{number} {{
    description: "What people in the field call it"
    type: string
    sql: CASE WHEN ${{TABLE}}.kind = {number} THEN UPPER(${{TABLE}}.label)
      ELSE ${{TABLE}}.label END ;;
    drill_fields: [id, amount_{number - 1}]
    tags: ["label", "text"]
  }}
"""


def _model(area: int, views: int) -> str:
    explores = []
    for number in range(0, views - 5, 5):
        base = f"area_{area}_table_{number}"
        others = [f"area_{area}_table_{number + step}" for step in range(1, 5)]
        joins = "".join(
            f"  join: {other} {{\n    relationship: many_to_one\n"
            f"    sql_on: ${{{base}.parent_id}} = ${{{other}.id}} ;;\n  }}\n"
            for other in others
        )
        explores.append(f"explore: {base} {{\n{joins}}}\n")
    include = f'connection: "warehouse"\ninclude: "/views/area_{area}/*.view"\n\n'
    return include + "\n".join(explores)


def measure(root: Path) -> dict[str, float]:
    began = time.perf_counter()
    project = open_project(root)
    cold = time.perf_counter() - began
    edited = root / "views/area_3/area_3_table_7.view.lkml"
    edited.write_text(edited.read_text().replace("What people in", "What everybody in", 1))
    began = time.perf_counter()
    again = project.reloaded()
    reload = time.perf_counter() - began
    if len(project.models) != AREAS or again.version == project.version or project.diagnostics:
        raise RuntimeError(f"the project was not read as it is written: {project.diagnostics[:3]}")
    return {"cold": cold, "reload": reload}


def _no_imports(name: str) -> None:
    del name


def keep(root: Path, kept: Path) -> dict[str, float]:
    """What `measure` does; the models as they are afterwards are kept."""
    times = measure(root)
    project = open_project(root, "large", _no_imports)
    KeptModels(kept).write(root, project.loaded, time.time_ns())
    return times


def warm(root: Path, kept: Path) -> dict[str, float]:
    """From kept models to the views behind one explore."""
    began = time.perf_counter()
    found = KeptModels(kept).read("large", root, _no_imports)
    if found is None:
        raise RuntimeError("the models were not kept")
    model = found.models["area_3"]
    explore = next(iter(model.explores.values()))
    views = [model.views[name] for name in (explore.base_view, *(j.view for j in explore.joins))]
    took = time.perf_counter() - began
    if len(views) != 5:
        raise RuntimeError(f"the explore has other views: {[view.name for view in views]}")
    return {"warm": took}


def _run(root: Path, mode: str = "", kept: str = "") -> dict[str, float]:
    modes = {"keep": keep, "warm": warm}
    return modes[mode](root, Path(kept)) if mode else measure(root)


if __name__ == "__main__":
    print(json.dumps(_run(Path(sys.argv[1]), *sys.argv[2:])))
