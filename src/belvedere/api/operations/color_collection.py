"""Collections of colours. They are not there for anybody but administrators, except for what
drawing takes.
"""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, operation
from belvedere.api.present.appearance import present_collection, present_collections
from belvedere.appearance import color_collections
from belvedere.errors import Invalid, Problem
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")


@get("/color_collections", requires=_ADMIN)
def all_color_collections(call: Call) -> list[dict[str, Any]]:
    """The standard collections and those that people made."""
    found = [*color_collections.standard(), *color_collections.custom(call.db)]
    return present_collections(found)


@operation("POST", "/color_collections", requires=_ADMIN, hidden=True)
def create_color_collection(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A new collection, whose id comes from its label."""
    return present_collection(color_collections.create(call.db, body))


@get("/color_collections/custom", requires=_ADMIN)
def color_collections_custom(call: Call) -> list[dict[str, Any]]:
    """The collections that people made."""
    return present_collections(color_collections.custom(call.db))


@get("/color_collections/standard", requires=_ADMIN)
def color_collections_standard(call: Call) -> list[dict[str, Any]]:
    """The collections that every instance has."""
    del call
    return present_collections(color_collections.standard())


@get("/color_collections/active", requires="authenticated")
def color_collections_active(call: Call) -> dict[str, Any]:
    """Everything that drawing takes: the collections, and which one is the default."""
    default = color_collections.default(call.db)
    categorical = default.palettes.get("categorical", ())
    return {
        "default_collection_id": default.id,
        "default_colors": list(categorical[0]["colors"]) if categorical else [],
        "custom": present_collections(color_collections.custom(call.db)),
        "standard": present_collections(color_collections.standard()),
    }


@get("/color_collections/default", requires="authenticated")
def default_color_collection(call: Call) -> dict[str, Any]:
    """The collection that charts use where they name none."""
    return present_collection(color_collections.default(call.db))


@operation("PUT", "/color_collections/default", requires=_ADMIN, hidden=True)
def set_default_color_collection(call: Call, collection_id: str | None) -> dict[str, Any]:
    """Choose the collection that charts use where they name none."""
    if not collection_id:
        raise Invalid(Problem("collection_id", "missing_field", "collection_id is required"))
    change = Change(call.now, call.session.user_id)
    vault = call.services.vault
    return present_collection(color_collections.set_default(call.db, vault, collection_id, change))


@get("/color_collections/{collection_id}", requires=_ADMIN)
def color_collection(call: Call, collection_id: str) -> dict[str, Any]:
    """One collection."""
    return present_collection(color_collections.get(call.db, collection_id))


@operation("PATCH", "/color_collections/{collection_id}", requires=_ADMIN, hidden=True)
def update_color_collection(call: Call, collection_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a collection that people made; its id stays."""
    return present_collection(color_collections.update(call.db, collection_id, body))


@delete("/color_collections/{collection_id}", requires=_ADMIN, hidden=True)
def delete_color_collection(call: Call, collection_id: str) -> None:
    """Delete a collection that people made."""
    color_collections.remove(call.db, collection_id)
