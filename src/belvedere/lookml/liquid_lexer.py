"""Templates to tokens, in time proportional to their text whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from liquid.exceptions import LiquidSyntaxError
from liquid.token import (
    TOKEN_CONTENT,
    TOKEN_DOC,
    TOKEN_EOF,
    TOKEN_EXPRESSION,
    TOKEN_OUTPUT,
    TOKEN_TAG,
    Token,
)

MOST_TEXT = 1_000_000
"""The longest template, in characters."""
MOST_EXPRESSION = 10_000
"""The longest expression in one `{{ }}` or `{% %}`: recognising one may take quadratic time."""

_OPENING = re.compile(r"\{[{%]")
_TAG_NAME = re.compile(r"#|\w+")
_VERBATIM = {
    "raw": (TOKEN_CONTENT, re.compile(r"\{%-?\s*endraw\s*-?%\}")),
    "doc": (TOKEN_DOC, re.compile(r"\{%-?\s*enddoc\s*-?%\}")),
}
_COMMENT_EDGE = re.compile(r"\{%-?\s*(end)?comment\b")


class _Markup:
    """One `{{ … }}` or `{% … %}`: where it stands, what is inside, whether it strips blanks."""

    __slots__ = ("after", "end", "inner", "is_tag", "start", "strips_after", "strips_before")

    def __init__(self, source: str, start: int) -> None:
        self.start = start
        self.is_tag = source[start + 1] == "%"
        end = source.find("%}" if self.is_tag else "}}", start + 2)
        if end < 0:
            closing = "'%}'" if self.is_tag else "'}}'"
            raise _error(f"expected {closing}, found the end of the text", source, start)
        self.end = end + 2
        self.inner = start + 2
        self.after = end
        self.strips_before = source.startswith("-", self.inner)
        if self.strips_before:
            self.inner += 1
        self.strips_after = self.after > self.inner and source[self.after - 1] == "-"
        if self.strips_after:
            self.after -= 1


def tokens(source: str) -> Iterator[Token]:
    """The token stream that python-liquid's parser reads."""
    if len(source) > MOST_TEXT:
        raise _error(f"a template can have {MOST_TEXT:,} characters at most", source, 0)
    position, strip = 0, False
    while True:
        found = _OPENING.search(source, position)
        markup = _Markup(source, found.start()) if found is not None else None
        text = source[position : markup.start if markup else len(source)]
        text = text.lstrip() if strip else text
        text = text.rstrip() if markup and markup.strips_before else text
        if text:
            yield Token(TOKEN_CONTENT, text, position, source)
        if markup is None:
            return
        position, strip = markup.end, markup.strips_after
        if not markup.is_tag:
            yield Token(TOKEN_OUTPUT, source[markup.start : markup.end], markup.start, source)
            yield _expression(source, markup.inner, markup.after)
            continue
        name = _tag_name(source, markup)
        if name.value in _VERBATIM:
            position, strip = yield from _verbatim(source, name, markup)
            continue
        yield name
        if name.value == "comment":
            position = _end_of_comment(source, markup.end)
            yield Token(TOKEN_CONTENT, source[markup.end : position], markup.end, source)
            strip = False
            continue
        expression = _expression(source, name.start_index + len(name.value), markup.after)
        if expression.value:
            yield expression


def _tag_name(source: str, markup: _Markup) -> Token:
    start = markup.inner
    while start < markup.after and source[start].isspace():
        start += 1
    match = _TAG_NAME.match(source, start, markup.after)
    if match is None:
        raise _error("a tag without a name", source, markup.start)
    return Token(TOKEN_TAG, match.group(), start, source)


def _expression(source: str, start: int, end: int) -> Token:
    written = source[start:end]
    text = written.strip()
    if len(text) > MOST_EXPRESSION:
        raise _error(f"an expression can have {MOST_EXPRESSION:,} characters", source, start)
    return Token(TOKEN_EXPRESSION, text, start + written.find(text), source)


def _verbatim(
    source: str, name: Token, markup: _Markup
) -> Generator[Token, None, tuple[int, bool]]:
    """What stands between the tag and its end, untouched."""
    kind, closing = _VERBATIM[name.value]
    end = closing.search(source, markup.end)
    if end is None:
        raise _error(f"{name.value} tag was never closed", source, markup.start)
    text = source[markup.end : end.start()]
    yield Token(kind, text.lstrip() if markup.strips_after else text, markup.end, source)
    return end.end(), source.startswith("-%}", end.end() - 3)


def _end_of_comment(source: str, position: int) -> int:
    """Where the tag stands that closes the comment; comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(source, position):
        depth += -1 if edge.group(1) else 1
        if depth == 0:
            return edge.start()
    raise _error("comment tag was never closed", source, position)


def _error(message: str, source: str, position: int) -> LiquidSyntaxError:
    token = Token(TOKEN_EOF, source[position : position + 2], position, source)
    return LiquidSyntaxError(message, token=token)
