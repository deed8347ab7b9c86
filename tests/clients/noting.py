"""Which methods of an SDK were called, against those that the API publishes."""

from __future__ import annotations

from typing import Any

from belvedere.api import contract

PARTS_OF_AUTH = {
    "apps": ("/oauth_client_apps",),
    "devices and support": ("/mobile", "/support_access"),
    "ldap": ("/ldap_config",),
    "lockouts": ("/user_login_lockout",),
    "oidc": ("/oidc_",),
    "oneself": ("/embed/token_url",),
    "passwords": ("/password_config/",),
    "rules": ("/password_config", "/session_config"),
    "saml": ("/saml_", "/parse_saml", "/fetch_and_parse_saml"),
    "signed": ("/embed/sso", "/embed_config"),
    "without cookies": ("/embed/cookieless_session",),
    "workforce": ("/workforce_",),
}
"""Paths of the largest tag, by the story that walks them."""


class Noting:
    """The SDK, noting which of its methods were called."""

    def __init__(self, sdk: Any) -> None:
        self._sdk = sdk
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.called.add(name)
        return getattr(self._sdk, name)


def published(tag: str, *under: str) -> set[str]:
    """The operations of a tag; with paths, only those whose path begins with one of them."""
    return {
        name
        for name, fact in contract.operations().items()
        if fact.tag == tag and fact.path.startswith(under or ("/",))
    }


def of_auth(part: str) -> set[str]:
    return published("Auth", *PARTS_OF_AUTH[part])
