"""What stands along the axis of dimensions: slots for categories and periods, or numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from belvedere.charts.content import Column, Content
from belvedere.charts.text import fitted, width, wrapped

_YEAR = re.compile(r"(\d{4})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(?:FY)?(\d{4})-Q([1-4])")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2})(?::(\d{2})(?::(\d{2}))?)?.*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_SLOTS = 2500
_LONGEST_LABEL = 150
Label = str | list[str]


@dataclass(frozen=True, slots=True)
class Across:
    """Where rows stand. `places` has one a row (None: nowhere). In slots these are whole numbers
    from 0 to `count`; else numbers, or milliseconds since 1970 if `time`.
    """

    places: tuple[float | None, ...]
    count: int = 0
    labels: tuple[Label, ...] = ()
    continuous: bool = False
    time: bool = False

    @property
    def order(self) -> list[int]:
        """The rows that stand somewhere, from the first place to the last."""
        found = [row for row, place in enumerate(self.places) if place is not None]
        return sorted(found, key=lambda row: self.places[row] or 0.0)


@dataclass(frozen=True, slots=True)
class _Period:
    """The n-th period of its kind, and its name in parts: without and with the year."""

    number: int
    name: str
    year: int
    day: int = 0
    """Its first day, counted from the year 1, where it is a day or a week."""


def across(content: Content, *, numbers: bool) -> Across:
    """Where the rows of a chart stand; `numbers`: a numeric dimension becomes a scale."""
    wanted = content.options.choice("x_axis_scale", ("ordinal", "linear", "time"), "auto")
    if len(content.dimensions) != 1 or wanted == "ordinal":
        return _listed(content)
    column = content.dimensions[0]
    if column.is_time or wanted == "time":
        found = _periods(content, column) or _moments(content)
        if found is not None:
            return found
    if wanted == "linear" or (numbers and column.numeric and not column.is_time):
        places = tuple(row[0].size for row in content.rows)
        if any(place is not None for place in places):
            return Across(places, continuous=True)
    return _listed(content)


def _listed(content: Content) -> Across:
    count = len(content.rows)
    labels = tuple(content.label(row) for row in range(count))
    return Across(tuple(float(n) for n in range(count)), count, labels)


def _periods(content: Content, column: Column) -> Across | None:
    """Slots from the first period to the last; None where some value is no period."""
    found = [
        None if row[0].value is None else _period(str(row[0].value), column.type)
        for row in content.rows
    ]
    known = [period for period in found if period is not None]
    gone = any(
        period is None and row[0].value is not None
        for period, row in zip(found, content.rows, strict=True)
    )
    if not known or gone:
        return None
    first = min(period.number for period in known)
    count = max(period.number for period in known) - first + 1
    if count > _MOST_SLOTS or len({period.number for period in known}) < len(known):
        return None
    places = tuple(None if p is None else float(p.number - first) for p in found)
    named = {period.number - first: period for period in known}
    return Across(places, count, _named(count, named, first, column.type, known[0]))


def _period(text: str, kind: str) -> _Period | None:
    found = _DAY.fullmatch(text)
    if found:
        day = _date(text)
        if day is None:
            return None
        ordinal = day.toordinal()
        number = (ordinal - 1) // 7 if kind == "date_week" else ordinal
        return _Period(number, f"{_MONTHS[day.month - 1]} {day.day}", day.year, ordinal)
    found = _MONTH.fullmatch(text)
    if found and 1 <= int(found[2]) <= 12:
        year, month = int(found[1]), int(found[2])
        return _Period(year * 12 + month, _MONTHS[month - 1], year)
    found = _QUARTER.fullmatch(text)
    if found:
        return _Period(int(found[1]) * 4 + int(found[2]), f"Q{found[2]}", int(found[1]))
    found = _YEAR.fullmatch(text)
    return _Period(int(found[1]), "", int(found[1])) if found else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _named(
    count: int, known: dict[int, _Period], first: int, kind: str, example: _Period
) -> tuple[Label, ...]:
    """The year stands below the first label and wherever it changes."""
    labels: list[Label] = []
    before: int | None = None
    for slot in range(count):
        period = known.get(slot) or _missing(slot + first, kind, example)
        if not period.name:
            labels.append(str(period.year))
            continue
        labels.append(period.name if period.year == before else [period.name, str(period.year)])
        before = period.year
    return tuple(labels)


def _missing(number: int, kind: str, example: _Period) -> _Period:
    """A period that no row is about."""
    if not example.name:
        return _Period(number, "", number)
    if example.name.startswith("Q"):
        return _Period(number, f"Q{(number - 1) % 4 + 1}", (number - 1) // 4)
    if " " not in example.name:
        return _Period(number, _MONTHS[(number - 1) % 12], (number - 1) // 12)
    apart = (number - example.number) * (7 if kind == "date_week" else 1)
    day = date.fromordinal(example.day + apart)
    return _Period(number, f"{_MONTHS[day.month - 1]} {day.day}", day.year)


def _moments(content: Content) -> Across | None:
    places: list[float | None] = []
    for row in content.rows:
        place = None if row[0].value is None else moment(str(row[0].value))
        if place is None and row[0].value is not None:
            return None
        places.append(place)
    known = [place for place in places if place is not None]
    return Across(tuple(places), continuous=True, time=True) if known else None


def moment(text: str) -> float | None:
    """Milliseconds since 1970 of a time as results write it."""
    found = _MOMENT.fullmatch(text)
    day = _date(found[1] if found else text if _DAY.fullmatch(text) else "")
    if day is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[1:]) if found else (0, 0, 0)
    since = datetime(day.year, day.month, day.day) - datetime(1970, 1, 1)  # noqa: DTZ001
    return (since + timedelta(hours=hour, minutes=minute, seconds=second)).total_seconds() * 1000


@dataclass(frozen=True, slots=True)
class Labelled:
    """The slots that carry a label, the labels, their slope in degrees and how wide they are."""

    slots: tuple[int, ...]
    texts: tuple[Label, ...]
    angle: int = 0


def labelled(shown: Across, room: float, size: float, rotation: float | None = None) -> Labelled:
    """Labels below slots that share `room` pixels: all where they fit, sloped where that helps,
    else every n-th.
    """
    if not shown.count:
        return Labelled((), ())
    step = max(20.0, room) / shown.count
    periodic = any(isinstance(label, list) for label in shown.labels)
    widest = max(_wide(label, size) for label in shown.labels)
    if rotation is not None:
        every = 1 if rotation else max(1, round((min(widest, _LONGEST_LABEL) + 8) / step))
        return _every(shown, max(every, int(size * 1.3 / step)), int(rotation), size)
    if widest + 8 <= step:
        return _every(shown, 1, 0, size)
    folded = None if periodic else _folded(shown.labels, step - 8, size)
    if folded is not None:
        return Labelled(tuple(range(shown.count)), folded)
    if periodic or all(len(_flat(label)) <= 5 for label in shown.labels):
        return _every(shown, int((widest + 10) / step) + 1, 0, size)
    return _every(shown, int(size * 1.5 / step) + 1 if step < size * 1.5 else 1, -45, size)


def _folded(labels: Sequence[Label], room: float, size: float) -> tuple[Label, ...] | None:
    """Every label in at most three lines that fit below its slot; None where one does not."""
    if room < 40:
        return None
    found: list[Label] = []
    for label in labels:
        text = _flat(label)
        lines = wrapped(text, size, room, 3)
        if " ".join(lines) != text:
            return None
        found.append(lines if len(lines) > 1 else text)
    return tuple(found)


def listed(shown: Across, room: float, size: float, widest: float) -> Labelled:
    """Labels beside slots that lie below one another."""
    every = max(1, int(size * 1.25 * shown.count / max(1.0, room) + 0.999))
    texts = _flattened(shown, every)
    cut = tuple(fitted(text, size, widest) for text in texts)
    return Labelled(tuple(range(0, shown.count, every)), cut)


def _flattened(shown: Across, every: int) -> list[str]:
    return [_flat(label) for label in shown.labels[::every]]


def _every(shown: Across, every: int, angle: int, size: float) -> Labelled:
    slots = tuple(range(0, shown.count, every))
    longest = _LONGEST_LABEL if angle else 400.0
    if angle:
        texts: Sequence[Label] = [fitted(_flat(shown.labels[n]), size, longest) for n in slots]
    elif every == 1:
        texts = shown.labels
    else:
        texts = _years_again(shown, slots)
    return Labelled(slots, tuple(texts), angle)


def _years_again(shown: Across, slots: Sequence[int]) -> list[Label]:
    """Among the labels that are left, the year stands where it first shows."""
    texts: list[Label] = []
    year, told = "", ""
    position = 0
    for slot in slots:
        while position <= slot:
            label = shown.labels[position]
            if isinstance(label, list):
                year = label[1]
            position += 1
        label = shown.labels[slot]
        name = label[0] if isinstance(label, list) else label
        texts.append([name, year] if year != told else name)
        told = year
    return texts


def _flat(label: Label) -> str:
    return label if isinstance(label, str) else ", ".join(label)


def _wide(label: Label, size: float) -> float:
    return max(width(part, size) for part in ([label] if isinstance(label, str) else label))
