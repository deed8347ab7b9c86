"""Everything that a model includes to the frozen model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from belvedere.lookml.assemble import Raw
from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.inheritance import Inheritance
from belvedere.lookml.model import (
    AccessGrant,
    Datagroup,
    DataTest,
    Explore,
    Join,
    MapLayer,
    Model,
    NamedValueFormat,
    View,
)
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve_tables import explore_source
from belvedere.lookml.vocabulary import PARAMETERS

_PLAIN_NAME = re.compile(r"\w+")
_ONCE = ("datagroup", "access_grant", "named_value_format", "map_layer", "test")
"""Objects whose names are used once in a model."""


def resolve_model(
    reader: Reader,
    name: str,
    project: str,
    version: str,
    raw: Raw,
    raws: list[Raw],
    view_of: Callable[[Raw], View],
    explore_of: Callable[[Raw], Explore],
) -> Model:
    """`raw` holds the model file's own parameters, `raws` every object that it includes;
    `view_of` and `explore_of` resolve one of them.
    """
    reader.check_parameters(raw, "model")
    fiscal_offset = reader.whole(raw, "fiscal_month_offset")
    by_kind: dict[str, list[Raw]] = {}
    for item in raws:
        by_kind.setdefault(item.key, []).append(item)
    views = Inheritance(reader, "view", by_kind.get("view", ()))
    explores = Inheritance(reader, "explore", by_kind.get("explore", ()))
    resolved = {key: view_of(views.get(key)) for key in views.names()}
    _check_model(reader, raw, by_kind)
    return Model(
        name=name,
        project=project,
        version=version,
        connection=reader.text(raw, "connection"),
        label=reader.text(raw, "label"),
        explores=_explores(reader, explores, explore_of, resolved),
        views=resolved,
        access_grants={
            item.name: _access_grant(reader, item) for item in by_kind.get("access_grant", [])
        },
        datagroups={item.name: _datagroup(reader, item) for item in by_kind.get("datagroup", [])},
        named_value_formats={
            item.name: _value_format(reader, item) for item in by_kind.get("named_value_format", [])
        },
        map_layers={item.name: _map_layer(reader, item) for item in by_kind.get("map_layer", [])},
        tests=tuple(_tests(reader, raws)),
        persist_for=reader.span(raw, "persist_for"),
        persist_with=reader.text(raw, "persist_with"),
        case_sensitive=reader.maybe_flag(raw, "case_sensitive"),
        week_start_day=(reader.text(raw, "week_start_day") or "monday").lower(),
        fiscal_month_offset=fiscal_offset,
        has_numeric_times=any(view.has_numeric_times for view in resolved.values()),
        location=raw.location,
    )


def _tests(reader: Reader, raws: list[Raw]) -> Iterable[DataTest]:
    written = [test for raw in raws for test in (raw, *raw.tests) if test.key == "test"]
    for raw in written:
        reader.check_parameters(raw, "test")
        source = explore_source(reader, raw)
        if source is None:
            reader.report(f'The test "{raw.name}" has no explore_source', raw.location)
            continue
        asserts = tuple(
            (child.name, reader.text(child, "expression") or "") for child in raw.children("assert")
        )
        yield DataTest(name=raw.name, explore_source=source, asserts=asserts, location=raw.location)


def _datagroup(reader: Reader, raw: Raw) -> Datagroup:
    reader.check_parameters(raw, "datagroup")
    made = Datagroup(
        name=raw.name,
        label=reader.text(raw, "label"),
        description=reader.text(raw, "description"),
        sql_trigger=reader.text(raw, "sql_trigger"),
        interval_trigger=reader.span(raw, "interval_trigger"),
        max_cache_age=reader.span(raw, "max_cache_age"),
    )
    if not (made.sql_trigger or made.interval_trigger or made.max_cache_age):
        message = (
            f"The datagroup {raw.name} needs a sql_trigger, an interval_trigger or a max_cache_age"
        )
        reader.report(message, raw.location, kind="model")
    if not _PLAIN_NAME.fullmatch(raw.name):
        message = f'The name of datagroup "{raw.name}" takes letters, digits and underscores'
        reader.report(message, raw.location, severity=Severity.warning, kind="model")
    if made.sql_trigger and made.interval_trigger:
        message = f"The datagroup {raw.name} has two triggers: interval_trigger counts"
        reader.report(message, raw.location, severity=Severity.warning, kind="model")
    return made


def _access_grant(reader: Reader, raw: Raw) -> AccessGrant:
    reader.check_parameters(raw, "access_grant")
    attribute = reader.text(raw, "user_attribute")
    if attribute is None:
        message = f"The access_grant {raw.name} names no user_attribute: nobody holds it"
        reader.report(message, raw.location, kind="model")
    allowed = reader.names(raw, "allowed_values")
    if not allowed:
        message = f"The access_grant {raw.name} has no allowed_values: nobody holds it"
        reader.report(message, raw.location, kind="model")
    return AccessGrant(raw.name, attribute or "", allowed)


def _value_format(reader: Reader, raw: Raw) -> NamedValueFormat:
    reader.check_parameters(raw, "named_value_format")
    written = reader.text(raw, "value_format")
    if written is None:
        reader.report(f"The named_value_format {raw.name} has no value_format", raw.location)
    return NamedValueFormat(raw.name, written or "", reader.flag(raw, "strict_value_format"))


def _map_layer(reader: Reader, raw: Raw) -> MapLayer:
    reader.check_parameters(raw, "map_layer")
    if raw.last("file") is None and raw.last("url") is None:
        reader.report(f"The map_layer {raw.name} needs a file or a url", raw.location)
    return MapLayer(name=raw.name, parameters={key: reader.text(raw, key) for key in raw.values})


def _check_model(reader: Reader, raw: Raw, named: Mapping[str, list[Raw]]) -> None:
    place = raw.origin.tree.location(0)
    if raw.last("connection") is None:
        message = f"The model {raw.name} has no connection"
        reader.report(message, place, kind="model")
    if raw.last("persist_for") is not None and raw.last("persist_with") is not None:
        message = f"The model {raw.name} has persist_for and persist_with: persist_with counts"
        reader.report(message, place, severity=Severity.warning, kind="model")
    for kind in _ONCE:
        seen: dict[str, Raw] = {}
        for item in named.get(kind, []):
            if item.name in seen:
                first = seen[item.name].location
                message = (
                    f"A {kind} named {item.name} has been defined multiple times; see also {first}"
                )
                reader.report(message, item.location, severity=Severity.warning, kind="model")
            seen[item.name] = item
    for kind in named.keys() - PARAMETERS["model"]:
        for item in named[kind]:
            hint = did_you_mean(kind, PARAMETERS["model"])
            message = f'Unknown or unexpected parameter "{kind}" in a model.{hint}'
            reader.report(message, item.location, severity=Severity.warning)


def _explores(
    reader: Reader,
    explores: Inheritance,
    explore_of: Callable[[Raw], Explore],
    views: dict[str, View],
) -> dict[str, Explore]:
    """Explores whose base view exists; joins of unknown views, or under the name of the base, are
    left out, with an error.
    """
    found: dict[str, Explore] = {}
    for name in explores.names():
        explore = explore_of(explores.get(name))
        if explore.base_view not in views:
            _unknown_view(reader, explore.base_view, views, explore, explore)
            continue
        joins = []
        for join in explore.joins:
            if join.name == explore.base:
                message = f'Join "{join.name}" has the name of the base view: give it another one'
                _wrong(reader, message, "model", join, explore)
            elif join.view in views:
                joins.append(join)
            else:
                _unknown_view(reader, join.view, views, join, explore)
        if len(joins) != len(explore.joins):
            explore = _with_joins(explore, tuple(joins))
        found[name] = explore
    return found


def _with_joins(explore: Explore, joins: tuple[Join, ...]) -> Explore:
    values = {name: getattr(explore, name) for name in explore.__struct_fields__}
    return Explore(**(values | {"joins": joins}))


def _unknown_view(
    reader: Reader, view: str, views: dict[str, View], owner: Explore | Join, explore: Explore
) -> None:
    message = f'Unknown view "{view}" in explore "{explore.name}".{did_you_mean(view, views)}'
    _wrong(reader, message, "reference", owner, explore)


def _wrong(
    reader: Reader, message: str, kind: str, owner: Explore | Join, explore: Explore
) -> None:
    if owner.location is not None:
        reader.report(message, owner.location, kind=kind, explore=explore.name)
