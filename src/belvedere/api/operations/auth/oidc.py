"""Signing in with an OpenID provider: how it is configured, and configurations on trial."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.federation.kinds import OIDC
from belvedere.accounts.permissions import Permission
from belvedere.api import providers
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post

_ADMIN = Permission("administer")


@get("/oidc_config", requires=_ADMIN)
def oidc_config(call: Call) -> dict[str, Any]:
    """How people sign in with OpenID Connect; its secret is never shown."""
    return providers.show(call, OIDC)


@patch("/oidc_config", requires=_ADMIN)
def update_oidc_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change it; what is not given stays."""
    return providers.change(call, OIDC, body)


@post("/oidc_test_configs", requires=_ADMIN)
def create_oidc_test_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A configuration to try in a browser, over the one in force; it lasts a day."""
    return providers.begin_trial(call, OIDC, body)


@get("/oidc_test_configs/{test_slug}", requires=_ADMIN)
def oidc_test_config(call: Call, test_slug: str) -> dict[str, Any]:
    """A configuration on trial."""
    return providers.show_trial(call, OIDC, test_slug)


@delete("/oidc_test_configs/{test_slug}", requires=_ADMIN)
def delete_oidc_test_config(call: Call, test_slug: str) -> None:
    """Forget it."""
    providers.end_trial(call, OIDC, test_slug)
