"""Text to syntax tree: tolerant, with positions, one compiled pattern doing the work.

Everything that production projects contain is accepted: stray commas, doubled colons, comments
anywhere outside expressions, no blanks at all. What cannot be read is a problem with its place,
and reading goes on behind it.
"""

from __future__ import annotations

import gc
import re

from belvedere.lookml.tree import Node, SyntaxProblem, SyntaxTree

# Possessive, as everything that repeats here: what cannot be read must fail in linear time.
_GAP = r"(?:[\s,]++|\#[^\n]*+)*+"
_STRING = r'"(?:[^"\\]++|\\.)*+"'
_WORD = r'(?:[^\s{}\[\]",;\#@]++|@\{[^{}]*\}|@)++'
_EXPRESSION = r"(?:sql(?!_case\b)\w*|html|expression\w*)"
_EXPRESSION_KEY = re.compile(_EXPRESSION)
_ENTRY = re.compile(
    rf"""{_GAP}
    (?:(?P<close>\}})
    |(?P<expression_key>{_EXPRESSION})\s*:+(?P<expression>.*?);;
    |(?P<key>[\w.\-+]+)\s*(?:\#[^\n]*\n\s*)?:+\s*(?:\#[^\n]*\n\s*)*
      (?:(?P<string>{_STRING})
      |(?P<list>\[)
      |(?P<open>\{{)
      |(?P<word>{_WORD}(?:[ \t]+\w+(?=[ \t]*(?:\r?\n|\}}|\Z)))*)(?P<block>(?:\s++|\#[^\n]*+)*+\{{)?
      )
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAMED_STRING = re.compile(r"\s*\{")
_ITEM = re.compile(
    rf"""{_GAP}
    (?:(?P<close>\])
    |(?P<string>{_STRING})
    |(?P<word>(?:@\{{[^{{}}]*\}}|[^\s{{}}\[\]",:\#])+)
       (?:\s*:+\s*(?:(?P<value>{_STRING})|(?P<bare>{_WORD})|(?P<nested>\[))?)?
    )""",
    re.VERBOSE | re.DOTALL,
)
_BRANCH = re.compile(
    rf"""{_GAP}
    (?:(?P<close>\}})
    |(?:(?P<string>{_STRING})|(?P<word>[\w.\-]+(?:[ ][\w.\-]+)*+))\s*:+[ \t]*
      (?P<condition>(?:\$\{{[^{{}}]*+\}}|[^{{}};\n])*+)(?:;;)?
    )""",
    re.VERBOSE | re.DOTALL,
)
"""`label: condition` in the old `sql_case: { … }`, ended by a line or `;;`."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_REST = re.compile(rf"{_GAP}\Z")
_SKIP_GAP = re.compile(_GAP)
_NEXT_OBJECT = re.compile(
    r"\n[ \t]*(?:dimension|dimension_group|measure|filter|parameter|view|explore|join|set|"
    r"derived_table|datagroup|test)\s*:\s*[+\w.]*\s*\{(?![{%])"
)
_RESUME = re.compile(r"[\n}]")
_DEEPEST = 100


def parse(text: str, path: str = "") -> SyntaxTree:
    """The tree of a file's text; `path` is only carried along for locations."""
    # A tree is many objects and no garbage: looking for some meanwhile would cost a third more.
    was_on = gc.isenabled()
    gc.disable()
    try:
        return _Parser(text, path).tree()
    finally:
        if was_on:
            gc.enable()


def unescaped(quoted: str) -> str:
    """The value of a quoted string, given with its quotes."""
    inner = quoted[1:-1]
    return _ESCAPE.sub(_unescape_one, inner) if "\\" in inner else inner


def _unescape_one(match: re.Match[str]) -> str:
    return match.group(1) if match.group(1) in '"\\' else match.group(0)


class _Parser:
    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._path = path
        self._problems: list[SyntaxProblem] = []

    def tree(self) -> SyntaxTree:
        position = 1 if self._text.startswith("\ufeff") else 0
        nodes = self._entries(position)
        return SyntaxTree(self._path, self._text, nodes, self._problems)

    def _problem(self, message: str, offset: int) -> None:
        self._problems.append(SyntaxProblem(message, offset))

    def _entries(self, position: int) -> list[Node]:
        """All entries of the file; open blocks are kept on a stack of our own."""
        text, match_at = self._text, _ENTRY.match
        top: list[Node] = []
        current = top
        stack: list[tuple[Node, list[Node]]] = []
        while True:
            match = match_at(text, position)
            if match is None:
                if _REST.match(text, position):
                    break
                position, opened = self._resume(position)
                if opened:
                    inner: list[Node] = []
                    node = Node("block", "", "", position - 1, position, children=inner)
                    stack.append((node, current))
                    current = inner
                continue
            position = match.end()
            if match.lastgroup == "close":
                if not stack:
                    self._problem("Unexpected }: no block is open here", position - 1)
                    continue
                node, current = stack.pop()
                node.end = position
                continue
            node, position = self._entry(match, position)
            current.append(node)
            if node.kind == "block":
                if len(stack) >= _DEEPEST:
                    self._problem("Blocks are nested too deeply", node.start)
                    break
                stack.append((node, current))
                inner = []
                node.children = current = inner
        for node, _ in stack:
            self._problem(
                f'The block "{_title(node)}" is never closed: a }} is missing', node.start
            )
            node.end = len(text)
        return top

    def _resume(self, position: int) -> tuple[int, bool]:
        """Report what cannot be read; where to go on, and whether a nameless block opens there."""
        gap = _SKIP_GAP.match(self._text, position)
        start = gap.end() if gap else position
        excerpt = self._text[start : start + 40].split("\n")[0].rstrip()
        self._problem(f"Cannot read this as LookML: {excerpt}", start)
        if self._text[start] == "{":
            return start + 1, True
        found = _RESUME.search(self._text, start + 1)
        if found is None:
            return len(self._text), False
        return (found.start() if found.group() == "}" else found.end()), False

    def _entry(self, match: re.Match[str], position: int) -> tuple[Node, int]:
        kind_of_value = match.lastgroup
        if kind_of_value == "expression":
            return self._expression(match)
        key = match["key"]
        start = match.start("key")
        if kind_of_value == "word":
            if _EXPRESSION_KEY.fullmatch(key):
                self._problem(f"{key} is not ended by ;;", start)
            return Node("word", key, match["word"], start, position), position
        if kind_of_value == "string":
            value = unescaped(match["string"])
            opening = _NAMED_STRING.match(self._text, position)
            if opening:
                return Node("block", key, "", start, position, name=value), opening.end()
            return Node("string", key, value, start, position), position
        if kind_of_value == "open" and key == "sql_case":
            return self._sql_case(start, position)
        if kind_of_value == "open":
            return Node("block", key, "", start, position), position
        if kind_of_value == "list":
            return self._list(key, start, position)
        return Node("block", key, "", start, position, name=match["word"]), position

    def _expression(self, match: re.Match[str]) -> tuple[Node, int]:
        start, text = match.start("expression_key"), match["expression"]
        end = match.end()
        swallowed = _NEXT_OBJECT.search(text) if "{" in text else None
        if swallowed:
            self._problem(f"{match['expression_key']} is not ended by ;;", start)
            text = text[: swallowed.start()].rstrip()
            while text.endswith("}") and text.count("}") > text.count("{"):
                text = text[:-1].rstrip()
            end = match.start("expression") + len(text)
        return Node("expression", match["expression_key"], text.strip(), start, end), end

    def _sql_case(self, start: int, position: int) -> tuple[Node, int]:
        """A list whose pairs are labels and conditions."""
        branches: list[Node] = []
        while True:
            match = _BRANCH.match(self._text, position)
            if match is None:
                self._problem("Cannot read this as sql_case: { label: condition }", start)
                return Node("list", "sql_case", "", start, position, children=branches), position
            position = match.end()
            if match["close"]:
                return Node("list", "sql_case", "", start, position, children=branches), position
            label = unescaped(match["string"]) if match["string"] else match["word"]
            condition = match["condition"].strip()
            branches.append(Node("pair", label, condition, match.start(), position))

    def _list(self, key: str, start: int, position: int) -> tuple[Node, int]:
        members: list[Node] = []
        node = Node("list", key, "", start, position, children=members)
        while True:
            match = _ITEM.match(self._text, position)
            if match is None:
                self._problem(f'The list of "{key}" is not closed by ]', start)
                node.end = position
                return node, position
            position = match.end()
            if match["close"]:
                node.end = position
                return node, position
            members.append(_item(match))
            if match["nested"]:
                self._problem("A list inside a list", match.start("nested"))


def _item(match: re.Match[str]) -> Node:
    start, end = match.start("string" if match["string"] else "word"), match.end()
    if match["string"] is not None:
        return Node("string", "", unescaped(match["string"]), start, end)
    if match["value"] is not None:
        return Node("pair", match["word"], unescaped(match["value"]), start, end)
    if match["bare"] is not None:
        return Node("pair", match["word"], match["bare"], start, end)
    return Node("word", "", match["word"], start, end)


def _title(node: Node) -> str:
    return f"{node.key}: {node.name}" if node.name else node.key
