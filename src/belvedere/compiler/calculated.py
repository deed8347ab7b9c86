"""Table calculations as a query states them, read for the results to compute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from belvedere.compiler.compiled import Calculation
from belvedere.compiler.expressions import syntax
from belvedere.errors import QueryError
from belvedere.lookml.model import Category, Field

_SHORTCUTS = {
    "percent_of_column_sum": "{f} / sum({f})",
    "percent_of_previous": "{f} / offset({f}, 1)",
    "percent_difference_from_previous": "{f} / offset({f}, 1) - 1",
    "percent_change_from_previous": "{f} / offset({f}, 1) - 1",
    "rank_of_column": "rank({f}, {f})",
    "running_total": "running_total({f})",
    "percent_of_previous_column": "{f} / pivot_offset({f}, -1)",
    "percent_change_from_previous_column": "{f} / pivot_offset({f}, -1) - 1",
    "percent_of_row": "{f} / sum(pivot_row({f}))",
    "running_row_total": "sum(pivot_offset_list({f}, -1 * (pivot_column() - 1), pivot_column()))",
}
_MOST = 500
_TYPES = frozenset({"number", "string", "yesno", "date"})


def calculations(items: Iterable[Mapping[str, Any]]) -> tuple[Calculation, ...]:
    """Every calculation, those that cannot be read with the reason."""
    items = list(items)
    if len(items) > _MOST:
        raise QueryError(f"A query can have at most {_MOST} table calculations")
    return tuple(_calculation(item) for item in items)


def _calculation(item: Mapping[str, Any]) -> Calculation:
    name = str(item["table_calculation"])
    field = Field(
        name=name,
        view="",
        category=Category.measure,
        type=item["_type_hint"] if item.get("_type_hint") in _TYPES else "number",
        label=_text(item, "label"),
        description=_text(item, "description"),
        value_format=_text(item, "value_format"),
        value_format_name=_text(item, "value_format_name"),
    )
    tree, problem = None, None
    try:
        tree = syntax.parse(_expression(item))
    except QueryError as error:
        problem = str(error)
    return Calculation(name, tree, field, problem)


def _text(item: Mapping[str, Any], key: str) -> str | None:
    return str(item[key]) if item.get(key) else None


def _expression(item: Mapping[str, Any]) -> str:
    kind = item.get("calculation_type")
    if not kind:
        return str(item.get("expression") or "")
    arguments = item.get("args") or [item.get("based_on") or item.get("source_field")]
    if kind not in _SHORTCUTS:
        raise QueryError(f"{kind} is no known calculation")
    if not isinstance(arguments, list) or not isinstance(arguments[0], str):
        raise QueryError(f"The calculation {kind} needs a field")
    return _SHORTCUTS[kind].format(f=f"${{{arguments[0]}}}")
