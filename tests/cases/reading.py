"""`.case` files: what is asked of the shop's model, and SQL by hand that gives the same rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from belvedere.compiler.request import Request, Sort, Viewer
from belvedere.lookml.model import Model

NOW = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
_TITLE = re.compile(r"^== (.+)$", re.MULTILINE)
_SECTION = re.compile(r"^\[(.+)\]$", re.MULTILINE)
_KEYS = frozenset(
    [
        "explore",
        "fields",
        "pivots",
        "fill",
        "sorts",
        "limit",
        "column_limit",
        "total",
        "row_total",
        "subtotals",
        "timezone",
        "where",
        "calc",
        "custom",
        "not_on",
    ]
)


@dataclass(frozen=True, slots=True)
class Case:
    """`asked` has all lines of a key; `sections` the texts under `[rows]`, `[lookml]` and so on."""

    name: str
    asked: Mapping[str, list[str]]
    filters: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    def one(self, key: str, default: str | None = None) -> str | None:
        return self.asked.get(key, [default])[0]

    def listed(self, key: str) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, (self.one(key) or "").split(","))))

    def number(self, key: str, default: int | None) -> int | None:
        text = self.one(key)
        return default if text is None else int(text)

    def request(self, model: Model) -> Request:
        sorts = self.listed("sorts")
        return Request(
            model=model,
            explore=self.one("explore") or "orders",
            fields=self.listed("fields"),
            now=NOW,
            pivots=self.listed("pivots"),
            fill_fields=self.listed("fill"),
            filters=self.filters,
            filter_expression=self.one("where"),
            sorts=tuple(map(_sort, sorts)) if sorts else None,
            limit=self.number("limit", None),
            column_limit=self.number("column_limit", 50) or 50,
            total=self.one("total") == "yes",
            row_total=self.one("row_total"),
            subtotals=self.listed("subtotals"),
            dynamic_fields=tuple(self._dynamic()),
            timezone=self.one("timezone") or "UTC",
            database_timezone="UTC",
            viewer=Viewer(attributes=self.attributes),
        )

    def _dynamic(self) -> Iterator[dict[str, Any]]:
        for line in self.asked.get("calc", []):
            name, _, expression = line.partition(" = ")
            yield {
                "category": "table_calculation",
                "table_calculation": name,
                "expression": expression,
            }
        for line in self.asked.get("custom", []):
            yield json.loads(line)


def _sort(text: str) -> Sort:
    name, *rest = text.split()
    return Sort(name, descending="desc" in rest)


def cases(path: Path) -> Iterator[Case]:
    """The cases of a file. ValueError, with the line, for what is not of the form."""
    text = path.read_text(encoding="utf-8")
    _, *parts = _TITLE.split(text)
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        head, *sections = _SECTION.split(body)
        named = {
            name: told.strip() for name, told in zip(sections[::2], sections[1::2], strict=True)
        }
        if not named.keys() & {"rows", "error"}:
            raise ValueError(f"{path.name}: {title} expects nothing")
        asked: dict[str, list[str]] = {}
        filters: dict[str, str] = {}
        attributes: dict[str, str] = {}
        for line in filter(None, map(str.strip, head.splitlines())):
            key, _, value = line.partition(":")
            kind, _, name = key.partition(" ")
            if line.startswith("#"):
                continue
            if kind == "filter":
                filters[name] = value.strip()
            elif kind == "attribute":
                attributes[name] = value.strip()
            elif key in _KEYS:
                asked.setdefault(key, []).append(value.strip())
            else:
                raise ValueError(f"{path.name}: {title}: {line}")
        yield Case(f"{path.stem}: {title}", asked, filters, attributes, named)
