"""What a request selects and filters, looked up in the model: fields, sorts, filters in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from belvedere.compiler.compiled import Warn
from belvedere.compiler.custom import CustomFields
from belvedere.compiler.personal import personal
from belvedere.compiler.request import Request, Sort
from belvedere.errors import NotFound, QueryError
from belvedere.lookml.liquid import references
from belvedere.lookml.model import Category, Field, FilterPair, Model
from belvedere.lookml.scope import Scope, ScopedField

_NO_LONGER = (
    "{field} no longer exists on {view}, or you do not have access to it, and it will be ignored."
)
_MAX_FIELDS = 2000


@dataclass(frozen=True, slots=True)
class Selection:
    """`dimensions` includes the pivots; `filters` is everything in force, defaults included.

    `hidden` are full names of selected fields that only templates of cells read.
    """

    dimensions: tuple[ScopedField, ...]
    measures: tuple[ScopedField, ...]
    pivots: tuple[ScopedField, ...]
    sorts: tuple[tuple[ScopedField, Sort], ...]
    filters: tuple[tuple[ScopedField, str], ...]
    warnings: tuple[Warn, ...]
    hidden: frozenset[str] = frozenset()

    @property
    def rows(self) -> tuple[ScopedField, ...]:
        """The dimensions that are not pivoted."""
        pivoted = {pivot.full_name for pivot in self.pivots}
        return tuple(field for field in self.dimensions if field.full_name not in pivoted)


def held_grants(model: Model, request: Request) -> frozenset[str]:
    """The access grants whose user attribute has one of the allowed values; what viewers can
    change themselves grants nothing.
    """
    viewer = request.viewer
    return frozenset(
        grant.name
        for grant in model.access_grants.values()
        if viewer.attributes.get(grant.user_attribute) in grant.allowed_values
        and grant.user_attribute not in viewer.editable_attributes
    )


class Selector:
    """Looks a request's names up as its viewer may see them."""

    def __init__(self, request: Request, scope: Scope) -> None:
        self._request = request
        self._scope = scope
        self._grants = held_grants(request.model, request)
        if not self._holds(scope.explore.required_access_grants):
            raise NotFound
        self.custom = CustomFields(scope.explore.base, request.dynamic_fields, self._modelled)

    def _holds(self, required: tuple[str, ...]) -> bool:
        return self._request.for_everybody or all(grant in self._grants for grant in required)

    def visible(self, scoped: ScopedField) -> bool:
        join = self._scope.joins.get(scoped.alias)
        return (
            self._holds(scoped.field.required_access_grants)
            and self._holds(self._scope.aliases[scoped.alias].required_access_grants)
            and (join is None or self._holds(join.required_access_grants))
        )

    def find(self, name: str) -> ScopedField | None:
        """The field of that name, of the model or of the query itself, if it may be seen."""
        return self._modelled(name) or self.custom.find(name)

    def _modelled(self, name: str) -> ScopedField | None:
        found = self._scope.find(name)
        return found if found is not None and self.visible(found) else None

    def select(self) -> Selection:
        asked, warnings = self._fields()
        read = self._read_by_cells(asked)
        fields = [*asked, *read]
        dimensions = tuple(field for field in fields if field.field.is_dimension)
        measures = tuple(field for field in fields if field.field.is_measure)
        if not fields:
            raise QueryError("Must query at least one dimension or measure")
        pivots = self._pivots(dimensions, measures)
        return Selection(
            dimensions=dimensions,
            measures=measures,
            pivots=pivots,
            sorts=self._sorts(asked, pivots),
            filters=self._filters(),
            warnings=tuple(warnings),
            hidden=frozenset(field.full_name for field in read),
        )

    def _read_by_cells(self, asked: list[ScopedField]) -> list[ScopedField]:
        """Fields whose values the asked fields' html and links show: they are queried too."""
        found: dict[str, ScopedField] = {}
        known = {field.full_name for field in asked}
        for field in asked:
            for name in _names_in_cells(field.field):
                other = self.find(name if "." in name else f"{field.alias}.{name}")
                if other is None or other.full_name in known:
                    continue
                if other.field.category not in (Category.filter, Category.parameter):
                    found[other.full_name] = other
        return list(found.values())

    def _fields(self) -> tuple[list[ScopedField], list[Warn]]:
        if len(self._request.fields) > _MAX_FIELDS:
            raise QueryError(f"A query can have at most {_MAX_FIELDS} fields")
        fields: dict[str, ScopedField] = {}
        warnings: list[Warn] = []
        calculated = {item["table_calculation"] for item in self.custom.calculations}
        for name in dict.fromkeys(self._request.fields):
            if name in calculated:
                continue
            found = self.find(name)
            if found is None or found.field.category in (Category.filter, Category.parameter):
                warnings.append(Warn(name, _no_longer(name)))
                continue
            self._add(fields, found)
        return list(fields.values()), warnings

    def _add(self, fields: dict[str, ScopedField], found: ScopedField) -> None:
        if found.full_name in fields:
            return
        fields[found.full_name] = found
        for name in found.field.required_fields:
            required = self.find(name if "." in name else f"{found.alias}.{name}")
            if required is not None:
                self._add(fields, required)

    def _pivots(
        self, dimensions: tuple[ScopedField, ...], measures: tuple[ScopedField, ...]
    ) -> tuple[ScopedField, ...]:
        by_name = {field.full_name: field for field in dimensions}
        pivots = []
        for name in dict.fromkeys(self._request.pivots):
            found = self.find(name)
            if found is None:
                continue
            if found.field.is_measure:
                raise QueryError(f"{name} is a measure; only dimensions can be pivoted")
            if found.full_name not in by_name:
                raise QueryError(f"The pivoted field {name} must be one of the query's fields")
            pivots.append(by_name[found.full_name])
        if pivots and not measures:
            raise QueryError("A pivoted query needs at least one measure")
        return tuple(pivots)

    # Sorts

    def _sorts(
        self, fields: list[ScopedField], pivots: tuple[ScopedField, ...]
    ) -> tuple[tuple[ScopedField, Sort], ...]:
        request = self._request
        if request.unsorted:
            return ()
        if request.sorts is None:
            return self._default_sorts(fields, pivots)
        chosen: dict[str, tuple[ScopedField, Sort]] = {}
        selected = {field.full_name for field in fields}
        for sort in request.sorts:
            found = self.find(sort.field.removesuffix("__sort_"))
            usable = found is not None and (found.full_name in selected or found.field.is_measure)
            if found is not None and usable and found.field.category is not Category.parameter:
                chosen.setdefault(found.full_name, (found, sort))
        missing = tuple(
            (pivot, Sort(pivot.full_name)) for pivot in pivots if pivot.full_name not in chosen
        )
        return (*missing, *chosen.values())

    def _default_sorts(
        self, fields: list[ScopedField], pivots: tuple[ScopedField, ...]
    ) -> tuple[tuple[ScopedField, Sort], ...]:
        pivoted = {pivot.full_name for pivot in pivots}
        first = tuple((pivot, Sort(pivot.full_name)) for pivot in pivots)
        rest = [field for field in fields if field.full_name not in pivoted]
        for field in rest:
            if field.field.is_dimension and is_date_like(field):
                return (*first, (field, Sort(field.full_name, descending=True)))
        for field in rest:
            if field.field.is_measure:
                return (*first, (field, Sort(field.full_name, descending=True)))
        return (*first, *((field, Sort(field.full_name)) for field in rest[:1]))

    # Filters

    def _filters(self) -> tuple[tuple[ScopedField, str], ...]:
        explore = self._scope.explore
        chosen: dict[str, tuple[ScopedField, str]] = {}
        for name, expression in self._request.filters.items():
            found = self.find(name)
            if found is None:
                raise QueryError(f"Invalid filter: {name}")
            chosen[found.full_name] = (found, personal(found, expression, self._request.viewer))
        for pair in explore.always_filter:
            self._default(pair, chosen)
        if explore.conditionally_filter and not self._released(chosen):
            for pair in explore.conditionally_filter:
                if not self._group_filtered(pair, chosen):
                    self._default(pair, chosen)
        return tuple(chosen.values())

    def _scoped(self, name: str) -> ScopedField | None:
        qualified = name if "." in name else f"{self._scope.explore.base}.{name}"
        return self._scope.find_unrestricted(qualified)

    def _default(self, pair: FilterPair, chosen: dict[str, tuple[ScopedField, str]]) -> None:
        found = self._scoped(pair.field)
        if found is None:
            raise QueryError(
                f"Unknown field {pair.field} in a filter of explore {self._scope.explore.name}"
            )
        narrows = found.field.category is not Category.parameter and (
            found.field.category is not Category.filter or found.field.sql is not None
        )
        if self._request.for_everybody and narrows:
            return
        if self._scope.aliases[found.alias].name not in self._request.defining:
            text = personal(found, pair.expression, self._request.viewer)
            chosen.setdefault(found.full_name, (found, text))

    def _released(self, chosen: dict[str, tuple[ScopedField, str]]) -> bool:
        names = (self._scoped(name) for name in self._scope.explore.conditionally_filter_unless)
        return any(found is not None and found.full_name in chosen for found in names)

    def _group_filtered(self, pair: FilterPair, chosen: dict[str, tuple[ScopedField, str]]) -> bool:
        found = self._scoped(pair.field)
        group = found.field.dimension_group if found else None
        return group is not None and any(
            other.alias == found.alias and other.field.dimension_group == group
            for other, _ in chosen.values()
            if found is not None
        )


def _names_in_cells(field: Field) -> list[str]:
    texts = [field.html or ""]
    for link in field.links:
        texts += [link.url, link.label]
    texts += [text for action in field.actions for text in _texts(action)]
    return sorted(set().union(*(references(text) for text in texts)))


def _texts(item: object) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, (dict, list)):
        for part in item.values() if isinstance(item, dict) else item:
            yield from _texts(part)


def is_date_like(scoped: ScopedField) -> bool:
    return scoped.field.timeframe is not None and scoped.field.type != "yesno"


def _no_longer(name: str) -> str:
    view = name.partition(".")[0]
    title = " ".join(word.capitalize() for word in view.split("_"))
    return _NO_LONGER.format(field=name, view=title or name)
