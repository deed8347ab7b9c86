"""Content whose models, explores or fields are not there (any more)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload

from belvedere.content.access import Reach
from belvedere.content.among import among, encoded
from belvedere.content.tables import Dashboard, DashboardElement, DashboardFilter, Look
from belvedere.lookml.dashboard_writing import unpacked
from belvedere.lookml.dashboards import (
    Dashboard as LookmlDashboard,
    DashboardElement as LookmlElement,
    ElementQuery,
)
from belvedere.lookml.model import Model
from belvedere.lookml.scope import scope_of
from belvedere.query import references, stored
from belvedere.query.definition import Definition
from belvedere.query.references import Broken
from belvedere.query.tables import MergeQueryRow, StoredQuery

_TOGETHER = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is broken in a Look, in a tile or filter of a dashboard, or in a LookML dashboard."""

    errors: tuple[Broken, ...]
    look: Look | None = None
    dashboard: Dashboard | None = None
    element: DashboardElement | None = None
    filter: DashboardFilter | None = None
    lookml: tuple[str, LookmlDashboard] | None = None
    lookml_element: LookmlElement | None = None


@dataclass(slots=True)
class Report:
    problems: list[Problem] = field(default_factory=list)
    looks: int = 0
    elements: int = 0
    filters: int = 0
    explores: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What is validated: content that may be seen, of models that may be developed; in folders
    (None: all) and by models (None: all).
    """

    reach: Reach
    may_develop: Callable[[str], bool]
    folder_ids: frozenset[int] | None = None
    models: frozenset[str] | None = None

    def includes(self, model: str) -> bool:
        return self.may_develop(model) and (self.models is None or model in self.models)


def validate(session: Session, models: dict[str, Model], scope: Scope) -> Report:
    """Each distinct query is looked through once, however often it is used."""
    started = time.perf_counter()
    report = _Validator(session, models, scope).report()
    report.explores = sum(len(m.explores) for name, m in models.items() if scope.includes(name))
    report.seconds = time.perf_counter() - started
    return report


class _Validator:
    def __init__(self, session: Session, models: dict[str, Model], scope: Scope) -> None:
        self._session = session
        self._models = models
        self._scope = scope
        self._known: dict[str, tuple[Broken, ...]] = {}
        self._report = Report()

    def report(self) -> Report:
        self._looks()
        self._dashboards()
        if self._scope.folder_ids is None:
            for name, model in self._models.items():
                if self._scope.includes(name):
                    self._lookml(model)
        return self._report

    def _within(self, column: Any) -> ColumnElement[bool]:
        ids = self._scope.folder_ids
        return true() if ids is None else among(column, encoded(ids))

    # Queries

    def _read(self, slugs: set[str]) -> None:
        """Look through the queries of those slugs that are not known yet."""
        wanted = slugs - self._known.keys()
        if not wanted:
            return
        rows = select(StoredQuery).where(among(StoredQuery.slug, encoded(wanted)))
        for row in self._session.scalars(rows):
            self._known[row.slug] = self._broken(stored.definition_of(row))

    def _broken(self, definition: Definition) -> tuple[Broken, ...]:
        if not self._scope.includes(definition.model):
            return ()
        return tuple(references.broken_in(definition, self._models.get))

    def _merged(self, slugs: set[str]) -> dict[str, list[str]]:
        """The source queries of merge queries."""
        if not slugs:
            return {}
        rows = select(MergeQueryRow).where(among(MergeQueryRow.slug, encoded(slugs)))
        return {
            row.slug: [
                str(source["query_id"])
                for source in row.definition.get("source_queries") or ()
                if source.get("query_id")
            ]
            for row in self._session.scalars(rows)
        }

    # Content

    def _looks(self) -> None:
        wanted = (
            select(Look)
            .where(Look.deleted_at.is_(None), self._scope.reach.looks())
            .where(self._within(Look.folder_id))
            .options(joinedload(Look.folder))
            .order_by(Look.id)
        )
        for looks in _pieces(self._session.scalars(wanted).all()):
            self._read({look.query_slug for look in looks})
            for look in looks:
                self._report.looks += 1
                self._note(self._known.get(look.query_slug, ()), look=look)

    def _dashboards(self) -> None:
        wanted = (
            select(Dashboard)
            .where(Dashboard.deleted_at.is_(None), self._scope.reach.dashboards())
            .where(self._within(Dashboard.folder_id))
            .options(joinedload(Dashboard.folder))
            .order_by(Dashboard.id)
        )
        for dashboards in _pieces(self._session.scalars(wanted).all()):
            known = {dashboard.id: dashboard for dashboard in dashboards}
            ids = encoded(known)
            self._elements(known, ids)
            self._filters(known, ids)

    def _elements(self, known: dict[int, Dashboard], ids: str) -> None:
        rows = self._session.scalars(
            select(DashboardElement)
            .where(among(DashboardElement.dashboard_id, ids))
            .options(joinedload(DashboardElement.result_maker))
            .order_by(DashboardElement.dashboard_id, DashboardElement.id)
        ).all()
        merged = self._merged({slug for row in rows for slug in _merge_slugs(row)})
        slugs = {row.id: _slugs(row, merged) for row in rows}
        self._read({slug for found in slugs.values() for slug in found})
        for row in rows:
            self._report.elements += 1
            broken = [one for slug in slugs[row.id] for one in self._known.get(slug, ())]
            broken += self._listening(row)
            self._note(tuple(broken), dashboard=known[row.dashboard_id], element=row)

    def _listening(self, row: DashboardElement) -> Iterator[Broken]:
        """Fields that listen to a filter of the dashboard."""
        for item in (row.result_maker.filterables if row.result_maker else None) or ():
            names = [str(one.get("field")) for one in item.get("listen") or () if one.get("field")]
            yield from self._fields(item.get("model"), item.get("view"), names, removable=True)

    def _filters(self, known: dict[int, Dashboard], ids: str) -> None:
        rows = select(DashboardFilter).where(among(DashboardFilter.dashboard_id, ids))
        rows = rows.order_by(DashboardFilter.dashboard_id, DashboardFilter.id)
        for row in self._session.scalars(rows):
            self._report.filters += 1
            names = [row.dimension] if row.dimension else []
            broken = tuple(self._fields(row.model, row.explore, names, removable=False))
            self._note(broken, dashboard=known[row.dashboard_id], filter=row)

    def _fields(
        self, model_name: str | None, explore: str | None, names: Sequence[str], *, removable: bool
    ) -> Iterator[Broken]:
        """What of it is broken; nothing where no explore is named."""
        if not model_name or not explore or not self._scope.includes(model_name):
            return
        model = self._models.get(model_name)
        if model is None:
            yield Broken(f'Unknown model "{model_name}".', model_name)
        elif explore not in model.explores:
            yield references.broken_explore(model, explore)
        else:
            scope = scope_of(model, explore)
            for name in names:
                if scope.find(name) is None:
                    yield references.broken_field(scope, name, removable=removable)

    # LookML dashboards

    def _lookml(self, model: Model) -> None:
        for name, dashboard in model.dashboards.items():
            identifier = f"{model.name}::{name}"
            for item in dashboard.elements:
                broken = [
                    one for query in item.queries for one in self._of_lookml(model, item, query)
                ]
                self._note(tuple(broken), lookml=(identifier, dashboard), lookml_element=item)
            for found in dashboard.filters:
                names = [found.field] if found.field else []
                model_name = found.model or model.name
                broken = list(self._fields(model_name, found.explore, names, removable=False))
                self._note(tuple(broken), lookml=(identifier, dashboard))

    def _of_lookml(
        self, model: Model, item: LookmlElement, query: ElementQuery
    ) -> Iterator[Broken]:
        if not query.explore:
            return
        model_name = query.model or model.name
        definition = Definition(
            model=model_name,
            view=query.explore,
            fields=query.fields,
            pivots=query.pivots,
            sorts=query.sorts,
            fill_fields=query.fill_fields,
            filters={pair.field: "" for pair in query.filters},
            filter_expression=query.filter_expression,
            subtotals=query.subtotals,
            dynamic_fields=json.dumps(query.dynamic_fields) if query.dynamic_fields else None,
            vis_config=unpacked(item, query.hidden_fields) if item.shape is None else None,
        )
        yield from self._broken(definition)
        heard = [one.field for one in query.listen]
        yield from self._fields(model_name, query.explore, heard, removable=True)

    def _note(self, errors: tuple[Broken, ...], **where: Any) -> None:
        if errors:
            self._report.problems.append(Problem(tuple(dict.fromkeys(errors)), **where))


def _pieces(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), _TOGETHER):
        yield rows[start : start + _TOGETHER]


def _merge_slugs(row: DashboardElement) -> set[str]:
    maker = row.result_maker
    found = {row.merge_slug, maker.merge_slug if maker is not None else None}
    return {slug for slug in found if slug}


def _slugs(row: DashboardElement, merged: dict[str, list[str]]) -> list[str]:
    """Of the queries that a tile shows; a linked Look is validated by itself."""
    maker = row.result_maker
    found = [] if row.look_id is not None else [row.query_slug]
    if maker is not None and row.look_id is None:
        found.append(maker.query_slug)
    for slug in _merge_slugs(row):
        found += merged.get(slug, [])
    return list(dict.fromkeys(slug for slug in found if slug))
