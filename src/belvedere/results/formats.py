"""The formats a result can be had in."""

from __future__ import annotations

from belvedere.errors import QueryError

MEDIA_TYPES = {
    "json": "application/json",
    "json_label": "application/json",
    "inline_json": "application/json",
    "json_detail": "application/json",
    "json_fe": "application/json",
    "json_bi": "application/json",
    "csv": "text/csv",
    "txt": "text/plain",
    "html": "text/html",
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sql": "text/plain",
}
FORMATS = frozenset(MEDIA_TYPES)


def media_type(result_format: str) -> str:
    """QueryError for a format that is none."""
    if result_format not in MEDIA_TYPES:
        raise QueryError(f"Unknown result format: {result_format}")
    return MEDIA_TYPES[result_format]
