"""Explore URLs: a query written as an address, and an address read as a query."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

from belvedere.query.definition import Definition

_LISTS = ("fields", "pivots", "fill_fields", "sorts", "subtotals")
_TEXTS = ("limit", "column_limit", "query_timezone", "filter_expression", "row_total")


def explore_url(query: Definition) -> str:
    """The relative address `/explore/<model>/<explore>?…` of the query."""
    pairs: list[tuple[str, str]] = []
    for name in _LISTS:
        values = getattr(query, name)
        if values:
            pairs.append((name, ",".join(values)))
    pairs += [(f"f[{name}]", text) for name, text in (query.filters or {}).items()]
    for name in _TEXTS:
        value = getattr(query, name)
        if value:
            pairs.append((name, value))
    if query.total:
        pairs.append(("total", "on"))
    if query.vis_config:
        pairs.append(("vis", _compact(query.vis_config)))
    if query.filter_config:
        pairs.append(("filter_config", _compact(query.filter_config)))
    if query.dynamic_fields:
        pairs.append(("dynamic_fields", query.dynamic_fields))
    model, view = (quote(name, safe="", errors="replace") for name in (query.model, query.view))
    path = f"/explore/{model}/{view}"
    encoded = urlencode(pairs, quote_via=quote, safe=",", errors="replace")
    return f"{path}?{encoded}" if pairs else path


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


_RENAMED = {"vis": "vis_config"}
_JSON = frozenset({"vis_config", "filter_config"})


def body_from_parameters(
    model: str, explore: str, parameters: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The Query body that URL parameters stand for (`fields=a,b&f[view.field]=x&…`)."""
    body: dict[str, Any] = {"model": model, "view": explore}
    filters: dict[str, str] = {}
    for raw, value in parameters:
        name = _RENAMED.get(raw, raw)
        if name.startswith("f[") and name.endswith("]"):
            filters[name[2:-1]] = value
        elif name in _LISTS or name in _TEXTS or name in ("total", "dynamic_fields"):
            body[name] = value
        elif name in _JSON:
            body[name] = _parsed(value)
    if filters:
        body["filters"] = filters
    return body


def _parsed(text: str) -> Any:
    """JSON, or the text itself so that reading the body can name the property."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
