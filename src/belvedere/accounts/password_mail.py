"""Messages with a link that sets a password, sent in the background."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from belvedere.accounts import email_credentials, mail, signing_in, welcome_mail
from belvedere.accounts.mail import Message
from belvedere.accounts.tables import EmailCredentials, User
from belvedere.errors import BelvedereError
from belvedere.instance import general, welcome
from belvedere.store import Database
from belvedere.vault import Vault

_PAUSE = timedelta(minutes=1)
"""So long after a message who has forgotten a password gets no other one."""
_log = logging.getLogger("belvedere.mail")


def compose(session: Session, public_url: str, token: str, *, invited: bool) -> Message:
    address = f"{public_url}/password/reset/{token}"
    if invited:
        return welcome_mail.invitation(welcome.in_force(general.read(session)), address)
    text = (
        f"Choose a new password here, within an hour:\n\n{address}\n\n"
        "If you did not ask for this, nothing needs to be done.\n"
    )
    return Message("A new password", text)


def verification(public_url: str, token: str) -> Message:
    address = f"{public_url}{email_credentials.VERIFY}{token}"
    text = f"This is your new address here. Confirm that you read it:\n\n{address}\n"
    return Message("Confirm your address", text)


class PasswordMail:
    """Whoever asks waits for nothing, and so learns nothing about who has an account."""

    def __init__(self, database: Database, vault: Vault, public_url: str) -> None:
        self._database = database
        self._vault = vault
        self._public_url = public_url
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mail")

    def send_reset(self, email: str, now: datetime) -> None:
        self._pool.submit(self._send, email, now)

    def _send(self, email: str, now: datetime) -> None:
        try:
            with self._database.session() as session:
                self._send_to(session, email, now)
        except BelvedereError as error:
            _log.warning("no message was sent: %s", error)
        except Exception:
            _log.exception("no message was sent")

    def _send_to(self, session: Session, email: str, now: datetime) -> None:
        found = session.execute(
            select(EmailCredentials, User)
            .join(User, User.id == EmailCredentials.user_id)
            .where(func.lower(EmailCredentials.email) == func.lower(email.strip()))
        ).first()
        if found is None or found[0].is_disabled or found[1].is_disabled:
            return
        if found[0].password_hash is None:  # anybody could end an invitation by asking
            return
        lately = now - _PAUSE + signing_in.RESET_LIFETIME
        if found[0].reset_expires_at is not None and found[0].reset_expires_at > lately:
            return
        server = mail.server_of(session, self._vault)
        token = signing_in.begin_reset(self._vault, found[0], now)
        told = compose(session, self._public_url, token, invited=False)
        mail.send(server, found[0].email, told)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
