"""What the buckets of tier dimensions are called."""

from __future__ import annotations

from itertools import pairwise

from belvedere.lookml.model import Field


def tier_labels(field: Field) -> list[str]:
    """Labels of a tier's buckets in order, below the first and above the last included."""
    if field.style == "integer":
        return _integer_labels(field.tiers)
    shown = [repr(float(tier)) for tier in field.tiers]
    pairs = list(pairwise(shown))
    if field.style == "relational":
        middle = [f">= {low} and < {high}" for low, high in pairs]
        return [f"< {shown[0]}", *middle, f">= {shown[-1]}"]
    spans = [f"(-inf,{shown[0]})", *(f"[{low},{high})" for low, high in pairs)]
    spans.append(f"[{shown[-1]},inf)")
    if field.style == "interval":
        return spans
    return [f"T{position:02d} {span}" for position, span in enumerate(spans)]


def _integer_labels(tiers: tuple[float, ...]) -> list[str]:
    whole = [int(tier) if tier == int(tier) else tier for tier in tiers]
    between = [
        f"{low} to {high - 1}" if high - 1 != low else f"{low}" for low, high in pairwise(whole)
    ]
    return [f"Below {whole[0]}", *between, f"{whole[-1]} or Above"]


def undefined_tier(field: Field) -> str:
    """The label of values that are in no bucket (nulls)."""
    return "TXX Undefined" if field.style == "classic" else "Undefined"
