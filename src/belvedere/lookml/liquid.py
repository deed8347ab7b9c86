"""Liquid in LookML: standard Liquid, LookML's own tags and variables, and firm limits.

A template can read what its context answers and nothing else: there are no files to include,
loops and output are bounded, and the values handed to it are plain text and numbers.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from io import StringIO
from typing import Any, ClassVar, Protocol, TextIO
from urllib.parse import quote

from liquid import BoundTemplate, Environment, RenderContext, TokenStream
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidError
from liquid.filter import string_filter
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token

from belvedere.errors import LookmlError

_READS = re.compile(r"([A-Za-z_]\w*(?:\.\w+)?)\._(?:value|rendered_value)\b")


class LiquidContext(Protocol):
    """What a template can ask about the query. Names are as written: `f`, `view.f` or `view`."""

    model_name: str
    explore_name: str
    view_name: str
    field_name: str
    dialect_name: str
    timezone: str

    def in_query(self, name: str) -> bool: ...
    def is_selected(self, name: str) -> bool: ...
    def is_filtered(self, name: str) -> bool: ...
    def condition(self, name: str, sql: str) -> str: ...
    def parameter(self, name: str) -> str: ...
    def parameter_value(self, name: str) -> str | None: ...
    def date_start(self, name: str) -> str: ...
    def date_end(self, name: str) -> str: ...
    def user_attribute(self, name: str) -> str | None: ...
    def filter_text(self, name: str) -> str | None: ...
    def sql_of(self, name: str) -> str: ...
    def sql_quote(self, text: str) -> str: ...


def has_liquid(text: str) -> bool:
    return "{%" in text or "{{" in text


def references(text: str) -> frozenset[str]:
    """Fields whose values the template reads (`view.f._value`)."""
    return frozenset(_READS.findall(text)) if has_liquid(text) else frozenset()


def render(template: str, context: LiquidContext) -> str:
    """The text with Liquid carried out; LookmlError with the template's own message."""
    return _render(template, _Globals(context))


def render_cell(template: str, values: Mapping[str, object]) -> str:
    """An html or link template of one cell; `values` is all that it can read."""
    return _render(template, values)


def _render(template: str, values: Mapping[str, object]) -> str:
    try:
        bound = _template(template)
        buffer = StringIO()
        bound.render_with_context(RenderContext(bound, globals=values), buffer)
        return buffer.getvalue()
    except LiquidError as error:
        excerpt = " ".join(template.split())[:80]
        raise LookmlError(f"Liquid error: {error.message or error} in: {excerpt}") from None
    except RecursionError:
        raise LookmlError("Liquid error: the template is nested too deeply") from None


@lru_cache(maxsize=4096)
def _template(text: str) -> BoundTemplate:
    return _environment().from_string(text)


class _Environment(Environment):
    loop_iteration_limit = 100_000
    output_stream_limit = 5_000_000
    context_depth_limit = 30


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    environment = _Environment()
    for forbidden in ("include", "render", "extends", "block"):
        environment.tags.pop(forbidden, None)
    for tag in (_Condition, _IncrementCondition, _Parameter, _DateStart, _DateEnd):
        environment.add_tag(tag)
    environment.add_filter("sql_quote", _sql_quote)
    environment.add_filter("sql_boolean", _sql_boolean)
    environment.add_filter("encode_uri", _encode_uri)
    environment.add_filter("urlencode", _encode_uri)
    environment.add_filter("filterable_value", _filterable_value)
    return environment


# Tags


class _NamedTag(Tag):
    """A tag that takes the name of a field, dots included."""

    node_class: ClassVar[type[_NamedNode]]

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        return self.node_class(token, _name(stream), None)


class _BlockTag(_NamedTag):
    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
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
        asked = _asked(context)
        if asked is None:
            return 0
        return buffer.write(self.text(asked, inner.getvalue().strip()))

    @abstractmethod
    def text(self, context: LiquidContext, inner: str) -> str: ...


class _ConditionNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        return context.condition(self.field, inner)


class _IncrementNode(_NamedNode):
    def text(self, context: LiquidContext, inner: str) -> str:
        """Without a persistent table to extend, every row belongs to the increment."""
        del context, inner
        return "1=1"


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
    name, end, node_class = "condition", "endcondition", _ConditionNode


class _IncrementCondition(_BlockTag):
    name, end, node_class = "incrementcondition", "endincrementcondition", _IncrementNode


class _Parameter(_NamedTag):
    name, block, node_class = "parameter", False, _ParameterNode


class _DateStart(_NamedTag):
    name, block, node_class = "date_start", False, _DateStartNode


class _DateEnd(_NamedTag):
    name, block, node_class = "date_end", False, _DateEndNode


# Variables

_CONTEXT = "\0context"


def _asked(context: RenderContext) -> LiquidContext | None:
    found: Any = context.globals.get(_CONTEXT)
    asked: LiquidContext | None = found
    return asked


class _Globals(Mapping[str, object]):
    """The variables of a template over a query; names are resolved when they are read."""

    def __init__(self, context: LiquidContext) -> None:
        self._context = context

    @cached_property
    def _fixed(self) -> dict[str, object]:
        context = self._context
        return {
            _CONTEXT: context,
            "_model": {"_name": context.model_name},
            "_explore": {"_name": context.explore_name, "_dashboard_url": ""},
            "_view": {"_name": context.view_name},
            "_field": {"_name": f"{context.view_name}.{context.field_name}"},
            "_dialect": {"_name": context.dialect_name},
            "_query": {"_query_timezone": context.timezone},
            "_filters": _Lookup(context.filter_text),
            "_user_attributes": _Lookup(context.user_attribute),
        }

    def __getitem__(self, name: str) -> object:
        if name in self._fixed:
            return self._fixed[name]
        if name.startswith(("_", "\0")):
            raise KeyError(name)
        return _Named(self._context, name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._fixed or not name.startswith(("_", "\0")))

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


class _Lookup(Mapping[str, object]):
    def __init__(self, find: _Find) -> None:
        self._find = find

    def __getitem__(self, name: str) -> object:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class _Find(Protocol):
    def __call__(self, name: str, /) -> str | None: ...


class _Named(Mapping[str, object]):
    """`view`, `view.field` or `field`, with the properties that LookML gives them."""

    def __init__(self, context: LiquidContext, name: str) -> None:
        self._context = context
        self._name = name

    def __getitem__(self, key: str) -> object:
        match key:
            case "_in_query":
                return self._context.in_query(self._name)
            case "_is_selected":
                return self._context.is_selected(self._name)
            case "_is_filtered":
                return self._context.is_filtered(self._name)
            case "_parameter_value":
                return self._context.parameter_value(self._name)
            case "_sql":
                return self._context.sql_of(self._name)
            case "_name":
                return self._name
        if key.startswith("_"):
            raise KeyError(key)
        return _Named(self._context, f"{self._name}.{key}")

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __str__(self) -> str:
        return ""


# Filters


def _sql_quote(value: object, *, context: RenderContext) -> str:
    asked = _asked(context)
    text = str(value)
    return asked.sql_quote(text) if asked is not None else "'" + text.replace("'", "''") + "'"


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
