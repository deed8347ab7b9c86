"""For which content a query is run: checked, and noted of the content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from belvedere.api.call import Call
from belvedere.content import dashboards, looks, metadata
from belvedere.errors import Invalid, NotFound, Problem
from belvedere.query.running import Context


def context_of(call: Call, session: Session, body: Mapping[str, Any]) -> Context:
    """What `look_id` and `dashboard_id` of a body name. Invalid for content that the caller may
    not see.
    """
    look_id, dashboard_id = body.get("look_id"), body.get("dashboard_id")
    if not look_id and not dashboard_id:
        return Context()
    names = _Names(call, session)
    return Context(
        names.checked("look_id", look_id, names.look),
        names.checked("dashboard_id", dashboard_id, names.dashboard),
    )


class _Names:
    """Ids of content as they are kept. That it was accessed is noted."""

    def __init__(self, call: Call, session: Session) -> None:
        self._session, self._now = session, call.now
        self._models = call.services.models
        self._reach = call.services.access.reach(session, call.session)

    def checked(self, field: str, name: str | None, find: Callable[[str], str]) -> str | None:
        if not name:
            return None
        try:
            return find(name)
        except NotFound:
            message = f"There is no {field.removesuffix('_id')} {name[:64]}"
            raise Invalid(Problem(field, "invalid", message)) from None

    def look(self, name: str) -> str:
        found = looks.get(self._session, name)
        self._reach.require(sees=found.deleted_at is None and self._reach.sees_look(found))
        metadata.accessed(self._session, found.meta, self._now)
        return str(found.id)

    def dashboard(self, name: str) -> str:
        if "::" in name:
            return self._lookml_dashboard(name)
        found = dashboards.get(self._session, name)
        seen = found.deleted_at is None and self._reach.sees_dashboard(found)
        self._reach.require(sees=seen)
        metadata.accessed(self._session, found.meta, self._now)
        return str(found.id)

    def _lookml_dashboard(self, name: str) -> str:
        self._reach.require(sees=self._reach.sees_lookml_dashboard(name))
        model, _, key = name.partition("::")
        if key not in self._models.model(model).dashboards:
            raise NotFound
        meta = metadata.of_lookml_dashboard(self._session, name)
        metadata.accessed(self._session, meta, self._now)
        return name
