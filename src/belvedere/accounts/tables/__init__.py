"""Rows of people, groups, roles, credentials, sessions and what is remembered of them."""

from belvedere.accounts.tables.attributes import (
    UserAttribute,
    UserAttributeGroupValue,
    UserAttributeUserValue,
)
from belvedere.accounts.tables.credentials import (
    ApiCredentials,
    EmailCredentials,
    EmbedCredentials,
    ExternalCredentials,
    TotpCredentials,
)
from belvedere.accounts.tables.embedding import EmbedNonce, EmbedSecret, EmbedSession
from belvedere.accounts.tables.groups import Group, GroupChild, GroupMember, GroupRole
from belvedere.accounts.tables.oauth import (
    OauthActivation,
    OauthClientApp,
    OauthCode,
    OauthRefreshToken,
)
from belvedere.accounts.tables.people import User, UserRole
from belvedere.accounts.tables.records import (
    AuditEvent,
    LoginLockout,
    MobileDevice,
    SupportAllowlistEntry,
)
from belvedere.accounts.tables.roles import ModelSet, PermissionSet, Role
from belvedere.accounts.tables.sessions import AccessToken, SignInTicket, WebSession

__all__ = [
    "AccessToken",
    "ApiCredentials",
    "AuditEvent",
    "EmailCredentials",
    "EmbedCredentials",
    "EmbedNonce",
    "EmbedSecret",
    "EmbedSession",
    "ExternalCredentials",
    "Group",
    "GroupChild",
    "GroupMember",
    "GroupRole",
    "LoginLockout",
    "MobileDevice",
    "ModelSet",
    "OauthActivation",
    "OauthClientApp",
    "OauthCode",
    "OauthRefreshToken",
    "PermissionSet",
    "Role",
    "SignInTicket",
    "SupportAllowlistEntry",
    "TotpCredentials",
    "User",
    "UserAttribute",
    "UserAttributeGroupValue",
    "UserAttributeUserValue",
    "UserRole",
    "WebSession",
]
