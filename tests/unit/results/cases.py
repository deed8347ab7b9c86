"""Small compiled queries and a presenter without a model behind it."""

from __future__ import annotations

import pyarrow as pa

from belvedere.compiler.compiled import AppliedSort, Compiled, OutputColumn, PostMeasure, Role
from belvedere.lookml.model import Category, Field
from belvedere.results.presenter import Facts
from belvedere.results.value_formats import formatter

FORMATS = {"o.total": "$#,##0.00"}


class PlainPresenter:
    """Labels in capitals; `o.total` in dollars; remembers the rows it was shown."""

    def __init__(self):
        self.seen = []

    def label(self, name):
        return name.replace(".", " ").title()

    def rendered(self, name, value):
        return formatter(FORMATS.get(name))(value)

    def problems(self):
        return []

    def html(self, name, value, row):
        self.seen.append((name, value, dict(row)))
        return f"<b>{value}</b>" if name == "o.status" else None

    def links(self, name, value, row):
        return [{"label": "all", "url": "/x"}] if name == "o.count" else []

    def filterable(self, name, value):
        return f"{value} for 7 days" if name == "o.week" else None

    def field_metadata(self, name):
        return {"name": name, "type": "x", "value_format": FORMATS.get(name)}


def field(name, *, measure=False, **more):
    view, _, short = name.partition(".")
    category = Category.measure if measure else Category.dimension
    more.setdefault("type", "number" if measure else "string")
    return Field(name=short, view=view, category=category, **more)


def dimension(name, **more):
    return OutputColumn(name, Role.dimension, field(name, **more))


def measure(name, role=Role.measure, **more):
    return OutputColumn(name, role, field(name, measure=True, **more), "number")


RANKS = (OutputColumn("r", Role.row_rank), OutputColumn("c", Role.column_rank))


def compiled(columns, *, pivots=(), post=(), sorts=(), **more):
    names = {role: [c.name for c in columns if c.role is role] for role in Role}
    return Compiled(
        model="m",
        explore="o",
        sql="SELECT 1",
        columns=tuple(columns) + (RANKS if pivots else ()),
        dimensions=tuple(n for n in names[Role.dimension] if n not in pivots),
        measures=(*names[Role.measure], *(p.name for p in post)),
        pivots=tuple(pivots),
        post_measures=tuple(post),
        sorts=tuple(AppliedSort(name, descending) for name, descending in sorts),
        **more,
    )


def post(name, kind, source, direction=None):
    return PostMeasure(name, kind, source, direction, field(name, measure=True, type=kind))


def table(names, *rows):
    return pa.table({name: [row[n] for row in rows] for n, name in enumerate(names)})


FACTS = Facts(
    id="abc",
    sql="SELECT 1",
    runtime=0.25,
    ran_at="2024-01-02T03:04:05+00:00",
    from_cache=False,
    timezone="UTC",
    filters={"o.status": "-NULL"},
    sorts=[("o.count", True)],
    warnings=[("o.gone", "o.gone no longer exists")],
    model="m",
    explore="o",
    fill_fields=[],
)
