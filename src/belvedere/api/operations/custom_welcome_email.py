"""The message that invites somebody, as administrators write it."""

from __future__ import annotations

from typing import Any

from belvedere.accounts import mail, users, welcome_mail
from belvedere.accounts.permissions import Permission
from belvedere.api.call import Call
from belvedere.api.operation import get, patch, put
from belvedere.errors import BadRequest
from belvedere.instance import general, welcome
from belvedere.instance.configuration import Change

_ADMIN = Permission("administer")


@get("/custom_welcome_email", requires=_ADMIN)
def custom_welcome_email(call: Call) -> dict[str, Any]:
    """What the message says, and whether it does."""
    found: dict[str, Any] = general.read(call.db)["custom_welcome_email"]
    return found


@patch("/custom_welcome_email", requires=_ADMIN)
def update_custom_welcome_email(
    call: Call, send_test_welcome_email: bool | None, body: dict[str, Any]
) -> dict[str, Any]:
    """Change the message; then, if asked to, send it to the caller."""
    change = Change(call.now, call.session.user_id)
    with call.transaction() as session:  # ended before the mail server is waited for
        values = {"custom_welcome_email": body}
        settings = general.change(session, call.services.vault, values, change)
    found: dict[str, Any] = settings["custom_welcome_email"]
    if send_test_welcome_email:
        _send(call, found)
    return found


@put("/custom_welcome_email_test", requires=_ADMIN)
def update_custom_welcome_email_test(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Send the caller a message as it would be, without keeping it."""
    checked = welcome.checked(body)
    _send(call, checked)
    return {name: checked.get(name) for name in ("content", "subject", "header")}


def _send(call: Call, given: dict[str, Any]) -> None:
    with call.transaction() as session:
        recipient = users.get(session, call.user_id).email
        server = mail.server_of(session, call.services.vault)
    if not recipient:
        raise BadRequest("You have no e-mail address that a test could be sent to")
    address = call.services.settings.public_url
    mail.send(server, recipient, welcome_mail.invitation(welcome.welcome(given), address))
