"""Parsed templates and their rendering: all that needs the Liquid library itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from liquid import BoundTemplate
from liquid.exceptions import LiquidError

from belvedere.errors import LookmlError
from belvedere.lookml.liquid_sandbox import FAILURES, Sandbox, SandboxContext
from belvedere.lookml.liquid_tags import FILTERS, TAGS

_MOST_EXCERPT = 80
_REFERENCE = re.compile(r"\$\{([\w. ]*)\}")


def rendered(template: str, variables: Mapping[str, object], *, html: bool, strict: bool) -> str:
    """The template's text; LookmlError where it is wrong or takes too much. `strict`: also where
    it names a filter that there is not.
    """
    try:
        bound = template_of(template, html, strict)
        context = SandboxContext(bound, len(template), variables)
        buffer = context.get_buffer()
        bound.render_with_context(context, buffer)
        return buffer.getvalue()
    except LiquidError as error:
        raise LookmlError(_message(error, template)) from None
    except RecursionError:
        raise LookmlError("Liquid error: the template is nested too deeply") from None
    except FAILURES as error:
        raise LookmlError(f"Liquid error: {error} in: {_excerpt(template)}") from error


@lru_cache(maxsize=4096)
def template_of(text: str, html: bool, strict: bool) -> BoundTemplate:
    return sandbox(html, strict).from_string(_without_references(text))


def _without_references(text: str) -> str:
    """`${a.b}` inside of a tag is the variable `a.b`, as lenient readers of Liquid take it. Every
    character stays where it is.
    """
    if "${" not in text:
        return text
    before, *parts = text.split("{%")
    for number, part in enumerate(parts):
        inside, end, after = part.partition("%}")
        parts[number] = _REFERENCE.sub(r"  \1 ", inside) + end + after
    return "{%".join([before, *parts])


@lru_cache(maxsize=4)
def sandbox(html: bool, strict: bool) -> Sandbox:
    """The environment of html, where values are escaped, or of everything else."""
    made = Sandbox(autoescape=html, strict=strict)
    for tag in TAGS:
        made.add_tag(tag)
    for name, function in FILTERS.items():
        made.add_filter(name, function)
    return made


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
