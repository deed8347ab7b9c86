"""What names a model has: the views behind every alias, and how a lost name is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import Explore, Location, Model, View

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_TABLE = re.compile(r"\$\{\s*([\w.]+)\.SQL_TABLE_NAME\s*\}")


def references(text: str) -> Iterator[str]:
    """Names in `${…}`, without casts; tables left out."""
    for name in _REFERENCE.findall(text):
        bare = name.partition("::")[0].strip()
        if bare != "TABLE" and not bare.endswith("SQL_TABLE_NAME"):
            yield bare


def tables(text: str) -> list[str]:
    """Views whose `${view.SQL_TABLE_NAME}` the text reads."""
    return _TABLE.findall(text)


def aliases_of(explore: Explore) -> list[str]:
    return [explore.base, *(join.name for join in explore.joins)]


class Names:
    """The names of one model, looked up once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._groups: dict[str, frozenset[str]] = {}

    @cached_property
    def views(self) -> dict[str, list[View]]:
        """By name, and by every alias that some explore gives them."""
        found = {name: [view] for name, view in self.model.views.items()}
        for explore in self.model.explores.values():
            pairs = [(explore.base, explore.base_view)]
            pairs += [(join.name, join.view) for join in explore.joins]
            for alias, name in pairs:
                behind = found.setdefault(alias, [])
                if self.model.views[name] not in behind:
                    behind.append(self.model.views[name])
        return found

    @cached_property
    def used(self) -> frozenset[str]:
        """Views that some explore of the model has: others may be written for other models."""
        explores = self.model.explores.values()
        return frozenset(
            name
            for explore in explores
            for name in (explore.base_view, *(join.view for join in explore.joins))
        )

    def groups(self, view: View) -> frozenset[str]:
        """Dimension groups of a view."""
        if view.name not in self._groups:
            self._groups[view.name] = frozenset(
                field.dimension_group for field in view.fields.values() if field.dimension_group
            )
        return self._groups[view.name]

    def has(self, view: View, name: str) -> bool:
        """Whether the view has such a field (by a former name perhaps)."""
        return name in view.fields or any(name in f.aliases for f in view.fields.values())

    def lost(self, view: View, name: str, *, group_counts: bool = False) -> str | None:
        """Why a field's name, as written in the view, means nothing; None where it does."""
        owner, _, bare = name.removeprefix(f"{view.name}.").rpartition(".")
        if owner and view.name not in self.used:
            return None
        candidates = self.views.get(owner, []) if owner else [view]
        if not candidates:
            return f'Inaccessible view "{owner}" in {{}}.{did_you_mean(owner, self.views)}'
        for candidate in candidates:
            if self.has(candidate, bare):
                return None
            if bare in self.groups(candidate):
                if group_counts:
                    return None
                hint = " Append a timeframe: it is a dimension group."
                return f'Unknown or inaccessible field "{name}" in {{}}.{hint}'
        known = (field for candidate in candidates for field in candidate.fields)
        hint = did_you_mean(bare, known)
        if hint and owner:
            hint = hint.replace('"', f'"{owner}.', 1)
        return f'Unknown or inaccessible field "{name}" in {{}}.{hint}'

    def lost_item(self, view: View, item: str) -> str | None:
        """Like `lost`, for an item of a list: `set*`, `view.set*`, `view*`, `-field`."""
        name = item.removeprefix("-")
        if not name.endswith("*"):
            return self.lost(view, name, group_counts=True)
        owner, _, bare = name[:-1].rpartition(".")
        candidates = self.views.get(owner, []) if owner else [view]
        elsewhere = bool(owner) and view.name not in self.used
        if (
            elsewhere
            or bare == "ALL_FIELDS"
            or (not owner and bare in self.views)
            or any(bare in candidate.sets for candidate in candidates)
        ):
            return None
        hint = did_you_mean(bare, (known for found in candidates for known in found.sets))
        return f'Unknown set "{name}" in {{}}.{hint}'


class Reporter:
    """Makes a model's diagnostics."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def problem(
        self,
        message: str,
        location: Location | None,
        *,
        field: str | None = None,
        explore: str | None = None,
        kind: str = "reference",
        severity: Severity = Severity.error,
    ) -> Diagnostic:
        return Diagnostic(
            severity=severity,
            kind=kind,
            message=message,
            location=location or self._model.location or Location("", 1),
            model=self._model.name,
            explore=explore,
            field=field,
        )

    def unknown(
        self, what: str, name: str, known: Iterable[str], owner: str, location: Location | None
    ) -> Diagnostic:
        hint = did_you_mean(name, known)
        return self.problem(f'Unknown {what} "{name}" in {owner}.{hint}', location)
