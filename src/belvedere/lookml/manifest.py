"""The manifest: what a project is called, what it imports, its constants and extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from belvedere.lookml.assemble import Raw, Value, raw_of
from belvedere.lookml.constants import Constants, replaced
from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.localization import PERMISSIVE, STRICT
from belvedere.lookml.model import Location
from belvedere.lookml.reading import Reader, plain_block
from belvedere.lookml.tree import Node, SyntaxTree

_EXPORTS = ("none", "override_optional", "override_required")


class Constant(msgspec.Struct, frozen=True, kw_only=True):
    """`export` is none, override_optional or override_required."""

    name: str
    value: str
    export: str = "none"
    location: Location | None = None


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """An imported project; `ref` is a branch, tag or commit of the remote one at `url`.

    `written` is the name as it is written, perhaps with constants; `name` has the manifest's own
    ones filled in.
    """

    name: str
    written: str = ""
    url: str | None = None
    ref: str | None = None
    is_remote: bool = False
    overrides: dict[str, str] = {}
    location: Location | None = None


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An extension; its code is the file or the url."""

    name: str
    label: str | None = None
    url: str | None = None
    file: str | None = None
    sri_hash: str | None = None
    mount_points: dict[str, Any] = {}
    entitlements: dict[str, Any] = {}
    location: Location | None = None


class Visualization(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    label: str | None = None
    url: str | None = None
    file: str | None = None
    sri_hash: str | None = None
    dependencies: tuple[str, ...] = ()
    location: Location | None = None


class LocalizationSettings(msgspec.Struct, frozen=True, kw_only=True):
    default_locale: str = "en"
    level: str = PERMISSIVE
    location: Location | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    project_name: str | None = None
    constants: dict[str, Constant] = {}
    dependencies: dict[str, Dependency] = {}
    applications: dict[str, Application] = {}
    visualizations: dict[str, Visualization] = {}
    localization: LocalizationSettings | None = None
    location: Location | None = None


def read_manifest(tree: SyntaxTree, reader: Reader) -> Manifest:
    """The manifest in a file's tree; the reader collects what is wrong with it."""
    raw = raw_of(Node("block", "manifest", "", 0, len(tree.text), children=tree.nodes), tree)
    reader.check_parameters(raw, "manifest")
    constants = {found.name: found for found in _constants(reader, raw)}
    own = Constants({name: constant.value for name, constant in constants.items()})
    filling = Reader(own, diagnostics=reader.diagnostics)
    return Manifest(
        project_name=reader.text(raw, "project_name"),
        constants=constants,
        dependencies={found.name: found for found in _dependencies(filling, raw)},
        applications={found.name: found for found in _applications(reader, raw)},
        visualizations={found.id: found for found in _visualizations(reader, raw)},
        localization=_localization(reader, raw),
        location=raw.location,
    )


def _blocks(raw: Raw, kind: str) -> Iterator[Raw]:
    """Blocks of that kind, with names or without."""
    yield from raw.children(kind)
    for value in raw.all(kind):
        if value.node.kind == "block":
            yield raw_of(value.node, value.tree)


def _constants(reader: Reader, raw: Raw) -> Iterator[Constant]:
    for child in _blocks(raw, "constant"):
        reader.check_parameters(child, "constant")
        value = child.last("value")
        if value is None:
            reader.report(f"The constant {child.name} has no value", child.location)
            continue
        export = reader.text(child, "export") or "none"
        if export not in _EXPORTS:
            hint = did_you_mean(export, _EXPORTS)
            message = f"export takes one of {', '.join(_EXPORTS)}, not {export}.{hint}"
            reader.report(message, child.location)
            export = "none"
        yield Constant(
            name=child.name, value=value.node.value, export=export, location=child.location
        )


def _dependencies(reader: Reader, raw: Raw) -> Iterator[Dependency]:
    for kind in ("local_dependency", "remote_dependency"):
        for child in _blocks(raw, kind):
            reader.check_parameters(child, kind)
            name = reader.text(child, "project") or child.name
            if not name:
                reader.report(f"{kind} does not name a project", child.location)
                continue
            if kind == "remote_dependency" and child.last("url") is None:
                reader.report(f"The remote_dependency {name} has no url", child.location)
            written = child.last("project")
            yield Dependency(
                name=name,
                written=written.node.value if written is not None else name,
                url=reader.text(child, "url"),
                ref=reader.text(child, "ref"),
                is_remote=kind == "remote_dependency",
                overrides=dict(_overrides(reader, child)),
                location=child.location,
            )


def _overrides(reader: Reader, dependency: Raw) -> Iterator[tuple[str, str]]:
    for item in dependency.children("override_constant"):
        value = item.last("value")
        if value is not None:
            reader.filled(value.node.value, value)  # tells of constants that there are not
            yield item.name, value.node.value


def _plain(reader: Reader, raw: Raw, parameter: str) -> dict[str, Any]:
    value = raw.last(parameter)
    return plain_block(reader, value) if value is not None and value.node.kind == "block" else {}


def _applications(reader: Reader, raw: Raw) -> Iterator[Application]:
    for child in _blocks(raw, "application"):
        reader.check_parameters(child, "application")
        if child.last("url") is None and child.last("file") is None:
            reader.report(f"The application {child.name} needs a url or a file", child.location)
        yield Application(
            name=child.name,
            label=reader.text(child, "label"),
            url=reader.text(child, "url"),
            file=reader.text(child, "file"),
            sri_hash=reader.text(child, "sri_hash"),
            mount_points=_plain(reader, child, "mount_points"),
            entitlements=_plain(reader, child, "entitlements"),
            location=child.location,
        )


def _visualizations(reader: Reader, raw: Raw) -> Iterator[Visualization]:
    for child in _blocks(raw, "visualization"):
        reader.check_parameters(child, "visualization")
        name = reader.text(child, "id") or child.name
        if not name or (child.last("url") is None and child.last("file") is None):
            reader.report("A visualization needs an id, and a url or a file", child.location)
            continue
        yield Visualization(
            id=name,
            label=reader.text(child, "label"),
            url=reader.text(child, "url"),
            file=reader.text(child, "file"),
            sri_hash=reader.text(child, "sri_hash"),
            dependencies=reader.names(child, "dependencies"),
            location=child.location,
        )


def _localization(reader: Reader, raw: Raw) -> LocalizationSettings | None:
    value: Value | None = raw.last("localization_settings")
    if value is None or value.node.kind != "block":
        return None
    child = raw_of(value.node, value.tree)
    reader.check_parameters(child, "localization_settings")
    level = reader.text(child, "localization_level") or PERMISSIVE
    if level not in (STRICT, PERMISSIVE):
        reader.report(
            f"localization_level takes {STRICT} or {PERMISSIVE}, not {level}", child.location
        )
        level = PERMISSIVE
    return LocalizationSettings(
        default_locale=reader.text(child, "default_locale") or "en",
        level=level,
        location=child.location,
    )


# Constants across projects


def constants_of(
    own: Manifest | None, imported: Mapping[str, Manifest], reader: Reader
) -> Constants:
    """What each project's files see. A project overrides the exported constants of those that
    it imports; the nearer to the opened project, the more its overrides count.
    """
    own_values = _values(own) if own is not None else {}
    values = {name: _values(manifest) for name, manifest in imported.items()}
    overridden: set[tuple[str, str]] = set()
    nearest_first = [(own, own_values)] if own is not None else []
    nearest_first += [(manifest, values[name]) for name, manifest in imported.items()]
    for manifest, seen in nearest_first:
        for dependency in manifest.dependencies.values():
            name = replaced(dependency.written or dependency.name, seen, _ignored)
            target = imported.get(name)
            if target is None:
                continue
            for key in _allowed(dependency, target, reader, quiet=manifest is not own):
                if (name, key) not in overridden:
                    values[name][key] = replaced(dependency.overrides[key], seen, _ignored)
                    overridden.add((name, key))
    _check_required(own, imported, overridden, reader)
    exported: dict[str, str] = {}
    for known in values.values():
        exported |= known
    return Constants(
        exported | own_values, {name: exported | known for name, known in values.items()}
    )


def _values(manifest: Manifest) -> dict[str, str]:
    return {name: constant.value for name, constant in manifest.constants.items()}


def _ignored(_: str) -> None:
    """Unknown constants are told where the manifest is read."""


def _allowed(
    dependency: Dependency, target: Manifest, reader: Reader, *, quiet: bool
) -> Iterable[str]:
    place = dependency.location or Location("", 1)
    for key in dependency.overrides:
        constant = target.constants.get(key)
        if constant is not None and constant.export != "none":
            yield key
        elif quiet:
            continue
        elif constant is None:
            hint = did_you_mean(key, target.constants)
            reader.report(f"Project {dependency.name} has no constant {key}.{hint}", place)
        else:
            reader.report(
                f"The constant {key} of project {dependency.name} cannot be overridden: "
                "its export is none",
                place,
            )


def _check_required(
    own: Manifest | None,
    imported: Mapping[str, Manifest],
    overridden: set[tuple[str, str]],
    reader: Reader,
) -> None:
    for name, dependency in own.dependencies.items() if own is not None else ():
        constants = imported[name].constants if name in imported else {}
        for key, constant in constants.items():
            if constant.export == "override_required" and (name, key) not in overridden:
                reader.report(
                    f"The constant {key} of project {name} has to be overridden "
                    "(its export is override_required)",
                    dependency.location or Location("", 1),
                    severity=Severity.error,
                )
