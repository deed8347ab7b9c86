"""Drilling: from a cell to the query of the rows behind it, as links to explores.

A drilled query keeps the filters, custom fields and time zone of its query and adds the values
of the cell's row, so that it finds exactly the rows that the cell was made of. Filters on
measures are left out: they chose the cell's row, and would ask something else of finer rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote as url_quote, quote_plus

from belvedere.compiler.compiled import Compiled
from belvedere.compiler.expressions import syntax
from belvedere.lookml.field_metadata import Audience
from belvedere.lookml.labels import label_short
from belvedere.lookml.model import Category
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.query.filterable import Zones, filter_for

_LIMIT = "500"
_FINER = ("year", "quarter", "month", "week", "date", "hour", "minute", "time")
Row = Mapping[str, Any]
Conditions = dict[str, list[str]]


class Drilling:
    """The drills of one query's cells, for one person."""

    def __init__(
        self,
        scope: Scope,
        compiled: Compiled,
        audience: Audience,
        dynamic_fields: Sequence[Mapping[str, object]],
        zones: Zones,
        prefix: str,
    ) -> None:
        self._zones = zones
        self._scope = scope
        self._compiled = compiled
        self._audience = audience
        self._prefix = prefix
        self._custom = {scoped.full_name: scoped for scoped in compiled.custom}
        self._dynamic = [item for item in dynamic_fields if "table_calculation" not in item]
        selected = (*compiled.dimensions, *compiled.pivots)
        self._possible = all(self._is_filterable(name) for name in selected)
        self._measures = [name for name in compiled.measures if name not in self._custom]
        self._targets: dict[str, list[ScopedField]] = {}

    def _is_filterable(self, name: str) -> bool:
        scoped = self._scoped(name)
        return scoped is None or scoped.field.can_filter

    def _scoped(self, name: str) -> ScopedField | None:
        return self._scope.find_unrestricted(name) or self._custom.get(name)

    def _is_measure(self, name: str) -> bool:
        scoped = self._scoped(name)
        return scoped is not None and scoped.field.is_measure

    def url(self, scoped: ScopedField, row: Row) -> str | None:
        """The list of what is behind a cell: its drill fields. None where it has none."""
        targets = self._drill_fields(scoped)
        names = [target.full_name for target in targets]
        return self._explore(names, scoped, row) if names else None

    def links(self, scoped: ScopedField, row: Row, rendered: str) -> Iterator[dict[str, Any]]:
        """What the menu of a cell offers."""
        if scoped.field.is_measure:
            url = self.url(scoped, row)
            if url is not None:
                yield link(f"Show All {rendered}", url, "measure_default", "Drill")
            return
        for target in [*self._drill_fields(scoped), *self._finer(scoped)]:
            names = [target.full_name, *self._measures]
            url = self._explore(list(dict.fromkeys(names)), scoped, row)
            if url is not None:
                label = label_short(self._scope, target, self._audience.attributes)
                yield link(f"by {label}", url, "drill", "Drill")

    # Where to

    def _drill_fields(self, scoped: ScopedField) -> list[ScopedField]:
        if scoped.custom is not None:
            return []
        name = scoped.full_name
        if name not in self._targets:
            self._targets[name] = list(self._written(scoped))
        return self._targets[name]

    def _written(self, scoped: ScopedField) -> Iterator[ScopedField]:
        written = scoped.field.drill_fields
        if not written and scoped.field.is_measure:
            written = self._scope.aliases[scoped.alias].drill_fields
        names = self._scope.expand(written, scoped.alias) if written else []
        for name in names:
            found = self._scope.find(name)
            if found is not None and self._can_show(found):
                yield found

    def _can_show(self, scoped: ScopedField) -> bool:
        shown = scoped.field.category in (Category.dimension, Category.measure)
        return shown and self._audience.visible(scoped)

    def _finer(self, scoped: ScopedField) -> Iterator[ScopedField]:
        """The smaller timeframes of a date's group."""
        field = scoped.field
        if field.dimension_group is None or field.timeframe not in _FINER[:-1]:
            return
        smaller = _FINER[_FINER.index(field.timeframe) + 1 :]
        group = {
            other.timeframe: other
            for other in self._scope.aliases[scoped.alias].fields.values()
            if other.dimension_group == field.dimension_group and not other.hidden
        }
        for timeframe in smaller:
            other = group.get(timeframe)
            found = self._scope.find(f"{scoped.alias}.{other.name}") if other is not None else None
            if found is not None and self._can_show(found):
                yield found

    # Which rows

    def _explore(self, names: Sequence[str], scoped: ScopedField, row: Row) -> str | None:
        conditions = self._conditions(scoped, row) if self._possible else None
        if conditions is None:
            return None
        compiled = self._compiled
        pairs = [("fields", ",".join(names))]
        pairs += [(f"f[{name}]", texts[0]) for name, texts in conditions.items()]
        custom_filter = self._custom_filter(conditions)
        if custom_filter:
            pairs.append(("filter_expression", custom_filter))
        if self._dynamic:
            dynamic = json.dumps(self._dynamic, separators=(",", ":"), ensure_ascii=False)
            pairs.append(("dynamic_fields", dynamic))
        pairs += [("query_timezone", compiled.timezone), ("limit", _LIMIT)]
        path = f"{self._prefix}/explore/{url_quote(compiled.model)}/{url_quote(compiled.explore)}"
        return f"{path}?{'&'.join(f'{_key(key)}={_value(value)}' for key, value in pairs)}"

    def _conditions(self, scoped: ScopedField, row: Row) -> Conditions | None:
        """By field; None where the rows depend on what the viewer may not name, or no URL can."""
        found: Conditions = {}
        for name, text in self._compiled.filters:
            if text.strip() and self._may_name(name) and not self._is_measure(name):
                found[name] = [text]
        for name, value in row.items():
            other = self._scoped(name)
            if other is not None and other.field.is_dimension and not other.field.skip_drill_filter:
                # One value is narrower than the query's own filter: it takes the place of that.
                found[name] = [filter_for(other.field, value, self._zones)]
        for name, text in self._own(scoped):
            if not self._may_name(name) or "`" in text:
                return None
            texts = found.setdefault(name, [])
            if text not in texts:
                texts.append(text)
        return found

    def _own(self, scoped: ScopedField) -> Iterator[tuple[str, str]]:
        for pair in scoped.field.filters:
            name = pair.field if "." in pair.field else f"{scoped.alias}.{pair.field}"
            yield name, pair.expression

    def _may_name(self, name: str) -> bool:
        found = self._scope.find(name)
        return name in self._custom or (found is not None and self._audience.visible(found))

    def _custom_filter(self, conditions: Conditions) -> str | None:
        """The query's own, and second conditions on one field, which a filter cannot hold."""
        parts = self._own_filter()
        for name, texts in conditions.items():
            parts += [f"matches_filter(${{{name}}}, `{text}`)" for text in texts[1:]]
        return " AND ".join(parts) or None

    def _own_filter(self) -> list[str]:
        written = self._compiled.filter_expression
        if not written or not written.strip():
            return []
        tree = syntax.parse(written)
        if not any(map(self._is_measure, syntax.names(tree))):
            return [f"({written})"]
        return [
            syntax.text_of(part)
            for part in syntax.conjuncts(tree)
            if not any(map(self._is_measure, syntax.names(part)))
        ]


def _key(text: str) -> str:
    return url_quote(text, safe="[]")


def _value(text: str) -> str:
    return quote_plus(text, safe=",")


def link(
    label: str, url: str, kind: str, type_label: str, icon_url: str | None = None
) -> dict[str, Any]:
    found = {
        "label": label,
        "label_prefix": None,
        "label_value": label,
        "url": url,
        "type": kind,
        "type_label": type_label,
        "type_label_prefix": None,
        "type_label_value": type_label,
    }
    return found | ({"icon_url": icon_url} if icon_url else {})
