"""Filters that name user attributes, with the values of who asks."""

from __future__ import annotations

import re

from belvedere.compiler.conditions import Grammar, grammar_of
from belvedere.compiler.request import Viewer
from belvedere.errors import QueryError
from belvedere.lookml.filters import FilterSyntaxError, substitute_attributes
from belvedere.lookml.scope import ScopedField

_SPECIAL = re.compile(r'[\^%_,"]|\A-')
_KEYWORDS = frozenset({"null", "empty"})


def personal(scoped: ScopedField, text: str, viewer: Viewer) -> str:
    """The filter text with the viewer's values in it. QueryError for an attribute that has none,
    or a hidden one: the values of filters are shown.
    """
    if "{{" not in text:
        return text
    values = {
        name: _literal(value) if _is_text(scoped) and name in viewer.literal_attributes else value
        for name, value in viewer.attributes.items()
        if name not in viewer.hidden_attributes
    }
    try:
        return substitute_attributes(text, values)
    except FilterSyntaxError as error:
        raise QueryError(f"Invalid filter: {text[:200]} on {scoped.full_name}: {error}") from None


def _is_text(scoped: ScopedField) -> bool:
    return grammar_of(scoped.field) in (Grammar.string, Grammar.label)


def _literal(value: str) -> str:
    """As a part of a string filter that means just these characters."""
    if value.lower() in _KEYWORDS:
        return f'"{value}"'
    return _SPECIAL.sub(r"^\g<0>", value.replace("\\", "\\\\"))
