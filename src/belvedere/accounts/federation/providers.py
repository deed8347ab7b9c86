"""The services that people sign in with, as the instance is set up to reach them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from belvedere.accounts.federation import configs, kinds
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.kinds import Kind
from belvedere.accounts.federation.oidc.flow import Flow
from belvedere.accounts.federation.oidc.provider import Provider, configured
from belvedere.accounts.federation.outbound import Outbound, networks
from belvedere.accounts.federation.person import Unreachable
from belvedere.accounts.permissions import Permission, Permissions
from belvedere.errors import Invalid, Problem
from belvedere.settings import Settings, SettingsError
from belvedere.vault import Vault

_WORKFORCE_SCOPES = ("openid", "profile", "email", "groups")


class Federation:
    def __init__(self, settings: Settings, vault: Vault) -> None:
        try:
            allowed = networks(settings.identity_networks)
        except ValueError as error:
            raise SettingsError(f"identity_networks: {error}") from None
        self._settings = settings
        self.vault = vault
        self.outbound = Outbound(allowed)
        self.oidc = Flow(self.outbound)

    def config(self, session: Session, kind: Kind) -> Config:
        return configs.read(session, self.vault, kind)

    def enabled(self, session: Session) -> list[Config]:
        return configs.enabled(session, self.vault)

    def provider(self, config: Config) -> Provider:
        """Where the flow goes; Unreachable where it cannot begin."""
        if config.kind is kinds.OIDC:
            return configured(config)
        settings = self._settings
        if not self.has_workforce:
            raise Unreachable("No identity provider of the workforce is set up")
        issuer, discovery = settings.workforce_issuer, self.oidc.discovery
        return Provider(
            kind="workforce",
            title=config.kind.title,
            issuer=issuer,
            authorization_endpoint=discovery.address(issuer, "authorization_endpoint"),
            token_endpoint=discovery.address(issuer, "token_endpoint"),
            userinfo_endpoint=self._userinfo(issuer),
            client_id=settings.workforce_client_id,
            client_secret=settings.workforce_client_secret,
            audience=settings.workforce_client_id,
            scopes=_WORKFORCE_SCOPES,
        )

    def _userinfo(self, issuer: str) -> str | None:
        told = "userinfo_endpoint" in self.oidc.discovery.facts(issuer)
        return self.oidc.discovery.address(issuer, "userinfo_endpoint") if told else None

    @property
    def has_workforce(self) -> bool:
        settings = self._settings
        return bool(settings.workforce_issuer and settings.workforce_client_id)

    def check(self, kind: Kind, values: dict[str, Any]) -> None:
        """Invalid for what cannot be switched on, because the server is not set up for it."""
        if kind is kinds.WORKFORCE and values.get("enabled") and not self.has_workforce:
            message = "Set workforce_issuer and workforce_client_id before Workforce is enabled"
            raise Invalid(Problem("enabled", "invalid", message))


def alternate_allowed(enabled: list[Config]) -> bool:
    """Whether some may sign in with a password beside the services: all that have a say agree."""
    having = [item for item in enabled if "alternate_email_login_allowed" in item.values]
    return all(item.flag("alternate_email_login_allowed") for item in having)


def may_use_password(enabled: list[Config], permissions: Permissions) -> bool:
    """Passwords are everybody's where there is no other service, else for a few."""
    if not enabled:
        return True
    special = permissions.is_admin or permissions.has(Permission("login_special_email"))
    return special and alternate_allowed(enabled)
