"""Conditional formatting: rules that colour cells by their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

from belvedere.charts.colours import along, colour, readable_on
from belvedere.charts.content import Cell
from belvedere.charts.options import Options, number
from belvedere.charts.palettes import STATUS, Lookup, scale
from belvedere.charts.statistics import quantile

_MOST_RULES = 50


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is drawn; None: as the table draws its cells."""

    fill: str | None = None
    ink: str | None = None
    bold: bool = False
    italic: bool = False
    strike: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """`fields` None: every field with numbers. `style_of` answers None where the rule is silent."""

    fields: frozenset[str] | None
    style_of: Callable[[Cell], Style | None]

    def covers(self, name: str, *, numeric: bool) -> bool:
        return numeric if self.fields is None else name in self.fields


def rules_of(
    options: Options, columns: Mapping[str, Sequence[Cell]], numeric: set[str], lookup: Lookup
) -> list[Rule]:
    """The rules of a vis_config over the cells of each field; those that cannot be read are
    left out.
    """
    if not options.flag("enable_conditional_formatting"):
        return []
    nulls = options.flag("conditional_formatting_include_nulls")
    found = []
    for written in options.parts("conditional_formatting")[:_MOST_RULES]:
        names = written.items("fields")
        fields = frozenset(item for item in names if isinstance(item, str)) or None
        covered = numeric if fields is None else fields
        numbers = sorted(
            size
            for name, cells in columns.items()
            if name in covered
            for cell in cells
            if (size := _size(cell, nulls=nulls)) is not None
        )
        rule = _rule(written, numbers, lookup, nulls=nulls)
        if rule is not None:
            found.append(Rule(fields, rule))
    return found


def style_of(rules: Sequence[Rule], name: str, cell: Cell, *, numeric: bool) -> Style:
    """Of the rules that speak, the first decides each trait."""
    style = Style()
    for rule in rules:
        own = rule.style_of(cell) if rule.covers(name, numeric=numeric) else None
        if own is not None:
            style = replace(
                style,
                fill=style.fill or own.fill,
                ink=style.ink or own.ink,
                bold=style.bold or own.bold,
                italic=style.italic or own.italic,
                strike=style.strike or own.strike,
            )
    if style.fill is not None and style.ink is None:
        style = replace(style, ink=readable_on(style.fill))
    return style


def _size(cell: Cell, *, nulls: bool) -> float | None:
    return 0.0 if cell.value is None and nulls else cell.size


def _rule(
    written: Options, numbers: Sequence[float], lookup: Lookup, *, nulls: bool
) -> Callable[[Cell], Style | None] | None:
    kind = (written.text("type") or "").lower().strip(". ")
    if kind in ("along a scale", "low to high", "high to low"):
        return _scale(written, kind, numbers, lookup, nulls=nulls)
    test = _test(written, kind, nulls=nulls)
    if test is None:
        return None
    style = Style(
        fill=colour(written.get("background_color")),
        ink=colour(written.get("font_color")),
        bold=written.flag("bold"),
        italic=written.flag("italic"),
        strike=written.flag("strikethrough"),
    )
    return lambda cell: style if test(cell) else None


def _test(written: Options, kind: str, *, nulls: bool) -> Callable[[Cell], bool] | None:
    if kind in ("null", "is null", "equal to null"):
        return lambda cell: cell.value is None
    if kind in ("not null", "is not null", "not equal to null"):
        return lambda cell: cell.value is not None
    values = written.items("value") or [written.get("value")]
    bounds = [found for item in values if (found := number(item)) is not None]
    if kind in ("between", "not between"):
        if len(bounds) != 2:
            return None
        low, high = sorted(bounds)
        inside = kind == "between"

        def between(cell: Cell) -> bool:
            size = _size(cell, nulls=nulls)
            return size is not None and (low <= size <= high) == inside

        return between
    compare = _COMPARE.get(kind)
    if compare is None or len(bounds) != 1:
        return None
    bound = bounds[0]

    def compared(cell: Cell) -> bool:
        size = _size(cell, nulls=nulls)
        return size is not None and compare(size, bound)

    return compared


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "greater than": lambda a, b: a > b,
    "greater than or equal to": lambda a, b: a >= b,
    "less than": lambda a, b: a < b,
    "less than or equal to": lambda a, b: a <= b,
    "equal to": lambda a, b: a == b,
    "not equal to": lambda a, b: a != b,
}


def _scale(
    written: Options, kind: str, numbers: Sequence[float], lookup: Lookup, *, nulls: bool
) -> Callable[[Cell], Style | None] | None:
    if not numbers:
        return None
    application = written.part("color_application")
    stops = scale(application, lookup, _old_palette(written) or STATUS)
    if kind == "high to low":
        stops = tuple(reversed(stops))
    constraints = application.part("options").part("constraints")
    low = _bound(constraints.part("min"), numbers, numbers[0])
    high = _bound(constraints.part("max"), numbers, numbers[-1])
    middle = _bound(constraints.part("mid"), numbers, (low + high) / 2)
    steps = int(application.part("options").bounded("steps", 5, 2, 50))
    stepped = application.part("options").flag("stepped")
    bold, italic = written.flag("bold"), written.flag("italic")

    def style(cell: Cell) -> Style | None:
        size = _size(cell, nulls=nulls)
        if size is None:
            return None
        place = _place(size, low, middle, high)
        if stepped:
            place = min(steps - 1, int(place * steps)) / (steps - 1)
        ink = colour(written.get("font_color"))
        strike = written.flag("strikethrough")
        return Style(along(stops, place), ink, bold=bold, italic=italic, strike=strike)

    return style


def _place(size: float, low: float, middle: float, high: float) -> float:
    if size <= middle:
        return (
            0.5 * (size - low) / (middle - low)
            if middle > low and size > low
            else (0.5 if middle <= low else 0.0)
        )
    return min(1.0, 0.5 + 0.5 * (size - middle) / (high - middle)) if high > middle else 1.0


def _old_palette(written: Options) -> tuple[str, ...]:
    """As older exports have it: low, mid and high by name."""
    palette = written.part("palette")
    names = ("low", "low_color"), ("mid", "mid_color"), ("high", "high_color")
    found = [next((c for key in keys if (c := colour(palette.get(key)))), None) for keys in names]
    return tuple(item for item in found if item is not None)


def _bound(written: Options, numbers: Sequence[float], default: float) -> float:
    kind, value = written.text("type"), written.number("value")
    if kind == "number" and value is not None:
        return value
    if kind == "percentile" and value is not None:
        return quantile(numbers, min(1.0, max(0.0, value / 100)))
    known: dict[str, Callable[[Sequence[float]], float]] = {
        "minimum": min,
        "maximum": max,
        "average": fmean,
        "median": median,
    }
    return float(known[kind](numbers)) if kind in known else default
