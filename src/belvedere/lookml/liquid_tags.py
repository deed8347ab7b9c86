"""LookML's own tags and filters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TextIO
from urllib.parse import quote

from liquid import RenderContext, TokenStream
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidError
from liquid.filter import string_filter
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from belvedere.lookml.liquid_variables import LiquidContext, asked


class _NamedTag(Tag):
    """A tag that takes the name of a field, dots included."""

    node_class: ClassVar[type[_NamedNode]]

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return self.node_class(token, _name(stream), None)


class _BlockTag(_NamedTag):
    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        name = ""
        if stream.current.kind == TOKEN_EXPRESSION:
            name = _name(stream)
            next(stream)
        block = get_parser(self.env).parse_block(stream, frozenset({self.end}))
        stream.expect(TOKEN_TAG, value=self.end)
        return self.node_class(token, name, block)


def _name(stream: TokenStream) -> str:
    """The tag's expression; the parser itself steps over a tag's last token."""
    stream.expect(TOKEN_EXPRESSION)
    return stream.current.value.strip()


class _NamedNode(Node):
    __slots__ = ("block", "field")

    def __init__(self, token: Token, field: str, block: BlockNode | None) -> None:
        super().__init__(token)
        self.field = field
        self.block = block
        self.blank = False

    def children(
        self, static_context: RenderContext, *, include_partials: bool = True
    ) -> Iterable[Node]:
        del static_context, include_partials
        return [self.block] if self.block is not None else []

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        inner = context.get_buffer(buffer)
        if self.block is not None:
            self.block.render(context, inner)
        query = asked(context)
        if query is None:
            return 0
        return buffer.write(self.text(query, inner.getvalue().strip()))

    @abstractmethod
    def text(self, context: LiquidContext, inner: str) -> str: ...


class _ConditionNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        field = self.field or context.field_name
        if not field:
            raise LiquidError("condition needs the name of a field here", token=self.token)
        return context.condition(field, inner)


class _IncrementNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        return context.increment_condition(inner)


class _ParameterNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        del inner
        return context.parameter(self.field)


class _DateStartNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        del inner
        return context.date_start(self.field)


class _DateEndNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        del inner
        return context.date_end(self.field)


class _Condition(_BlockTag):
    """Without a name, that of the filter field in whose sql it stands."""

    name, end, node_class = "condition", "endcondition", _ConditionNode


class _IncrementCondition(_BlockTag):
    """Its block is the column; a name is accepted and means nothing."""

    name, end, node_class = "incrementcondition", "endincrementcondition", _IncrementNode


class _Parameter(_NamedTag):
    name, block, node_class = "parameter", False, _ParameterNode


class _DateStart(_NamedTag):
    name, block, node_class = "date_start", False, _DateStartNode


class _DateEnd(_NamedTag):
    name, block, node_class = "date_end", False, _DateEndNode


# Filters


def _sql_quote(value: object, *, context: RenderContext) -> str:
    query = asked(context)
    text = str(value)
    return query.sql_quote(text) if query is not None else "'" + text.replace("'", "''") + "'"


_sql_quote.with_context = True  # type: ignore[attr-defined]


@string_filter
def _sql_boolean(value: str) -> str:
    return "TRUE" if value.strip().lower() in ("yes", "true", "1") else "FALSE"


@string_filter
def _encode_uri(value: str) -> str:
    return quote(value, safe="")


@string_filter
def _filterable_value(value: str) -> str:
    """The value as a filter expression that matches exactly it."""
    special = set("'\",%_^\\")
    if value.startswith("-") or set(value) & special or value.lower() in ("null", "empty"):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


TAGS: tuple[type[Tag], ...] = (_Condition, _IncrementCondition, _Parameter, _DateStart, _DateEnd)

FILTERS: dict[str, Callable[..., Any]] = {
    "sql_quote": _sql_quote,
    "sql_boolean": _sql_boolean,
    "encode_uri": _encode_uri,
    "urlencode": _encode_uri,
    "filterable_value": _filterable_value,
}
