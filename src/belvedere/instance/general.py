"""The instance's general settings, with what holds where nobody set anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from belvedere.errors import Invalid, Problem
from belvedere.instance import checks, configuration, private_label, welcome
from belvedere.instance.configuration import Change
from belvedere.vault import Vault

SUBJECT = "setting"
DEFAULTS: Mapping[str, Any] = {
    "extension_framework_enabled": True,
    "extension_load_url_enabled": True,
    "marketplace_auto_install_enabled": False,
    "marketplace_enabled": False,
    "marketplace_terms_accepted": False,
    "onboarding_enabled": False,
    "timezone": "UTC",
    "allow_user_timezones": True,
    "data_connector_default_enabled": False,
    "override_warnings": False,
    "email_domain_allowlist": [],
    "embed_cookieless_v2": True,
    "dashboard_auto_refresh_restriction": False,
    "dashboard_auto_refresh_minimum_interval": None,
    "managed_certificate_uri": [],
    "content_certification_documentation_link": None,
    "revoke_certification_on_edits": False,
    "automated_mfa_enabled": False,
    "is_content_certification_enabled": True,
    "auto_certify_lookml_content": False,
    "ca_agent_observability": False,
    "embed_vis_modernization_default": False,
}
EMBED_DEFAULTS: Mapping[str, Any] = {
    "domain_allowlist": [],
    "alert_url_allowlist": [],
    "alert_url_param_owner": None,
    "alert_url_label": None,
    "sso_auth_enabled": True,
    "embed_cookieless_v2": True,
    "embed_content_navigation": False,
    "embed_content_management": False,
    "strict_sameorigin_for_login": False,
    "look_filters": False,
    "hide_look_navigation": False,
    "embed_show_tile_filter_information": False,
}
_NESTED: Mapping[str, Mapping[str, Any]] = {
    "embed_config": EMBED_DEFAULTS,
    "privatelabel_configuration": {},
    "custom_welcome_email": welcome.DEFAULTS,
    "instance_config": {},
    "marketplace_automation": {"install_enabled": False, "update_looker_enabled": False},
    "mcp_tools": {},
}
_ORIGIN = re.compile(
    r"(https?)://(\*\.)?([A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(:\d{1,5}|:\*)?/?\Z"
)


def read(session: Session) -> dict[str, Any]:
    stored = configuration.read(session, SUBJECT)
    found = {**DEFAULTS, **{name: stored[name] for name in DEFAULTS if name in stored}}
    for name, defaults in _NESTED.items():
        said = stored.get(name, {}).items()
        found[name] = {**defaults, **{k: v for k, v in said if v is not None or k not in defaults}}
    found["privatelabel_configuration"] = private_label.shown(found["privatelabel_configuration"])
    if "host_url" in stored:
        found["host_url"] = stored["host_url"]
    return found


def change(session: Session, vault: Vault, values: Mapping[str, Any], by: Change) -> dict[str, Any]:
    """Set what is given and leave the rest; of nested objects too."""
    stored = configuration.read(session, SUBJECT)
    values = _said_once(values)
    problems = checks.problems_of(values)
    for name, value in values.items():
        if value is None and name not in _NESTED:
            stored.pop(name, None)
        elif name in _NESTED:
            nested = _nested(session, vault, name, value if isinstance(value, dict) else {}, by)
            stored[name] = {**stored.get(name, {}), **nested}
        elif name in DEFAULTS or name == "host_url":
            stored[name] = value
    for origin in stored.get("embed_config", {}).get("domain_allowlist") or ():
        if not is_origin(str(origin)):
            message = f"{str(origin)[:200]} is no origin: write https://example.com or https://*.example.com"
            problems.append(Problem("embed_config.domain_allowlist", "invalid", message))
    if problems:
        raise Invalid(*problems)
    configuration.write(session, vault, SUBJECT, stored, by)
    return read(session)


def _nested(
    session: Session, vault: Vault, name: str, given: dict[str, Any], by: Change
) -> dict[str, Any]:
    """What is to be stored of a nested object."""
    if name == "privatelabel_configuration":
        return private_label.taken(session, vault, given, by)
    return welcome.checked(given) if name == "custom_welcome_email" else given


def _said_once(values: Mapping[str, Any]) -> dict[str, Any]:
    """One flag has two places: what is said in one holds in both."""
    made, nested = dict(values), dict(values.get("embed_config") or {})
    name = "embed_cookieless_v2"
    if nested.get(name) is not None:
        made[name] = nested[name]
    elif made.get(name) is not None:
        made["embed_config"] = nested | {name: made[name]}
    return made


def allow_origin(session: Session, vault: Vault, origin: str, by: Change) -> None:
    """Put the origin into the allowlist, where it is not there yet; Invalid for what is none."""
    plain = origin.rstrip("/")
    listed = allowed_origins(session)
    if plain not in listed:
        change(session, vault, {"embed_config": {"domain_allowlist": [*listed, plain]}}, by)


def embed_config(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = read(session)["embed_config"]
    return found


def is_origin(text: str) -> bool:
    return _ORIGIN.match(text) is not None


def allowed_origins(session: Session) -> tuple[str, ...]:
    """Where pages may come from that embed us or call us from a browser; * stands for the
    first part of a host.
    """
    found = configuration.read(session, SUBJECT).get("embed_config", {}).get("domain_allowlist")
    return tuple(str(origin).rstrip("/") for origin in found or ())
