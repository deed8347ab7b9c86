"""Signing in with the workforce's identity provider, which the server's own settings name."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.federation.kinds import WORKFORCE
from belvedere.accounts.permissions import Permission
from belvedere.api import providers
from belvedere.api.call import Call
from belvedere.api.operation import get, operation, patch, post

_ADMIN = Permission("administer")


@get("/workforce_config", requires=_ADMIN)
def workforce_config(call: Call) -> dict[str, Any]:
    """What becomes of people who sign in with the workforce's provider."""
    return providers.show(call, WORKFORCE)


@patch("/workforce_config", requires=_ADMIN)
def update_workforce_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change it; what is not given stays."""
    return providers.change(call, WORKFORCE, body)


@post("/workforce_test_configs", requires=_ADMIN)
def create_workforce_test_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A configuration to try in a browser, over the one in force; it lasts a day."""
    return providers.begin_trial(call, WORKFORCE, body)


@get("/workforce_test_configs/{test_slug}", requires=_ADMIN)
def workforce_test_config(call: Call, test_slug: str) -> dict[str, Any]:
    """A configuration on trial."""
    return providers.show_trial(call, WORKFORCE, test_slug)


@operation("DELETE", "/workforce_test_configs/{test_slug}", requires=_ADMIN)
def delete_workforce_test_config(call: Call, test_slug: str) -> str:
    """Forget it."""
    providers.end_trial(call, WORKFORCE, test_slug)
    return ""
