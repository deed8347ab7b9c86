"""The four services that people can sign in with, and the properties of their configurations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MIRRORING: Mapping[str, Any] = {
    "enabled": False,
    "auth_requires_role": False,
    "set_roles_from_groups": False,
    "allow_normal_group_membership": True,
    "allow_roles_from_normal_groups": True,
    "allow_direct_roles": True,
}
_NAMES: Mapping[str, Any] = {
    "user_attribute_map_email": None,
    "user_attribute_map_first_name": None,
    "user_attribute_map_last_name": None,
    "alternate_email_login_allowed": False,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`defaults` are the plain properties; `hidden` is the one that is never shown. `required`
    are those without which it cannot be switched on; `addresses` those that hold one.
    """

    name: str
    title: str
    defaults: Mapping[str, Any]
    required: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    hidden: str | None = None
    sent_to: str | None = None
    """The property that says where the hidden one is sent."""

    @property
    def subject(self) -> str:
        return f"{self.name}_config"


LDAP = Kind(
    "ldap",
    "LDAP",
    {
        **_MIRRORING,
        **_NAMES,
        "auth_username": None,
        "connection_host": None,
        "connection_port": "389",
        "connection_tls": False,
        "connection_tls_no_verify": False,
        "force_no_page": False,
        "groups_base_dn": None,
        "groups_finder_type": "groups_have_users",
        "groups_member_attribute": "member",
        "groups_objectclasses": None,
        "groups_user_attribute": "dn",
        "merge_new_users_by_email": False,
        "user_attribute_map_ldap_id": None,
        "user_bind_base_dn": None,
        "user_custom_filter": None,
        "user_id_attribute_names": None,
        "user_objectclass": None,
    },
    (
        "connection_host",
        "connection_port",
        "user_bind_base_dn",
        "user_id_attribute_names",
        "user_attribute_map_email",
    ),
    hidden="auth_password",
    sent_to="connection_host",
)
OIDC = Kind(
    "oidc",
    "OpenID Connect",
    {
        **_MIRRORING,
        **_NAMES,
        "audience": None,
        "authorization_endpoint": None,
        "groups_attribute": None,
        "identifier": None,
        "issuer": None,
        "new_user_migration_types": None,
        "scopes": ("openid", "profile", "email"),
        "token_endpoint": None,
        "userinfo_endpoint": None,
    },
    (
        "identifier",
        "secret",
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "user_attribute_map_email",
    ),
    ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"),
    hidden="secret",
    sent_to="token_endpoint",
)
SAML = Kind(
    "saml",
    "SAML",
    {
        **_MIRRORING,
        **_NAMES,
        "allowed_clock_drift": 0,
        "bypass_login_page": False,
        "groups_attribute": None,
        "groups_finder_type": "grouped_attribute_values",
        "groups_member_value": None,
        "idp_audience": None,
        "idp_cert": None,
        "idp_cert_multi": None,
        "idp_issuer": None,
        "idp_url": None,
        "multi_certs_supported": False,
        "new_user_migration_types": None,
    },
    ("idp_url", "idp_issuer", "user_attribute_map_email"),
    ("idp_url",),
)
WORKFORCE = Kind(
    "workforce",
    "Workforce",
    {**_MIRRORING, "bypass_login_page": False, "new_user_migration_types": None},
    (),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (LDAP, OIDC, SAML, WORKFORCE)}
"""By name, in the order in which the sign-in page offers them."""

CREDENTIALS = ("email", "google", "ldap", "oidc", "saml", "workforce")
"""What `new_user_migration_types` can name: by which credentials somebody is known already."""
FINDERS = {
    "ldap": ("groups_have_users", "users_have_groups"),
    "saml": ("grouped_attribute_values", "individual_attributes"),
}
"""Where groups are looked for."""
