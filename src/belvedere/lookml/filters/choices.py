"""Grammars of fields with few values: yes and no, and the labels of tiers and cases."""

from __future__ import annotations

import re
from dataclasses import dataclass

from belvedere.lookml.filters.strings import StringFilter, parse_string
from belvedere.lookml.filters.syntax import FilterSyntaxError, remembered, shown


@dataclass(frozen=True, slots=True)
class YesNoFilter:
    """Which of the two match. Both or neither stand for any value."""

    yes: bool = False
    no: bool = False

    @property
    def is_any(self) -> bool:
        return self.yes == self.no


_ANSWERS = {"yes": True, "true": True, "no": False, "false": False}


@remembered
def parse_yesno(text: str) -> YesNoFilter:
    found: set[bool] = set()
    for term in text.split(","):
        word = term.strip().strip("\"'").strip().lower()
        if not word:
            continue
        negated = word.startswith("-")
        answer = _ANSWERS.get(word.removeprefix("-"))
        if answer is None:
            raise FilterSyntaxError(f"A yes/no field takes Yes or No, not {shown(term.strip())}")
        found.add(answer is not negated)
    return YesNoFilter(yes=True in found, no=False in found)


# A label such as [10.0,20.0) has a comma that separates nothing.
_SPAN = re.compile(
    r"((?:^|,)\s*+-?\s*+(?:T\d{1,3}\s+)?[\[(][-\w. ]{1,40}),(?=[-\w. ]{1,40}[\])]\s*+(?:,|\Z))"
)
_WHOLE_NUMBER = re.compile(r"(?<![\w.])-?\d+(?![\w.])")


@remembered
def parse_label(text: str) -> StringFilter:
    """The string grammar over labels of a tier or case, where commas within a span are text."""
    return parse_string(_SPAN.sub(r"\1^,", text))


def canonical_tier_label(label: str) -> str:
    """`[10,20)` as `[10.0,20.0)`: labels of tiers that are not in integer style have decimals."""
    return _WHOLE_NUMBER.sub(r"\g<0>.0", label)
