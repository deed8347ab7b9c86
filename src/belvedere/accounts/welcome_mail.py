"""Messages that invite somebody."""

from __future__ import annotations

from html import escape

from belvedere.accounts.mail import Message
from belvedere.instance import markup
from belvedere.instance.welcome import Welcome

_SUBJECT = "Your account"


def invitation(welcome: Welcome | None, address: str) -> Message:
    """With the address that sets the first password."""
    if welcome is None:
        text = f"An account was made for you. Choose a password here:\n\n{address}\n"
        return Message(_SUBJECT, text)
    header = f"<h1>{escape(welcome.header)}</h1>\n" if welcome.header else ""
    link = f'<p><a href="{escape(address)}">Choose a password</a></p>'
    parts = (welcome.header, markup.plain(welcome.content), f"Choose a password here:\n{address}")
    text = "\n\n".join(part for part in parts if part)
    return Message(welcome.subject or _SUBJECT, f"{text}\n", f"{header}{welcome.content}\n{link}")
