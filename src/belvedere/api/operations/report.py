"""Reports of the vendor's other product, which can be linked to an instance of the original."""

from __future__ import annotations

from typing import Any

from belvedere.api.call import Call
from belvedere.api.operation import get


@get("/reports/search", requires="authenticated")
def search_reports(call: Call, limit: int | None, favorite: bool | None) -> list[dict[str, Any]]:
    """None: nothing links such reports to this server."""
    del call, limit, favorite
    return []
