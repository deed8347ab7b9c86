"""Syntax trees to objects that can be merged: blocks by kind and name, values with their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from belvedere.lookml.model import Location
from belvedere.lookml.tree import Node, SyntaxTree
from belvedere.lookml.vocabulary import ADDITIVE, MERGED_BLOCKS, NAMED_BLOCKS, SOURCES


@dataclass(slots=True, frozen=True)
class Value:
    """A parameter's node and the file it stands in."""

    node: Node
    tree: SyntaxTree

    @property
    def location(self) -> Location:
        return self.tree.location(self.node.start)


@dataclass(slots=True, eq=False)
class Raw:
    """A block: `values` by parameter (repeated ones in order), named blocks in `objects`.

    Treat as immutable once built: trees and everything made from them are shared by reloads.
    """

    key: str
    name: str
    origin: Value
    values: dict[str, list[Value]] = field(default_factory=dict)
    objects: dict[tuple[str, str], Raw] = field(default_factory=dict)
    repeated: list[Value] = field(default_factory=list)
    """Named blocks whose name had been used before, in the same block."""
    sources: tuple[Raw, ...] = ()
    """What an object with its inheritance applied was made from, in order; else nothing."""
    tests: tuple[Raw, ...] = ()
    """Data tests written in the object; inheriting does not repeat them."""
    alone: Raw | None = None
    """What inheritance makes of an object that has none, remembered from load to load."""

    @property
    def location(self) -> Location:
        return self.origin.location

    def last(self, parameter: str) -> Value | None:
        found = self.values.get(parameter)
        return found[-1] if found else None

    def all(self, parameter: str) -> list[Value]:
        return self.values.get(parameter, [])

    def children(self, *kinds: str) -> Iterator[Raw]:
        for (kind, _), raw in self.objects.items():
            if kind in kinds:
                yield raw


def raw_of(node: Node, tree: SyntaxTree) -> Raw:
    raw = Raw(node.key, node.name or "", Value(node, tree))
    fill(raw, node.children, tree)
    return raw


def fill(raw: Raw, children: Iterable[Node], tree: SyntaxTree) -> None:
    for child in children:
        key = child.key
        if child.kind == "block" and ((key in NAMED_BLOCKS and child.name) or key in MERGED_BLOCKS):
            made = raw_of(child, tree)
            identity = (key, child.name if key in NAMED_BLOCKS and child.name else "")
            if identity in raw.objects:
                raw.repeated.append(Value(child, tree))
                made = merged(raw.objects[identity], made)
            raw.objects[identity] = made
            if key == "test":
                raw.tests = (*raw.tests, made)
            continue
        raw.values.setdefault(key, []).append(Value(child, tree))


def merged(base: Raw, over: Raw) -> Raw:
    """`over` laid on `base`, parameter by parameter, as extending and refining do."""
    result = Raw(over.key, over.name or base.name, over.origin)
    result.values = dict(base.values)
    for parameter, values in over.values.items():
        result.values[parameter] = _merged_values(parameter, base.all(parameter), values)
    result.objects = dict(base.objects)
    _replace_sources(over, result)
    for identity, raw in over.objects.items():
        below = result.objects.get(identity)
        result.objects[identity] = merged(below, raw) if below is not None else raw
    return result


def _replace_sources(over: Raw, result: Raw) -> None:
    """Whoever says where rows come from takes the place of every other way to say it."""
    for kinds in SOURCES.get(over.key, ()):
        stated = {kind for kind in kinds if kind in over.values}
        stated |= {kind for kind, _ in over.objects if kind in kinds}
        if not stated:
            continue
        for kind in set(kinds) - stated:
            result.values.pop(kind, None)
        result.objects = {
            key: raw
            for key, raw in result.objects.items()
            if key[0] not in kinds or key in over.objects
        }


def _merged_values(parameter: str, base: list[Value], over: list[Value]) -> list[Value]:
    if not base:
        return over
    if parameter in ADDITIVE:
        return [*base, *over]
    return [_extended(base[-1], value) for value in over]


def _extended(base: Value, over: Value) -> Value:
    """`EXTENDED*` in a list and `${EXTENDED}` in SQL stand for what is being replaced."""
    node = over.node
    if node.kind == "expression" and "${EXTENDED}" in node.value:
        text = node.value.replace("${EXTENDED}", base.node.value)
        return Value(Node("expression", node.key, text, node.start, node.end), over.tree)
    if node.kind == "list" and any(child.value == "EXTENDED*" for child in node.children):
        children: list[Node] = []
        for child in node.children:
            children += [*base.node.children] if child.value == "EXTENDED*" else [child]
        return Value(Node("list", node.key, "", node.start, node.end, children=children), over.tree)
    return over
