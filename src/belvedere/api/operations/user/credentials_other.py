"""Second factors, and who a person is to other services."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import credentials, second_factors, users
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, post
from belvedere.api.people import oneself_or_any
from belvedere.api.present.credentials import present_embed, present_external, present_totp

_ADMIN = Permission("administer")


@get("/users/{user_id}/credentials_totp", requires="authenticated")
def user_credentials_totp(call: Call, user_id: str) -> dict[str, Any]:
    """The second factor of a person."""
    return present_totp(call, second_factors.get(oneself_or_any(call, user_id)))


@post("/users/{user_id}/credentials_totp", requires="authenticated")
def create_user_credentials_totp(call: Call, user_id: str) -> dict[str, Any]:
    """Ask a person for a second factor: they see its secret when they sign in next."""
    found = oneself_or_any(call, user_id)
    return present_totp(call, second_factors.enrol(call.db, call.services.vault, found, call.now))


@delete("/users/{user_id}/credentials_totp", requires=_ADMIN)
def delete_user_credentials_totp(call: Call, user_id: str) -> None:
    """Let a person in without a second factor, or begin anew with another one."""
    second_factors.remove(call.db, users.get(call.db, user_id))


@get("/users/{user_id}/credentials_embed", requires="authenticated")
def all_user_credentials_embeds(call: Call, user_id: str) -> list[dict[str, Any]]:
    """Who a person is to the sites that show ours."""
    found = oneself_or_any(call, user_id)
    return [present_embed(call, row) for row in credentials.embeds_of(call.db, found.id)]


@get("/users/{user_id}/credentials_embed/{credentials_embed_id}", requires="authenticated")
def user_credentials_embed(call: Call, user_id: str, credentials_embed_id: str) -> dict[str, Any]:
    """Who a person is to one of these sites."""
    found = oneself_or_any(call, user_id)
    return present_embed(call, credentials.get_embed(call.db, found.id, credentials_embed_id))


@delete("/users/{user_id}/credentials_embed/{credentials_embed_id}", requires=_ADMIN)
def delete_user_credentials_embed(call: Call, user_id: str, credentials_embed_id: str) -> None:
    """Forget it."""
    found = users.get(call.db, user_id)
    row = credentials.get_embed(call.db, found.id, credentials_embed_id)
    credentials.remove_embed(call.db, row)


@get("/users/{user_id}/credentials_ldap", requires="authenticated")
def user_credentials_ldap(call: Call, user_id: str) -> dict[str, Any]:
    """Who a person is to the LDAP directory."""
    return _shown(call, user_id, "ldap")


@delete("/users/{user_id}/credentials_ldap", requires=_ADMIN)
def delete_user_credentials_ldap(call: Call, user_id: str) -> None:
    """Forget it."""
    _forget(call, user_id, "ldap")


@get("/users/{user_id}/credentials_google", requires="authenticated")
def user_credentials_google(call: Call, user_id: str) -> dict[str, Any]:
    """Who a person is to Google."""
    return _shown(call, user_id, "google")


@delete("/users/{user_id}/credentials_google", requires=_ADMIN)
def delete_user_credentials_google(call: Call, user_id: str) -> None:
    """Forget it."""
    _forget(call, user_id, "google")


@get("/users/{user_id}/credentials_saml", requires="authenticated")
def user_credentials_saml(call: Call, user_id: str) -> dict[str, Any]:
    """Who a person is to the SAML identity provider."""
    return _shown(call, user_id, "saml")


@delete("/users/{user_id}/credentials_saml", requires=_ADMIN)
def delete_user_credentials_saml(call: Call, user_id: str) -> None:
    """Forget it."""
    _forget(call, user_id, "saml")


@get("/users/{user_id}/credentials_oidc", requires="authenticated")
def user_credentials_oidc(call: Call, user_id: str) -> dict[str, Any]:
    """Who a person is to the OpenID provider."""
    return _shown(call, user_id, "oidc")


@delete("/users/{user_id}/credentials_oidc", requires=_ADMIN)
def delete_user_credentials_oidc(call: Call, user_id: str) -> None:
    """Forget it."""
    _forget(call, user_id, "oidc")


@get("/users/{user_id}/credentials_looker_openid", requires="authenticated")
def user_credentials_looker_openid(call: Call, user_id: str) -> dict[str, Any]:
    """Who a person is to the maker's own OpenID provider."""
    return _shown(call, user_id, "looker_openid")


@delete("/users/{user_id}/credentials_looker_openid", requires=_ADMIN)
def delete_user_credentials_looker_openid(call: Call, user_id: str) -> None:
    """Forget it."""
    _forget(call, user_id, "looker_openid")


def _shown(call: Call, user_id: str, kind: str) -> dict[str, Any]:
    found = oneself_or_any(call, user_id)
    return present_external(call, credentials.get_external(call.db, found.id, kind))


def _forget(call: Call, user_id: str, kind: str) -> None:
    found = users.get(call.db, user_id)
    credentials.remove_external(call.db, credentials.get_external(call.db, found.id, kind))
