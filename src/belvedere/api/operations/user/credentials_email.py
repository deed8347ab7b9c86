"""Signing in with an e-mail address and a password: addresses, and links that set passwords."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from belvedere.accounts import email_credentials, mail, password_mail, signing_in, users
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import EmailCredentials
from belvedere.api import search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.people import check_oneself_or_any, oneself_or_any
from belvedere.api.present.credentials import present_email

_ADMIN = Permission("administer")
_SORTS = {
    "id": EmailCredentials.user_id,
    "user_id": EmailCredentials.user_id,
    "email": EmailCredentials.email,
    "created_at": EmailCredentials.created_at,
    "logged_in_at": EmailCredentials.logged_in_at,
}


@get("/credentials_email/search", requires=_ADMIN)
def search_credentials_email(call: Call) -> list[dict[str, Any]]:
    """Addresses that people sign in with."""
    known: dict[str, search.Criterion] = {
        "id": search.ids(EmailCredentials.user_id),
        "email": search.text(EmailCredentials.email),
        "emails": lambda value: func.lower(EmailCredentials.email).in_(
            [part.strip().lower() for part in value.split(",")]
        ),
    }
    chosen = select(EmailCredentials).where(search.criteria(call, known))
    ordered = chosen.order_by(*search.order(call, _SORTS, EmailCredentials.user_id))
    return [present_email(call, row) for row in search.page_of(call, ordered)]


@get("/users/{user_id}/credentials_email", requires="authenticated")
def user_credentials_email(call: Call, user_id: str) -> dict[str, Any]:
    """The address that a person signs in with."""
    return present_email(call, email_credentials.get(oneself_or_any(call, user_id)))


@post("/users/{user_id}/credentials_email", requires=_ADMIN)
def create_user_credentials_email(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Let a person sign in with an address, once they have set a password."""
    found = users.get(call.db, user_id)
    return present_email(call, email_credentials.create(call.db, found, body, call.now))


@patch("/users/{user_id}/credentials_email", requires=_ADMIN)
def update_user_credentials_email(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change the address, or ask for a new password at the next sign-in."""
    found = users.get(call.db, user_id)
    return present_email(call, email_credentials.update(call.db, found, body, call.now))


@delete("/users/{user_id}/credentials_email", requires=_ADMIN)
def delete_user_credentials_email(call: Call, user_id: str) -> None:
    """Let a person sign in with a password no longer."""
    email_credentials.remove(call.db, users.get(call.db, user_id), call.now)


@post("/users/{user_id}/credentials_email/password_reset", requires=_ADMIN)
def create_user_credentials_email_password_reset(
    call: Call, user_id: str, expires: bool | None
) -> dict[str, Any]:
    """A new link that sets a password; the one before means nothing now."""
    found = email_credentials.get(users.get(call.db, user_id))
    lasting = expires is False
    signing_in.begin_reset(call.services.vault, found, call.now, expires=not lasting)
    return present_email(call, found)


@post("/users/{user_id}/credentials_email/send_password_reset", requires="authenticated")
def send_user_credentials_email_password_reset(call: Call, user_id: str) -> dict[str, Any]:
    """Send a person the link that sets a password."""
    check_oneself_or_any(call, user_id)
    vault = call.services.vault
    with call.transaction() as session:  # ended before the mail server is waited for
        found = email_credentials.get(users.get(session, user_id))
        server, recipient = mail.server_of(session, vault), found.email
        token = email_credentials.renew_link(vault, found, call.now)
        told = password_mail.compose(
            session, call.services.settings.public_url, token, invited=found.password_hash is None
        )
    mail.send(server, recipient, told)
    return present_email(call, email_credentials.get(users.get(call.db, user_id)))
