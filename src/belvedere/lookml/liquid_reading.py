"""What a template reads, found without carrying it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from liquid import BoundTemplate, RenderContext
from liquid.exceptions import LiquidError
from liquid.span import Span

from belvedere.lookml.liquid_engine import sandbox, template_of
from belvedere.lookml.liquid_sandbox import FAILURES

_FIELD_TAGS = ("condition", "parameter", "date_start", "date_end")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that the template reads: its parts, line and column (from 1)."""

    path: tuple[str, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`problem` is a message with its line and column, `unknown_filter` another one; `fields` are
    those that tags name, as paths of tag and field.
    """

    problem: tuple[str, int, int] | None = None
    unknown_filter: tuple[str, int, int] | None = None
    variables: tuple[Named, ...] = ()
    fields: tuple[Named, ...] = ()


@lru_cache(maxsize=4096)
def read(text: str, is_html: bool) -> Reading:
    try:
        bound = template_of(text, is_html, strict=True)
    except LiquidError as error:
        return Reading(_problem(error, text))
    except RecursionError:
        return Reading(("Liquid error: the template is nested too deeply", 1, 1))
    except FAILURES as error:
        return Reading((f"Liquid error: {error}", 1, 1))
    try:
        return _read(bound, text, is_html)
    except (LiquidError, RecursionError, *FAILURES):
        return Reading()  # what it reads shows when it is carried out


def _problem(error: LiquidError, text: str) -> tuple[str, int, int]:
    token = error.token
    known = token is not None and token.start_index >= 0 and token.source == text
    line, column = _place(text, token.start_index) if token is not None and known else (1, 1)
    return f"Liquid error: {error.message}", line, column


def _read(bound: BoundTemplate, text: str, is_html: bool) -> Reading:
    analysis = bound.analyze()
    unknown = _unknown_filter(analysis.filters, text, is_html)
    variables = [
        _named(tuple(map(_part, variable.segments)), variable.span, text)
        for found in analysis.globals.values()
        for variable in found
    ]
    return Reading(None, unknown, tuple(variables), tuple(_tag_fields(bound, text)))


def _unknown_filter(
    filters: dict[str, list[Span]], text: str, is_html: bool
) -> tuple[str, int, int] | None:
    known = sandbox(is_html, strict=True).filters
    for name, spans in filters.items():
        if name not in known:
            line, column = _place(text, spans[0].index)
            return f"Liquid error: unknown filter '{name}'", line, column
    return None


def _tag_fields(bound: BoundTemplate, text: str) -> Iterator[Named]:
    """Fields of `{% condition f %}` and its like."""
    context = RenderContext(bound)
    stack = list(bound.nodes)
    while stack:
        node = stack.pop()
        name = getattr(node, "field", None)
        if isinstance(name, str) and node.token.value in _FIELD_TAGS:
            yield Named((node.token.value, name), *_place(text, node.token.start_index))
        stack += node.children(context, include_partials=False)


def _part(segment: object) -> str:
    """Indexes and looked-up keys are parts that no name is."""
    return segment if isinstance(segment, str) else "[]"


def _named(path: tuple[str, ...], span: Span, text: str) -> Named:
    return Named(path, *_place(text, span.index))


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[: max(index, 0)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
