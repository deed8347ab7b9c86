"""Which derived tables can be kept."""

from __future__ import annotations

import re

from belvedere.lookml.model import DerivedTable

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


def is_kept(table: DerivedTable) -> bool:
    """Whether the definition can be kept: it says so, and does not depend on what is asked."""
    return table.persistence is not None and not depends_on_query(table)
