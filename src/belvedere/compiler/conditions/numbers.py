"""Number filters."""

from __future__ import annotations

from collections.abc import Iterable

from belvedere.compiler.conditions.outcome import Condition, Parts, members
from belvedere.compiler.dialects.base import Dialect
from belvedere.lookml.filters import Equal, NumberNull, Range, parse_number
from belvedere.lookml.filters.numbers import NumberAtom


def number_condition(dialect: Dialect, operand: str, expression: str) -> Condition | None:
    parsed = parse_number(expression)
    if parsed.is_any:
        return None
    return Parts(
        include=_conditions(dialect, operand, parsed.include, negated=False),
        exclude=_conditions(dialect, operand, parsed.exclude, negated=True),
        includes_null=any(isinstance(atom, NumberNull) for atom in parsed.include),
        excludes_null=any(isinstance(atom, NumberNull) for atom in parsed.exclude),
    ).on(operand)


def _conditions(
    dialect: Dialect, operand: str, atoms: Iterable[NumberAtom], *, negated: bool
) -> list[str]:
    atoms = list(atoms)
    words = [
        _outside(dialect, operand, atom) if negated else _inside(dialect, operand, atom)
        for atom in atoms
        if isinstance(atom, Range)
    ]
    values = [dialect.number(atom.value) for atom in atoms if isinstance(atom, Equal)]
    return [members(operand, values, negated=negated), *words] if values else words


def _inside(dialect: Dialect, operand: str, span: Range) -> str:
    ends = []
    if span.low is not None:
        ends.append(f"{operand} {'>=' if span.low_included else '>'} {dialect.number(span.low)}")
    if span.high is not None:
        ends.append(f"{operand} {'<=' if span.high_included else '<'} {dialect.number(span.high)}")
    if not ends:
        return f"{operand} IS NOT NULL"
    return ends[0] if len(ends) == 1 else f"({' AND '.join(ends)})"


def _outside(dialect: Dialect, operand: str, span: Range) -> str:
    ends = []
    if span.low is not None:
        ends.append(f"{operand} {'<' if span.low_included else '<='} {dialect.number(span.low)}")
    if span.high is not None:
        ends.append(f"{operand} {'>' if span.high_included else '>='} {dialect.number(span.high)}")
    if not ends:
        return "1 = 0"
    return ends[0] if len(ends) == 1 else f"({' OR '.join(ends)})"
