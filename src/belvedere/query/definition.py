"""The Query body: what clients send, checked and brought into one form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from belvedere import ids
from belvedere.compiler.request import Sort
from belvedere.errors import Invalid, Problem

UNLIMITED = -1
DEFAULT_LIMIT = 500
DEFAULT_COLUMN_LIMIT = 50
MOST_COLUMNS = 200
_FALSE = frozenset({"", "false", "off", "0", "none"})


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A query as stored; equal definitions are the same query."""

    model: str
    view: str
    fields: tuple[str, ...] | None = None
    pivots: tuple[str, ...] | None = None
    fill_fields: tuple[str, ...] | None = None
    filters: dict[str, str] | None = None
    filter_expression: str | None = None
    sorts: tuple[str, ...] | None = None
    limit: str | None = None
    column_limit: str | None = None
    total: bool | None = None
    row_total: str | None = None
    subtotals: tuple[str, ...] | None = None
    vis_config: dict[str, Any] | None = None
    filter_config: dict[str, Any] | None = None
    visible_ui_sections: str | None = None
    dynamic_fields: str | None = None
    query_timezone: str | None = None

    def fingerprint(self) -> str:
        """Equal for equal definitions, whatever the order of keys they came in."""
        plain = msgspec.to_builtins(self)
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def row_limit(self) -> int | None:
        """The number of rows asked for; None for no limit."""
        value = int(self.limit) if self.limit not in (None, "") else DEFAULT_LIMIT
        return None if value < 0 else value

    def pivot_limit(self) -> int:
        value = int(self.column_limit or 0) or DEFAULT_COLUMN_LIMIT
        return MOST_COLUMNS if value < 0 else min(value, MOST_COLUMNS)

    def sort_terms(self) -> tuple[tuple[Sort, ...] | None, bool]:
        """The sorts (None for the default order) and whether order was declined."""
        if not self.sorts:
            return None, False
        if self.sorts == ("__UNSORTED__",):
            return (), True
        return tuple(parse_sort(text) for text in self.sorts), False

    def dynamic_items(self) -> tuple[dict[str, Any], ...]:
        return tuple(json.loads(self.dynamic_fields)) if self.dynamic_fields else ()


def parse_sort(text: str) -> Sort:
    """`view.field`, `view.field asc|desc`, `view.measure desc 2`, `view.field 0`."""
    words = text.split()
    if not words:
        return Sort("")
    direction = words[1].lower() if len(words) > 1 else "asc"
    tail = words[2] if len(words) > 2 else words[1] if len(words) > 1 else ""
    return Sort(words[0], direction == "desc", ids.number(tail))


def definition_from(body: Mapping[str, Any]) -> Definition:
    """The body of a create or run call; Invalid names every property that is wrong."""
    reader = _Reader(body)
    values = {name: read(reader, name) for name, read in _READERS.items()}
    if reader.problems:
        raise Invalid(*reader.problems)
    return Definition(**values)


class _Reader:
    """Reads properties one by one and keeps what is wrong with them."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.problems: list[Problem] = []

    def _refuse(self, name: str, kind: str) -> None:
        self.problems.append(Problem(name, "invalid", f"{name} must be {kind}"))

    def required(self, name: str) -> str | None:
        value = self._body.get(name)
        if value is None or value == "":
            self.problems.append(Problem(name, "missing_field", f"{name} is required"))
            return None
        if not isinstance(value, str):
            self._refuse(name, "a string")
            return None
        return value

    def text(self, name: str) -> str | None:
        value = self._body.get(name)
        if value is None or isinstance(value, str):
            return value
        self._refuse(name, "a string")
        return None

    def texts(self, name: str) -> tuple[str, ...] | None:
        value = self._body.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._refuse(name, "a list of strings")
        return None

    def number(self, name: str) -> str | None:
        """Limits are strings here, but clients send numbers too."""
        value = self._body.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).strip() if isinstance(value, (str, int)) else ""
        if isinstance(value, bool) or not text.removeprefix("-").isdecimal() or len(text) > 18:
            self._refuse(name, "a whole number")
            return None
        if int(text) < UNLIMITED:
            self._refuse(name, f"{UNLIMITED} (no limit), 0 or more, not {text}")
            return None
        return str(int(text))

    def flag(self, name: str) -> bool | None:
        value = self._body.get(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false", "on", "off", "yes", "no"}:
            return value.lower() in {"true", "on", "yes"}
        self._refuse(name, "true or false")
        return None

    def side(self, name: str) -> str | None:
        value = self._body.get(name)
        if value is None or value is False or str(value).lower() in _FALSE:
            return None
        if value is True or str(value).lower() in {"right", "true", "on"}:
            return "right"
        if str(value).lower() == "left":
            return "left"
        self._refuse(name, '"right" or "left"')
        return None

    def texts_by_name(self, name: str) -> dict[str, str] | None:
        value = self._body.get(name)
        if value is None:
            return None
        if value == []:
            return {}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            plain = (str, int, float)
            if all(item is None or isinstance(item, plain) for item in value.values()):
                return {key: _filter_text(item) for key, item in value.items()}
        self._refuse(name, "an object of filter expressions by field name")
        return None

    def mapping(self, name: str) -> dict[str, Any] | None:
        value = self._body.get(name)
        if value is None or isinstance(value, dict):
            return value
        if value == []:
            return {}
        self._refuse(name, "an object")
        return None

    def json_list(self, name: str) -> str | None:
        """A list, or a string that holds one as JSON."""
        value = self._body.get(name)
        if value is None or value in ("", []):
            return None
        items = value
        if isinstance(value, str):
            try:
                items = json.loads(value)
            except (ValueError, RecursionError):
                items = None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self._refuse(name, "a JSON list of objects")
            return None
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _filter_text(value: str | float | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


_READERS: dict[str, Callable[[_Reader, str], Any]] = {
    "model": _Reader.required,
    "view": _Reader.required,
    "fields": _Reader.texts,
    "pivots": _Reader.texts,
    "fill_fields": _Reader.texts,
    "filters": _Reader.texts_by_name,
    "filter_expression": _Reader.text,
    "sorts": _Reader.texts,
    "limit": _Reader.number,
    "column_limit": _Reader.number,
    "total": _Reader.flag,
    "row_total": _Reader.side,
    "subtotals": _Reader.texts,
    "vis_config": _Reader.mapping,
    "filter_config": _Reader.mapping,
    "visible_ui_sections": _Reader.text,
    "dynamic_fields": _Reader.json_list,
    "query_timezone": _Reader.text,
}
