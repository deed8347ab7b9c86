"""Looker expressions, as far as custom filters need them: text to SQL conditions."""

from belvedere.compiler.expressions.filters import custom_filter

__all__ = ["custom_filter"]
