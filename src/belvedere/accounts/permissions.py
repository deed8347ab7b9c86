"""What there is to be allowed, the default sets, and what one user may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from belvedere.accounts.tables import Role

_PARENTS: dict[str, str | None] = {
    "access_data": None,
    "see_lookml_dashboards": "access_data",
    "see_looks": "access_data",
    "see_user_dashboards": "see_looks",
    "explore": "see_looks",
    "create_table_calculations": "explore",
    "create_custom_fields": "explore",
    "can_create_forecast": "explore",
    "can_override_vis_config": "explore",
    "save_content": "see_looks",
    "save_dashboards": "save_content",
    "save_looks": "save_content",
    "create_public_looks": "save_looks",
    "download_with_limit": "see_looks",
    "download_without_limit": "see_looks",
    "schedule_look_emails": "see_looks",
    "schedule_external_look_emails": "schedule_look_emails",
    "create_alerts": "see_looks",
    "follow_alerts": "see_looks",
    "send_to_s3": "see_looks",
    "send_to_sftp": "see_looks",
    "send_outgoing_webhook": "see_looks",
    "send_to_integration": "see_looks",
    "see_sql": "see_looks",
    "see_lookml": "see_looks",
    "develop": "see_looks",
    "deploy": "develop",
    "support_access_toggle": "develop",
    "manage_project_models": "develop",
    "use_global_connections": "manage_project_models",
    "manage_project_connections_restricted": "develop",
    "manage_project_connections": "manage_project_connections_restricted",
    "see_ci": "develop",
    "manage_ci": "see_ci",
    "use_sql_runner": "see_lookml",
    "clear_cache_refresh": "access_data",
    "see_drill_overlay": "access_data",
    "manage_spaces": None,
    "manage_homepage": None,
    "manage_models": None,
    "create_prefetches": None,
    "login_special_email": None,
    "embed_browse_spaces": None,
    "embed_save_shared_space": None,
    "manage_embed_settings": None,
    "manage_modelsets_restricted": None,
    "manage_schedules": None,
    "manage_themes": None,
    "manage_privatelabel": None,
    "see_alerts": None,
    "see_queries": None,
    "see_logs": None,
    "see_users": None,
    "sudo": "see_users",
    "manage_groups": "see_users",
    "manage_roles": "manage_groups",
    "manage_user_attributes": "see_users",
    "see_schedules": None,
    "see_pdts": None,
    "see_datagroups": None,
    "update_datagroups": "see_datagroups",
    "see_system_activity": None,
    "see_admin": None,
    "mobile_app_access": None,
    "gemini_in_looker": None,
    "administer": None,
}

Permission = StrEnum("Permission", {name: name for name in _PARENTS})  # type: ignore[misc]
"""Every permission; `administer` belongs to the Admin role alone."""

PARENTS = {Permission(name): Permission(up) if up else None for name, up in _PARENTS.items()}

_USER = frozenset(
    [
        "access_data",
        "can_create_forecast",
        "clear_cache_refresh",
        "create_custom_fields",
        "create_table_calculations",
        "download_without_limit",
        "explore",
        "manage_spaces",
        "mobile_app_access",
        "save_content",
        "save_dashboards",
        "save_looks",
        "schedule_look_emails",
        "see_drill_overlay",
        "see_lookml",
        "see_lookml_dashboards",
        "see_looks",
        "see_sql",
        "see_user_dashboards",
        "send_to_integration",
    ]
)
DEFAULT_SETS: dict[str, frozenset[str]] = {
    "Admin": frozenset(_PARENTS),
    "Developer": _USER | {"deploy", "develop", "see_pdts", "use_sql_runner"},
    "User": _USER,
    "User who can't view LookML": _USER - {"see_drill_overlay", "see_lookml", "see_sql"},
    "LookML dashboard user": frozenset(
        [
            "access_data",
            "clear_cache_refresh",
            "mobile_app_access",
            "see_lookml_dashboards",
            "send_to_integration",
        ]
    ),
    "Viewer": frozenset(
        [
            "access_data",
            "clear_cache_refresh",
            "download_without_limit",
            "mobile_app_access",
            "schedule_look_emails",
            "see_drill_overlay",
            "see_lookml_dashboards",
            "see_looks",
            "see_user_dashboards",
        ]
    ),
}
DEFAULT_ROLES = ("Admin", "Developer", "User", "Viewer")
_INSTANCE_WIDE = frozenset(
    [
        "create_table_calculations",
        "create_custom_fields",
        "can_create_forecast",
        "can_override_vis_config",
        "save_content",
        "save_dashboards",
        "save_looks",
        "create_alerts",
        "follow_alerts",
        "deploy",
        "support_access_toggle",
        "see_ci",
        "manage_ci",
        "manage_spaces",
        "manage_homepage",
        "manage_models",
        "create_prefetches",
        "login_special_email",
        "embed_browse_spaces",
        "embed_save_shared_space",
        "manage_embed_settings",
        "manage_themes",
        "manage_privatelabel",
        "see_alerts",
        "see_queries",
        "see_logs",
        "see_users",
        "sudo",
        "manage_groups",
        "manage_roles",
        "manage_user_attributes",
        "see_schedules",
        "see_system_activity",
        "see_admin",
        "mobile_app_access",
        "gemini_in_looker",
        "administer",
    ]
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One role: its permissions, on its models (None: on all of them)."""

    permissions: frozenset[str]
    models: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one user may do: the union of the user's roles."""

    grants: tuple[Grant, ...]

    def has(self, permission: Permission, model: str | None = None) -> bool:
        """Whether the permission is held: on `model`, or anywhere when none is named."""
        name = str(permission)
        anywhere = model is None or name in _INSTANCE_WIDE
        return any(
            name in grant.permissions
            and (anywhere or grant.models is None or model in grant.models)
            for grant in self.grants
        )

    def may_see_model(self, model: str) -> bool:
        return self.has(Permission("access_data"), model)

    @property
    def is_admin(self) -> bool:
        return self.has(Permission("administer"))


def of(roles: Iterable[Role]) -> Permissions:
    return Permissions(
        tuple(
            Grant(
                frozenset(_PARENTS)
                if role.permission_set.all_access
                else frozenset(role.permission_set.permissions) - {"administer"},
                None if role.model_set.all_access else frozenset(role.model_set.models),
            )
            for role in roles
        )
    )
