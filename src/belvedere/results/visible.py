"""The options of a visualization that change what a table shows, applied to a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from belvedere.results.presenter import Presenter
from belvedere.results.shaped import ROW_TOTAL, Row, Shaped
from belvedere.results.value_formats import Formatter, formatter

_TRUE = frozenset({True, "true", "yes"})


@dataclass(frozen=True, slots=True)
class Visible:
    """`labels` and `formats` are by field name; `first` and `last` rows are shown, all where
    both are None, and `but` turns that round.
    """

    hidden: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Formatter] = field(default_factory=dict)
    short_labels: bool = False
    totals: bool = True
    row_totals: bool = True
    first: int | None = None
    last: int | None = None
    but: bool = False

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Visible:
        """What a vis_config says; options of an unknown shape are left as they are by default."""
        side, count, but = _rows(config)
        return cls(
            hidden=frozenset(_texts(config.get("hidden_fields"))),
            labels={
                name: text
                for name, text in _mapping(config.get("series_labels")).items()
                if isinstance(text, str)
            },
            formats={
                name: formatter(text)
                for name, item in _mapping(config.get("series_value_format")).items()
                if (text := _format_of(item))
            },
            short_labels=config.get("show_view_names") in (False, "false"),
            totals=not _is_on(config.get("hide_totals")),
            row_totals=not _is_on(config.get("hide_row_totals")),
            first=count if side == "first" else None,
            last=count if side == "last" else None,
            but=but,
        )

    def apply(self, shaped: Shaped) -> None:
        """Take out of the result what is not shown."""
        shaped.rows = self._shown_rows(shaped.rows)
        for name in ("dimensions", "measures"):
            kept = tuple(item for item in getattr(shaped, name) if item not in self.hidden)
            setattr(shaped, name, kept)
        shaped.calculations = {
            name: kind for name, kind in shaped.calculations.items() if name not in self.hidden
        }
        if not self.totals:
            shaped.totals = None
        if not self.row_totals:
            shaped.columns = [column for column in shaped.columns if column.key != ROW_TOTAL]
            shaped.has_row_totals = False

    def _shown_rows(self, rows: list[Row]) -> list[Row]:
        if self.first is not None:
            return rows[self.first :] if self.but else rows[: self.first]
        if self.last is not None:
            cut = max(0, len(rows) - self.last)
            return rows[:cut] if self.but else rows[cut:]
        return rows


class VisiblePresenter:
    """A presenter whose labels and formats are those of the visualization."""

    def __init__(self, presenter: Presenter, visible: Visible) -> None:
        self._presenter = presenter
        self._visible = visible
        self.html = presenter.html
        self.links = presenter.links
        self.filterable = presenter.filterable
        self.field_metadata = presenter.field_metadata
        self.problems = presenter.problems

    def label(self, name: str) -> str:
        own = self._visible.labels.get(name)
        if own is not None:
            return own
        if self._visible.short_labels:
            return str(self.field_metadata(name).get("label_short") or self._presenter.label(name))
        return self._presenter.label(name)

    def rendered(self, name: str, value: Any) -> str:
        write = self._visible.formats.get(name)
        return write(value) if write is not None else self._presenter.rendered(name, value)


def _is_on(value: Any) -> bool:
    return isinstance(value, bool | str) and value in _TRUE


def _texts(value: Any) -> Sequence[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _format_of(item: Any) -> str | None:
    text = item.get("format_string") if isinstance(item, dict) else item
    return text if isinstance(text, str) else None


def _rows(config: Mapping[str, Any]) -> tuple[str | None, int, bool]:
    """First or last, how many rows, and whether these are hidden instead of shown."""
    values = _mapping(config.get("limit_displayed_rows_values"))
    count = str(values.get("num_rows", ""))
    if not _is_on(config.get("limit_displayed_rows")) or not count.isdecimal():
        return None, 0, False
    side = "last" if values.get("first_last") == "last" else "first"
    return side, int(count[:9]), values.get("show_hide") == "hide"
