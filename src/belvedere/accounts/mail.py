"""Mail to people: sent through the SMTP server that administrators name, one at a time."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid

from sqlalchemy.orm import Session

from belvedere.errors import BadRequest, BelvedereError
from belvedere.instance import configuration
from belvedere.vault import Vault

SUBJECT = "smtp_settings"
_TIMEOUT = 20.0


class MailError(BelvedereError):
    """The server did not take the message."""


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    port: int
    sender: str
    username: str | None
    password: str | None
    starttls: bool


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    html: str | None = None


def is_configured(session: Session) -> bool:
    return bool(configuration.read(session, SUBJECT).get("address"))


def server_of(session: Session, vault: Vault) -> Server:
    """BadRequest where nobody said how mail is sent."""
    stored = configuration.read(session, SUBJECT)
    if not stored.get("address"):
        raise BadRequest("No mail server is configured: set one with set_smtp_settings")
    return Server(
        address=str(stored["address"]),
        port=int(stored.get("port") or 25),
        sender=str(stored.get("from") or f"belvedere@{stored['address']}"),
        username=stored.get("user_name") or None,
        password=configuration.secrets(session, vault, SUBJECT).get("password"),
        starttls=bool(stored.get("enable_starttls_auto")),
    )


def send(server: Server, recipient: str, told: Message) -> None:
    """MailError where the server refuses it or cannot be reached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, recipient, told.subject
    message["Message-ID"] = make_msgid(domain=server.address)
    message.set_content(told.text)
    if told.html is not None:
        message.add_alternative(told.html, subtype="html")
    try:
        with smtplib.SMTP(server.address, server.port, timeout=_TIMEOUT) as connection:
            _prepare(connection, server)
            connection.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        problem = f"The mail server {server.address} did not take the message: {error}"
        raise MailError(problem) from None


def check(server: Server) -> None:
    """Sign in and say nothing; MailError where that does not work."""
    try:
        with smtplib.SMTP(server.address, server.port, timeout=_TIMEOUT) as connection:
            _prepare(connection, server)
            connection.noop()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise MailError(f"The mail server {server.address} cannot be used: {error}") from None


def _prepare(connection: smtplib.SMTP, server: Server) -> None:
    if server.starttls:
        connection.starttls(context=ssl.create_default_context())
    if server.username:
        connection.login(server.username, server.password or "")
