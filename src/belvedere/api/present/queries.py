"""A stored query as the API describes it."""

from __future__ import annotations

from typing import Any

from belvedere.api.call import Call
from belvedere.query import stored, urls
from belvedere.query.tables import StoredQuery

_ABILITIES = [
    "run",
    "see_results",
    "explore",
    "create",
    "show",
    "cost_estimate",
    "index",
    "see_lookml",
    "see_aggregate_table_lookml",
    "see_derived_table_lookml",
    "see_sql",
    "save",
    "generate_drill_links",
    "download",
    "download_unlimited",
    "use_custom_fields",
    "schedule",
]


def present_query(call: Call, row: StoredQuery) -> dict[str, Any]:
    definition = stored.definition_of(row)
    base = call.services.settings.public_url
    url = urls.explore_url(definition)
    seen = call.session.permissions.may_see_model(definition.model)
    filters = definition.filters
    return {
        "can": dict.fromkeys(_ABILITIES, seen),
        "id": row.slug,
        "slug": row.slug,
        "client_id": row.client_id,
        "model": definition.model,
        "view": definition.view,
        "fields": _listed(definition.fields),
        "pivots": _listed(definition.pivots),
        "fill_fields": _listed(definition.fill_fields),
        "filters": dict(filters) if filters is not None else None,
        "filter_expression": definition.filter_expression,
        "sorts": _listed(definition.sorts),
        "limit": definition.limit,
        "column_limit": definition.column_limit,
        "total": definition.total,
        "row_total": definition.row_total,
        "subtotals": _listed(definition.subtotals),
        "vis_config": definition.vis_config,
        "filter_config": definition.filter_config,
        "visible_ui_sections": definition.visible_ui_sections,
        "dynamic_fields": definition.dynamic_fields,
        "query_timezone": definition.query_timezone,
        "has_table_calculations": any(
            "table_calculation" in item for item in definition.dynamic_items()
        ),
        "share_url": f"{base}/x/{row.slug}",
        "expanded_share_url": f"{base}{url}",
        "url": url,
    }


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return list(values) if values is not None else None
