"""What the server adds to a query that the database must run, and whether the answer is right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from benchmarks.bench import Bench
from benchmarks.figures import Figure, Goal, paired
from benchmarks.queries import Q1, Q2, Q3, Q4, Q5, QUESTIONS, Question

_MILLISECONDS = Goal("{:.1f} ms", gate=5, stretch=2)
_FACTOR = Goal("{:.2f}×", gate=1.10, stretch=1.03)


def correctness(bench: Bench) -> list[Figure]:
    right = [question.name for question in QUESTIONS if _is_right(bench, question)]
    goal = Goal("{:.0f} of 5", gate=5, more_is_better=True)
    return [Figure("Q1–Q5 right", len(right), goal, ", ".join(right))]


def plain(bench: Bench) -> list[Figure]:
    """Q1, Q4 and Q5 beside the same question put to the bare database."""
    figures = []
    for question in (Q1, Q4, Q5):
        ours, theirs = _pair(bench, question, question.plain)
        name = f"{question.name} ({question.what})"
        note = f"{ours * 1e3:.1f} / {theirs * 1e3:.1f} ms"
        figures += [
            Figure(f"{name}: uncached, added", (ours - theirs) * 1e3, _MILLISECONDS),
            Figure(f"{name}: uncached, over bare", ours / theirs, _FACTOR, note),
        ]
    return figures


def joined(bench: Bench) -> list[Figure]:
    """Q2 beside plain hand-written SQL, Q3 beside the best plan that is right."""
    figures = []
    best = Q3.best or Q3.plain
    for question, sql, label, goal in (
        (Q2, Q2.plain, "over plain hand-written SQL", Goal("{:.2f}×", gate=1.05, stretch=0.80)),
        (Q3, best, "over the best plan", Goal("{:.2f}×", gate=1.5, stretch=1.1)),
    ):
        ours, theirs = _pair(bench, question, sql)
        note = f"{ours * 1e3:.1f} / {theirs * 1e3:.1f} ms"
        figures.append(
            Figure(f"{question.name} ({question.what}): {label}", ours / theirs, goal, note)
        )
    return figures


def _pair(bench: Bench, question: Question, sql: str) -> tuple[float, float]:
    run = bench.bare.runs(sql)
    return paired(lambda: bench.client.run(question.body, cache="false"), run, rounds=9)


def _is_right(bench: Bench, question: Question) -> bool:
    rows = bench.client.rows(question.body, cache="false")
    ours = _cells(question, rows) if question.pivoted else [list(row.values()) for row in rows]
    theirs = bench.bare.rows(question.best or question.plain)
    return _comparable(ours) == _comparable(theirs)


def _cells(question: Question, rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Unfold a pivoted answer into one row per cell, leaving out cells without rows."""
    month, status, total, count = question.body["fields"]  # type: ignore[misc]
    return [
        [row[month], value, row[total][status][value], number]
        for row in rows
        for value, number in row[count][status].items()
        if number
    ]


def _comparable(rows: Any) -> list[tuple[object, ...]]:
    return sorted((tuple(map(_plain, row)) for row in rows), key=repr)


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return f"{value:%Y-%m}"
    return f"{float(value):.2f}" if isinstance(value, (int, float)) else value
