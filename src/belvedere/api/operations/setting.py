"""The instance's general settings, and its mail server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from belvedere.accounts import mail
from belvedere.accounts.mail import MailError
from belvedere.accounts.permissions import EMBED_PERMISSIONS, PARENTS, Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, operation, patch
from belvedere.errors import BadRequest, Invalid, Problem
from belvedere.instance import configuration, general
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.\-:]{0,252}[A-Za-z0-9])?\Z")
_SMTP = ("address", "from", "user_name", "port", "enable_starttls_auto", "ssl_version")


@get("/setting", requires="authenticated")
def get_setting(call: Call) -> dict[str, Any]:
    """Who is no administrator sees what concerns everybody."""
    return _present(call, general.read(call.db))


@patch("/setting", requires=_ADMIN)
def set_setting(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change settings; those that are not given stay."""
    change = Change(call.now, call.session.user_id)
    return _present(call, general.change(call.db, call.services.vault, body, change))


@operation("POST", "/smtp_settings", requires=_ADMIN, status=204)
def set_smtp_settings(call: Call, body: dict[str, Any]) -> None:
    """Say how mail is sent, once that was tried."""
    problems = list(_smtp_problems(body))
    if problems:
        raise Invalid(*problems)
    change = Change(call.now, call.session.user_id)
    value = {name: body[name] for name in _SMTP if body.get(name) is not None}
    hidden = {"password": str(body["password"])} if body.get("password") else {}
    configuration.write(call.db, call.services.vault, mail.SUBJECT, value, change, hidden)
    try:
        mail.check(mail.server_of(call.db, call.services.vault))
    except MailError as error:
        raise BadRequest(str(error)) from None


@get("/smtp_status", requires=_ADMIN)
def smtp_status(call: Call) -> dict[str, Any]:
    """Whether the mail server can be used."""
    problem = None
    try:
        mail.check(mail.server_of(call.db, call.services.vault))
    except (MailError, BadRequest) as error:
        problem = str(error)
    node = {"is_valid": problem is None, "message": problem, "hostname": None}
    return {"is_valid": problem is None, "node_count": 1, "node_status": [node]}


def _smtp_problems(body: dict[str, Any]) -> Iterator[Problem]:
    address, port = str(body.get("address") or ""), body.get("port")
    if not address:
        yield Problem("address", "missing_field", "address is required")
    elif not _HOST.match(address):
        yield Problem("address", "invalid", "address must be the name of a host")
    if port is not None and not 0 < port < 65_536:
        yield Problem("port", "invalid", "port must be between 1 and 65535")
    for name in ("from", "user_name", "password"):
        if not str(body.get(name) or "").isprintable():
            yield Problem(name, "invalid", f"{name} must be one line of text")


def _present(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    shown = {
        **found,
        "host_url": found.get("host_url") or call.services.settings.public_url,
        "marketplace_site": "",
        "embed_enabled": True,
        "login_notification_enabled": False,
        "login_notification_text": None,
        "embed_config": {
            **found["embed_config"],
            "embed_enabled": True,
            "embed_vis_modernization_default": False,
            "permissions": _tree(None),
        },
    }
    if call.session.permissions.is_admin:
        return shown
    known = ("timezone", "allow_user_timezones", "privatelabel_configuration", "host_url")
    return {name: shown[name] for name in known}


def _tree(parent: Permission | None) -> dict[str, Any]:
    """The permissions that embed users can have, by the one that each needs."""
    return {
        str(name): _tree(name)
        for name, above in PARENTS.items()
        if above == parent and name in EMBED_PERMISSIONS
    }
