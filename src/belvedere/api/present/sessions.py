"""Browsers that are signed in."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.tables import WebSession
from belvedere.api.call import Call
from belvedere.clock import iso


def present_session(call: Call, row: WebSession) -> dict[str, Any]:
    base = f"{call.services.settings.public_url}/api/4.0/users/{row.user_id}"
    return {
        "can": {},
        "id": str(row.id),
        "ip_address": row.ip_address,
        "browser": row.browser,
        "operating_system": row.operating_system,
        "city": None,
        "state": None,
        "country": None,
        "credentials_type": row.credentials_type,
        "extended_at": iso(row.extended_at) if row.extended_at else None,
        "extended_count": row.extended_count,
        "sudo_user_id": str(row.sudo_user_id) if row.sudo_user_id is not None else None,
        "created_at": iso(row.created_at),
        "expires_at": iso(row.expires_at),
        "url": f"{base}/sessions/{row.id}",
    }
