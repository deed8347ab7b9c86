"""LookML dashboards: found for those who may see them, read from text, made into others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from belvedere.api import contract
from belvedere.api.call import Call
from belvedere.api.dashboards import changeable
from belvedere.content import metadata
from belvedere.content.among import among, encoded
from belvedere.content.dashboard_import import find_by_slug, read_lookml
from belvedere.content.dashboard_lookml import OPTIONS
from belvedere.content.tables import ContentMetadata, Dashboard
from belvedere.errors import Conflict, Invalid, NotFound, Problem
from belvedere.lookml import dashboards as lookml
from belvedere.lookml.model import Model
from belvedere.lookml.shown_dashboards import localized_dashboard, shown_dashboard
from belvedere.query.viewer import viewer_of


def found(call: Call, identifier: str) -> tuple[Model, lookml.Dashboard]:
    """By `model::name`, as it is written. NotFound also where the caller may not see it."""
    call.reach.require(sees=call.reach.sees_lookml_dashboard(identifier))
    model_name, _, name = identifier.partition("::")
    model = call.services.models.model(model_name)
    dashboard = model.dashboards.get(name)
    if dashboard is None:
        raise NotFound
    return model, dashboard


def shown(call: Call, identifier: str) -> lookml.Dashboard:
    """As the caller sees it."""
    model, dashboard = found(call, identifier)
    return shown_dashboard(dashboard, model, viewer_of(call.session).attributes)


def of_slug(call: Call, slug: str) -> lookml.Dashboard:
    """The one whose `preferred_slug` that is, as the caller sees it."""
    found = next((one for one in every(call) if one.preferred_slug == slug), None)
    if found is None:
        raise NotFound
    return found


def to_import(call: Call, identifier: str, *, raw: bool) -> lookml.Dashboard:
    """As somebody makes one of their own of it: in their language, or with `raw` in none."""
    model, dashboard = found(call, identifier)
    if raw:
        return dashboard
    return localized_dashboard(dashboard, model, viewer_of(call.session).attributes)


def every(call: Call) -> Iterator[lookml.Dashboard]:
    """All that the caller may see, by their ids, as the caller sees them."""
    attributes = viewer_of(call.session).attributes
    for name in call.services.models.names():
        if not call.reach.sees_lookml_dashboard(f"{name}::"):
            continue
        served = call.services.models.find(name)
        model = served.model if served is not None else None
        for key in sorted(model.dashboards) if model is not None else ():
            if model is not None:
                yield shown_dashboard(model.dashboards[key], model, attributes)


def remembered(call: Call, ids: Sequence[str]) -> dict[str, ContentMetadata]:
    """What is remembered of LookML dashboards, from now on of all of these."""
    wanted = among(ContentMetadata.lookml_dashboard_id, encoded(ids))
    rows = call.db.scalars(select(ContentMetadata).where(wanted))
    known = {str(row.lookml_dashboard_id): row for row in rows}
    missing = [identifier for identifier in ids if identifier not in known]
    if missing and call.request.method != "GET":
        return known | {one: metadata.of_lookml_dashboard(call.db, one) for one in missing}
    if missing:
        with call.transaction() as session:
            known |= {one: metadata.of_lookml_dashboard(session, one) for one in missing}
    return known


# From text


def read_body(body: dict[str, Any]) -> lookml.Dashboard:
    """The dashboard of a body with LookML. Invalid for settings that are none."""
    text = body.get("lookml")
    if not text:
        raise Invalid(Problem("lookml", "missing_field", "lookml is required"))
    source = read_lookml(text)
    options = {name: value for name, value in source.options.items() if name in OPTIONS}
    problems = contract.problems_of(options, "Dashboard", writing=True)
    if problems:
        raise Invalid(*problems)
    return source


def to_overwrite(call: Call, slug: str | None) -> Dashboard | None:
    """The dashboard of that slug, if there is one. Conflict where the caller may not know it."""
    row = find_by_slug(call.db, slug)
    if row is None:
        return None
    if not call.reach.sees_dashboard(row):
        raise Conflict(f"The slug {slug} is taken")
    return changeable(call, row.id)
