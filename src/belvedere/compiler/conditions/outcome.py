"""Conditions, and how inclusions and exclusions come together in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """`accepts_null`: whether a row whose operand is null can satisfy it."""

    sql: str
    accepts_null: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """Conditions on one operand that are never true of null, and what is said about null."""

    include: Sequence[str]
    exclude: Sequence[str]
    includes_null: bool = False
    excludes_null: bool = False

    @property
    def accepts_null(self) -> bool:
        includes = self.includes_null or not self.include
        return includes and not self.excludes_null

    def on(self, operand: str) -> Condition:
        """Any inclusion and no exclusion, which keeps nulls unless something leaves them out."""
        is_null, not_null = f"{operand} IS NULL", f"{operand} IS NOT NULL"
        included = list(self.include)
        if not included and (self.includes_null or not self.exclude):
            return _nulls_only(self, is_null, not_null)
        if self.includes_null and not self.excludes_null:
            included.append(is_null)
        words = [_any(included)] if included else []
        if self.exclude:
            excluded = _all(self.exclude)
            words.append(_any([excluded, is_null]) if self.accepts_null else excluded)
        return Condition(_all(words), self.accepts_null)


def _nulls_only(parts: Parts, is_null: str, not_null: str) -> Condition:
    if parts.includes_null:
        return Condition("1 = 0") if parts.excludes_null else Condition(is_null, accepts_null=True)
    return Condition(not_null)


def _any(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"


def _all(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' AND '.join(conditions)})"


def members(operand: str, literals: Sequence[str], *, negated: bool = False) -> str:
    """Equal to one of the literals (or, negated, to none of them)."""
    if len(literals) == 1:
        return f"{operand} {'<>' if negated else '='} {literals[0]}"
    return f"{operand} {'NOT IN' if negated else 'IN'} ({', '.join(literals)})"
