"""What searches have in common: criteria, their combination, order, and the page of it.

Criteria are query parameters. Text is compared without regard to case and may hold the wildcards
% and _; ids are one value or a comma list; `IS NULL` and `NOT NULL` ask for absence and presence.
All criteria must hold; with `filter_or=true` one of them is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, inspect, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from belvedere import clock
from belvedere.api import paging
from belvedere.api.call import Call
from belvedere.content.among import among, encoded
from belvedere.errors import Invalid, Problem
from belvedere.ids import number
from belvedere.store import expressions

Column = InstrumentedAttribute[Any] | ColumnElement[Any]
Criterion = Callable[[str], ColumnElement[bool]]
T = TypeVar("T")
Most = Callable[[bool], Select[Any]]
"""The same statement, ordered or not, for when most of all rows have to be looked at."""
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_ESCAPE = "\\"
_AHEAD = 1000
"""So many rows more than the page has are looked for, in order to know how many there are."""
_FAR = 5000
"""Who skips so many rows has most of them looked at."""


def text(column: Column, *, most: bool = False) -> Criterion:
    """`most` is for when most rows have to be looked at."""

    def matches(value: str) -> ColumnElement[bool]:
        if asks_for_absence(value):
            return _absence(column, value, empty="")
        return like(column, value, most=most)

    return matches


def like(column: Column, pattern: str, *, most: bool = False) -> ColumnElement[bool]:
    """Without regard to case, as far as the database knows the letters: it folds both sides.
    % and _ are wildcards, and nothing else is.
    """
    if "%" not in pattern and "_" not in pattern:
        return func.lower(column) == func.lower(pattern)
    compare = expressions.matches if most else expressions.like
    return compare(column, pattern.replace(_ESCAPE, _ESCAPE * 2))


def is_like(text: str, pattern: str) -> bool:
    """The same for a text that is no column."""
    pieces = re.split("([%_])", pattern.lower())
    wild = {"%": ".*", "_": "."}
    wanted = "".join(wild.get(piece) or re.escape(piece) for piece in pieces)
    return re.fullmatch(wanted, text.lower(), re.DOTALL) is not None


def ids(column: Column) -> Criterion:
    """Of whole numbers; what is none matches nothing."""

    def matches(value: str) -> ColumnElement[bool]:
        if asks_for_absence(value):
            return _absence(column, value)
        numbers = [found for part in _parts(value) if (found := number(part)) is not None]
        return column.in_(numbers) if numbers else false()

    return matches


def words(column: Column) -> Criterion:
    """Of text ids, compared as they are."""

    def matches(value: str) -> ColumnElement[bool]:
        return _absence(column, value) if asks_for_absence(value) else column.in_(_parts(value))

    return matches


def flag(column: Column) -> Criterion:
    def matches(value: str) -> ColumnElement[bool]:
        if asks_for_absence(value):
            return _absence(column, value)
        known = _FLAGS.get(value.strip().lower())
        return false() if known is None else column.is_(known)

    return matches


def moment(
    name: str, column: Column, matches: Callable[[datetime], ColumnElement[bool]]
) -> Criterion:
    """Of a time that the parameter `name` gives; `column` is what absence is asked of."""

    def found(value: str) -> ColumnElement[bool]:
        if asks_for_absence(value):
            return _absence(column, value)
        try:
            return matches(clock.parsed(value))
        except ValueError:
            message = f"{name} must be a time such as 2026-01-31T00:00:00Z"
            raise Invalid(Problem(name, "invalid", message)) from None

    return found


def at(name: str, column: Column) -> Criterion:
    """Of the day, second or millisecond that the parameter `name` gives."""

    def found(value: str) -> ColumnElement[bool]:
        smallest = timedelta(milliseconds=1) if "." in value else timedelta(seconds=1)
        period = smallest if ":" in value else timedelta(days=1)
        return moment(name, column, lambda t: and_(column >= t, column < t + period))(value)

    return found


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.strip("[]").replace('"', "").split(",") if part.strip()]


def asks_for_absence(value: str) -> bool:
    """Or for presence."""
    return value.strip().upper() in ("IS NULL", "NOT NULL")


def _absence(column: Column, value: str, empty: str | None = None) -> ColumnElement[bool]:
    missing = column.is_(None) if empty is None else or_(column.is_(None), column == empty)
    return missing if value.strip().upper() == "IS NULL" else ~missing


def criteria(call: Call, known: Mapping[str, Criterion]) -> ColumnElement[bool]:
    """The condition that the call's parameters ask for; empty values ask for nothing."""
    found = [
        criterion(call.parameters[name])
        for name, criterion in known.items()
        if call.parameters.get(name, "") != ""
    ]
    if not found:
        return true()
    return or_(*found) if is_either(call) else and_(*found)


def is_either(call: Call) -> bool:
    """Whether one of the criteria is enough."""
    return is_flag_set(call, "filter_or")


def is_flag_set(call: Call, name: str) -> bool:
    return _FLAGS.get(call.parameters.get(name, "").strip().lower(), False)


def order(call: Call, columns: Mapping[str, Column], *default: Column) -> list[Any]:
    """The terms of `sorts` (`name`, `name desc`, …), then the default ones, so that pages of
    equal rows stay the same. Invalid names what can be sorted by.
    """
    terms: list[Any] = []
    for part in _parts(call.parameters.get("sorts", "")):
        name, _, direction = part.partition(" ")
        column = columns.get(name)
        if column is None or direction.strip().lower() not in ("", "asc", "desc"):
            known = ", ".join(columns)
            raise Invalid(Problem("sorts", "invalid", f"Cannot sort by {part}; known: {known}"))
        descending = direction.strip().lower() == "desc"
        terms.append(column.desc() if descending else column.asc())
    return [*terms, *default]


def page_of(call: Call, statement: Select[Any], most: Most | None = None) -> Sequence[Any]:
    """The rows of the page that is asked for; headers tell how many there are."""
    page = paging.page_from(call.parameters)
    if page.limit is None:
        limited = statement.offset(page.offset) if page.offset else statement
        return call.db.scalars(limited).all()
    found = _among_few(call, statement, page.offset, page.limit)
    if found is None:
        found = _among_many(call, statement, most, page.offset, page.limit)
    rows, total = found
    address = f"{call.services.settings.public_url}{call.request.path}"
    call.response_headers |= paging.headers(page, total, address, call.parameters)
    return rows


def _among_few(
    call: Call, statement: Select[Any], offset: int, limit: int
) -> tuple[Sequence[Any], int] | None:
    """The page, and how many there are: None where that is more than a few. Whichever come first
    are as good as any others as long as there are no more than those, so they need no order.
    """
    if offset > _FAR:
        return None
    key, few = _key(statement), offset + limit + _AHEAD
    ids = call.db.scalars(_ids(statement.order_by(None), key).limit(few + 1)).all()
    if len(ids) > few:
        return None
    if offset >= len(ids):
        return (), len(ids)
    wanted = statement.where(among(key, encoded(ids))).offset(offset).limit(limit)
    return call.db.scalars(wanted).all(), len(ids)


def _among_many(
    call: Call, statement: Select[Any], most: Most | None, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    """The same by sorting and skipping ids, which is less work than doing so with rows. Where some
    more ids are all that follow, nothing has to be counted.
    """
    key, ordered = _key(statement), most(True) if most else statement
    ids = call.db.scalars(_ids(ordered, key).offset(offset).limit(limit + _AHEAD + 1)).all()
    total = offset + len(ids)
    if len(ids) > limit + _AHEAD or not ids:
        total = _count(call, most(False) if most else statement)
    return _rows(call, statement, key, ids[:limit]), total


def _key(statement: Select[Any]) -> InstrumentedAttribute[Any]:
    mapper = inspect(statement.column_descriptions[0]["entity"])
    found: InstrumentedAttribute[Any] = mapper.all_orm_descriptors[
        mapper.get_property_by_column(mapper.primary_key[0]).key
    ]
    return found


def _ids(statement: Select[Any], key: InstrumentedAttribute[Any]) -> Select[Any]:
    return statement.with_only_columns(key, maintain_column_froms=True)


def _count(call: Call, statement: Select[Any]) -> int:
    whole = statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return call.db.scalar(whole) or 0


def _rows(
    call: Call, statement: Select[Any], key: InstrumentedAttribute[Any], ids: Sequence[Any]
) -> list[Any]:
    """In the order of the ids. Conditions are asked again: rows may have changed since."""
    if not ids:
        return []
    wanted = statement.order_by(None).where(among(key, encoded(ids)))
    rows = {getattr(row, key.key): row for row in call.db.scalars(wanted)}
    return [rows[found] for found in ids if found in rows]
