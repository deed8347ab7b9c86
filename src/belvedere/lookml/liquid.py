"""Liquid in LookML: standard Liquid, LookML's own tags and variables, and firm limits.

A template can read what its context answers and nothing else: there are no files to include,
loops, values and output are bounded, and the values handed to it are plain text and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from liquid import BoundTemplate
from liquid.exceptions import LiquidError

from belvedere.errors import LookmlError
from belvedere.lookml.liquid_sandbox import FAILURES, Sandbox, SandboxContext
from belvedere.lookml.liquid_tags import FILTERS, TAGS
from belvedere.lookml.liquid_variables import CellVariables, LiquidContext, QueryVariables

__all__ = [
    "CellVariables",
    "LiquidContext",
    "has_liquid",
    "references",
    "render",
    "render_cell",
    "render_html",
]

_READS = re.compile(r"(?<![\w.])([A-Za-z_]\w*(?:\.\w+)*)\._(?:value|rendered_value)\b")
_MOST_EXCERPT = 80


def has_liquid(text: str) -> bool:
    return "{%" in text or "{{" in text


def references(text: str) -> frozenset[str]:
    """Fields whose values the template reads (`view.f._value`), as they are written there."""
    return frozenset(_READS.findall(text)) if has_liquid(text) else frozenset()


def render(template: str, context: LiquidContext) -> str:
    """The text with Liquid carried out; LookmlError with the template's own message."""
    return _render(template, QueryVariables(context), html=False)


def render_cell(template: str, values: Mapping[str, object]) -> str:
    """A link of one cell; `values` is all that it can read."""
    return _render(template, values, html=False)


def render_html(template: str, values: Mapping[str, object]) -> str:
    """The html of one cell: what is written in the template is markup, all values are text."""
    return _render(template, values, html=True)


def _render(template: str, values: Mapping[str, object], *, html: bool) -> str:
    try:
        bound = _template(template, html)
        context = SandboxContext(bound, len(template), values)
        buffer = context.get_buffer()
        bound.render_with_context(context, buffer)
        return buffer.getvalue()
    except LiquidError as error:
        raise LookmlError(_message(error, template)) from None
    except RecursionError:
        raise LookmlError("Liquid error: the template is nested too deeply") from None
    except FAILURES as error:
        raise LookmlError(f"Liquid error: {error} in: {_excerpt(template)}") from error


def _message(error: LiquidError, template: str) -> str:
    token = error.token
    message = f"Liquid error: {error.message}"
    if token is None or token.start_index < 0 or token.source != template:
        return f"{message} in: {_excerpt(template)}"
    before = template[: token.start_index]
    line, column = before.count("\n") + 1, token.start_index - before.rfind("\n")
    markup = max(before.rfind("{%"), before.rfind("{{"), 0)
    return f"{message} (line {line}, column {column}) at: {_excerpt(template[markup:])}"


def _excerpt(text: str) -> str:
    return " ".join(text[: 4 * _MOST_EXCERPT].split())[:_MOST_EXCERPT]


@lru_cache(maxsize=4096)
def _template(text: str, html: bool) -> BoundTemplate:
    return _sandbox(html).from_string(text)


@lru_cache(maxsize=2)
def _sandbox(html: bool) -> Sandbox:
    sandbox = Sandbox(autoescape=html)
    for tag in TAGS:
        sandbox.add_tag(tag)
    for name, function in FILTERS.items():
        sandbox.add_filter(name, function)
    return sandbox
