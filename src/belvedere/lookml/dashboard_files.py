"""Dashboard files to dashboards that can be read: found by name, extensions merged.

Merging is by parameter; elements and filters are merged by their names, so that an extending
dashboard can move one tile of the one that it extends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import Location
from belvedere.lookml.yaml_reading import YamlProblem, YamlValue, read

_BY_NAME = ("elements", "filters")
_NOT_INHERITED = frozenset({"dashboard", "extension", "extends"})


@dataclass(slots=True, eq=False)
class RawDashboard:
    """One dashboard as it is written in `path`; `whole` is a map."""

    name: str
    path: str
    whole: YamlValue

    @property
    def location(self) -> Location:
        return Location(self.path, self.whole.line, self.whole.column)


@dataclass(slots=True, eq=False)
class DashboardFile:
    dashboards: list[RawDashboard]
    problems: list[Diagnostic]


def read_file(text: str, path: str) -> DashboardFile:
    """The dashboards of a file's text; what cannot be read is a problem."""
    found = DashboardFile([], [])
    try:
        whole = read(text, path)
    except YamlProblem as problem:
        found.problems.append(_problem(problem.message, path, problem.line, problem.column))
        return found
    for item in whole.members() if whole is not None else []:
        name = item.get("dashboard") if item.kind == "map" else None
        if name is None or not name.text:
            message = "A dashboard file holds a list of dashboards: - dashboard: name"
            found.problems.append(_problem(message, path, item.line, item.column))
            continue
        found.dashboards.append(RawDashboard(name.text, path, item))
    return found


def _problem(message: str, path: str, line: int, column: int) -> Diagnostic:
    return Diagnostic(
        severity=Severity.error,
        kind="syntax",
        message=message,
        location=Location(path, line, column),
    )


class DashboardInheritance:
    """The dashboards of one model by name, with what they extend merged in."""

    def __init__(self, model: str, raws: Iterable[RawDashboard]) -> None:
        self._model = model
        self.diagnostics: list[Diagnostic] = []
        self._raws: dict[str, RawDashboard] = {}
        self._merged: dict[str, YamlValue] = {}
        for raw in raws:
            self._add(raw)

    def _add(self, raw: RawDashboard) -> None:
        known = self._raws.get(raw.name)
        if known is not None:
            self._report(
                f"A dashboard named {raw.name} has been defined multiple times; "
                f"see also {known.location}",
                raw.location,
            )
        self._raws[raw.name] = raw

    def _report(self, message: str, location: Location) -> None:
        self.diagnostics.append(
            Diagnostic(
                severity=Severity.error,
                kind="inheritance",
                message=message,
                location=location,
                model=self._model,
            )
        )

    def dashboards(self) -> Iterable[RawDashboard]:
        """Every dashboard that is not `extension: required`, whole."""
        for raw in self._raws.values():
            extension = raw.whole.get("extension")
            whole = self._resolved(raw, ())
            if extension is None or extension.text != "required":
                yield RawDashboard(raw.name, raw.path, whole)

    def _resolved(self, raw: RawDashboard, trail: tuple[str, ...]) -> YamlValue:
        if raw.name in self._merged:
            return self._merged[raw.name]
        trail = (*trail, raw.name)
        base: YamlValue | None = None
        extends = raw.whole.get("extends")
        for item in extends.members() if extends is not None else []:
            parent = self._parent(item, raw, trail)
            if parent is not None:
                inherited = _without(parent, _NOT_INHERITED)
                base = inherited if base is None else merged(base, inherited)
        result = raw.whole if base is None else merged(base, raw.whole)
        self._merged[raw.name] = result
        return result

    def _parent(
        self, item: YamlValue, raw: RawDashboard, trail: tuple[str, ...]
    ) -> YamlValue | None:
        name, location = item.text, Location(raw.path, item.line, item.column)
        if name in trail:
            self._report(f"Extends form a circle: {' → '.join([*trail, name])}", location)
            return None
        found = self._raws.get(name)
        if found is None:
            hint = did_you_mean(name, self._raws)
            self._report(f"Cannot extend unknown dashboard ({name}).{hint}", location)
            return None
        return self._resolved(found, trail)


def merged(base: YamlValue, over: YamlValue) -> YamlValue:
    """`over` laid on `base`: maps by key, lists of named things by name, all else replaced."""
    result = _laid(base, over)
    for key in _BY_NAME:
        below, above = base.get(key), over.get(key)
        if below is not None and above is not None and below.kind == above.kind == "list":
            result.pairs[key] = _merged_by_name(below, above)
    return result


def _merged_by_name(base: YamlValue, over: YamlValue) -> YamlValue:
    found: dict[str, YamlValue] = {}
    for number, item in enumerate((*base.items, *over.items)):
        name = item.get("name")
        key = name.text if name is not None else f"\0{number}"
        found[key] = _laid(found[key], item) if key in found else item
    items = list(found.values())
    return YamlValue(over.line, over.column, "list", items=items, path=over.path)


def _laid(base: YamlValue, over: YamlValue) -> YamlValue:
    pairs, keys = base.pairs | over.pairs, base.keys | over.keys
    return YamlValue(over.line, over.column, "map", pairs=pairs, keys=keys, path=over.path)


def _without(value: YamlValue, keys: frozenset[str]) -> YamlValue:
    def kept(pairs: Mapping[str, YamlValue]) -> dict[str, YamlValue]:
        return {key: item for key, item in pairs.items() if key not in keys}

    pairs, names = kept(value.pairs), kept(value.keys)
    return YamlValue(value.line, value.column, "map", pairs=pairs, keys=names, path=value.path)
