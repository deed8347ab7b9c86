"""People."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import users
from belvedere.accounts.tables import ApiCredentials, User
from belvedere.api.call import Call
from belvedere.api.operation import get
from belvedere.clock import iso


@get("/user", requires="authenticated")
def me(call: Call) -> dict[str, Any]:
    """The caller."""
    user = users.get(call.db, call.session.user_id)
    return present_user(user, call.services.settings.public_url)


def present_user(user: User, base: str) -> dict[str, Any]:
    """A User; credentials of kinds that the person does not have are left out."""
    url = f"{base}/api/4.0/users/{user.id}"
    found: dict[str, Any] = {
        "can": {"show": True, "index": True, "show_details": True, "index_details": True},
        "id": str(user.id),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "email": user.email,
        "is_disabled": user.is_disabled,
        "locale": user.locale,
        "avatar_url": None,
        "avatar_url_without_sizing": None,
        "credentials_api3": [_present_api(item, url) for item in user.api_credentials],
        "credentials_embed": [],
        "group_ids": [],
        "role_ids": [str(role.id) for role in user.roles],
        "home_folder_id": None,
        "personal_folder_id": None,
        "looker_versions": [],
        "models_dir_validated": None,
        "presumed_looker_employee": False,
        "verified_looker_employee": False,
        "roles_externally_managed": False,
        "allow_direct_roles": True,
        "allow_normal_group_membership": True,
        "allow_roles_from_normal_groups": True,
        "embed_group_space_id": None,
        "embed_group_folder_id": None,
        "is_iam_admin": False,
        "is_service_account": False,
        "service_account_name": None,
        "is_embed_user": False,
        "sessions": [],
        "ui_state": None,
        "url": url,
    }
    email = user.email_credentials
    if email is not None:
        found["credentials_email"] = {
            "can": {"show_password_reset_url": False},
            "created_at": iso(email.created_at),
            "email": email.email,
            "forced_password_reset_at_next_login": False,
            "is_disabled": False,
            "logged_in_at": None,
            "password_reset_url": None,
            "type": "email",
            "url": f"{url}/credentials_email",
            "user_url": url,
        }
    return found


def _present_api(item: ApiCredentials, user_url: str) -> dict[str, Any]:
    return {
        "can": {},
        "id": str(item.id),
        "client_id": item.client_id,
        "created_at": iso(item.created_at),
        "is_disabled": item.is_disabled,
        "type": "api3",
        "url": f"{user_url}/credentials_api3/{item.id}",
    }
