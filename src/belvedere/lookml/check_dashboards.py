"""Checks over dashboards: explores, fields, filters and elements that they name must exist."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping

from belvedere.errors import LookmlError
from belvedere.lookml.dashboard_vocabulary import CHARTS, EVERYWHERE
from belvedere.lookml.dashboards import Dashboard, DashboardElement, DashboardFilter, ElementQuery
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.intervals import milliseconds
from belvedere.lookml.model import Location, Model
from belvedere.lookml.scope import Scope, scope_of

_NAME = re.compile(r"[\w\-. ]{1,255}\Z")


def check_dashboards(model: Model, models: Mapping[str, Model]) -> Iterator[Diagnostic]:
    """What the model's dashboards name and is not there; `models` are those of the project."""
    slugs: dict[str, Dashboard] = {}
    for dashboard in model.dashboards.values():
        checker = _Checker(model, models, dashboard)
        yield from checker.found()
        slug = dashboard.preferred_slug
        if slug and slug in slugs:
            message = f'preferred_slug "{slug}" is that of dashboard "{slugs[slug].name}" already'
            yield checker.problem(message, dashboard.location, severity=Severity.warning)
        if slug:
            slugs[slug] = dashboard


class _Checker:
    def __init__(self, model: Model, models: Mapping[str, Model], dashboard: Dashboard) -> None:
        self._model = model
        self._models = models
        self._dashboard = dashboard
        self._filters = {found.name for found in dashboard.filters}

    def problem(
        self,
        message: str,
        location: Location | None,
        *,
        explore: str | None = None,
        field: str | None = None,
        severity: Severity = Severity.error,
    ) -> Diagnostic:
        return Diagnostic(
            severity=severity,
            kind="reference",
            message=f'Dashboard "{self._dashboard.name}": {message}',
            location=location or self._dashboard.location or Location("", 1),
            model=self._model.name,
            explore=explore,
            field=field,
        )

    def found(self) -> Iterator[Diagnostic]:
        dashboard = self._dashboard
        if not _NAME.match(dashboard.name):
            message = "the name may have 255 characters: letters, digits, - and _"
            yield self.problem(message, dashboard.location, severity=Severity.warning)
        yield from self._refresh(dashboard.refresh, "", dashboard.location)
        for item in dashboard.filters:
            yield from self._filter(item)
        names = {element.name for element in dashboard.elements}
        for row in dashboard.rows:
            for name in row.elements:
                if name not in names:
                    message = f'a row names unknown element "{name}".{did_you_mean(name, names)}'
                    yield self.problem(message, dashboard.location)
        tabs = {tab.name for tab in dashboard.tabs} | {tab.label for tab in dashboard.tabs}
        groups = {item.name for item in dashboard.elements if item.type == "group"}
        for element in dashboard.elements:
            yield from self._element(element)
            if element.group and element.group not in groups:
                hint = did_you_mean(element.group, groups)
                message = f'element "{element.name}" is in unknown group "{element.group}".{hint}'
                yield self.problem(message, element.location)
            if element.tab_name and tabs and element.tab_name not in tabs:
                hint = did_you_mean(element.tab_name, filter(None, tabs))
                yield self.problem(f'unknown tab "{element.tab_name}".{hint}', element.location)

    def _refresh(
        self, text: str | None, owner: str, location: Location | None
    ) -> Iterator[Diagnostic]:
        if text and milliseconds(text) is None:
            message = f'{owner}refresh is a time such as "30 minutes" or "2 hours", not "{text}"'
            yield self.problem(message, location, severity=Severity.warning)

    def _filter(self, item: DashboardFilter) -> Iterator[Diagnostic]:
        owner = f'filter "{item.name}"'
        if item.type == "field_filter":
            if not item.field or not item.explore:
                message = f"{owner} of type field_filter needs an explore and a field"
                yield self.problem(message, item.location)
            else:
                scope = yield from self._scope(item.model, item.explore, owner, item.location)
                if scope is not None:
                    yield from self._field(scope, item.field, owner, item.location)
        for name in item.listens_to_filters:
            if name not in self._filters:
                hint = did_you_mean(name, self._filters)
                message = f'{owner} listens to unknown filter "{name}".{hint}'
                yield self.problem(message, item.location, severity=Severity.warning)

    def _element(self, element: DashboardElement) -> Iterator[Diagnostic]:
        owner = f'element "{element.name}"'
        hint = "" if element.type in CHARTS else did_you_mean(element.type, CHARTS, cutoff=0.85)
        if hint:
            message = f'{owner} has the unknown type "{element.type}".{hint}'
            yield self.problem(message, element.location, severity=Severity.warning)
        yield from self._refresh(element.refresh, f"{owner}: ", element.location)
        for query in element.queries:
            yield from self._query(query, owner)

    def _query(self, query: ElementQuery, owner: str) -> Iterator[Diagnostic]:
        if query.explore is None:
            yield self.problem(f"{owner} needs an explore", query.location)
            return
        scope = yield from self._scope(query.model, query.explore, owner, query.location)
        if scope is not None:
            yield from self._fields(scope, query, owner)
        for listen in query.listen:
            if listen.filter not in self._filters:
                hint = did_you_mean(listen.filter, self._filters)
                message = f'{owner} listens to unknown filter "{listen.filter}".{hint}'
                yield self.problem(message, query.location, severity=Severity.warning)

    def _fields(self, scope: Scope, query: ElementQuery, owner: str) -> Iterator[Diagnostic]:
        custom = _custom_names(query)
        named = [*query.fields, *query.pivots, *query.fill_fields, *query.subtotals]
        named += [sort.split()[0].removesuffix("__sort_") for sort in query.sorts if sort.split()]
        named += [pair.field for pair in query.filters]
        named += [listen.field for listen in query.listen]
        named += [join.field_name for join in query.join_fields]
        for name in dict.fromkeys(named):
            if name not in custom:
                yield from self._field(scope, name, owner, query.location)

    def _scope(
        self, model_name: str | None, explore: str, owner: str, location: Location | None
    ) -> Generator[Diagnostic, None, Scope | None]:
        """Returns the explore's scope, None (and a problem) where there is no such explore."""
        model = self._models.get(model_name) if model_name else self._model
        if model_name in EVERYWHERE:
            return None
        if model is None:
            hint = did_you_mean(model_name or "", self._models)
            message = f'{owner} asks model "{model_name}", which is not of this project.{hint}'
            yield self.problem(message, location, severity=Severity.warning)
            return None
        if explore not in model.explores:
            hint = did_you_mean(explore, model.explores)
            message = f'Unknown explore "{explore}" in {owner}.{hint}'
            yield self.problem(message, location, explore=explore)
            return None
        try:
            return scope_of(model, explore)
        except LookmlError:
            return None

    def _field(
        self, scope: Scope, name: str, owner: str, location: Location | None
    ) -> Iterator[Diagnostic]:
        if scope.find(name) is not None or not name:
            return
        hint = did_you_mean(name, (scoped.full_name for scoped in scope.fields()))
        message = f'Unknown or inaccessible field "{name}" in {owner}.{hint}'
        yield self.problem(message, location, explore=scope.explore.name, field=name)


def _custom_names(query: ElementQuery) -> set[str]:
    keys = ("table_calculation", "measure", "dimension")
    return {str(item[key]) for item in query.dynamic_fields for key in keys if key in item}
