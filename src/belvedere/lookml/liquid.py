"""Liquid in LookML: standard Liquid, LookML's own tags and variables, and firm limits.

A template can read what its context answers and nothing else: there are no files to include,
loops, values and output are bounded, and the values handed to it are plain text and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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

_READS = re.compile(
    r"(?<![\w.])([A-Za-z_]\w*(?:\.\w+)*)"
    r"\._(?:value|rendered_value|linked_value|filterable_value|link)\b"
)


def has_liquid(text: str) -> bool:
    return "{%" in text or "{{" in text


def references(text: str) -> frozenset[str]:
    """Fields whose values the template reads (`view.f._value`), as they are written there."""
    return frozenset(_READS.findall(text)) if has_liquid(text) else frozenset()


def render(template: str, context: LiquidContext) -> str:
    """The text with Liquid carried out; LookmlError with the template's own message."""
    return _rendered(template, QueryVariables(context), html=False, strict=True)


def render_cell(template: str, values: Mapping[str, object]) -> str:
    """A link of one cell; `values` is all that it can read. A filter that there is not changes
    nothing, here and in html.
    """
    return _rendered(template, values, html=False, strict=False)


def render_html(template: str, values: Mapping[str, object]) -> str:
    """The html of one cell: what is written in the template is markup, all values are text."""
    return _rendered(template, values, html=True, strict=False)


def _rendered(template: str, variables: Mapping[str, object], *, html: bool, strict: bool) -> str:
    if not has_liquid(template):
        return template
    # The library takes a quarter of a second to import, which the start of a server can spare.
    from belvedere.lookml.liquid_engine import rendered  # noqa: PLC0415

    return rendered(template, variables, html=html, strict=strict)
