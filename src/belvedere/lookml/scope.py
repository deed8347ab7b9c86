"""What an explore offers: views by alias, fields by full name, restrictions applied."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from belvedere.errors import LookmlError
from belvedere.lookml.model import Explore, Field, Join, Model, View

_ALL = "ALL_FIELDS*"


class ScopedField(NamedTuple):
    """A field as it is reached in an explore: through the alias of its view.

    A field that a query defines itself has a bare name, `custom`.
    """

    alias: str
    field: Field
    custom: str | None = None

    @property
    def full_name(self) -> str:
        return self.custom or f"{self.alias}.{self.field.name}"


class Scope:
    """One explore of one model, with names looked up once."""

    def __init__(self, model: Model, explore: Explore) -> None:
        self.model = model
        self.explore = explore
        self.joins: dict[str, Join] = {join.name: join for join in explore.joins}
        self.aliases: dict[str, View] = {explore.base: model.views[explore.base_view]}
        for join in explore.joins:
            self.aliases[join.name] = model.views[join.view]

    @cached_property
    def _every(self) -> dict[str, ScopedField]:
        return {
            f"{alias}.{name}": ScopedField(alias, field)
            for alias, view in self.aliases.items()
            for name, field in view.fields.items()
        }

    @cached_property
    def _exposed(self) -> dict[str, ScopedField]:
        names = self._joined_names()
        if self.explore.fields is not None:
            allowed = set(self.expand(self.explore.fields, self.explore.base, names))
            names = [name for name in names if name in allowed]
        return {name: self._every[name] for name in names}

    def _joined_names(self) -> list[str]:
        """Names that the joins' own `fields` let in, in order of view and of writing."""
        names: list[str] = []
        for alias, view in self.aliases.items():
            own = [f"{alias}.{name}" for name in view.fields]
            join = self.joins.get(alias)
            if join is not None and join.fields is not None:
                allowed = set(self.expand(join.fields, alias, own))
                own = [name for name in own if name in allowed]
            names += own
        return names

    @cached_property
    def _renamed(self) -> dict[str, ScopedField]:
        """Fields by the old names that `alias:` keeps working."""
        return {
            old if "." in old else f"{scoped.alias}.{old}": scoped
            for scoped in self._exposed.values()
            for old in scoped.field.aliases
        }

    def find(self, name: str) -> ScopedField | None:
        """The field of that full name (or former name), if the explore exposes it."""
        return self._exposed.get(name) or self._renamed.get(name)

    def alone(self, alias: str) -> Scope:
        """One view of the explore under its alias, as if nothing else were joined."""
        join, explore = self.joins.get(alias), self.explore
        if join is None:
            view, table = explore.base_view, explore.sql_table_name
        else:
            view, table = join.view, join.sql_table_name
        return Scope(
            self.model,
            Explore(
                name=explore.name,
                base=alias,
                base_view=view,
                sql_table_name=table,
                case_sensitive=explore.case_sensitive,
            ),
        )

    def find_unrestricted(self, name: str) -> ScopedField | None:
        """Like `find`, for references inside the model: restrictions do not apply there."""
        return self._every.get(name)

    def ordering(self, scoped: ScopedField) -> ScopedField:
        """What sorting by the field sorts by: for a measure with `order_by_field` that one."""
        name = scoped.field.order_by_field
        if name is None or not scoped.field.is_measure or scoped.custom is not None:
            return scoped
        found = self.find_unrestricted(name if "." in name else f"{scoped.alias}.{name}")
        return found if found is not None and found.field.is_measure else scoped

    def fields(self) -> Iterable[ScopedField]:
        """Everything the explore exposes, hidden fields included."""
        return self._exposed.values()

    # Lists of fields

    def expand(
        self, items: Iterable[str], alias: str, everything: Iterable[str] | None = None
    ) -> list[str]:
        """A `fields:` list as full names: sets, `view.set*`, `view*`, `ALL_FIELDS*`, `-exclusions`.

        `alias` is the view whose short names are meant, `everything` what ALL_FIELDS* is.
        A list that only excludes starts from everything.
        """
        written = list(items)
        whole = list(everything) if everything is not None else list(self._every)
        chosen: dict[str, None] = {}
        if written and all(item.startswith("-") for item in written):
            chosen = dict.fromkeys(whole)
        for item in written:
            excludes = item.startswith("-")
            names = self._members(item.removeprefix("-"), alias, whole, ())
            for name in names:
                if excludes:
                    chosen.pop(name, None)
                else:
                    chosen[name] = None
        return list(chosen)

    def _members(
        self, item: str, alias: str, whole: list[str], open_sets: tuple[str, ...]
    ) -> list[str]:
        if item == _ALL:
            return whole
        if not item.endswith("*"):
            return self._named(item if "." in item else f"{alias}.{item}")
        owner, _, name = item[:-1].rpartition(".")
        if not owner and name in self.aliases and name not in self.aliases[alias].sets:
            owner, name = name, _ALL[:-1]
        owner = owner or alias
        view = self.aliases.get(owner)
        if name == _ALL[:-1]:
            return [full for full in whole if full.startswith(f"{owner}.")]
        full_name = f"{owner}.{name}"
        if view is None or name not in view.sets or full_name in open_sets:
            return []
        chosen: dict[str, None] = {}
        for member in view.sets[name]:
            found = self._members(member.removeprefix("-"), owner, whole, (*open_sets, full_name))
            for full in found:
                if member.startswith("-"):
                    chosen.pop(full, None)
                else:
                    chosen[full] = None
        return list(chosen)

    def _named(self, name: str) -> list[str]:
        """A field, or the fields of the dimension group of that name."""
        if name in self._every:
            return [name]
        alias, _, group = name.partition(".")
        view = self.aliases.get(alias)
        if view is None:
            return []
        return [
            f"{alias}.{field.name}"
            for field in view.fields.values()
            if field.dimension_group == group
        ]


_MOST_SCOPES = 512
_scopes: dict[tuple[str, str, str, str], Scope] = {}


def scope_of(model: Model, explore_name: str) -> Scope:
    """The scope of an explore; kept for as long as its model's version is in use."""
    key = (model.project, model.name, model.version, explore_name)
    found = _scopes.get(key)
    if found is None or found.model is not model:
        explore = model.explores.get(explore_name)
        if explore is None:
            raise LookmlError(f'Unknown explore "{explore_name}" in model "{model.name}"')
        while len(_scopes) >= _MOST_SCOPES:
            _scopes.pop(next(iter(_scopes)), None)
        found = _scopes[key] = Scope(model, explore)
    return found
