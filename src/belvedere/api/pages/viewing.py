"""That somebody opened content in a browser, counted."""

from __future__ import annotations

from urllib.parse import unquote

from belvedere.accounts import tokens
from belvedere.accounts.tables import User
from belvedere.api.pages.visit import Visit
from belvedere.content import dashboards, looks, metadata
from belvedere.content.access import Reach
from belvedere.content.tables import ContentMetadata
from belvedere.errors import LookmlError, NotFound

_DASHBOARDS = frozenset({"dashboards", "dashboards-next", "dashboards-legacy"})


def note(visit: Visit, user: User, path: str) -> None:
    """A view of what the path names, such as `looks/5` or `dashboards/model::name`; nothing is
    counted where it names nothing that the user may see.
    """
    kind, _, name = path.strip("/").partition("/")
    asker = tokens.acting_as(visit.db, visit.services.vault, user, visit.now)
    reach = visit.services.access.reach(visit.db, asker)
    try:
        meta = _found(visit, reach, kind, unquote(name))
    except (NotFound, LookmlError):
        return
    if meta is not None:
        metadata.viewed(visit.db, user.id, meta, visit.now)


def _found(visit: Visit, reach: Reach, kind: str, name: str) -> ContentMetadata | None:
    if kind == "looks":
        look = looks.get(visit.db, name)
        seen = look.deleted_at is None and reach.sees_look(look)
        return look.meta if seen else None
    if kind not in _DASHBOARDS:
        return None
    if "::" in name:
        return _lookml_dashboard(visit, reach, name)
    dashboard = dashboards.get(visit.db, name)
    seen = dashboard.deleted_at is None and reach.sees_dashboard(dashboard)
    return dashboard.meta if seen else None


def _lookml_dashboard(visit: Visit, reach: Reach, name: str) -> ContentMetadata | None:
    if not reach.sees_lookml_dashboard(name):
        return None
    model, _, key = name.partition("::")
    if key not in visit.services.models.model(model).dashboards:
        return None
    return metadata.of_lookml_dashboard(visit.db, name)
