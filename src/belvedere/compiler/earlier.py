"""Measures of type period_over_period: which earlier rows they compare with."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.compiler.resolver import Resolver
from belvedere.errors import LookmlError, QueryError
from belvedere.lookml.scope import ScopedField

_LENGTHS = {"date": 0, "week": 1, "month": 2, "quarter": 3, "fiscal_quarter": 3}
_LENGTHS |= {"year": 4, "fiscal_year": 4}
_UNITS = {"date": "day", "fiscal_quarter": "quarter", "fiscal_year": "year"}


@dataclass(frozen=True, slots=True)
class Shift:
    """Everything one period back: filters on the dimension group `group` of the view joined as
    `alias` move by one `unit`. `to_date` leaves out what is later in its period than now.
    """

    alias: str
    group: str
    unit: str
    to_date: bool

    def concerns(self, scoped: ScopedField) -> bool:
        return scoped.alias == self.alias and group_of(scoped) == self.group


def group_of(scoped: ScopedField) -> str:
    return scoped.field.dimension_group or scoped.field.name


def shift_of(resolver: Resolver, measure: ScopedField) -> Shift:
    """How far back the measure looks, and along which dimension group."""
    field = measure.field
    if not field.based_on or not field.based_on_time or field.period not in _LENGTHS:
        raise LookmlError(
            f"{measure.full_name} needs based_on, based_on_time and a period",
            str(field.location) if field.location else None,
        )
    time = resolver.lookup(field.based_on_time, measure.alias, measure.full_name)
    unit = _UNITS.get(field.period, field.period)
    return Shift(time.alias, group_of(time), unit, field.value_to_date)


def times_of(
    shift: Shift, measure: ScopedField, dimensions: tuple[ScopedField, ...]
) -> tuple[ScopedField, ...]:
    """The selected timeframes of the group, the finest first; QueryError where the comparison
    has no meaning.
    """
    times = [scoped for scoped in dimensions if shift.concerns(scoped)]
    name, period = measure.full_name, measure.field.period or ""
    if not times:
        raise QueryError(f"{name} needs a timeframe of {shift.alias}.{shift.group} in the query")
    for scoped in times:
        timeframe = scoped.field.timeframe or ""
        if timeframe not in _LENGTHS:
            raise QueryError(f"{name} cannot be shown by {scoped.full_name}")
        if _LENGTHS[timeframe] > _LENGTHS[period]:
            raise QueryError(f"{name} compares by {period}: {scoped.full_name} is longer")
        if timeframe == "week" and period not in ("week", "date"):
            raise QueryError(f"{name} compares by {period}, which weeks do not fit into")
        if timeframe.startswith("fiscal") != period.startswith("fiscal") and (
            timeframe.startswith("fiscal") or _LENGTHS[timeframe] > 2
        ):
            raise QueryError(f"{name} compares by {period}, and {scoped.full_name} does not")
    return tuple(sorted(times, key=lambda scoped: _LENGTHS[scoped.field.timeframe or ""]))
