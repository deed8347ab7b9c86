"""Checks over a resolved model: every name that it refers to must exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import Explore, Field, Location, Model, View
from belvedere.lookml.scope import Scope

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_FIELD_SQL = ("sql", "sql_start", "sql_end", "sql_latitude", "sql_longitude", "sql_distinct_key")


def check_model(model: Model) -> Iterator[Diagnostic]:
    """Unknown fields and views, references in a circle."""
    aliases = {alias for explore in model.explores.values() for alias in _aliases(explore)}
    for view in model.views.values():
        yield from _check_view(model, view, aliases)
    for explore in model.explores.values():
        yield from _check_explore(model, explore)


def _aliases(explore: Explore) -> list[str]:
    return [explore.base, *(join.name for join in explore.joins)]


def _texts(field: Field) -> Iterator[str]:
    for parameter in _FIELD_SQL:
        text = getattr(field, parameter)
        if text and "${" in text:
            yield text
    for branch in field.cases:
        yield branch.sql


def references(text: str) -> Iterator[str]:
    """Names in `${…}`, without casts; tables left out."""
    for name in _REFERENCE.findall(text):
        bare = name.partition("::")[0].strip()
        if bare != "TABLE" and not bare.endswith("SQL_TABLE_NAME"):
            yield bare


def _check_view(model: Model, view: View, aliases: set[str]) -> Iterator[Diagnostic]:
    graph: dict[str, set[str]] = {}
    for field in view.fields.values():
        for text in _texts(field):
            for name in references(text):
                local = name.removeprefix(f"{view.name}.")
                if "." not in local:
                    graph.setdefault(field.name, set()).add(local)
                    if local not in view.fields:
                        yield _unknown_field(model, view, field, local)
                elif name.partition(".")[0] not in aliases | model.views.keys():
                    owner = name.partition(".")[0]
                    hint = did_you_mean(owner, aliases)
                    message = f'Inaccessible view "{owner}" in "{view.name}.{field.name}".{hint}'
                    yield _error(model, message, field.location, f"{view.name}.{field.name}")
    yield from _cycles(model, view, graph)


def _unknown_field(model: Model, view: View, field: Field, name: str) -> Diagnostic:
    groups = {f.dimension_group for f in view.fields.values() if f.dimension_group}
    hint = (
        " Append a timeframe: it is a dimension group."
        if name in groups
        else did_you_mean(name, view.fields)
    )
    message = f'Unknown or inaccessible field "{name}" in "{view.name}.{field.name}".{hint}'
    return _error(model, message, field.location, f"{view.name}.{field.name}")


def _cycles(model: Model, view: View, graph: dict[str, set[str]]) -> Iterator[Diagnostic]:
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(graph.get(start, ())))]
        trail.append(start)
        while stack and start not in done:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                trail.pop()
                done.add(name)
            elif following in trail:
                circle = " → ".join([*trail[trail.index(following) :], following])
                field = view.fields[following]
                message = f'Fields of view "{view.name}" refer to one another in a circle: {circle}'
                yield _error(model, message, field.location, f"{view.name}.{following}")
                done.update(trail)
                break
            elif following not in done and following in graph:
                stack.append((following, iter(graph[following])))
                trail.append(following)


def _check_explore(model: Model, explore: Explore) -> Iterator[Diagnostic]:
    scope = Scope(model, explore)
    texts = [(explore.sql_always_where, explore.base, explore.location)]
    texts += [(join.sql_on, join.name, join.location) for join in explore.joins]
    texts += [(join.sql_where, join.name, join.location) for join in explore.joins]
    for text, alias, location in texts:
        for name in references(text or ""):
            if not _exists(scope, name, alias):
                known = [scoped.full_name for scoped in scope.fields()]
                message = f'Unknown or inaccessible field "{name}".{did_you_mean(name, known)}'
                yield _error(model, message, location, None, explore.name)
    for pair in (*explore.always_filter, *explore.conditionally_filter):
        if not _exists(scope, pair.field, explore.base):
            message = f"always_filter: unknown filter field '{pair.field}'"
            yield _error(model, message, explore.location, pair.field, explore.name)
    for access in explore.access_filters:
        if not _exists(scope, access.field, explore.base):
            message = f'Unknown field "{access.field}" in an access_filter'
            yield _error(model, message, explore.location, access.field, explore.name)


def _exists(scope: Scope, name: str, alias: str) -> bool:
    return (
        scope.find_unrestricted(name) is not None
        or scope.find_unrestricted(f"{alias}.{name}") is not None
    )


def _error(
    model: Model,
    message: str,
    location: Location | None,
    field: str | None,
    explore: str | None = None,
) -> Diagnostic:
    return Diagnostic(
        severity=Severity.error,
        kind="reference",
        message=message,
        location=location or Location("", 1),
        model=model.name,
        explore=explore,
        field=field,
    )
