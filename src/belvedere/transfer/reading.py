"""An instance as documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from belvedere.transfer.api import Api, ApiError, kept, part
from belvedere.transfer.documents import Document
from belvedere.transfer.places import Places, named
from belvedere.transfer.properties import ATTRIBUTE, ITEM, LOOK, QUERY, USER
from belvedere.transfer.reading_dashboards import DashboardReader, Note

Item = dict[str, Any]


class Reader:
    """`note` is told what cannot come along; `unread` counts by kind what could not be read.
    One thing that cannot be read does not keep the others from coming.
    """

    def __init__(self, api: Api, note: Note) -> None:
        self._api = api
        self._note = note
        self.unread: Counter[str] = Counter()
        self.emails: dict[str, str] = {}
        self.boards: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self.places = Places(api, self.emails, note)
        self._tiles = DashboardReader(api, self.places, note)
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
        try:
            if not self._groups:
                self._groups = {group["id"]: group["name"] for group in self._api.pages("/groups")}
            for key, data in self._readers[kind]():
                yield Document(kind, key, data)
        except ApiError as error:
            self._missed(kind, f"{kind.replace('_', ' ')} cannot be read: {error}", error)

    def _missed(self, kind: str, message: str, error: ApiError) -> None:
        if not error.status:
            raise error
        self.unread[kind] += 1
        self._note(message)

    def _each(
        self,
        kind: str,
        found: Iterable[Item],
        read: Callable[[Item], tuple[str, Item] | None],
    ) -> Iterator[tuple[str, Item]]:
        for one in found:
            name = one.get("title") or one.get("name") or one.get("display_name") or one.get("id")
            try:
                made = read(one)
            except ApiError as error:
                self._missed(kind, f"{kind}: {name} cannot be read: {error}", error)
            except (LookupError, TypeError, AttributeError) as error:
                self.unread[kind] += 1
                self._note(f"{kind}: {name} is not as the API describes it: {error!r}")
            else:
                if made is not None:
                    yield made

    # People

    def _user_attributes(self) -> Iterator[tuple[str, Item]]:
        listed = self._api.get("/user_attributes")
        own = (one for one in listed if not one.get("is_system"))
        return self._each("user_attributes", own, self._user_attribute)

    def _user_attribute(self, found: Item) -> tuple[str, Item]:
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
        return found["name"], data

    def _permission_sets(self) -> Iterator[tuple[str, Item]]:
        for found in self._api.get("/permission_sets"):
            if not found.get("built_in") and not found.get("all_access"):
                yield found["name"], {"permissions": sorted(found.get("permissions") or ())}

    def _model_sets(self) -> Iterator[tuple[str, Item]]:
        for found in self._api.get("/model_sets"):
            if not found.get("built_in") and not found.get("all_access"):
                yield found["name"], {"models": sorted(found.get("models") or ())}

    def _roles(self) -> Iterator[tuple[str, Item]]:
        for found in self._api.get("/roles"):
            permissions, models = found.get("permission_set"), found.get("model_set")
            if permissions and models and not permissions.get("all_access"):
                data = {"permission_set": permissions["name"], "model_set": models["name"]}
                yield found["name"], data

    def _users(self) -> Iterator[tuple[str, Item]]:
        return self._each("users", self._api.pages("/users"), self._user)

    def _user(self, found: Item) -> tuple[str, Item] | None:
        address = (found.get("email") or "").lower()
        if not address or found.get("verified_looker_employee"):
            name = found.get("display_name") or found["id"]
            why = "has no address" if not address else "belongs to the vendor's support"
            self._note(f"the user {name} {why} and does not come along")
            return None
        self.emails[found["id"]] = address
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
        return address, data

    def _group_documents(self) -> Iterator[tuple[str, Item]]:
        giving = self._giving()
        return self._each(
            "groups", self._api.pages("/groups"), lambda one: self._group(one, giving)
        )

    def _giving(self) -> dict[str, list[str]] | None:
        """Roles by the groups that give them; None where nobody tells."""
        found: dict[str, list[str]] = {}
        try:
            for role in self._api.get("/roles"):
                for group in self._api.get(f"/roles/{part(role['id'])}/groups") or ():
                    found.setdefault(group["id"], []).append(role["name"])
        except ApiError as error:
            self._missed("groups", f"which roles groups give cannot be read: {error}", error)
            return None
        return found

    def _group(self, found: Item, giving: dict[str, list[str]] | None) -> tuple[str, Item]:
        group = part(found["id"])
        data = kept(found, ("can_add_to_content_metadata",))
        if giving is not None:
            data["roles"] = sorted(giving.get(found["id"], ()))
        if not found.get("include_by_default"):
            members = self._api.pages(f"/groups/{group}/users")
            below = self._api.get(f"/groups/{group}/groups")
            known = (self.emails.get(member["id"]) for member in members)
            data["members"] = sorted(address for address in known if address)
            data["groups"] = sorted(one["name"] for one in below or ())
        return found["name"], data

    # Appearance

    def _color_collections(self) -> Iterator[tuple[str, Item]]:
        names = ("categoricalPalettes", "sequentialPalettes", "divergingPalettes")
        for found in self._api.get("/color_collections/custom"):
            yield found["label"], {name: _without_ids(found.get(name) or ()) for name in names}

    def _themes(self) -> Iterator[tuple[str, Item]]:
        for found in self._api.get("/themes"):
            if found["name"] != "Looker":
                key = f"{found['name']} {found.get('begin_at') or ''}".strip()
                yield key, kept(found, ("name", "settings", "begin_at", "end_at"))

    # Content

    def _folders(self) -> Iterator[tuple[str, Item]]:
        places = dict(self.places.walk())
        paths = {folder["id"]: path for path, folder in places.items()}
        return self._each("folders", places.values(), lambda one: self._folder(paths, one))

    def _folder(self, paths: dict[str, str], found: Item) -> tuple[str, Item]:
        path = paths[found["id"]]
        try:
            access = self._access(found.get("content_metadata_id"))
        except ApiError:
            self.places.forget(found["id"])  # what is in it must not come into an open one
            raise
        name = {"name": found["name"]} if "/" in str(found.get("name")) else {}
        return path, {"access": access, **name}

    def _access(self, metadata_id: str | None) -> list[Item] | None:
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

    def _whom(self, entry: Item) -> Item:
        return {
            "group": self._groups.get(entry.get("group_id") or ""),
            "user": self.emails.get(entry.get("user_id") or ""),
            "permission": entry.get("permission_type"),
        }

    def _looks(self) -> Iterator[tuple[str, Item]]:
        return self._each("looks", self._api.get("/looks", fields="id,title,folder_id"), self._look)

    def _look(self, found: Item) -> tuple[str, Item] | None:
        look = self._api.get(f"/looks/{part(found['id'])}")
        path = self._path_of("Look", look)
        if path is None or look.get("deleted"):
            return None
        if not look.get("query"):
            self._note(f"the Look {look.get('title')} has no query that could be read")
            return None
        data = kept(look, LOOK)
        data["owner"] = self.emails.get(look.get("user_id") or "")
        data["query"] = kept(look["query"], QUERY)
        key = f"{path}/{named(look['title'])}"
        self.places.note_look(found["id"], key)
        return key, data

    def _path_of(self, what: str, shown: Item) -> str | None:
        """Of its folder; noted where that does not come along."""
        folder = shown.get("folder") or {}
        path = self.places.path_of(shown.get("folder_id") or folder.get("id"))
        if path is None and not shown.get("deleted"):
            where = f"the folder {folder['name']}" if folder.get("name") else "no folder"
            self._note(f"the {what} {shown.get('title')} is in {where}, which does not come along")
        return path

    def _dashboards(self) -> Iterator[tuple[str, Item]]:
        listed = self._api.get("/dashboards", fields="id,title,folder(id)")
        own = (one for one in listed if "::" not in one["id"])  # those come with their project
        return self._each("dashboards", own, self._dashboard)

    def _dashboard(self, found: Item) -> tuple[str, Item] | None:
        shown = self._api.get(f"/dashboards/{part(found['id'])}")
        path = self._path_of("dashboard", shown)
        if path is None or shown.get("deleted"):
            return None
        data = self._tiles.read(shown)
        data["owner"] = self.emails.get(shown.get("user_id") or "")
        key = f"{path}/{named(shown['title'])}"
        self.places.note_dashboard(found["id"], key)
        return key, data

    def _boards(self) -> Iterator[tuple[str, Item]]:
        listed = (one for one in self._api.get("/boards") if not one.get("deleted_at"))
        return self._each("boards", listed, self._board)

    def _board(self, found: Item) -> tuple[str, Item]:
        data = kept(found, ("title", "description"))
        data["access"] = self._access(found.get("content_metadata_id"))
        data["sections"] = [self._section(one) for one in found.get("board_sections") or ()]
        key = title = found.get("title") or found["id"]
        number = 1
        while key in self.boards:
            number += 1
            key = f"{title} ({number})"
        self.boards[key] = found["id"]
        return key, data

    def _section(self, shown: Item) -> Item:
        items = {item["id"]: item for item in shown.get("board_items") or ()}
        order = [key for key in shown.get("item_order") or () if key in items]
        ordered = [*order, *(key for key in items if key not in order)]
        data = kept(shown, ("title", "description"))
        data["items"] = [self._item(items[key]) for key in ordered]
        return data

    def _item(self, shown: Item) -> Item:
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


def _without_ids(palettes: Any) -> list[Item]:
    return [{name: value for name, value in one.items() if name != "id"} for one in palettes]
