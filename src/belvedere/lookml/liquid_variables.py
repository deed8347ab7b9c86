"""What LookML's variables mean to a template: names are looked up when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from liquid import RenderContext


class LiquidContext(Protocol):
    """What a template can ask about the query. Names are as written: `f`, `view.f` or `view`."""

    model_name: str
    explore_name: str
    view_name: str
    field_name: str
    dialect_name: str
    timezone: str

    def in_query(self, name: str) -> bool: ...
    def is_selected(self, name: str) -> bool: ...
    def is_filtered(self, name: str) -> bool: ...
    def condition(self, name: str, sql: str) -> str: ...
    def increment_condition(self, sql: str) -> str: ...
    def parameter(self, name: str) -> str: ...
    def parameter_value(self, name: str) -> str: ...
    def date_start(self, name: str) -> str: ...
    def date_end(self, name: str) -> str: ...
    def user_attribute(self, name: str) -> str | None: ...
    def localized(self, key: str) -> str | None: ...
    def filter_text(self, name: str) -> str | None: ...
    def sql_of(self, name: str) -> str: ...
    def sql_quote(self, text: str) -> str: ...


_CONTEXT = "\0context"


def asked(context: RenderContext) -> LiquidContext | None:
    """The query that is being rendered for; None where a cell is."""
    found: Any = context.globals.get(_CONTEXT)
    query: LiquidContext | None = found
    return query


class QueryVariables(Mapping[str, object]):
    """The variables of a template over a query."""

    def __init__(self, context: LiquidContext) -> None:
        self._context = context

    @cached_property
    def _fixed(self) -> dict[str, object]:
        context = self._context
        return {
            _CONTEXT: context,
            "_model": {"_name": context.model_name},
            "_explore": {"_name": context.explore_name, "_dashboard_url": ""},
            "_view": {"_name": context.view_name},
            "_field": {"_name": f"{context.view_name}.{context.field_name}"},
            "_dialect": {"_name": context.dialect_name},
            "_query": {"_query_timezone": context.timezone},
            "_filters": Lookup(context.filter_text),
            "_user_attributes": Lookup(context.user_attribute),
            "_localization": Lookup(context.localized),
        }

    def __getitem__(self, name: str) -> object:
        if name in self._fixed:
            return self._fixed[name]
        if name.startswith(("_", "\0")):
            raise KeyError(name)
        return _Named(self._context, name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._fixed or not name.startswith(("_", "\0")))

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


class CellVariables(Mapping[str, object]):
    """The variables of a template over one cell of a result.

    `fixed` are those that name no field. `shown` gives the properties of another field's cell in
    the same row (`_value`, `_rendered_value`, …) by full name, None where the row has no such
    cell; it is asked only for what the template reads. Bare field names are those of `alias`.
    """

    def __init__(
        self,
        alias: str,
        fixed: Mapping[str, object],
        shown: Callable[[str], Mapping[str, object] | None],
    ) -> None:
        self._alias = alias
        self._fixed = fixed
        self._shown = shown

    def __getitem__(self, name: str) -> object:
        if name in self._fixed:
            return self._fixed[name]
        return self._shown(f"{self._alias}.{name}") or Lookup(
            lambda field: self._shown(f"{name}.{field}")
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


class Lookup(Mapping[str, object]):
    """`name[key]` answered by a function; what it does not know is undefined."""

    def __init__(self, find: Callable[[str], object | None]) -> None:
        self._find = find

    def __getitem__(self, name: str) -> object:
        found = self._find(name) if isinstance(name, str) else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""


class _Named(Mapping[str, object]):
    """`view`, `view.field` or `field`, with the properties that LookML gives them."""

    def __init__(self, context: LiquidContext, name: str) -> None:
        self._context = context
        self._name = name

    def __getitem__(self, key: str) -> object:
        match key:
            case "_in_query":
                return self._context.in_query(self._name)
            case "_is_selected":
                return self._context.is_selected(self._name)
            case "_is_filtered":
                return self._context.is_filtered(self._name)
            case "_parameter_value":
                return self._context.parameter_value(self._name)
            case "_sql":
                return self._context.sql_of(self._name)
            case "_name":
                return self._name
        if not isinstance(key, str) or key.startswith("_"):
            raise KeyError(key)
        return _Named(self._context, f"{self._name}.{key}")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""
