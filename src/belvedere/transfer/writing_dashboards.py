"""What is on a dashboard, made anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from belvedere.transfer.api import Api, ApiError, kept, part
from belvedere.transfer.properties import (
    COMPONENT,
    ELEMENT,
    LAYOUT,
    MERGE,
    RESULT_MAKER,
)

Note = Callable[[str], None]


class DashboardWriter:
    """A part that the instance refuses is noted, the others go on. `look_of` finds a Look."""

    def __init__(self, api: Api, look_of: Callable[[str], str | None], note: Note) -> None:
        self._api = api
        self._look_of = look_of
        self._note = note

    def fill(self, dashboard_id: str, key: str, data: dict[str, Any]) -> None:
        shown = self._api.get(f"/dashboards/{part(dashboard_id)}")
        for kind in ("dashboard_elements", "dashboard_filters"):
            for old in shown.get(kind) or ():
                self._api.delete(f"/{kind}/{part(old['id'])}")
        filters = [
            self._made(f"a filter of {key}", "/dashboard_filters", one, dashboard_id)
            for one in data.get("filters") or ()
        ]
        layouts = self._layouts(dashboard_id, key, shown.get("dashboard_layouts") or [], data)
        elements = [
            self._made(
                f"a tile of {key}",
                "/dashboard_elements",
                partial(self._element, one, filters, layouts),
                dashboard_id,
            )
            for one in data.get("elements") or ()
        ]
        for layout, one in zip(layouts, data.get("layouts") or (), strict=False):
            if layout is not None:
                self._components(layout, one, elements)

    def _made(
        self,
        what: str,
        path: str,
        body: dict[str, Any] | Callable[[], dict[str, Any]],
        dashboard_id: str,
    ) -> str | None:
        """Its id; None where the instance refuses."""
        try:
            values = body() if callable(body) else body
            made: str = self._api.post(path, {"dashboard_id": dashboard_id, **values})["id"]
        except ApiError as error:
            if not error.status:
                raise
            self._note(f"{what} does not come along: {error}")
            return None
        return made

    def _element(
        self, data: dict[str, Any], filters: list[str | None], layouts: list[str | None]
    ) -> dict[str, Any]:
        body = kept(data, ELEMENT)
        maker = kept(data.get("result_maker") or {}, (*RESULT_MAKER, "filterables"))
        if data.get("look"):
            body["look_id"] = self._look_of(data["look"])
        elif data.get("merge"):
            body["merge_result_id"] = self._merge(data["merge"])
        elif data.get("query"):
            body["query_id"] = self.query(data["query"])
        if data.get("image"):
            body["image_id"] = _address(data["image"])
        if data.get("filter") is not None:
            body["filter_id"] = filters[data["filter"]]
        if data.get("layout") is not None:
            body["dashboard_layout_id"] = layouts[data["layout"]]
        if maker:
            body["result_maker"] = maker
        return body

    def query(self, definition: dict[str, Any]) -> str:
        identifier: str = self._api.post("/queries", definition)["id"]
        return identifier

    def _merge(self, data: dict[str, Any]) -> str:
        sources = [
            kept(source, ("name", "merge_fields")) | {"query_id": self.query(source["query"])}
            for source in data["sources"]
        ]
        body = kept(data, MERGE) | {"source_queries": sources}
        identifier: str = self._api.post("/merge_queries", body)["id"]
        return identifier

    def _layouts(
        self, dashboard_id: str, key: str, there: list[dict[str, Any]], data: dict[str, Any]
    ) -> list[str | None]:
        """Ids. The first layouts are those that the dashboard has; others are made anew."""
        wanted = data.get("layouts") or []
        found: list[str | None] = []
        for number, one in enumerate(wanted):
            body = kept(one, LAYOUT)
            if number < len(there):
                identifier = there[number]["id"]
                self._api.patch(f"/dashboard_layouts/{part(identifier)}", body)
                found.append(identifier)
            else:
                what = f"a layout of {key}"
                found.append(self._made(what, "/dashboard_layouts", body, dashboard_id))
        for old in there[max(len(wanted), 1) :]:
            self._api.delete(f"/dashboard_layouts/{part(old['id'])}")
        return found

    def _components(self, layout: str, data: dict[str, Any], elements: list[str | None]) -> None:
        path = f"/dashboard_layouts/{part(layout)}/dashboard_layout_components"
        there = {one["dashboard_element_id"]: one["id"] for one in self._api.get(path)}
        for one in data.get("components") or ():
            component = there.get(elements[one["element"]])
            if component is not None:
                body = kept(one, COMPONENT)
                if one.get("group") is not None:
                    body["group_id"] = elements[one["group"]]
                self._api.patch(f"/dashboard_layout_components/{part(component)}", body)


def _address(image: dict[str, Any]) -> str:
    """A data address; what kind of picture it is, the instance sees itself."""
    name = f";name={quote(image['file_name'], safe='')}" if image.get("file_name") else ""
    return f"data:image/*{name};base64,{image['data']}"
