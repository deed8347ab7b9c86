"""Yes/no filters."""

from __future__ import annotations

from belvedere.compiler.conditions.outcome import Condition
from belvedere.compiler.dialects.base import Dialect
from belvedere.lookml.filters import parse_yesno


def yesno_condition(dialect: Dialect, operand: str, expression: str) -> Condition | None:
    """`operand` is a boolean condition; where it is null, the answer is No."""
    parsed = parse_yesno(expression)
    if parsed.is_any:
        return None
    if parsed.yes:
        return Condition(operand)
    return Condition(dialect.untrue(operand), accepts_null=True)
