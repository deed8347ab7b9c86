"""People, as those see them who may see everything about them, and as everybody does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select

from belvedere.accounts import attributes, membership
from belvedere.accounts.federation import governing
from belvedere.accounts.federation.governing import Rules
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import (
    ApiCredentials,
    EmailCredentials,
    EmbedCredentials,
    ExternalCredentials,
    TotpCredentials,
    User,
    UserAttribute,
    UserAttributeUserValue,
    WebSession,
)
from belvedere.api.call import Call
from belvedere.api.present.content import text_of
from belvedere.api.present.credentials import (
    EXTERNAL_KINDS,
    external_key,
    present_api3,
    present_email,
    present_embed,
    present_external,
    present_totp,
)
from belvedere.api.present.sessions import present_session
from belvedere.clock import iso
from belvedere.content import personal, roots

_SEE = Permission("see_users")


_HOME = str(roots.SHARED)
"""Where people begin who have not said otherwise."""
_RULED = (
    "roles_externally_managed",
    "allow_direct_roles",
    "allow_normal_group_membership",
    "allow_roles_from_normal_groups",
)
_BATCH = 1000
"""People at a time: databases limit how many values one statement can have."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What several people's answers need from other tables, read once for all of them."""

    groups: dict[int, list[int]]
    roles: dict[int, list[int]]
    locales: dict[int, str]
    sessions: dict[int, list[WebSession]]
    api3: dict[int, list[ApiCredentials]]
    embed: dict[int, list[EmbedCredentials]]
    email: dict[int, list[EmailCredentials]]
    totp: dict[int, list[TotpCredentials]]
    external: dict[int, list[ExternalCredentials]]
    rules: dict[int, Rules]
    folders: dict[int, int]


def present_users(call: Call, rows: Sequence[User]) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        beside = _beside(call, some)
        shown += [_present(call, row, beside) for row in some]
    return shown


def present_user(call: Call, user: User) -> dict[str, Any]:
    return present_users(call, [user])[0]


def present_public(call: Call, user: User) -> dict[str, Any]:
    """What everybody may know of everybody."""
    return {
        "can": {},
        "id": str(user.id),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "avatar_url": "",
        "url": _url(call, user),
        "is_service_account": user.service_account_name is not None,
        "is_embed_user": user.is_embed_user,
    }


def present_service_account(call: Call, user: User) -> dict[str, Any]:
    shown = present_user(call, user)
    kept = ("can", "id", "service_account_name", "is_service_account", "is_disabled", "url")
    lists = ("group_ids", "role_ids", "credentials_api3")
    known = {name: shown[name] for name in (*kept, *lists) if name in shown}
    return known | {"created_at": iso(user.created_at)}


def _url(call: Call, user: User) -> str:
    return f"{call.services.settings.public_url}/api/4.0/users/{user.id}"


def _sees(call: Call, user_id: int) -> bool:
    """Whether the caller may know more of the user than the name."""
    return user_id == call.session.user_id or call.session.permissions.has(_SEE)


def _sees_credentials(call: Call, user_id: int) -> bool:
    return user_id == call.session.user_id or call.session.permissions.is_admin


def _beside(call: Call, rows: Sequence[User]) -> _Beside:
    wants = call.fields.wants
    ids = [row.id for row in rows if _sees(call, row.id)]
    open_ = [user_id for user_id in ids if _sees_credentials(call, user_id)]
    external = any(wants(external_key(kind)) for kind in EXTERNAL_KINDS)
    return _Beside(
        groups=membership.direct_groups(call.db, ids) if wants("group_ids") else {},
        roles=membership.role_ids(call.db, ids) if wants("role_ids") else {},
        locales=_locales(call, ids) if wants("locale") else {},
        sessions=_sessions(call, open_) if wants("sessions") else {},
        api3=_of(call, ApiCredentials, open_) if wants("credentials_api3") else {},
        embed=_of(call, EmbedCredentials, open_) if wants("credentials_embed") else {},
        email=_of(call, EmailCredentials, open_) if wants("credentials_email") else {},
        totp=_of(call, TotpCredentials, open_) if wants("credentials_totp") else {},
        external=_of(call, ExternalCredentials, open_) if external else {},
        rules=(
            governing.rules(call.db, call.services.vault, ids)
            if any(wants(name) for name in _RULED)
            else {}
        ),
        folders=personal.ids_of(call.db, ids) if wants("personal_folder_id") else {},
    )


def _of(call: Call, table: type[Any], ids: list[int]) -> dict[int, list[Any]]:
    """The rows of the table by whose they are, in the order of their keys."""
    if not ids:
        return {}
    rows = select(table).where(table.user_id.in_(ids)).order_by(*inspect(table).primary_key)
    return _grouped(call.db.scalars(rows))


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(row)
    return found


def _locales(call: Call, ids: list[int]) -> dict[int, str]:
    """The locale that a person has chosen."""
    rows = call.db.execute(
        select(UserAttributeUserValue.user_id, UserAttributeUserValue.value)
        .join(UserAttribute, UserAttribute.id == UserAttributeUserValue.user_attribute_id)
        .where(UserAttribute.name == "locale", UserAttributeUserValue.user_id.in_(ids))
    )
    return {user_id: value for user_id, value in rows if value}


def _sessions(call: Call, ids: list[int]) -> dict[int, list[WebSession]]:
    live = WebSession.expires_at > call.now
    rows = select(WebSession).where(WebSession.user_id.in_(ids), live).order_by(WebSession.id)
    return _grouped(call.db.scalars(rows)) if ids else {}


def _can(call: Call, user: User) -> dict[str, bool]:
    session = call.session
    admin, self_ = session.permissions.is_admin, user.id == session.user_id
    sees = session.permissions.has(_SEE) or self_
    return {
        "show": True,
        "index": True,
        "show_details": sees,
        "index_details": sees,
        "show_creds": admin or self_,
        "sudo": session.permissions.has(Permission("sudo")) and not self_,
        "update": admin or self_,
        "destroy": admin and not self_,
        "create": admin,
    }


def _present(call: Call, user: User, beside: _Beside) -> dict[str, Any]:
    shown = _public_part(call, user) | _ruled(beside.rules.get(user.id, governing.FREE))
    if not _sees(call, user.id):
        return shown
    shown |= {
        "email": user.email,
        "is_disabled": user.is_disabled,
        "locale": beside.locales.get(user.id, attributes.DEFAULTS["locale"]),
        "group_ids": [str(item) for item in beside.groups.get(user.id, ())],
        "role_ids": [str(item) for item in beside.roles.get(user.id, ())],
        "home_folder_id": user.home_folder_id or _HOME,
        "personal_folder_id": text_of(beside.folders.get(user.id)),
        "looker_versions": [],
        "models_dir_validated": user.models_dir_validated,
        "ui_state": user.ui_state,
        "can_manage_api3_creds": user.can_manage_api3_creds,
    }
    return shown | _credentials(call, user, beside) if _sees_credentials(call, user.id) else shown


def _public_part(call: Call, user: User) -> dict[str, Any]:
    return {
        "can": _can(call, user),
        "id": str(user.id),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "avatar_url": None,
        "avatar_url_without_sizing": None,
        "presumed_looker_employee": False,
        "verified_looker_employee": False,
        "embed_group_space_id": None,
        "embed_group_folder_id": None,
        "is_iam_admin": False,
        "is_embed_user": user.is_embed_user,
        "is_service_account": user.service_account_name is not None,
        "service_account_name": user.service_account_name,
        "url": _url(call, user),
    }


def _ruled(rules: Rules) -> dict[str, bool]:
    """Whether a service decides about groups and roles; who may not see details is told no."""
    return {
        "roles_externally_managed": rules.service is not None,
        "allow_direct_roles": rules.direct_roles,
        "allow_normal_group_membership": rules.normal_groups,
        "allow_roles_from_normal_groups": rules.roles_from_normal_groups,
    }


def _credentials(call: Call, user: User, beside: _Beside) -> dict[str, Any]:
    """Of kinds that the person does not have there is nothing."""
    wants, own = call.fields.wants, user.id
    shown: dict[str, Any] = {
        "sessions": [present_session(call, row) for row in beside.sessions.get(own, ())],
        "credentials_api3": [present_api3(call, row) for row in beside.api3.get(own, ())],
        "credentials_embed": [present_embed(call, row) for row in beside.embed.get(own, ())],
    }
    for row in beside.email.get(own, ()):
        shown["credentials_email"] = present_email(call, row)
    for second in beside.totp.get(own, ()):
        shown["credentials_totp"] = present_totp(call, second)
    for item in beside.external.get(own, ()):
        if wants(external_key(item.kind)):
            shown[external_key(item.kind)] = present_external(call, item)
    return shown
