"""Dashboards as the YAML that they can be read from again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from belvedere.lookml.dashboard_vocabulary import OLD_TYPES, STRUCTURE, TEXT_TYPES
from belvedere.lookml.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    ElementQuery,
    EmbedStyle,
    Placement,
)
from belvedere.lookml.yaml_reading import DEEPEST, meaning

PACKED = "vis_config"
"""Where an element holds, as JSON, what its YAML cannot say or would say otherwise."""
_UNTYPED = "vis"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DEEP = DEEPEST - 10


class _Dumper(yaml.SafeDumper):
    """Quotes what would be read as something else than a text."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "'" if meaning(text) != text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def written(dashboard: Dashboard) -> str:
    """The dashboard's LookML: `read_file` and `resolve_dashboards` give an equal one."""
    whole: dict[str, Any] = {"dashboard": dashboard.name}
    for name in _SCALARS:
        _put(whole, name, getattr(dashboard, name))
    for name, default in _DEFAULTS.items():
        _put(whole, name, getattr(dashboard, name), default)
    whole |= dashboard.options
    style = {name: getattr(dashboard.embed_style, name) for name in EmbedStyle.__struct_fields__}
    _put(whole, "embed_style", _without_none(style) or None)
    rows = [{"elements": list(row.elements), "height": row.height} for row in dashboard.rows]
    _put(whole, "rows", [_without_none(row) for row in rows] or None)
    tabs = [{"name": tab.name, "label": tab.label or tab.name} for tab in dashboard.tabs]
    _put(whole, "tabs", tabs or None)
    _put(whole, "filters", [_filter(item) for item in dashboard.filters] or None)
    _put(whole, "elements", [_element(item) for item in dashboard.elements] or None)
    return yaml.dump(
        [whole], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000, indent=2
    )


_SCALARS = (
    "title",
    "layout",
    "preferred_viewer",
    "description",
    "preferred_slug",
    "refresh",
    "load_configuration",
    "query_timezone",
)
_DEFAULTS: dict[str, Any] = {
    "auto_run": True,
    "crossfilter_enabled": False,
    "enable_viz_full_screen": True,
    "filters_bar_collapsed": False,
    "filters_location_top": True,
    "tile_size": 160,
    "width": 1200,
}


def _put(holder: dict[str, Any], name: str, value: Any, default: Any = None) -> None:
    if value != default:
        holder[name] = value


def _without_none(holder: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in holder.items() if value is not None}


def _filter(item: DashboardFilter) -> dict[str, Any]:
    found: dict[str, Any] = {"name": item.name}
    for name in ("title", "type", "default_value"):
        _put(found, name, getattr(item, name))
    found |= {"allow_multiple_values": item.allow_multiple_values, "required": item.required}
    _put(found, "ui_config", item.ui_config)
    for name in ("model", "explore", "field"):
        _put(found, name, getattr(item, name))
    _put(found, "listens_to_filters", list(item.listens_to_filters) or None)
    return found


def _element(item: DashboardElement) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _put(found, "title", item.title)
    found["name"] = item.name
    if item.shape is not None:
        found["merged_queries"] = [_query(query, part=True) for query in item.queries]
        found |= _query(item.shape)
    elif item.queries:
        found |= _query(item.queries[0])
        found["listen"] = {one.filter: one.field for one in item.queries[0].listen}
    found |= {"type": item.type, **item.vis_config}
    for name in _OF_ELEMENTS:
        _put(found, name, getattr(item, name))
    _put(found, "title_hidden", item.title_hidden, default=False)
    for name in Placement.__struct_fields__:
        _put(found, name, getattr(item.placement, name))
    _put(found, "tab_name", item.tab_name)
    _put(found, "group", item.group)
    return found


_OF_ELEMENTS = (
    "title_text",
    "subtitle_text",
    "body_text",
    "rich_content_json",
    "extension_id",
    "filter_id",
    "aria_description",
    "note_state",
    "note_display",
    "note_text",
    "refresh",
)


def _query(query: ElementQuery, *, part: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if part:
        _put(found, "name", query.name)
    for name in ("model", "explore"):
        _put(found, name, getattr(query, name))
    for name in ("fields", "pivots", "fill_fields", "sorts", "subtotals", "hidden_fields"):
        _put(found, name, list(getattr(query, name)) or None)
    _put(found, "filters", {pair.field: pair.expression for pair in query.filters} or None)
    for name in ("filter_expression", "limit", "column_limit", "row_total", "query_timezone"):
        _put(found, name, getattr(query, name))
    _put(found, "total", query.total, default=False)
    if query.dynamic_fields:
        plain = list(query.dynamic_fields)
        found["dynamic_fields"] = plain if is_plain(plain) else json.dumps(plain)
    if part:
        joins = [
            {"field_name": join.field_name, "source_field_name": join.source_field_name}
            for join in query.join_fields
        ]
        _put(found, "join_fields", joins or None)
        _put(found, "listen", {one.filter: one.field for one in query.listen} or None)
    return found


# What belongs to the picture


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether YAML gives back exactly this value."""
    if depth > _DEEP:
        return False
    if isinstance(value, dict):
        keys = all(is_plain(key) and key != "<<" for key in value)
        return keys and all(is_plain(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return all(is_plain(item, depth + 1) for item in value)
    if isinstance(value, str):
        return not _CONTROL.search(value)
    if isinstance(value, float):
        return meaning(yaml.dump(value, Dumper=_Dumper).partition("\n")[0]) == value
    return not isinstance(value, int) or abs(value) < 10**18


def packed(vis_config: Mapping[str, Any]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """Type, hidden fields and the rest, as an element holds them."""
    rest = dict(vis_config)
    kind, hidden = _UNTYPED, ()
    given = rest.get("type")
    if isinstance(given, str) and given and given not in _NOT_TYPES and is_plain(given):
        kind = rest.pop("type")
    fields = rest.get("hidden_fields")
    if isinstance(fields, list) and fields and all(_is_name(one) for one in fields):
        hidden = tuple(rest.pop("hidden_fields"))
    odd = {key: one for key, one in rest.items() if not _fits(key, one)}
    config = {key: one for key, one in rest.items() if key not in odd}
    if odd:
        config[PACKED] = json.dumps(odd)
    return kind, hidden, config


_NOT_TYPES = {_UNTYPED, *TEXT_TYPES, *OLD_TYPES}


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() and is_plain(value)


def _fits(key: str, value: Any) -> bool:
    return key not in STRUCTURE and key != PACKED and is_plain({key: value})


def unpacked(element: DashboardElement, hidden: tuple[str, ...]) -> dict[str, Any]:
    """The vis_config of an element, as it was before it was packed."""
    found = dict(element.vis_config)
    if element.type != _UNTYPED:
        found["type"] = element.type
    if hidden:
        found["hidden_fields"] = list(hidden)
    inner = found.pop(PACKED, None)
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            inner = None
    return found | inner if isinstance(inner, dict) else found
