"""An instance brought into line with documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from belvedere.errors import BelvedereError
from belvedere.transfer.api import Api, ApiError, kept, part
from belvedere.transfer.documents import KINDS, Document
from belvedere.transfer.properties import ATTRIBUTE, CLEARED, DASHBOARD, ITEM, LOOK, USER
from belvedere.transfer.reading import Reader
from belvedere.transfer.reading_dashboards import Note
from belvedere.transfer.writing_dashboards import DashboardWriter

MADE, CHANGED, SAME = "made", "changed", "unchanged"
_EVERYBODY = "All Users"


class NoPlace(BelvedereError):
    """There is nowhere to put it."""


class Writer:
    """Writes documents in the order of KINDS. What the instance has already is read kind by kind
    and compared, so that equal documents change nothing; what it has beside them stays.
    """

    def __init__(self, api: Api, note: Note) -> None:
        self._api = api
        self._note = note
        self._reader = Reader(api, lambda _: None)
        self._tiles = DashboardWriter(api, lambda key: self._resolved("looks", key), note)
        self._read = 0
        self._permissions: frozenset[str] | None = None
        self._there: dict[tuple[str, str], dict[str, Any]] = {}
        self._ids: dict[str, dict[str, str]] = {}
        self._writers: dict[str, Callable[[str, dict[str, Any], str | None], None]] = {
            "user_attributes": self._user_attribute,
            "permission_sets": self._permission_set,
            "model_sets": self._model_set,
            "roles": self._role,
            "users": self._user,
            "groups": self._group,
            "color_collections": self._color_collection,
            "themes": self._theme,
            "folders": self._folder,
            "looks": self._look,
            "dashboards": self._dashboard,
            "boards": self._board,
        }

    def write(self, document: Document) -> str:
        """MADE, CHANGED or SAME; ApiError where the instance refuses."""
        self._read_up_to(document.kind)
        before = self._there.get((document.kind, document.key))
        data = document.data
        if document.kind == "permission_sets":
            data = self._known_permissions(document.key, data)
        if before == data:
            return SAME
        found = self._id(document.kind, document.key)
        self._writers[document.kind](document.key, data, found)
        self._there[document.kind, document.key] = data
        return MADE if found is None else CHANGED

    def _read_up_to(self, kind: str) -> None:
        """What is there of this kind and of those before it."""
        while self._read <= KINDS.index(kind):
            current = KINDS[self._read]
            for document in self._reader.documents(current):
                self._there[current, document.key] = document.data
            self._read += 1

    # Ids

    def _id(self, kind: str, key: str) -> str | None:
        return self._known(kind).get(key)

    def _known(self, kind: str) -> dict[str, str]:
        if kind == "folders":
            return self._reader.places.ids()
        if kind not in self._ids:
            self._ids[kind] = self._listed(kind)
        return self._ids[kind]

    def _listed(self, kind: str) -> dict[str, str]:
        api, places = self._api, self._reader.places
        if kind == "looks":
            return {key: identifier for identifier, key in places.looks.items()}
        if kind == "dashboards":
            return {key: identifier for identifier, key in places.dashboards.items()}
        if kind == "boards":
            return dict(self._reader.boards)
        if kind == "users":
            listed = ((one.get("email"), one["id"]) for one in api.pages("/users"))
            return {email.lower(): identifier for email, identifier in listed if email}
        if kind == "groups":
            return {one["name"]: one["id"] for one in api.pages("/groups")}
        if kind == "themes":
            return {
                f"{one['name']} {one.get('begin_at') or ''}".strip(): one["id"]
                for one in api.get("/themes")
            }
        path, name = {
            "user_attributes": ("/user_attributes", "name"),
            "permission_sets": ("/permission_sets", "name"),
            "model_sets": ("/model_sets", "name"),
            "roles": ("/roles", "name"),
            "color_collections": ("/color_collections/custom", "label"),
        }[kind]
        return {one[name] or one["id"]: one["id"] for one in api.get(path)}

    def _resolved(self, kind: str, key: str) -> str | None:
        """Noted where there is none."""
        found = self._id(kind, key)
        if found is None:
            self._note(f"{kind[:-1].replace('_', ' ')} {key} is not there")
        return found

    def _saved(self, kind: str, key: str, path: str, found: str | None, body: Any) -> str:
        """Made or changed; its id."""
        if found is None:
            identifier: str = self._api.post(path, body)["id"]
        else:
            identifier = found
            self._api.patch(f"{path}/{part(found)}", body)
        self._known(kind)[key] = identifier
        return identifier

    def _values(
        self, kind: str, data: dict[str, Any], names: tuple[str, ...], found: str | None
    ) -> dict[str, Any]:
        """What is given; of what is there already, what is not given is emptied."""
        emptied = CLEARED[kind] if found is not None else ()
        return dict.fromkeys(emptied) | kept(data, names)

    # People

    def _known_permissions(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        """Without those that the instance does not know."""
        if self._permissions is None:
            listed = self._api.get("/permissions")
            self._permissions = frozenset(one["permission"] for one in listed)
        unknown = sorted({*data["permissions"]} - self._permissions)
        if unknown:
            self._note(f"{key} comes without permissions unknown there: {', '.join(unknown)}")
        return data | {"permissions": [p for p in data["permissions"] if p not in unknown]}

    def _user_attribute(self, key: str, data: dict[str, Any], found: str | None) -> None:
        body = {"name": key, **kept(data, ATTRIBUTE)}
        identifier = self._saved("user_attributes", key, "/user_attributes", found, body)
        for value in data.get("group_values") or ():
            if self._id("groups", value["group"]) is None:
                self._make_group(value["group"])
        values = [
            {
                "group_id": self._known("groups")[value["group"]],
                "user_attribute_id": identifier,
                "value": value["value"],
            }
            for value in data.get("group_values") or ()
        ]
        if values or found is not None:
            self._api.post(f"/user_attributes/{part(identifier)}/group_values", values)

    def _permission_set(self, key: str, data: dict[str, Any], found: str | None) -> None:
        self._saved("permission_sets", key, "/permission_sets", found, {"name": key, **data})

    def _model_set(self, key: str, data: dict[str, Any], found: str | None) -> None:
        self._saved("model_sets", key, "/model_sets", found, {"name": key, **data})

    def _role(self, key: str, data: dict[str, Any], found: str | None) -> None:
        permissions = self._resolved("permission_sets", data["permission_set"])
        models = self._resolved("model_sets", data["model_set"])
        if permissions and models:
            body = {"name": key, "permission_set_id": permissions, "model_set_id": models}
            self._saved("roles", key, "/roles", found, body)

    def _user(self, key: str, data: dict[str, Any], found: str | None) -> None:
        identifier = self._saved("users", key, "/users", found, kept(data, USER))
        user = f"/users/{part(identifier)}"
        if found is None:
            self._give_address(identifier, key)
            self._note(f"{key} has no password yet: send a link to set one")
        roles = [self._resolved("roles", name) for name in data.get("roles") or ()]
        self._api.put(f"{user}/roles", [role for role in roles if role])
        for name, value in (data.get("attributes") or {}).items():
            attribute = self._resolved("user_attributes", name)
            if attribute:
                self._api.patch(f"{user}/attribute_values/{part(attribute)}", {"value": value})

    def _give_address(self, identifier: str, address: str) -> None:
        """Nobody could sign in as somebody without one, nor find them the next time."""
        user = f"/users/{part(identifier)}"
        try:
            self._api.post(f"{user}/credentials_email", {"email": address})
        except ApiError as error:
            del self._known("users")[address]
            if error.status:
                self._api.delete(user)
            raise
        self._reader.emails[identifier] = address

    def _make_group(self, name: str) -> str:
        identifier: str = self._api.post("/groups", {"name": name})["id"]
        self._known("groups")[name] = identifier
        return identifier

    def _group(self, key: str, data: dict[str, Any], found: str | None) -> None:
        identifier = found or self._make_group(key)
        if key != _EVERYBODY:
            self._api.patch(
                f"/groups/{part(identifier)}", kept(data, ("can_add_to_content_metadata",))
            )
        if "members" in data:
            self._set_members(identifier, data)
        if "roles" not in data:
            return
        before = self._there.get(("groups", key), {})
        for role in sorted({*(data.get("roles") or ()), *(before.get("roles") or ())}):
            role_id = self._resolved("roles", role)
            if role_id:
                self._give(role_id, identifier, given=role in data["roles"])

    def _set_members(self, identifier: str, data: dict[str, Any]) -> None:
        path = f"/groups/{part(identifier)}"
        wanted = {self._resolved("users", address) for address in data["members"]} - {None}
        there = {member["id"] for member in self._api.pages(f"{path}/users")}
        for user in sorted(wanted - there, key=str):
            self._api.post(f"{path}/users", {"user_id": user})
        for user in sorted(there - wanted, key=str):
            self._api.delete(f"{path}/users/{part(user)}")
        below = {
            self._id("groups", name) or self._make_group(name) for name in data.get("groups") or ()
        }
        listed = {group["id"] for group in self._api.get(f"{path}/groups")}
        for group in sorted(below - listed):
            self._api.post(f"{path}/groups", {"group_id": group})
        for group in sorted(listed - below):
            self._api.delete(f"{path}/groups/{part(group)}")

    def _give(self, role_id: str, group_id: str, *, given: bool) -> None:
        path = f"/roles/{part(role_id)}/groups"
        there = [group["id"] for group in self._api.get(path)]
        if given and group_id not in there:
            self._api.put(path, [*there, group_id])
        elif not given and group_id in there:
            self._api.put(path, [group for group in there if group != group_id])

    # Appearance

    def _color_collection(self, key: str, data: dict[str, Any], found: str | None) -> None:
        self._saved("color_collections", key, "/color_collections", found, {"label": key, **data})

    def _theme(self, key: str, data: dict[str, Any], found: str | None) -> None:
        self._saved("themes", key, "/themes", found, data)

    # Content

    def _folder(self, key: str, data: dict[str, Any], found: str | None) -> None:
        places = self._reader.places
        if found is None:
            above, _, name = key.rpartition("/")
            parent = places.id_of(above)
            if parent is None:
                raise NoPlace(_missing(above or key))
            body = {"name": data.get("name") or name, "parent_id": parent}
            places.add(key, self._api.post("/folders", body))
        self._set_access(places.folder(key)["content_metadata_id"], data.get("access"))

    def _set_access(self, metadata_id: str, wanted: list[dict[str, Any]] | None) -> None:
        path = f"/content_metadata/{part(metadata_id)}"
        inherits = self._api.get(path).get("inherits")
        if wanted is None:
            if not inherits:
                self._inherit(path)
            return
        if inherits:
            self._api.patch(path, {"inherits": False})
        there = {}
        for entry in self._api.get("/content_metadata_access", content_metadata_id=metadata_id):
            there[entry.get("group_id"), entry.get("user_id")] = entry
        grants = {}
        for one in wanted:
            group = self._resolved("groups", one["group"]) if "group" in one else None
            user = self._resolved("users", one["user"]) if "user" in one else None
            if group is not None or user is not None:
                grants[group, user] = one["permission"]
        for whom in there.keys() - grants.keys():  # first: what fails later lets nobody in
            self._api.delete(f"/content_metadata_access/{part(there[whom]['id'])}")
        for (group, user), permission in grants.items():
            self._grant(metadata_id, there.get((group, user)), group, user, permission)

    def _inherit(self, path: str) -> None:
        """The folders at the top have nothing that they could inherit from."""
        try:
            self._api.patch(path, {"inherits": True})
        except ApiError as error:
            self._note(str(error))

    def _grant(
        self,
        metadata_id: str,
        entry: dict[str, Any] | None,
        group: str | None,
        user: str | None,
        permission: str,
    ) -> None:
        if entry is None:
            whom = {"group_id": group} if group is not None else {"user_id": user}
            body = {"content_metadata_id": metadata_id, "permission_type": permission, **whom}
            self._api.post("/content_metadata_access", body)
        elif entry["permission_type"] != permission:
            path = f"/content_metadata_access/{part(entry['id'])}"
            self._api.put(path, {"permission_type": permission})

    def _placed(self, key: str, data: dict[str, Any]) -> dict[str, Any]:
        """Folder and owner, as the API names them."""
        path = key.rpartition("/")[0]
        folder = self._reader.places.id_of(path)
        if folder is None:
            raise NoPlace(_missing(path))
        owner = self._id("users", data["owner"]) if data.get("owner") else None
        return {"folder_id": folder, **({"user_id": owner} if owner else {})}

    def _look(self, key: str, data: dict[str, Any], found: str | None) -> None:
        body = self._values("looks", data, LOOK, found) | self._placed(key, data)
        body["query_id"] = self._tiles.query(data["query"])
        identifier = self._saved("looks", key, "/looks", found, body)
        self._reader.places.note_look(identifier, key)

    def _dashboard(self, key: str, data: dict[str, Any], found: str | None) -> None:
        body = self._values("dashboards", data, DASHBOARD, found) | self._placed(key, data)
        identifier = self._saved("dashboards", key, "/dashboards", found, body)
        self._reader.places.note_dashboard(identifier, key)
        self._tiles.fill(identifier, key, data)

    def _board(self, key: str, data: dict[str, Any], found: str | None) -> None:
        body = {"title": key} | self._values("boards", data, ("title", "description"), found)
        identifier = self._saved("boards", key, "/boards", found, body)
        shown = self._api.get(f"/boards/{part(identifier)}")
        for old in shown.get("board_sections") or ():
            self._api.delete(f"/board_sections/{part(old['id'])}")
        for one in data.get("sections") or ():
            body = {"board_id": identifier, **kept(one, ("title", "description"))}
            section = self._api.post("/board_sections", body)["id"]
            for item in one.get("items") or ():
                self._item(section, item)
        if data.get("access") is not None:
            self._set_access(shown["content_metadata_id"], data["access"])

    def _item(self, section_id: str, data: dict[str, Any]) -> None:
        body = {"board_section_id": section_id, **kept(data, ITEM)}
        if data.get("look"):
            body["look_id"] = self._resolved("looks", data["look"])
        if data.get("dashboard"):
            body["dashboard_id"] = self._resolved("dashboards", data["dashboard"])
        if data.get("lookml_dashboard"):
            body["lookml_dashboard_id"] = data["lookml_dashboard"]
        self._api.post("/board_items", body)


def _missing(path: str) -> str:
    """Why a path leads nowhere."""
    top = path.partition("/")[0]
    if top.startswith("~"):
        return f"there is no {path}: {top[1:]} is not there, or has no personal folder"
    return f"there is no folder {path}"
