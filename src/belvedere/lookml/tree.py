"""The syntax tree: what stands in a file, with the place of everything."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from belvedere.lookml.model import Location

Kind = Literal["word", "string", "expression", "list", "block", "pair"]


@dataclass(slots=True, eq=False)
class Node:
    """`key: value`. `start` and `end` are offsets in the file's text.

    word, string and expression have `value` (unescaped; an expression as written between the
    colon and `;;`). A block has `children` and perhaps a `name`; a list has `children` that are
    words, strings (with an empty key) or pairs (`key: "value"`).
    """

    kind: Kind
    key: str
    value: str
    start: int
    end: int
    name: str | None = None
    children: Sequence[Node] = ()


@dataclass(slots=True, frozen=True)
class SyntaxProblem:
    message: str
    offset: int


@dataclass(eq=False)
class SyntaxTree:
    """A parsed file. What `nodes` do not cover is blank or comment: nothing is lost."""

    path: str
    text: str
    nodes: list[Node]
    problems: list[SyntaxProblem]

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        find, at = self.text.find, -1
        while (at := find("\n", at + 1)) >= 0:
            starts.append(at + 1)
        return starts

    def location(self, offset: int) -> Location:
        line = bisect_right(self._line_starts, offset)
        return Location(self.path, line, offset - self._line_starts[line - 1] + 1)

    def offset(self, line: int) -> int:
        """Where a line, counted from 1, starts."""
        return self._line_starts[min(line, len(self._line_starts)) - 1]
