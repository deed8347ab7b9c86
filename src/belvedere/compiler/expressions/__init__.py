"""Looker expressions as SQL: custom filters and custom fields."""

from belvedere.compiler.expressions.writer import custom_filter, kind_of, written

__all__ = ["custom_filter", "kind_of", "written"]
