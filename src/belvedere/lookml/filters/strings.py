"""The string grammar: literals, patterns and keywords, each of them possibly negated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from belvedere.lookml.filters.syntax import remembered


class Keyword(StrEnum):
    """`empty` is null or without a character."""

    null = "NULL"
    empty = "EMPTY"


@dataclass(frozen=True, slots=True)
class Literal:
    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """`text` has % and _ as wildcards and ^ as the escape character, like a SQL LIKE."""

    text: str

    @property
    def is_anything(self) -> bool:
        return not self.text.strip("%")


Atom = Literal | Pattern | Keyword


@dataclass(frozen=True, slots=True)
class StringFilter:
    """Matches what matches any of `include` (or anything if there is none) and no `exclude`."""

    include: tuple[Atom, ...] = ()
    exclude: tuple[Atom, ...] = ()

    @property
    def is_any(self) -> bool:
        return not self.include and not self.exclude


_QUOTED = re.compile(r'\s*(-?)\s*"((?:[^"\\]++|\\.)*+)"\s*(?:,|\Z)', re.DOTALL)
_BARE = re.compile(r"((?:[^,^\\]++|[\^\\].|[\^\\]\Z)*+)(?:,|\Z)", re.DOTALL)
_QUOTED_ESCAPE = re.compile(r'\\(["\\])')
_KEYWORDS = {
    "NULL": Keyword.null,
    "null": Keyword.null,
    "EMPTY": Keyword.empty,
    "empty": Keyword.empty,
}
_SPECIAL = re.compile(r"[%_^\\]")
_PIECE = re.compile(
    r"""
    (?P<plain>[^%_^\\]+)
    | (?P<wild>[%_])
    | \^(?P<caret>[%_"'^,\ -])
    | \\u(?P<code>[0-9a-fA-F]{4})
    | \\(?P<control>[bfnrt])
    | \\(?P<escaped>["\\/%,_^-])
    | (?P<itself>[\^\\])
    """,
    re.VERBOSE,
)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@remembered
def parse_string(text: str) -> StringFilter:
    """Every text is a string expression; one without any term matches anything."""
    include: list[Atom] = []
    exclude: list[Atom] = []
    for negated, atom in _terms(text):
        (exclude if negated else include).append(atom)
    return StringFilter(tuple(include), tuple(exclude))


def _terms(text: str) -> Iterator[tuple[bool, Atom]]:
    position, end = 0, len(text)
    while position < end:
        quoted = _QUOTED.match(text, position)
        if quoted is not None:
            yield bool(quoted[1]), Literal(_QUOTED_ESCAPE.sub(r"\1", quoted[2]))
            position = quoted.end()
            continue
        bare = _BARE.match(text, position)
        assert bare is not None  # noqa: S101  the pattern matches anything
        term = _bare_term(bare[1])
        if term is not None:
            yield term
        position = bare.end()


def _bare_term(written: str) -> tuple[bool, Atom] | None:
    """Whether the unquoted term is negated, and its atom; None where there is only blank."""
    text = _trimmed(written)
    if not text:
        return None
    negated = text[0] == "-" and len(text) > 1
    if negated:
        text = text[1:].lstrip()
    return negated, _KEYWORDS.get(text) or _atom(text)


def _trimmed(written: str) -> str:
    """Without blanks around; a caret whose blank was trimmed goes with it."""
    text = written.strip()
    if text.endswith("^") and written[-1].isspace():
        carets = len(text) - len(text.rstrip("^"))
        if carets % 2:
            return text[:-1]
    return text


def _atom(text: str) -> Literal | Pattern:
    if not _SPECIAL.search(text):
        return Literal(text)
    plain: list[str] = []
    pattern: list[str] = []
    wild = False
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or ""
        value = match[kind]
        if kind == "wild":
            wild = True
            pattern.append(value)
            continue
        if kind == "code":
            value = chr(int(value, 16))
        elif kind == "control":
            value = _CONTROLS[value]
        plain.append(value)
        pattern.append(f"^{value}" if value in ("%", "_", "^") else value)
    if wild:
        return Pattern(_paired("".join(pattern)))
    return Literal(_paired("".join(plain)))


def _paired(text: str) -> str:
    r"""Characters beyond the basic plane, which are written as two \u sequences, made one."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
