"""Dashboards of an instance as documents."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from belvedere.api import contract
from belvedere.transfer.api import Api, ApiError, kept, part
from belvedere.transfer.places import Places
from belvedere.transfer.properties import (
    COMPONENT,
    DASHBOARD,
    ELEMENT,
    FILTER,
    LAYOUT,
    MERGE,
    QUERY,
    RESULT_MAKER,
)

_PAIR = ("field_name", "source_field_name")
Note = Callable[[str], None]


class DashboardReader:
    """`note` is told which of their parts cannot come along."""

    def __init__(self, api: Api, places: Places, note: Note) -> None:
        self._api = api
        self._places = places
        self._note = note

    def read(self, shown: dict[str, Any]) -> dict[str, Any]:
        """`shown` is what the instance says of the dashboard. Its filters, layouts and elements
        are named by their places in the lists.
        """
        data = contract.writable(kept(shown, DASHBOARD), "Dashboard")
        filters = list(shown.get("dashboard_filters") or ())
        elements = _living(shown.get("dashboard_elements"))
        layouts = _living(shown.get("dashboard_layouts"))
        numbers = _numbers(elements)
        data["filters"] = [kept(one, FILTER) for one in filters]
        data["elements"] = [
            self._element(one, shown) | _within(one, _numbers(filters), _numbers(layouts))
            for one in elements
        ]
        data["layouts"] = [_layout(one, numbers) for one in layouts]
        return data

    def _element(self, shown: dict[str, Any], dashboard: dict[str, Any]) -> dict[str, Any]:
        title = dashboard.get("title")
        maker = shown.get("result_maker") or {}
        data = kept(shown, ELEMENT) | self._asked(shown, maker, title) | self._image(shown, title)
        if maker:
            data["result_maker"] = kept(maker, RESULT_MAKER)
            data["result_maker"]["filterables"] = [
                kept(one, ("model", "view", "name"))
                | {"listen": [kept(l, ("dashboard_filter_name", "field")) for l in one["listen"]]}
                for one in maker.get("filterables") or ()
                if one.get("listen")
            ]
        return data

    def _asked(
        self, shown: dict[str, Any], maker: dict[str, Any], title: str | None
    ) -> dict[str, Any]:
        merge = shown.get("merge_result_id") or maker.get("merge_result_id")
        if shown.get("look_id"):
            look = self._places.looks.get(shown["look_id"])
            if look is None:
                self._note(f"a tile of {title} shows a Look that is gone or does not come along")
            return {"look": look}
        if merge:
            return {"merge": self._merge(merge)}
        query = shown.get("query") or maker.get("query")
        identifier = shown.get("query_id") or maker.get("query_id")
        if query is None and identifier:
            query = self._query(identifier)
        if query:
            return {"query": kept(query, QUERY)}
        if maker.get("sql_query_id"):
            self._note(f"a tile of {title} shows SQL of SQL Runner, which does not come along")
        return {}

    def _query(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = self._api.get(f"/queries/{part(identifier)}")
        return found

    def _merge(self, identifier: str) -> dict[str, Any]:
        found = self._api.get(f"/merge_queries/{part(identifier)}")
        data = kept(found, MERGE)
        data["sources"] = [
            kept(source, ("name",))
            | {
                "merge_fields": [kept(pair, _PAIR) for pair in source.get("merge_fields") or ()],
                "query": kept(self._query(source["query_id"]), QUERY),
            }
            for source in found.get("source_queries") or ()
        ]
        return data

    def _image(self, shown: dict[str, Any], title: str | None) -> dict[str, Any]:
        image = next(iter(shown.get("images") or ()), None)
        if not shown.get("image_id") or image is None:
            return {}
        slug = (image.get("url") or "").rpartition("/")[2] or part(image["id"])
        path = f"/dashboards/{part(shown['dashboard_id'])}/images/{slug}"
        try:
            data = self._api.data(path)
        except ApiError as error:
            if not error.status:
                raise
            self._note(f"an image of {title} cannot be read: {error}")
            return {}
        return {"image": kept(image, ("file_name",)) | {"data": b64encode(data).decode()}}


def _living(parts: Any) -> list[dict[str, Any]]:
    return [one for one in parts or () if not one.get("deleted")]


def _numbers(parts: list[dict[str, Any]]) -> dict[str, int]:
    return {one["id"]: number for number, one in enumerate(parts)}


def _within(
    shown: dict[str, Any], filters: dict[str, int], layouts: dict[str, int]
) -> dict[str, Any]:
    found = {
        "filter": filters.get(shown.get("filter_id") or ""),
        "layout": layouts.get(shown.get("dashboard_layout_id") or ""),
    }
    return {name: number for name, number in found.items() if number is not None}


def _layout(shown: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    data = kept(shown, LAYOUT)
    data["components"] = sorted(
        (
            {"element": numbers[one["dashboard_element_id"]], **kept(one, COMPONENT)}
            | ({"group": numbers[one["group_id"]]} if one.get("group_id") in numbers else {})
            for one in shown.get("dashboard_layout_components") or ()
            if one.get("dashboard_element_id") in numbers and not one.get("deleted")
        ),
        key=lambda one: one["element"],
    )
    return data
