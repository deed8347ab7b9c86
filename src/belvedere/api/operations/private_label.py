"""The name and the pictures that the instance shows in place of ours (the older operations; the
settings hold the same).
"""

from __future__ import annotations

from typing import Any

from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, put
from belvedere.instance import general
from belvedere.instance.configuration import Change

_MANAGE = Permission("manage_privatelabel")
_ID = "1"


@get("/whitelabel_configuration", requires="authenticated")
def whitelabel_configuration(call: Call) -> dict[str, Any]:
    """What is shown in place of ours."""
    return {"id": _ID, **general.read(call.db)["privatelabel_configuration"]}


@put("/whitelabel_configuration", requires=_MANAGE)
def update_whitelabel_configuration(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change it; what is not given stays."""
    change = Change(call.now, call.session.user_id)
    values = {"privatelabel_configuration": body}
    found = general.change(call.db, call.services.vault, values, change)
    return {"id": _ID, **found["privatelabel_configuration"]}
