"""Filters of dashboards, with what is known of their fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.present.content import text_of
from belvedere.api.present.elements import abilities
from belvedere.compiler.request import Request
from belvedere.compiler.selection import Selector
from belvedere.content.among import among, encoded
from belvedere.content.tables import Dashboard, DashboardFilter
from belvedere.errors import NotFound
from belvedere.lookml.field_metadata import Audience, field_metadata
from belvedere.lookml.scope import Scope, scope_of
from belvedere.query.viewer import viewer_of

_SEE_LOOKML = Permission("see_lookml")
_PLAIN = (
    "allow_multiple_values",
    "default_value",
    "dimension",
    "explore",
    "listens_to_filters",
    "model",
    "name",
    "required",
    "row",
    "title",
    "type",
    "ui_config",
)


def present_filters(call: Call, rows: Sequence[DashboardFilter]) -> list[dict[str, Any]]:
    edits = _editable(call, rows)
    fields = FilterFields(call)
    return [
        {name: getattr(row, name) for name in _PLAIN}
        | {
            "can": abilities(edits=edits.get(row.dashboard_id, False)),
            "id": str(row.id),
            "dashboard_id": text_of(row.dashboard_id),
            "field": fields.of(row.model, row.explore, row.dimension),
        }
        for row in rows
    ]


def _editable(call: Call, rows: Sequence[DashboardFilter]) -> dict[int, bool]:
    if not rows or not call.fields.wants("can"):
        return {}
    ids = encoded({row.dashboard_id for row in rows})
    found = call.db.scalars(select(Dashboard).where(among(Dashboard.id, ids)))
    return {row.id: call.reach.edits_dashboard(row) for row in found}


class FilterFields:
    """What the caller may know of the fields that filters are on; explores are read once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._explores: dict[tuple[str, str], tuple[Scope, Selector] | None] = {}

    def of(
        self, model: str | None, explore: str | None, dimension: str | None
    ) -> dict[str, Any] | None:
        call = self._call
        if not (model and explore and dimension) or not call.fields.wants("field"):
            return None
        key = model, explore
        if key not in self._explores:
            self._explores[key] = self._read(*key)
        found = self._explores[key]
        scoped = found[1].find(dimension) if found is not None else None
        if found is None or scoped is None:
            return None
        sees = call.session.permissions.has(_SEE_LOOKML, model)
        audience = Audience(found[1].visible, sees, viewer_of(call.session).attributes)
        return field_metadata(found[0], scoped, call.fields.child("field"), audience)

    def _read(self, model: str, explore: str) -> tuple[Scope, Selector] | None:
        call = self._call
        served = call.services.models.find(model)
        if served is None or served.model is None or explore not in served.model.explores:
            return None
        if not call.session.permissions.may_see_model(model):
            return None
        scope = scope_of(served.model, explore)
        asked = Request(served.model, explore, (), call.now, viewer=viewer_of(call.session))
        try:
            return scope, Selector(asked, scope)
        except NotFound:
            return None
