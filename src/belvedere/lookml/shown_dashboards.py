"""A LookML dashboard as one viewer sees it: texts in their locale, Liquid carried out."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from belvedere.errors import LookmlError
from belvedere.lookml.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardTab,
    ElementQuery,
)
from belvedere.lookml.labels import localized
from belvedere.lookml.liquid import render_cell
from belvedere.lookml.liquid_variables import Lookup
from belvedere.lookml.model import FilterPair, Model


def shown_dashboard(dashboard: Dashboard, model: Model, attributes: Mapping[str, str]) -> Dashboard:
    """The dashboard of that model for the viewer whose user attributes these are: titles,
    descriptions and notes localized; user attributes and localized texts filled into the default
    values of filters and the filters of elements. A template that fails stays as written.
    """
    return _Viewed(model, attributes).dashboard(dashboard)


def localized_dashboard(
    dashboard: Dashboard, model: Model, attributes: Mapping[str, str]
) -> Dashboard:
    """Only localized: what user attributes fill in is left for each viewer."""
    return _Viewed(model, attributes, fill=False).dashboard(dashboard)


class _Viewed:
    def __init__(self, model: Model, attributes: Mapping[str, str], *, fill: bool = True) -> None:
        self._model = model
        self._fill = fill
        self._attributes = attributes
        self._variables = {
            "_user_attributes": Lookup(attributes.get),
            "_localization": Lookup(self._localization),
            "_model": {"_name": model.name},
        }

    def _localization(self, key: str) -> str | None:
        localization = self._model.localization
        locale = self._attributes.get("locale")
        return localization.lookup(key, locale) if localization is not None else None

    def _text(self, text: str | None) -> str | None:
        return localized(self._model, text, self._attributes)

    def _filled(self, text: str) -> str:
        if not self._fill:
            return text
        try:
            return render_cell(text, self._variables)
        except LookmlError:
            return text

    def dashboard(self, dashboard: Dashboard) -> Dashboard:
        return msgspec.structs.replace(
            dashboard,
            title=self._text(dashboard.title),
            description=self._text(dashboard.description),
            tabs=tuple(self._tab(tab) for tab in dashboard.tabs),
            filters=tuple(self._filter(item) for item in dashboard.filters),
            elements=tuple(self._element(element) for element in dashboard.elements),
        )

    def _tab(self, tab: DashboardTab) -> DashboardTab:
        return msgspec.structs.replace(tab, label=self._text(tab.label))

    def _filter(self, item: DashboardFilter) -> DashboardFilter:
        default = item.default_value
        return msgspec.structs.replace(
            item,
            title=self._text(item.title),
            default_value=self._filled(default) if default is not None else None,
        )

    def _element(self, element: DashboardElement) -> DashboardElement:
        return msgspec.structs.replace(
            element,
            title=self._text(element.title),
            title_text=self._text(element.title_text),
            subtitle_text=self._text(element.subtitle_text),
            body_text=self._text(element.body_text),
            note_text=self._text(element.note_text),
            queries=tuple(self._query(query) for query in element.queries),
        )

    def _query(self, query: ElementQuery) -> ElementQuery:
        pairs = (FilterPair(pair.field, self._filled(pair.expression)) for pair in query.filters)
        return msgspec.structs.replace(query, filters=tuple(pairs))
