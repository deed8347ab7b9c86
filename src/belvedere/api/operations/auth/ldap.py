"""Signing in with an LDAP directory: how it is configured, and trying that out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from belvedere.accounts.federation import arrival, configs
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.kinds import LDAP
from belvedere.accounts.federation.ldap import trials
from belvedere.accounts.federation.ldap.trials import Outcome
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Role
from belvedere.api import providers
from belvedere.api.call import Call
from belvedere.api.operation import get, patch, put
from belvedere.api.present.federation import config_url
from belvedere.errors import Invalid, Problem

_ADMIN = Permission("administer")
_CONNECTION = ("connection_host", "connection_port")
_ACCOUNT = (*_CONNECTION, "auth_username")
_TRIED_ONLY = frozenset({"test_ldap_user", "test_ldap_password"})


@get("/ldap_config", requires=_ADMIN)
def ldap_config(call: Call) -> dict[str, Any]:
    """How people sign in with the directory; its password is never shown."""
    return providers.show(call, LDAP)


@patch("/ldap_config", requires=_ADMIN)
def update_ldap_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change it; what is not given stays."""
    given = {name: value for name, value in body.items() if name not in _TRIED_ONLY}
    return providers.change(call, LDAP, given)


@put("/ldap_config/test_connection", requires=_ADMIN)
def test_ldap_config_connection(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Whether a directory answers there."""
    config = _tried(call, body, _CONNECTION)
    return _present(call, config, trials.connection(config))


@put("/ldap_config/test_auth", requires=_ADMIN)
def test_ldap_config_auth(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Whether it accepts the account that people are looked up with."""
    config = _tried(call, body, _ACCOUNT)
    return _present(call, config, trials.account(config))


@put("/ldap_config/test_user_info", requires=_ADMIN)
def test_ldap_config_user_info(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """What would be known of somebody, without their password."""
    config = _tried(call, body, LDAP.required, "test_ldap_user")
    return _present(call, config, trials.user_info(config, body["test_ldap_user"]))


@put("/ldap_config/test_user_auth", requires=_ADMIN)
def test_ldap_config_user_auth(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Whether somebody could sign in with a password."""
    config = _tried(call, body, LDAP.required, "test_ldap_user", "test_ldap_password")
    login, password = body["test_ldap_user"], body["test_ldap_password"]
    return _present(call, config, trials.user_auth(config, login, password))


def _tried(call: Call, body: dict[str, Any], required: tuple[str, ...], *given: str) -> Config:
    """The configuration in force with what is given in its place; nothing is stored. The
    application database is let go of before the directory is asked.
    """
    with call.services.database.reading() as session:
        before = configs.read(session, call.services.vault, LDAP)
        config = configs.merged(session, before, {**body, "enabled": False})
    told = {**config.values, **{name: body.get(name) for name in given}}
    missing = [name for name in (*required, *given) if not told.get(name)]
    if missing:
        raise Invalid(*(Problem(name, "missing_field", f"{name} is required") for name in missing))
    return config


def _present(call: Call, config: Config, outcome: Outcome) -> dict[str, Any]:
    url = config_url(call, config)
    shown: dict[str, Any] = {
        "status": "success" if outcome.succeeded else "error",
        "message": outcome.message,
        "details": outcome.details,
        "issues": [{"severity": kind, "message": text} for kind, text in outcome.issues],
        "trace": "\n".join(outcome.steps),
        "url": url,
    }
    person, entry = outcome.person, outcome.entry
    if person is None or entry is None:
        return shown
    _, role_ids = arrival.mirrored(config, person)
    roles = select(Role.name).where(Role.id.in_(role_ids)).order_by(Role.id)
    shown["user"] = {
        "all_emails": list(entry.values(config.text("user_attribute_map_email"))),
        "attributes": {name: ", ".join(values) for name, values in person.attributes.items()},
        "email": person.email,
        "first_name": person.first_name,
        "groups": sorted(person.groups),
        "last_name": person.last_name,
        "ldap_dn": entry.dn,
        "ldap_id": person.external_id,
        "roles": list(call.db.scalars(roles)),
        "url": url,
    }
    return shown
