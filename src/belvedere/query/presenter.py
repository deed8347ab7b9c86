"""What one query's cells look like: labels, rendered values, html, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from belvedere.compiler.compiled import Compiled
from belvedere.lookml import metadata
from belvedere.lookml.field_metadata import Audience
from belvedere.lookml.labels import Asked, field_label, titleize
from belvedere.lookml.model import Link
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.query.drilling import Drilling, link
from belvedere.query.filterable import Zones, filter_for
from belvedere.results.cells import Cells, CellTemplates
from belvedere.results.separators import DEFAULT_NUMBER_FORMAT, separators_of
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
        dynamic_fields: Sequence[Mapping[str, object]] = (),
        number_format: str = DEFAULT_NUMBER_FORMAT,
        database_timezone: str = "UTC",
    ) -> None:
        self._scope = scope
        self._asked = Asked(
            frozenset((*compiled.dimensions, *compiled.pivots, *compiled.measures)),
            dict(compiled.filters),
            compiled.timezone,
        )
        self._audience = replace(audience, asked=self._asked)
        self._compiled = compiled
        self._drill_links = drill_links
        self._separators = separators_of(number_format)
        self._custom = {scoped.full_name: scoped for scoped in compiled.custom} | {
            item.name: ScopedField(scope.explore.base, item.field, item.name)
            for item in compiled.calculations
        }
        self._zones = Zones(database_timezone, compiled.timezone)
        prefix = (path_prefix or "").rstrip("/")
        self._drilling = Drilling(scope, compiled, audience, dynamic_fields, self._zones, prefix)
        self._templates = CellTemplates(
            scope,
            self._asked,
            audience.attributes,
            Cells(
                rendered=self.rendered,
                filterable=lambda field, value: filter_for(field, value, self._zones),
                drill=self._drilling.url,
            ),
        )
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
        return field_label(self._scope, scoped, self._audience.attributes, self._asked)

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
        return field_formatter(scoped.field, text, self._separators)

    def filterable(self, name: str, value: Any) -> str | None:
        scoped = self._scoped(name)
        if scoped is None or scoped.field.is_measure or value is None:
            return None
        expression = filter_for(scoped.field, value, self._zones)
        return expression if expression != str(value) else None

    def html(self, name: str, value: Any, row: dict[str, Any]) -> str | None:
        scoped = self._scoped(name)
        if scoped is None or scoped.field.html is None:
            return None
        return self._templates.html(scoped, value, row)

    def links(self, name: str, value: Any, row: dict[str, Any]) -> list[dict[str, Any]]:
        scoped = self._scoped(name)
        if scoped is None:
            return []
        shown = (self._written_link(item, scoped, value, row) for item in scoped.field.links)
        found = [item for item in shown if item is not None]
        found += self._templates.actions(scoped, value, row)
        if self._drill_links:
            here = {**row, name: value}
            found += self._drilling.links(scoped, here, self.rendered(name, value))
        return found

    def problems(self) -> list[tuple[str, str]]:
        return list(self._templates.problems)

    def _written_link(
        self, written: Link, scoped: ScopedField, value: Any, row: dict[str, Any]
    ) -> dict[str, Any] | None:
        address = self._templates.text(written.url, scoped, value, row).strip()
        if not address:
            return None
        label = self._templates.text(written.label, scoped, value, row)
        return link(label, address, "url", "Link", written.icon_url)
