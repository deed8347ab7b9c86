"""Which derived tables can be kept."""

from __future__ import annotations

import re

from belvedere.lookml.model import DerivedTable, Model

_ASKED = re.compile(
    r"\{%-?\s*(?:condition|parameter|date_start|date_end)\b"
    r"|\b_filters\s*\[|\._(?:parameter_value|in_query|is_selected|is_filtered)\b"
)


def depends_on_query(table: DerivedTable) -> bool:
    """Whether the rows depend on what is asked, so that they cannot be made beforehand."""
    source = table.explore_source
    if source is not None and (source.bind_filters or source.bind_all_filters):
        return True
    texts = (table.sql or "", table.sql_create or "", *table.create_process)
    return any(_ASKED.search(text) for text in texts)


def is_kept(table: DerivedTable, *, materializes: bool) -> bool:
    """Whether the definition can be kept: it says so, and does not depend on what is asked.
    `materializes` tells whether the database has views that renew themselves.
    """
    persistence = table.persistence
    if persistence is None or depends_on_query(table):
        return False
    if persistence.materialized_view and materializes:
        return True
    return persistence.is_triggered or persistence.persist_for is not None


def is_published(model: Model, name: str, *, materializes: bool) -> bool | None:
    """Whether a database view stands for the derived table of that view, or for the aggregate
    table `explore$table`; None where the model has neither. `materializes` as in `is_kept`.
    """
    explore = model.explores.get(name.partition("$")[0])
    if explore is not None:
        for aggregate in explore.aggregate_tables:
            if name == f"{explore.name}${aggregate.name}":
                kept = aggregate.persistence
                return kept is not None and kept.where(materializes=materializes).is_published
    view = model.views.get(name)
    if view is None:
        return None
    table = view.derived_table
    if table is None or table.persistence is None or depends_on_query(table):
        return False
    return table.persistence.where(materializes=materializes).is_published
