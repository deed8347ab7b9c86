"""An instance as documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from belvedere.transfer.api import Api, kept, part
from belvedere.transfer.documents import Document
from belvedere.transfer.places import Places

QUERY = (
    "model",
    "view",
    "fields",
    "pivots",
    "fill_fields",
    "filters",
    "filter_expression",
    "sorts",
    "limit",
    "column_limit",
    "total",
    "row_total",
    "subtotals",
    "vis_config",
    "filter_config",
    "visible_ui_sections",
    "dynamic_fields",
    "query_timezone",
)
ATTRIBUTE = (
    "label",
    "type",
    "default_value",
    "value_is_hidden",
    "user_can_view",
    "user_can_edit",
    "hidden_value_domain_whitelist",
)
USER = ("first_name", "last_name", "is_disabled", "locale")
LOOK = ("title", "description", "is_run_on_load", "public")
DASHBOARD = (
    "title",
    "description",
    "slug",
    "hidden",
    "query_timezone",
    "refresh_interval",
    "load_configuration",
    "lookml_link_id",
    "preferred_viewer",
    "crossfilter_enabled",
    "alert_sync_with_dashboard_filter_enabled",
    "filters_bar_collapsed",
    "filters_location_top",
    "enable_viz_full_screen",
    "show_filters_bar",
    "show_title",
    "background_color",
    "text_tile_text_color",
    "tile_background_color",
    "tile_text_color",
    "title_color",
    "appearance",
)
ELEMENT = (
    "type",
    "title",
    "title_hidden",
    "title_text",
    "subtitle_text",
    "body_text",
    "note_text",
    "note_state",
    "note_display",
    "rich_content_json",
    "extension_id",
    "aria_description",
    "refresh_interval",
)
RESULT_MAKER = ("dynamic_fields", "sorts", "total", "vis_config")
FILTER = (
    "name",
    "title",
    "type",
    "default_value",
    "model",
    "explore",
    "dimension",
    "row",
    "listens_to_filters",
    "allow_multiple_values",
    "required",
    "ui_config",
)
LAYOUT = ("type", "active", "column_width", "width", "label", "description", "order")
COMPONENT = ("row", "column", "width", "height")
MERGE = ("column_limit", "dynamic_fields", "pivots", "sorts", "total", "limit", "vis_config")
ITEM = (
    "custom_title",
    "custom_description",
    "custom_url",
    "use_custom_title",
    "use_custom_description",
    "use_custom_url",
)
Note = Callable[[str], None]


class Reader:
    """`note` is told what cannot come along."""

    def __init__(self, api: Api, note: Note) -> None:
        self._api = api
        self._note = note
        self._emails: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self.places = Places(api, self._emails)
        self._readers = {
            "user_attributes": self._user_attributes,
            "permission_sets": self._permission_sets,
            "model_sets": self._model_sets,
            "roles": self._roles,
            "users": self._users,
            "groups": self._group_documents,
            "color_collections": self._color_collections,
            "themes": self._themes,
            "folders": self._folders,
            "looks": self._looks,
            "dashboards": self._dashboards,
            "boards": self._boards,
        }

    def documents(self, kind: str) -> Iterator[Document]:
        """Everything of that kind. Kinds are asked for in the order of KINDS."""
        if not self._groups:
            self._groups = {group["id"]: group["name"] for group in self._api.pages("/groups")}
        for key, data in self._readers[kind]():
            yield Document(kind, key, data)

    # People

    def _user_attributes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/user_attributes"):
            if found.get("is_system"):
                continue
            data = kept(found, ATTRIBUTE)
            hidden = bool(found.get("value_is_hidden"))
            if hidden:
                data.pop("default_value", None)
                self._note(f"hidden values of the user attribute {found['name']} cannot be read")
            values = self._api.get(f"/user_attributes/{part(found['id'])}/group_values")
            ranked = sorted(values or (), key=lambda value: value.get("rank") or 0)
            data["group_values"] = [
                {"group": self._groups[value["group_id"]], "value": value.get("value")}
                for value in ranked
                if value.get("group_id") in self._groups and not hidden
            ]
            yield found["name"], data

    def _permission_sets(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/permission_sets"):
            if not found.get("built_in") and not found.get("all_access"):
                yield found["name"], {"permissions": sorted(found.get("permissions") or ())}

    def _model_sets(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/model_sets"):
            if not found.get("built_in") and not found.get("all_access"):
                yield found["name"], {"models": sorted(found.get("models") or ())}

    def _roles(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/roles"):
            permissions, models = found.get("permission_set"), found.get("model_set")
            if permissions and models and not permissions.get("all_access"):
                data = {"permission_set": permissions["name"], "model_set": models["name"]}
                yield found["name"], data

    def _users(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.pages("/users"):
            address = found.get("email")
            if not address:
                name = found.get("display_name") or found["id"]
                self._note(f"the user {name} has no address and does not come along")
                continue
            self._emails[found["id"]] = address.lower()
            user = part(found["id"])
            roles = self._api.get(f"/users/{user}/roles", direct_association_only="true")
            values = self._api.get(f"/users/{user}/attribute_values")
            data = kept(found, USER)
            data["roles"] = sorted(role["name"] for role in roles or ())
            data["attributes"] = {
                value["name"]: value.get("value")
                for value in values or ()
                if value.get("source") == "User"
                and not value.get("value_is_hidden")
                and value["name"] not in _TOLD
            }
            yield address.lower(), data

    def _group_documents(self) -> Iterator[tuple[str, dict[str, Any]]]:
        giving: dict[str, list[str]] = {}
        for role in self._api.get("/roles"):
            for group in self._api.get(f"/roles/{part(role['id'])}/groups") or ():
                giving.setdefault(group["id"], []).append(role["name"])
        for found in self._api.pages("/groups"):
            group = part(found["id"])
            data = kept(found, ("can_add_to_content_metadata",))
            data["roles"] = sorted(giving.get(found["id"], ()))
            if not found.get("include_by_default"):
                members = self._api.pages(f"/groups/{group}/users")
                below = self._api.get(f"/groups/{group}/groups")
                known = (self._emails.get(member["id"]) for member in members)
                data["members"] = sorted(address for address in known if address)
                data["groups"] = sorted(one["name"] for one in below or ())
            yield found["name"], data

    # Appearance

    def _color_collections(self) -> Iterator[tuple[str, dict[str, Any]]]:
        names = ("categoricalPalettes", "sequentialPalettes", "divergingPalettes")
        for found in self._api.get("/color_collections/custom"):
            yield found["label"], {name: _without_ids(found.get(name) or ()) for name in names}

    def _themes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/themes"):
            if found["name"] != "Looker":
                key = f"{found['name']} {found.get('begin_at') or ''}".strip()
                yield key, kept(found, ("name", "settings", "begin_at", "end_at"))

    # Content

    def _folders(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for path, folder in self.places.walk():
            yield path, {"access": self._access(folder.get("content_metadata_id"))}

    def _access(self, metadata_id: str | None) -> list[dict[str, Any]] | None:
        """The access list; None where it inherits."""
        if not metadata_id:
            return None
        if self._api.get(f"/content_metadata/{part(metadata_id)}").get("inherits"):
            return None
        entries = self._api.get("/content_metadata_access", content_metadata_id=metadata_id)
        found = [kept(self._whom(entry), ("group", "user", "permission")) for entry in entries]
        return sorted(
            (entry for entry in found if len(entry) > 1),
            key=lambda entry: (entry.get("group") or "", entry.get("user") or ""),
        )

    def _whom(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "group": self._groups.get(entry.get("group_id") or ""),
            "user": self._emails.get(entry.get("user_id") or ""),
            "permission": entry.get("permission_type"),
        }

    def _looks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/looks", fields="id,title,folder_id"):
            look = self._api.get(f"/looks/{part(found['id'])}")
            path = self.places.path_of(
                look.get("folder_id") or (look.get("folder") or {}).get("id")
            )
            if path is None or not look.get("query"):
                self._note(f"the Look {look.get('title')} has no folder or query to come from")
                continue
            data = kept(look, LOOK)
            data["owner"] = self._emails.get(look.get("user_id") or "")
            data["query"] = kept(look["query"], QUERY)
            self.places.note_look(found["id"], f"{path}/{look['title']}")
            yield f"{path}/{look['title']}", data

    def _dashboards(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/dashboards", fields="id,title,folder(id)"):
            if "::" in found["id"]:
                continue  # it comes with its LookML project
            shown = self._api.get(f"/dashboards/{part(found['id'])}")
            folder = shown.get("folder_id") or (shown.get("folder") or {}).get("id")
            path = self.places.path_of(folder)
            if path is None:
                self._note(f"the dashboard {shown.get('title')} has no folder to come from")
                continue
            self.places.note_dashboard(found["id"], f"{path}/{shown['title']}")
            yield f"{path}/{shown['title']}", self._dashboard(shown)

    def _dashboard(self, shown: dict[str, Any]) -> dict[str, Any]:
        data = kept(shown, DASHBOARD)
        data["owner"] = self._emails.get(shown.get("user_id") or "")
        filters = shown.get("dashboard_filters") or ()
        data["filters"] = [kept(one, FILTER) for one in filters]
        elements = [one for one in shown.get("dashboard_elements") or () if not one.get("deleted")]
        numbers = {one["id"]: number for number, one in enumerate(elements)}
        data["elements"] = [self._element(one, shown["title"]) for one in elements]
        layouts = [one for one in shown.get("dashboard_layouts") or () if not one.get("deleted")]
        data["layouts"] = [_layout(one, numbers) for one in layouts]
        return data

    def _element(self, shown: dict[str, Any], title: str) -> dict[str, Any]:
        data = kept(shown, ELEMENT)
        maker = shown.get("result_maker") or {}
        query = shown.get("query") or maker.get("query")
        merge = shown.get("merge_result_id") or maker.get("merge_result_id")
        if shown.get("look_id"):
            data["look"] = self.places.looks.get(shown["look_id"])
            if data["look"] is None:
                self._note(f"a tile of {title} shows a Look that is gone")
        elif merge:
            data["merge"] = self._merge(merge)
        elif query:
            data["query"] = kept(query, QUERY)
        elif maker.get("sql_query_id"):
            self._note(f"a tile of {title} shows SQL of SQL Runner, which does not come along")
        if maker:
            data["result_maker"] = kept(maker, RESULT_MAKER)
            data["result_maker"]["filterables"] = [
                kept(one, ("model", "view", "name"))
                | {"listen": [kept(l, ("dashboard_filter_name", "field")) for l in one["listen"]]}
                for one in maker.get("filterables") or ()
                if one.get("listen")
            ]
        return data

    def _merge(self, identifier: str) -> dict[str, Any]:
        found = self._api.get(f"/merge_queries/{part(identifier)}")
        data = kept(found, MERGE)
        data["sources"] = [
            kept(source, ("name", "merge_fields"))
            | {"query": kept(self._api.get(f"/queries/{part(source['query_id'])}"), QUERY)}
            for source in found.get("source_queries") or ()
        ]
        return data

    def _boards(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for found in self._api.get("/boards"):
            data = kept(found, ("description",))
            data["access"] = self._access(found.get("content_metadata_id"))
            data["sections"] = [self._section(one) for one in found.get("board_sections") or ()]
            yield found.get("title") or found["id"], data

    def _section(self, shown: dict[str, Any]) -> dict[str, Any]:
        items = {item["id"]: item for item in shown.get("board_items") or ()}
        order = [key for key in shown.get("item_order") or () if key in items]
        ordered = [*order, *(key for key in items if key not in order)]
        data = kept(shown, ("title", "description"))
        data["items"] = [self._item(items[key]) for key in ordered]
        return data

    def _item(self, shown: dict[str, Any]) -> dict[str, Any]:
        data = kept(shown, ITEM)
        look, dashboard = shown.get("look_id"), shown.get("dashboard_id")
        if look:
            data["look"] = self.places.looks.get(look)
        elif dashboard and "::" not in dashboard:
            data["dashboard"] = self.places.dashboards.get(dashboard)
        elif shown.get("lookml_dashboard_id") or dashboard:
            data["lookml_dashboard"] = shown.get("lookml_dashboard_id") or dashboard
        return data


_TOLD = frozenset({"email", "first_name", "last_name", "full_name", "id", "locale"})
"""Attributes that say what else is known of the person."""


def _layout(shown: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    data = kept(shown, LAYOUT)
    data["components"] = sorted(
        (
            {"element": numbers[one["dashboard_element_id"]], **kept(one, COMPONENT)}
            for one in shown.get("dashboard_layout_components") or ()
            if one.get("dashboard_element_id") in numbers and not one.get("deleted")
        ),
        key=lambda one: one["element"],
    )
    return data


def _without_ids(palettes: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "id"} for one in palettes]
