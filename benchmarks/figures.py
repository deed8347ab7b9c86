"""One measured number, what it had to reach, and the table of all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """What must be reached (gate) and what would be hard to believe (stretch).

    `form` shows a value, as in "{:.2f} ms"; the smaller value is the better one unless
    `more_is_better`.
    """

    form: str
    gate: float | None = None
    stretch: float | None = None
    more_is_better: bool = False

    def shown(self, bound: float | None) -> str:
        if bound is None:
            return "–"
        return f"{'≥' if self.more_is_better else '≤'} {self.form.format(bound)}"

    def reached(self, value: float, bound: float | None) -> bool:
        if bound is None:
            return False
        return value >= bound if self.more_is_better else value <= bound


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    goal: Goal
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.goal.reached(self.value, self.goal.stretch):
            return "stretch"
        if self.goal.reached(self.value, self.goal.gate):
            return "gate"
        return "**missed**" if self.goal.gate is not None else "–"

    @property
    def row(self) -> str:
        measured = self.goal.form.format(self.value) + (f" ({self.note})" if self.note else "")
        bounds = (self.goal.shown(self.goal.gate), self.goal.shown(self.goal.stretch))
        return f"| {self.what} | {bounds[0]} | {bounds[1]} | {measured} | {self.verdict} |"


def table(figures: Iterable[Figure]) -> str:
    head = "| what | gate | stretch | measured | verdict |\n| --- | --- | --- | --- | --- |"
    return "\n".join((head, *(figure.row for figure in figures)))


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def paired(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Run both in turns after one warming round; answer the two medians in seconds."""
    ours(), theirs()
    times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times)
