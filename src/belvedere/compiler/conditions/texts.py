"""String filters, and those of tiers and cases on their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from belvedere.compiler.conditions.likeness import Likeness
from belvedere.compiler.conditions.outcome import Condition, Parts, members
from belvedere.compiler.dialects.base import Dialect
from belvedere.lookml.filters import (
    Keyword,
    Literal,
    Pattern,
    StringFilter,
    canonical_tier_label,
    parse_label,
    parse_string,
)
from belvedere.lookml.filters.strings import Atom
from belvedere.lookml.model import Field
from belvedere.lookml.tiers import tier_labels, undefined_tier

_NAMED_TIMEFRAMES = frozenset({"day_of_week", "month_name"})


def text_condition(
    dialect: Dialect, field: Field, operand: str, expression: str, case_sensitive: bool
) -> Condition | None:
    parsed = parse_string(expression)
    if field.timeframe in _NAMED_TIMEFRAMES:
        parsed = _rewritten(parsed, str.capitalize)
    return _condition(dialect, operand, parsed, case_sensitive)


def label_condition(
    dialect: Dialect, field: Field, operand: str, expression: str, case_sensitive: bool
) -> Condition | None:
    parsed = parse_label(expression)
    if field.tiers and field.style != "integer":
        parsed = _rewritten(parsed, canonical_tier_label)
    if field.tiers:
        parsed = _of_labels(parsed, [*tier_labels(field), undefined_tier(field)], case_sensitive)
    return _condition(dialect, operand, parsed, case_sensitive)


def _of_labels(parsed: StringFilter, labels: list[str], case_sensitive: bool) -> StringFilter:
    """The labels that patterns match in their place: a label is a long CASE, which would
    otherwise be written once for each pattern.
    """

    def atoms(given: tuple[Atom, ...]) -> tuple[Atom, ...]:
        found: dict[Atom, None] = {}
        unmatched: Atom | None = None
        for atom in given:
            if not isinstance(atom, Pattern) or atom.is_anything:
                found[atom] = None
                continue
            likeness = Likeness(atom.text, case_sensitive=case_sensitive)
            matched = [Literal(label) for label in labels if likeness.matches(label)]
            found |= dict.fromkeys(matched)
            unmatched = unmatched if matched else unmatched or atom
        # That one stays: without any inclusion everything would be let through.
        return tuple(found) if unmatched is None else (*found, unmatched)

    return StringFilter(atoms(parsed.include), atoms(parsed.exclude))


def _rewritten(parsed: StringFilter, rewrite: Callable[[str], str]) -> StringFilter:
    def atoms(given: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return tuple(
            Literal(rewrite(atom.value)) if isinstance(atom, Literal) else atom for atom in given
        )

    return StringFilter(atoms(parsed.include), atoms(parsed.exclude))


def _condition(
    dialect: Dialect, operand: str, parsed: StringFilter, case_sensitive: bool
) -> Condition | None:
    if dialect.empty_text_is_null:
        parsed = StringFilter(_without_empty(parsed.include), _without_empty(parsed.exclude))
    if parsed.is_any:
        return None
    writer = _Writer(dialect, operand, case_sensitive)
    return Parts(
        include=writer.included(parsed.include),
        exclude=writer.excluded(parsed.exclude),
        includes_null=any(isinstance(atom, Keyword) for atom in parsed.include),
        excludes_null=any(isinstance(atom, Keyword) for atom in parsed.exclude),
    ).on(operand)


def _without_empty(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    return tuple(Keyword.null if atom == Literal("") else atom for atom in atoms)


class _Writer:
    """Conditions on one operand that are never true of null."""

    def __init__(self, dialect: Dialect, operand: str, case_sensitive: bool) -> None:
        self._dialect = dialect
        self._operand = operand
        self._case_sensitive = case_sensitive

    def included(self, atoms: Iterable[Atom]) -> list[str]:
        atoms = list(atoms)
        words = self._equalities(atoms, negated=False)
        for atom in atoms:
            if isinstance(atom, Pattern):
                words.append(self._like(atom) or f"{self._operand} IS NOT NULL")
            elif atom is Keyword.empty:
                words.append(f"{self._dialect.length(self._operand)} = 0")
        return words

    def excluded(self, atoms: Iterable[Atom]) -> list[str]:
        atoms = list(atoms)
        words = self._equalities(atoms, negated=True)
        for atom in atoms:
            if isinstance(atom, Pattern):
                like = self._like(atom)
                words.append(f"NOT ({like})" if like else "1 = 0")
            elif atom is Keyword.empty:
                words.append(f"{self._dialect.length(self._operand)} <> 0")
        return words

    def _like(self, pattern: Pattern) -> str | None:
        """None for a pattern that every text matches."""
        if pattern.is_anything:
            return None
        return self._dialect.like(self._operand, pattern.text, case_sensitive=self._case_sensitive)

    def _equalities(self, atoms: list[Atom], *, negated: bool) -> list[str]:
        values = dict.fromkeys(atom.value for atom in atoms if isinstance(atom, Literal))
        if not values:
            return []
        if self._case_sensitive:
            literals = [self._dialect.string(value) for value in values]
            return [members(self._operand, literals, negated=negated)]
        equal = [self._dialect.equals_ignoring_case(self._operand, value) for value in values]
        return [f"NOT ({one})" for one in equal] if negated else equal
