"""What one query's cells look like: labels, rendered values, html, links."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote as url_quote, urlencode

from belvedere.compiler.compiled import Compiled
from belvedere.lookml import liquid, metadata
from belvedere.lookml.field_metadata import Audience
from belvedere.lookml.filters import quote
from belvedere.lookml.labels import field_label, titleize
from belvedere.lookml.model import Field
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.results.value_formats import Formatter, field_formatter, plain


class QueryPresenter:
    """A results.Presenter over one explore."""

    def __init__(
        self,
        scope: Scope,
        compiled: Compiled,
        audience: Audience,
        *,
        drill_links: bool,
        path_prefix: str | None,
    ) -> None:
        self._scope = scope
        self._audience = audience
        self._compiled = compiled
        self._drill_links = drill_links
        self._custom = {scoped.full_name: scoped for scoped in compiled.custom} | {
            item.name: ScopedField(scope.explore.base, item.field, item.name)
            for item in compiled.calculations
        }
        self._prefix = (path_prefix or "").rstrip("/")
        self._metadata: dict[str, dict[str, Any]] = {}
        self._formatters: dict[str, Formatter] = {}

    def _scoped(self, name: str) -> ScopedField | None:
        return self._scope.find_unrestricted(name) or self._custom.get(name)

    def label(self, name: str) -> str:
        scoped = self._scoped(name)
        if scoped is None:
            return name
        if scoped.custom is not None:
            return scoped.field.label or titleize(name)
        return field_label(self._scope, scoped)

    def field_metadata(self, name: str) -> dict[str, Any]:
        if name not in self._metadata:
            scoped = self._scoped(name)
            self._metadata[name] = self._described(name, scoped) if scoped else {"name": name}
        return self._metadata[name]

    def _described(self, name: str, scoped: ScopedField) -> dict[str, Any]:
        described = metadata.field_metadata(self._scope, scoped, audience=self._audience)
        if scoped.custom is None:
            return described
        label = self.label(name)
        own = {"name": name, "label": label, "label_short": label, "dynamic": True}
        nowhere = dict.fromkeys(("view", "view_label", "scope", "sql", "lookml_link"))
        return described | nowhere | own | {"drill_fields": []}

    def rendered(self, name: str, value: Any) -> str:
        if name not in self._formatters:
            scoped = self._scoped(name)
            self._formatters[name] = self._formatter(scoped) if scoped else plain
        return self._formatters[name](value)

    def _formatter(self, scoped: ScopedField) -> Formatter:
        text = metadata.value_format(self._scope.model, scoped.field)
        return field_formatter(scoped.field, text)

    def filterable(self, name: str, value: Any) -> str | None:
        scoped = self._scoped(name)
        if scoped is None or scoped.field.is_measure or value is None:
            return None
        expression = filter_for(scoped.field, value)
        return expression if expression != str(value) else None

    def html(self, name: str, value: Any, row: dict[str, Any]) -> str | None:
        scoped = self._scoped(name)
        if scoped is None or scoped.field.html is None:
            return None
        return liquid.render_html(scoped.field.html, self._cell(scoped, value, row))

    def links(self, name: str, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
        scoped = self._scoped(name)
        if scoped is None:
            return []
        found = [
            link
            for written in scoped.field.links
            if (link := self._written_link(written.label, written.url, scoped, value, row))
        ]
        if self._drill_links:
            found += self._drills(scoped, value, row)
        return found

    def _written_link(
        self, label: str, url: str, scoped: ScopedField, value: Any, row: dict[str, Any]
    ) -> dict[str, Any] | None:
        values = self._cell(scoped, value, row)
        address = liquid.render_cell(url, values).strip()
        if not address:
            return None
        return _link(liquid.render_cell(label, values), address, "url", "Link")

    def _cell(
        self, scoped: ScopedField, value: Any, row: Mapping[str, Any]
    ) -> liquid.CellVariables:
        """What a cell's template reads."""
        name = scoped.full_name
        fixed = {
            "value": value,
            "rendered_value": self.rendered(name, value),
            "filterable_value": filter_for(scoped.field, value),
            "link": self._drill_url(scoped, row) or "",
            "linked_value": self.rendered(name, value),
            "_model": {"_name": self._scope.model.name},
            "_view": {"_name": scoped.alias},
            "_explore": {"_name": self._scope.explore.name},
            "_field": {"_name": name},
            "_filters": self._compiled.filters,
        }

        def shown(full: str) -> dict[str, Any] | None:
            if full not in row and full != name:
                return None
            item = value if full == name else row[full]
            return {
                "_value": item,
                "_rendered_value": self.rendered(full, item) if item is not None else "",
            }

        return liquid.CellVariables(scoped.alias, fixed, shown)

    # Drilling

    def _drills(self, scoped: ScopedField, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
        url = self._drill_url(scoped, {**row, scoped.full_name: value})
        if url is None:
            return []
        shown = self.rendered(scoped.full_name, value)
        kind = "measure_default" if scoped.field.is_measure else "drill"
        label = "Show All" if scoped.field.is_measure else "by"
        return [_link(f"{label} {shown}", url, kind, "Drill")]

    def _drill_url(self, scoped: ScopedField, row: Mapping[str, Any]) -> str | None:
        fields = self.field_metadata(scoped.full_name).get("drill_fields") or []
        if not fields:
            return None
        filters = dict(self._compiled.filters)
        for name, value in row.items():
            other = self._scoped(name)
            if other is not None and other.field.is_dimension:
                if not other.field.can_filter:
                    return None
                if not other.field.skip_drill_filter:
                    filters[name] = filter_for(other.field, value)
        for pair in scoped.field.filters:
            full = pair.field if "." in pair.field else f"{scoped.alias}.{pair.field}"
            filters.setdefault(full, pair.expression)
        pairs = [("fields", ",".join(fields))]
        pairs += [(f"f[{name}]", text) for name, text in filters.items()]
        pairs.append(("limit", "500"))
        model, explore = self._scope.model.name, self._scope.explore.name
        path = f"{self._prefix}/explore/{url_quote(model)}/{url_quote(explore)}"
        return f"{path}?{urlencode(pairs, quote_via=url_quote, safe=',')}"


def _link(label: str, url: str, kind: str, type_label: str) -> dict[str, Any]:
    return {
        "label": label,
        "label_prefix": None,
        "label_value": label,
        "url": url,
        "type": kind,
        "type_label": type_label,
        "type_label_prefix": None,
        "type_label_value": type_label,
    }


@lru_cache(maxsize=8192)
def _text_filter(value: str) -> str:
    return quote(value)


def filter_for(field: Field, value: Any) -> str:
    """The filter expression that selects exactly this value of a dimension."""
    if value is None:
        return "NULL"
    if field.timeframe == "week":
        return f"{value} for 7 days"
    if isinstance(value, str) and field.timeframe is None:
        return _text_filter(value) if field.type != "number" else value
    return str(value)
