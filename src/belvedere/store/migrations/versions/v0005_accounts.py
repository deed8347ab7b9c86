"""Groups, user attributes, credentials of every kind, sessions, OAuth, embedding, records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from belvedere.store.base import UtcDateTime

revision = "0005"
down_revision = "0004"

_SYSTEM_ATTRIBUTES = (
    ("email", "Email", "string", None),
    ("first_name", "First Name", "string", None),
    ("full_name", "Full Name", "string", None),
    ("id", "User ID", "number", None),
    ("landing_page", "Landing Page", "relative_url", "/browse"),
    ("last_name", "Last Name", "string", None),
    ("locale", "Locale", "string", "en"),
    ("name", "Name", "string", None),
    ("number_format", "Number format", "string", "1,234.56"),
    ("timezone", "Timezone", "string", None),
)
_GROUP_FLAGS = (
    "can_add_to_content_metadata",
    "externally_managed",
    "externally_orphaned",
    "include_by_default",
)
_EDITABLE = ("locale", "number_format", "timezone")


def upgrade() -> None:
    _configuration()
    _groups()
    _user_attributes()
    _credentials()
    _sessions()
    _oauth()
    _embedding()
    _records()
    _changed()
    _furnish()


def _configuration() -> None:
    op.create_table(
        "configuration",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.Text()),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Integer()),
        sa.PrimaryKeyConstraint("name", name="pk_configuration"),
    )


def _groups() -> None:
    op.create_table(
        "group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("can_add_to_content_metadata", sa.Boolean(), nullable=False),
        sa.Column("external_group_id", sa.String(255)),
        sa.Column("externally_managed", sa.Boolean(), nullable=False),
        sa.Column("externally_orphaned", sa.Boolean(), nullable=False),
        sa.Column("include_by_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_group"),
        sa.UniqueConstraint("external_group_id", name="uq_group_external_group_id"),
        sa.UniqueConstraint("name", name="uq_group_name"),
    )
    op.create_table(
        "group_group",
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["child_id"], ["group.id"], name="fk_group_group_child_id_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["group.id"], name="fk_group_group_parent_id_group", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name="pk_group_group"),
    )
    op.create_index("ix_group_group_child_id", "group_group", ["child_id"])
    op.create_table(
        "group_user",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name="fk_group_user_group_id_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_group_user_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_group_user"),
    )
    op.create_index("ix_group_user_user_id", "group_user", ["user_id"])
    op.create_table(
        "group_role",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name="fk_group_role_group_id_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name="fk_group_role_role_id_role", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "role_id", name="pk_group_role"),
    )
    op.create_index("ix_group_role_role_id", "group_role", ["role_id"])


def _user_attributes() -> None:
    op.create_table(
        "user_attribute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("default_value", sa.Text()),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("value_is_hidden", sa.Boolean(), nullable=False),
        sa.Column("user_can_view", sa.Boolean(), nullable=False),
        sa.Column("user_can_edit", sa.Boolean(), nullable=False),
        sa.Column("hidden_value_domain_whitelist", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_user_attribute"),
        sa.UniqueConstraint("label", name="uq_user_attribute_label"),
        sa.UniqueConstraint("name", name="uq_user_attribute_name"),
    )
    op.create_table(
        "user_attribute_group_value",
        sa.Column("user_attribute_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name="fk_user_attribute_group_value_group_id_group",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_attribute_id"],
            ["user_attribute.id"],
            name="fk_user_attribute_group_value_user_attribute_id_user_attribute",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "user_attribute_id", "group_id", name="pk_user_attribute_group_value"
        ),
    )
    op.create_index(
        "ix_user_attribute_group_value_group_id", "user_attribute_group_value", ["group_id"]
    )
    op.create_table(
        "user_attribute_user_value",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_attribute_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.ForeignKeyConstraint(
            ["user_attribute_id"],
            ["user_attribute.id"],
            name="fk_user_attribute_user_value_user_attribute_id_user_attribute",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name="fk_user_attribute_user_value_user_id_user",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "user_attribute_id", name="pk_user_attribute_user_value"
        ),
    )
    op.create_index(
        "ix_user_attribute_user_value_user_attribute_id",
        "user_attribute_user_value",
        ["user_attribute_id"],
    )


def _credentials() -> None:
    op.create_table(
        "credentials_embed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("external_user_id", sa.String(255), nullable=False),
        sa.Column("external_group_id", sa.String(255)),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("logged_in_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_credentials_embed_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_credentials_embed"),
        sa.UniqueConstraint("external_user_id", name="uq_credentials_embed_external_user_id"),
    )
    op.create_index(
        "ix_credentials_embed_external_group_id", "credentials_embed", ["external_group_id"]
    )
    op.create_index("ix_credentials_embed_user_id", "credentials_embed", ["user_id"])
    op.create_table(
        "credentials_totp",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("recovery_digests", sa.Text(), nullable=False),
        sa.Column("last_counter", sa.Integer()),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_credentials_totp_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_credentials_totp"),
    )
    op.create_table(
        "external_credentials",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(255), nullable=False),
        sa.Column("email", sa.String(255)),
        sa.Column("domain", sa.String(255)),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("logged_in_at", UtcDateTime()),
        sa.Column("logged_in_ip", sa.String(64)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name="fk_external_credentials_user_id_user",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", name="pk_external_credentials"),
        sa.UniqueConstraint("kind", "external_id", name="uq_external_credentials_kind"),
    )


def _sessions() -> None:
    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("sudo_user_id", sa.Integer()),
        sa.Column("credentials_type", sa.String(32), nullable=False),
        sa.Column("is_embed", sa.Boolean(), nullable=False),
        sa.Column("is_persistent", sa.Boolean(), nullable=False),
        sa.Column("ip_address", sa.String(64)),
        sa.Column("browser", sa.String(255)),
        sa.Column("operating_system", sa.String(255)),
        sa.Column("extended_at", UtcDateTime()),
        sa.Column("extended_count", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sudo_user_id"],
            ["user.id"],
            name="fk_web_session_sudo_user_id_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_web_session_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_web_session"),
        sa.UniqueConstraint("digest", name="uq_web_session_digest"),
    )
    op.create_index("ix_web_session_expires_at", "web_session", ["expires_at"])
    op.create_index("ix_web_session_user_id", "web_session", ["user_id"])


def _oauth() -> None:
    op.create_table(
        "oauth_client_app",
        sa.Column("client_guid", sa.String(255), nullable=False),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("display_name", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("group_id", sa.Integer()),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("tokens_invalid_before", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["group.id"],
            name="fk_oauth_client_app_group_id_group",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("client_guid", name="pk_oauth_client_app"),
    )
    op.create_table(
        "oauth_activation",
        sa.Column("client_guid", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_guid"],
            ["oauth_client_app.client_guid"],
            name="fk_oauth_activation_client_guid_oauth_client_app",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_oauth_activation_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_guid", "user_id", name="pk_oauth_activation"),
    )
    op.create_index("ix_oauth_activation_user_id", "oauth_activation", ["user_id"])
    op.create_table(
        "oauth_code",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("client_guid", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(255), nullable=False),
        sa.Column("family", sa.String(64), nullable=False),
        sa.Column("used_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_guid"],
            ["oauth_client_app.client_guid"],
            name="fk_oauth_code_client_guid_oauth_client_app",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_oauth_code_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_oauth_code"),
    )
    op.create_index("ix_oauth_code_expires_at", "oauth_code", ["expires_at"])
    op.create_table(
        "oauth_refresh_token",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("family", sa.String(64), nullable=False),
        sa.Column("client_guid", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_guid"],
            ["oauth_client_app.client_guid"],
            name="fk_oauth_refresh_token_client_guid_oauth_client_app",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_oauth_refresh_token_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_oauth_refresh_token"),
    )
    op.create_index("ix_oauth_refresh_token_client_guid", "oauth_refresh_token", ["client_guid"])
    op.create_index("ix_oauth_refresh_token_expires_at", "oauth_refresh_token", ["expires_at"])
    op.create_index("ix_oauth_refresh_token_family", "oauth_refresh_token", ["family"])
    op.create_index("ix_oauth_refresh_token_user_id", "oauth_refresh_token", ["user_id"])


def _embedding() -> None:
    op.create_table(
        "embed_nonce",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_embed_nonce"),
    )
    op.create_index("ix_embed_nonce_expires_at", "embed_nonce", ["expires_at"])
    op.create_table(
        "embed_secret",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(32), nullable=False),
        sa.Column("secret_type", sa.String(8), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_embed_secret_user_id_user", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_embed_secret"),
    )
    op.create_table(
        "embed_session",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("external_user_id", sa.String(255), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("embed_domain", sa.Text()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_embed_session_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_embed_session"),
        sa.UniqueConstraint("digest", name="uq_embed_session_digest"),
    )
    op.create_index("ix_embed_session_expires_at", "embed_session", ["expires_at"])
    op.create_index("ix_embed_session_user_id", "embed_session", ["user_id"])


def _records() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("sudo_user_id", sa.Integer()),
        sa.Column("address", sa.String(64)),
        sa.Column("target", sa.Text()),
        sa.Column("attributes", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_created_at", "event", ["created_at"])
    op.create_index("ix_event_user_id", "event", ["user_id"])
    op.create_table(
        "support_allowlist_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("full_name", sa.String(255)),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_support_allowlist_entry"),
        sa.UniqueConstraint("email", name="uq_support_allowlist_entry_email"),
    )
    op.create_table(
        "mobile_device",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("device_token", sa.Text(), nullable=False),
        sa.Column("device_type", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_mobile_device_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mobile_device"),
    )
    op.create_index("ix_mobile_device_user_id", "mobile_device", ["user_id"])
    op.create_table(
        "user_login_lockout",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("auth_type", sa.String(16), nullable=False),
        sa.Column("ip", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("remote_id", sa.String(255)),
        sa.Column("full_name", sa.String(255)),
        sa.Column("email", sa.String(255)),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.Column("lockout_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name="fk_user_login_lockout_user_id_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_user_login_lockout"),
    )
    op.create_index("ix_user_login_lockout_failed_at", "user_login_lockout", ["failed_at"])


def _changed() -> None:
    op.add_column("access_token", sa.Column("sudo_user_id", sa.Integer()))
    op.add_column(
        "access_token", sa.Column("source", sa.String(16), server_default="api", nullable=False)
    )
    op.add_column("access_token", sa.Column("source_id", sa.String(255)))
    op.add_column("credentials_api3", sa.Column("purpose", sa.String(255)))
    op.add_column("credentials_email", sa.Column("password_changed_at", UtcDateTime()))
    op.add_column(
        "credentials_email",
        sa.Column("is_disabled", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "credentials_email",
        sa.Column(
            "forced_password_reset_at_next_login",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
        ),
    )
    op.add_column("credentials_email", sa.Column("logged_in_at", UtcDateTime()))
    op.add_column("credentials_email", sa.Column("sealed_reset_token", sa.Text()))
    op.add_column("credentials_email", sa.Column("reset_digest", sa.String(64)))
    op.add_column("credentials_email", sa.Column("reset_expires_at", UtcDateTime()))
    op.add_column("role", sa.Column("embed_user_id", sa.Integer()))
    op.add_column("user", sa.Column("home_folder_id", sa.String(64)))
    op.add_column("user", sa.Column("models_dir_validated", sa.Boolean()))
    op.add_column("user", sa.Column("ui_state", sa.JSON()))
    op.add_column(
        "user",
        sa.Column("can_manage_api3_creds", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("user", sa.Column("service_account_name", sa.String(255)))
    op.add_column(
        "user", sa.Column("is_embed_user", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_access_token_source_id", "access_token", ["source_id"])
    op.create_index("ix_credentials_email_reset_digest", "credentials_email", ["reset_digest"])
    op.create_index("ix_user_role_role_id", "user_role", ["role_id"])
    op.drop_column("user", "locale")
    op.drop_column("user", "timezone")


def _furnish() -> None:
    """What a new instance is given when it is made."""
    group = sa.table(
        "group",
        *(sa.column(name, sa.Boolean()) for name in _GROUP_FLAGS),
        sa.column("name", sa.String()),
    )
    row = dict.fromkeys(_GROUP_FLAGS, False)
    row |= {"can_add_to_content_metadata": True, "include_by_default": True}
    op.bulk_insert(group, [{"name": "All Users", **row}])
    flags = ("is_system", "is_permanent", "value_is_hidden", "user_can_view", "user_can_edit")
    attribute = sa.table(
        "user_attribute",
        *(sa.column(name, sa.String()) for name in ("name", "label", "type", "default_value")),
        *(sa.column(name, sa.Boolean()) for name in flags),
    )
    op.bulk_insert(
        attribute,
        [
            {
                "name": name,
                "label": label,
                "type": kind,
                "default_value": default,
                "is_system": True,
                "is_permanent": True,
                "value_is_hidden": False,
                "user_can_view": True,
                "user_can_edit": name in _EDITABLE,
            }
            for name, label, kind, default in _SYSTEM_ATTRIBUTES
        ],
    )
