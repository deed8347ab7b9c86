"""What there is to be allowed, the default sets, and what one user may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from belvedere import activity
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

_DESCRIPTIONS: dict[str, str] = {
    "access_data": "See the data of models",
    "see_lookml_dashboards": "See LookML dashboards",
    "see_looks": "See saved Looks",
    "see_user_dashboards": "See dashboards that people made",
    "explore": "Build queries of one's own",
    "create_table_calculations": "Add calculations to results",
    "create_custom_fields": "Add fields of one's own to queries",
    "can_create_forecast": "Add forecasts to results",
    "can_override_vis_config": "Edit the settings of charts as text",
    "save_content": "Save Looks and dashboards",
    "save_dashboards": "Save dashboards",
    "save_looks": "Save Looks",
    "create_public_looks": "Show Looks to everybody who knows their address",
    "download_with_limit": "Download results with a limit of rows",
    "download_without_limit": "Download whole results",
    "schedule_look_emails": "Send content by mail",
    "schedule_external_look_emails": "Send content by mail to any domain",
    "create_alerts": "Create alerts",
    "follow_alerts": "Follow alerts",
    "send_to_s3": "Send content to S3",
    "send_to_sftp": "Send content to SFTP servers",
    "send_outgoing_webhook": "Send content to web hooks",
    "send_to_integration": "Send content to integrations",
    "see_sql": "See the SQL of queries",
    "see_lookml": "See LookML",
    "develop": "Change LookML in development",
    "deploy": "Bring LookML into production",
    "support_access_toggle": "Let support in, or not",
    "manage_project_models": "Configure the models of projects",
    "use_global_connections": "Configure models on any connection",
    "manage_project_connections_restricted": "Change plain settings of connections of projects",
    "manage_project_connections": "Change all settings of connections of projects",
    "see_ci": "See continuous integration",
    "manage_ci": "Configure continuous integration",
    "use_sql_runner": "Run SQL of one's own",
    "clear_cache_refresh": "Ask the database again in place of the cache",
    "see_drill_overlay": "See what is behind a value",
    "manage_spaces": "Create, change and delete folders",
    "manage_homepage": "Change the home page",
    "manage_models": "Configure models and projects",
    "create_prefetches": "Fill the cache ahead of time",
    "login_special_email": "Sign in with a password where others may not",
    "embed_browse_spaces": "Browse folders where content is embedded",
    "embed_save_shared_space": "Save to the Shared folder where content is embedded",
    "manage_embed_settings": "Change how content is embedded",
    "manage_modelsets_restricted": "Change model sets of one's own models",
    "manage_schedules": "Change the deliveries of others",
    "manage_themes": "Change themes",
    "manage_privatelabel": "Change names and logos",
    "see_alerts": "See and change everybody's alerts",
    "see_queries": "See everybody's running queries",
    "see_logs": "See logs",
    "see_users": "See who there is",
    "sudo": "Act as somebody else",
    "manage_groups": "Change groups",
    "manage_roles": "Give roles",
    "manage_user_attributes": "Change user attributes",
    "see_schedules": "See everybody's deliveries",
    "see_pdts": "See persistent derived tables",
    "see_datagroups": "See datagroups",
    "update_datagroups": "Trigger datagroups",
    "see_system_activity": "See how the instance is used",
    "see_admin": "See the settings of the instance",
    "mobile_app_access": "Use the mobile application",
    "gemini_in_looker": "Use what needs a language model",
    "administer": "Everything",
}
DESCRIPTIONS = {Permission(name): text for name, text in _DESCRIPTIONS.items()}

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


EMBED_PERMISSIONS = frozenset(
    [
        "access_data",
        "see_lookml_dashboards",
        "see_looks",
        "see_user_dashboards",
        "explore",
        "create_table_calculations",
        "create_custom_fields",
        "can_create_forecast",
        "save_content",
        "save_dashboards",
        "save_looks",
        "send_outgoing_webhook",
        "send_to_s3",
        "send_to_sftp",
        "schedule_look_emails",
        "schedule_external_look_emails",
        "send_to_integration",
        "create_alerts",
        "download_with_limit",
        "download_without_limit",
        "see_sql",
        "clear_cache_refresh",
        "see_drill_overlay",
        "manage_spaces",
        "embed_browse_spaces",
        "embed_save_shared_space",
    ]
)
"""What people who come from other sites can be allowed."""
_SAVING = frozenset({"save_dashboards", "save_looks"})


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
        """Whether the permission is held: on `model`, or anywhere when none is named. No model
        set names System Activity; who may see it has there what they have anywhere.
        """
        name = str(permission)
        if model in activity.NAMES:
            return self.has(Permission("see_system_activity")) and self.has(permission)
        anywhere = model is None or name in _INSTANCE_WIDE
        return any(
            name in grant.permissions
            and (anywhere or grant.models is None or model in grant.models)
            for grant in self.grants
        )

    def has_for_any(self, permission: Permission, models: Iterable[str]) -> bool:
        """Whether it is held on one of the models. Who holds it on all models has it for none of
        them, too.
        """
        name, wanted = str(permission), frozenset(models)
        return any(
            name in grant.permissions and (grant.models is None or bool(grant.models & wanted))
            for grant in self.grants
        )

    def may_see_model(self, model: str) -> bool:
        return self.has(Permission("access_data"), model)

    @property
    def is_admin(self) -> bool:
        return self.has(Permission("administer"))


def of(roles: Iterable[Role], within: frozenset[str] | None = None) -> Permissions:
    """The union of the roles, of which nothing counts that is not `within`."""
    return Permissions(tuple(_grant(role, within) for role in roles))


def _grant(role: Role, within: frozenset[str] | None) -> Grant:
    every = role.permission_set.all_access
    held = frozenset(_PARENTS) if every else _effective(role.permission_set.permissions)
    models = None if role.model_set.all_access else frozenset(role.model_set.models)
    return Grant(held if within is None else held & within, models)


def _effective(names: Iterable[str]) -> frozenset[str]:
    """`administer` is the Admin set's own; saving content alone means saving all of it."""
    given = frozenset(names) - {"administer"}
    if "save_content" in given and not given & _SAVING:
        return given | _SAVING
    return given
