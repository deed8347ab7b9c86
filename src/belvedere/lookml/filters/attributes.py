"""User attributes inside filter expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from belvedere.lookml.filters.syntax import FilterSyntaxError

_REFERENCE = re.compile(
    r"""\{\{\s*_user_attributes\s*\[\s*(['"])([A-Za-z0-9_]+)\1\s*\]\s*\}\}""", re.ASCII
)


def substitute_attributes(text: str, viewer_attributes: Mapping[str, str]) -> str:
    """Put the viewer's values where `{{ _user_attributes['name'] }}` stands.

    The values become part of the expression. An attribute without a value is an error, because
    leaving it out would widen what the filter lets through.
    """
    if "{{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        found = viewer_attributes.get(match[2])
        if found is None:
            raise FilterSyntaxError(f'The user attribute "{match[2]}" has no value')
        return found

    return _REFERENCE.sub(value, text)
