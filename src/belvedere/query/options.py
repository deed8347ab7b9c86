"""How a query is run: format, caching, rendering."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`limit` None keeps the query's own; below zero means none."""

    result_format: str
    limit: int | None = None
    apply_formatting: bool = False
    apply_vis: bool = False
    cache: bool = True
    cache_only: bool = False
    generate_drill_links: bool = False
    force_production: bool = False
    path_prefix: str | None = None
    rebuild_pdts: bool = False
    server_table_calcs: bool = False
    image_width: int | None = None
    image_height: int | None = None
    """Pixels, for pictures."""
