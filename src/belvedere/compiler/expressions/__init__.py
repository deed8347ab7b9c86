"""Looker expressions as SQL: custom filters and custom fields."""

from belvedere.compiler.expressions.writer import (
    condition_on_groups,
    custom_filter,
    kind_of,
    written,
)

__all__ = ["condition_on_groups", "custom_filter", "kind_of", "written"]
