"""From a request over a model to SQL, by dialect."""

from belvedere.compiler.planner import compile_query, kept_of, making

__all__ = ["compile_query", "kept_of", "making"]
