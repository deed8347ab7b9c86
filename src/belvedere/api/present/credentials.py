"""Credentials of every kind; never a secret."""

from __future__ import annotations

from typing import Any

from belvedere.accounts.credentials import RESET_CONTEXT
from belvedere.accounts.tables import (
    ApiCredentials,
    EmailCredentials,
    EmbedCredentials,
    ExternalCredentials,
    TotpCredentials,
)
from belvedere.api.call import Call
from belvedere.clock import iso

_ID_NAMES = {
    "google": "google_user_id",
    "ldap": "ldap_id",
    "looker_openid": "user_url",
    "oidc": "oidc_user_id",
    "saml": "saml_user_id",
    "workforce": "workforce_user_id",
}

EXTERNAL_KINDS = tuple(_ID_NAMES)


def external_key(kind: str) -> str:
    """The property of a User that holds credentials of the kind."""
    return f"credentials_{kind}"


def _user_url(call: Call, user_id: int) -> str:
    return f"{call.services.settings.public_url}/api/4.0/users/{user_id}"


def present_api3(call: Call, row: ApiCredentials) -> dict[str, Any]:
    return {
        "can": {},
        "id": str(row.id),
        "client_id": row.client_id,
        "created_at": iso(row.created_at),
        "is_disabled": row.is_disabled,
        "purpose": row.purpose,
        "type": "api3",
        "url": f"{_user_url(call, row.user_id)}/credentials_api3/{row.id}",
    }


def present_email(call: Call, row: EmailCredentials) -> dict[str, Any]:
    """The address that sets a password is for administrators."""
    base = _user_url(call, row.user_id)
    admin = call.session.permissions.is_admin
    token = row.sealed_reset_token
    expired = row.reset_expires_at is not None and row.reset_expires_at <= call.now
    address = None
    if admin and token is not None and not expired:
        secret = call.services.vault.decrypt(token, RESET_CONTEXT)
        address = f"{call.services.settings.public_url}/password/reset/{secret}"
    invited = row.password_hash is None
    return {
        "can": {"show_password_reset_url": admin},
        "created_at": iso(row.created_at),
        "email": row.email,
        "user_id": str(row.user_id),
        "forced_password_reset_at_next_login": row.forced_password_reset_at_next_login,
        "is_disabled": row.is_disabled,
        "logged_in_at": iso(row.logged_in_at) if row.logged_in_at else None,
        "password_reset_url": address,
        "account_setup_url": address if invited else None,
        "password_reset_url_expired": expired,
        "account_setup_url_expired": expired and invited,
        "type": "email",
        "url": f"{base}/credentials_email",
        "user_url": base,
    }


def present_totp(call: Call, row: TotpCredentials) -> dict[str, Any]:
    return {
        "can": {},
        "created_at": iso(row.created_at),
        "is_disabled": row.is_disabled,
        "type": "totp",
        "verified": row.verified,
        "url": f"{_user_url(call, row.user_id)}/credentials_totp",
    }


def present_embed(call: Call, row: EmbedCredentials) -> dict[str, Any]:
    return {
        "can": {},
        "id": str(row.id),
        "created_at": iso(row.created_at),
        "external_group_id": row.external_group_id,
        "external_user_id": row.external_user_id,
        "is_disabled": row.is_disabled,
        "logged_in_at": iso(row.logged_in_at) if row.logged_in_at else None,
        "type": "embed",
        "url": f"{_user_url(call, row.user_id)}/credentials_embed/{row.id}",
    }


def present_external(call: Call, row: ExternalCredentials) -> dict[str, Any]:
    """Each kind has its own name for who the person is there."""
    base = _user_url(call, row.user_id)
    shown: dict[str, Any] = {
        "can": {},
        "created_at": iso(row.created_at),
        "email": row.email,
        "is_disabled": row.is_disabled,
        "logged_in_at": iso(row.logged_in_at) if row.logged_in_at else None,
        "type": row.kind,
        "url": f"{base}/{external_key(row.kind)}",
        _ID_NAMES[row.kind]: row.external_id,
    }
    if row.kind == "google":
        shown["domain"] = row.domain
    if row.kind == "ldap":
        shown["ldap_dn"] = row.domain
    if row.kind == "looker_openid":
        shown |= {"logged_in_ip": row.logged_in_ip, "user_url": base}
    return shown
