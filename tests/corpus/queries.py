"""Queries over an explore: what a person who clicks through it would ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from belvedere.compiler.request import Request, Sort, Viewer
from belvedere.lookml.model import Category, Field, Model
from belvedere.lookml.scope import ScopedField, scope_of

NOW = datetime(2024, 6, 12, 15, 30, tzinfo=UTC)
AFTER_THE_QUERY = frozenset(
    {"running_total", "percent_of_total", "percent_of_previous", "period_over_period"}
)
_MOST_VIEWS = 12
_DIMENSIONS, _MEASURES = 6, 3
_FILTERS = {"number": ">5,NULL", "yesno": "Yes", "string": "a%,-b,^%c", "zipcode": "10%"}


class Attributes(dict[str, str]):
    """Every user attribute has a value; those of access grants one that is allowed."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        for grant in model.access_grants.values():
            if grant.allowed_values:
                self.setdefault(grant.user_attribute, grant.allowed_values[0])

    def __missing__(self, name: str) -> str:
        return "1"

    def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override]
        del default
        return self[name]


class Asker:
    """Makes the requests of one explore."""

    def __init__(self, model: Model, explore: str) -> None:
        self._model = model
        self._explore = explore
        self._viewer = Viewer(attributes=Attributes(model))
        self.fields = tuple(scope_of(model, explore).fields())

    def request(self, *names: str, **options: object) -> Request:
        return Request(
            model=self._model,
            explore=self._explore,
            fields=names,
            now=NOW,
            viewer=self._viewer,
            database_timezone="UTC",
            timezone="Europe/Berlin",
            **options,  # type: ignore[arg-type]
        )

    def only(self, *fields: ScopedField) -> Request:
        """The fields, and the times that they compare with where they compare."""
        times = [time for scoped in fields if (time := _compared(scoped)) is not None]
        return self.request(*dict.fromkeys([*times, *(scoped.full_name for scoped in fields)]))

    def selectable(self) -> list[ScopedField]:
        return [f for f in self.fields if f.field.is_dimension or f.field.is_measure]

    def groups(self, usable: list[ScopedField]) -> Iterator[tuple[str, Request]]:
        """Named queries over several of the fields that can be asked for alone."""
        by_view: dict[str, tuple[list[str], list[str]]] = {}
        for scoped in usable:
            if scoped.field.type not in AFTER_THE_QUERY:
                kept = by_view.setdefault(scoped.alias, ([], []))
                kept[scoped.field.is_measure].append(scoped.full_name)
        for alias, (dimensions, measures) in by_view.items():
            yield from self._view(alias, dimensions[:_DIMENSIONS], measures[:_MEASURES])
        yield from self._across(by_view)
        yield from self._filtered(usable)
        yield from self._given(by_view)

    def _view(
        self, alias: str, dimensions: list[str], measures: list[str]
    ) -> Iterator[tuple[str, Request]]:
        both = [*dimensions, *measures]
        if both:
            sorts = (Sort(both[-1], descending=True), Sort(both[0]))
            yield f"fields of {alias}, sorted", self.request(*both, sorts=sorts, total=True)
        if len(dimensions) > 1 and measures:
            options = {"pivots": (dimensions[1],), "total": True, "row_total": "right"}
            yield f"pivot over {dimensions[1]}", self.request(*dimensions[:2], *measures, **options)

    def _across(
        self, by_view: Mapping[str, tuple[list[str], list[str]]]
    ) -> Iterator[tuple[str, Request]]:
        views = list(by_view.values())[:_MOST_VIEWS]
        dimensions = [names[0] for names, _ in views if names]
        measures = [names[0] for _, names in views if names]
        if len(views) > 1:
            yield "fields over all joins", self.request(*dimensions, *measures, total=True)
            if measures:
                yield "measures over all joins", self.request(*measures)

    def _filtered(self, usable: list[ScopedField]) -> Iterator[tuple[str, Request]]:
        texts = {f.full_name: text for f in usable if (text := filter_text(f.field)) is not None}
        for start in range(0, len(texts), _DIMENSIONS):
            names = list(texts)[start : start + _DIMENSIONS]
            filters = {name: texts[name] for name in names}
            yield f"filters on {', '.join(names)}", self.request(names[0], filters=filters)

    def _given(
        self, by_view: Mapping[str, tuple[list[str], list[str]]]
    ) -> Iterator[tuple[str, Request]]:
        """Values for filter-only fields and parameters."""
        shown = [names[0] for both in by_view.values() for names in both if names][:2]
        for scoped in self.fields if shown else ():
            for text in _inputs(scoped.field):
                filters = {scoped.full_name: text}
                yield f"{scoped.full_name} = {text}", self.request(*shown, filters=filters)


def _compared(scoped: ScopedField) -> str | None:
    time = scoped.field.based_on_time
    if scoped.field.type != "period_over_period" or time is None:
        return None
    return time if "." in time else f"{scoped.alias}.{time}"


def filter_text(field: Field) -> str | None:
    """A filter expression that the field takes; None where it takes none."""
    if field.category is Category.parameter or field.type in (*AFTER_THE_QUERY, "location", "list"):
        return None
    if field.is_measure:
        return ">5" if field.type in ("count", "sum", "number", "count_distinct") else None
    if field.timeframe is not None and field.type != "yesno":
        dates = ("raw", "time", "date", "week", "month", "year")
        return "7 days" if field.timeframe in dates else None
    return _FILTERS.get(field.type)


def _inputs(field: Field) -> list[str]:
    if field.category is Category.parameter:
        return [allowed.value for allowed in field.allowed_values[:3]]
    text = filter_text(field) if field.category is Category.filter else None
    return [] if text is None else [text]
