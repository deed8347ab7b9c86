"""YAML as dashboards are written in: plain values with their places, within firm limits.

Tags are not looked at, so no text can ask for an object to be made. Size, depth, number of
values and of aliases are bounded (an alias counts as often as it is used), and nothing here
recurses over the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

MOST_TEXT = 5_000_000
"""The longest document, in characters."""
MOST_VALUES = 500_000
MOST_ALIASES = 1_000
DEEPEST = 50

Scalar = str | int | float | bool | None

_NUMBER = re.compile(r"[-+]?(?:\d{1,18}|\d{0,18}\.\d{1,18}(?:[eE][-+]?\d{1,2})?)\Z", re.ASCII)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("yes", "true", "on"), True),
    **dict.fromkeys(("no", "false", "off"), False),
    **dict.fromkeys(("", "~", "null"), None),
}
_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset({"bool", "int", "float"})
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(Exception):
    """A document that cannot be read; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(slots=True, eq=False)
class YamlValue:
    """A scalar (`text` as written, `value` as understood), a list (`items`) or a map (`pairs`,
    whose keys are texts; `keys` tells where they stand). `path` is the file that it is from.
    """

    line: int
    column: int
    kind: str = "scalar"
    text: str = ""
    value: Scalar = None
    items: list[YamlValue] = field(default_factory=list)
    pairs: dict[str, YamlValue] = field(default_factory=dict)
    keys: dict[str, YamlValue] = field(default_factory=dict)
    path: str = ""
    size: int = 1
    height: int = 1

    def get(self, key: str) -> YamlValue | None:
        return self.pairs.get(key)

    def members(self) -> list[YamlValue]:
        """The items of a list; anything else but nothing counts as a list of one."""
        if self.kind == "list":
            return self.items
        return [] if self.kind == "scalar" and self.value is None else [self]

    def plain(self) -> object:
        """The value as Python knows it."""
        if self.kind == "list":
            return [item.plain() for item in self.items]
        if self.kind == "map":
            return {key: item.plain() for key, item in self.pairs.items()}
        return self.value


def read(text: str, path: str = "") -> YamlValue | None:
    """The value of the document in the file `path`, None for an empty one. Raises YamlProblem."""
    if len(text) > MOST_TEXT:
        raise YamlProblem(f"A file can have {MOST_TEXT:,} characters at most", 1, 1)
    try:
        return _Composer(path).composed(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        message = f"Cannot read this as YAML: {error.problem or error.context}"
        raise YamlProblem(message, line, column) from None
    except yaml.YAMLError as error:
        found = getattr(error, "position", 0)
        line = text.count("\n", 0, found) + 1
        raise YamlProblem(f"Cannot read this as YAML: {error}", line, 1) from None


class _Open:
    """A list or map that is being filled; `key` is the one whose value comes next."""

    __slots__ = ("anchor", "key", "merged", "node")

    def __init__(self, node: YamlValue, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: YamlValue | None = None
        self.merged: list[YamlValue] = []


class _Composer:
    """Events to values, with a stack of our own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._anchors: dict[str, YamlValue] = {}
        self._stack: list[_Open] = []
        self._aliases = 0
        self._root: YamlValue | None = None

    def composed(self, events: Iterator[yaml.Event]) -> YamlValue | None:
        for event in events:
            if isinstance(event, yaml.DocumentEndEvent):
                return self._root
            self._take(event)
        return self._root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._place(self._aliased(event))
        elif isinstance(event, yaml.ScalarEvent):
            line, column = _place_of(event)
            node = YamlValue(
                line, column, text=event.value, value=_understood(event), path=self._path
            )
            if event.anchor:
                self._anchors[event.anchor] = node
            self._place(node)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            line, column = _place_of(event)
            if len(self._stack) >= DEEPEST:
                raise YamlProblem("Lists and maps are nested too deeply", line, column)
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            node = YamlValue(line, column, kind, path=self._path)
            self._stack.append(_Open(node, event.anchor))
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._close()

    def _aliased(self, event: yaml.AliasEvent) -> YamlValue:
        line, column = _place_of(event)
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise YamlProblem(f"A file can have {MOST_ALIASES:,} aliases at most", line, column)
        found = self._anchors.get(event.anchor or "")
        if found is None:
            raise YamlProblem(f"There is no anchor {event.anchor} before this", line, column)
        return found

    def _close(self) -> None:
        opened = self._stack.pop()
        node = opened.node
        for base in opened.merged:
            for key, value in base.pairs.items():
                if key not in node.pairs:
                    node.pairs[key], node.keys[key] = value, base.keys[key]
                    node.size += value.size
        if opened.anchor:
            self._anchors[opened.anchor] = node
        self._place(node)

    def _place(self, node: YamlValue) -> None:
        if node.size > MOST_VALUES:
            raise YamlProblem("The file holds too many values", node.line, node.column)
        if not self._stack:
            self._root = node
            return
        opened = self._stack[-1]
        holder = opened.node
        holder.size += node.size
        holder.height = max(holder.height, node.height + 1)
        if holder.height > DEEPEST:
            raise YamlProblem("Lists and maps are nested too deeply", node.line, node.column)
        if holder.kind == "list":
            holder.items.append(node)
        elif opened.key is None:
            opened.key = node
        else:
            self._pair(opened, opened.key, node)
            opened.key = None

    def _pair(self, opened: _Open, key: YamlValue, value: YamlValue) -> None:
        if key.kind != "scalar":
            raise YamlProblem("A key has to be a text", key.line, key.column)
        if key.text == "<<":
            opened.merged += [item for item in value.members() if item.kind == "map"]
            return
        opened.node.pairs[key.text] = value
        opened.node.keys[key.text] = key


def _place_of(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _understood(event: yaml.ScalarEvent) -> Scalar:
    """Plain words and numbers as what they stand for; all that is quoted is text, unless a tag of
    YAML itself says otherwise (`!!null ''` is how exported dashboards write nothing).
    """
    text: str = event.value
    kind = (event.tag or "").removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "str":
        return text
    return meaning(text) if kind in _PLAIN or not event.style else text


def meaning(text: str) -> Scalar:
    """What a text that is not quoted stands for."""
    word = text.lower()
    if word in _WORDS:
        return _WORDS[word]
    if not _NUMBER.match(text):
        return text
    return float(text) if "." in text else int(text)
