"""Results made by hand, and a presenter that formats them as a model would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from belvedere.results.pivots import key_text
from belvedere.results.shaped import ROW_TOTAL, PivotColumn, Shaped
from belvedere.results.value_formats import formatter, grouped, plain


@dataclass(frozen=True)
class Made:
    """A field: `kind` is the type of its description, `write` its value format."""

    name: str
    label: str
    kind: str = "string"
    write: str | None = None
    layer: str | None = None
    html: str | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "count", "sum", "average", "date_year")


@dataclass
class MadePresenter:
    fields: Mapping[str, Made]

    def label(self, name: str) -> str:
        return f"Shop {self.fields[name].label}"

    def rendered(self, name: str, value: Any) -> str:
        made = self.fields[name]
        if made.write is not None:
            return formatter(made.write)(value)
        return grouped(value) if made.numeric and not made.kind.startswith("date") else plain(value)

    def html(self, name: str, value: Any, row: dict[str, Any]) -> str | None:
        page = self.fields[name].html
        return None if page is None else page.replace("{value}", str(value))

    def links(self, name: str, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
        return []

    def problems(self) -> list[tuple[str, str]]:
        return []

    def filterable(self, name: str, value: Any) -> str | None:
        return None

    def field_metadata(self, name: str) -> dict[str, Any]:
        made = self.fields[name]
        return {
            "name": name,
            "label": self.label(name),
            "label_short": made.label,
            "type": made.kind,
            "is_numeric": made.numeric,
            "map_layer": {"name": made.layer} if made.layer else None,
        }


@dataclass
class Result:
    """`rows` are by field name, as Shaped has them."""

    dimensions: Sequence[Made]
    measures: Sequence[Made]
    rows: list[dict[str, Any]]
    pivots: Sequence[Made] = ()
    pivot_values: Sequence[Any] = ()
    totals: dict[str, Any] | None = None
    row_totals: bool = False
    calculations: Mapping[str, str] = field(default_factory=dict)

    def shaped(self) -> Shaped:
        columns = [
            PivotColumn(key_text(value), {self.pivots[0].name: value})
            for value in self.pivot_values
        ]
        if self.row_totals:
            columns.append(PivotColumn(ROW_TOTAL, {}, is_total=True))
        return Shaped(
            dimensions=tuple(item.name for item in self.dimensions),
            measures=tuple(item.name for item in self.measures),
            pivots=tuple(item.name for item in self.pivots),
            fields={},
            rows=[dict(row) for row in self.rows],
            columns=columns,
            totals=self.totals,
            has_row_totals=self.row_totals,
            calculations=dict(self.calculations),
        )

    def presenter(self) -> MadePresenter:
        made = (*self.dimensions, *self.measures, *self.pivots)
        return MadePresenter({item.name: item for item in made})


def table(
    dimensions: Sequence[Made], measures: Sequence[Made], *rows: Sequence[Any], **more: Any
) -> Result:
    """Rows written as lists: the dimensions' values, then the measures'."""
    names = [item.name for item in (*dimensions, *measures)]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return Result(dimensions, measures, found, **more)


def pivoted(
    dimension: Made,
    pivot: Made,
    measures: Sequence[Made],
    rows: Mapping[Any, Mapping[Any, Sequence[Any]]],
    **more: Any,
) -> Result:
    """Rows by the dimension's value, then by the pivot's: the measures' values."""
    values = list(dict.fromkeys(value for cells in rows.values() for value in cells))
    found = []
    for key, cells in rows.items():
        row: dict[str, Any] = {dimension.name: key}
        for place, measure in enumerate(measures):
            row[measure.name] = {
                key_text(value): cells[value][place] if value in cells else None for value in values
            }
        found.append(row)
    return Result([dimension], measures, found, [pivot], values, **more)
