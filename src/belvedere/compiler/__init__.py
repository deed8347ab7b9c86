"""From a request over a model to SQL, by dialect."""

from belvedere.compiler.planner import compile_query

__all__ = ["compile_query"]
