"""Links that prove an address: whoever reads mail there is let in again."""

from __future__ import annotations

from belvedere.accounts import email_credentials
from belvedere.api.call import Answer
from belvedere.api.pages.visit import Visit


def show(visit: Visit, token: str) -> Answer:
    """Programs that look at mail open its links: it takes a form to confirm."""
    if email_credentials.find_verification(visit.db, visit.services.vault, token) is None:
        return _dead(visit)
    return visit.page(
        "verify",
        "Confirm your address",
        csrf=visit.csrf,
        action=f"{email_credentials.VERIFY}{token}",
        text="Confirm that this address is yours. Then you can sign in with it.",
    )


def submit(visit: Visit, token: str) -> Answer:
    visit.check_form()
    found = email_credentials.find_verification(visit.db, visit.services.vault, token)
    if found is None:
        return _dead(visit)
    email_credentials.verify(visit.db, found, visit.now)
    visit.record("email_verified", found.id)
    text = "Your address is confirmed."
    return visit.page("message", "Done", text=text, address="/login", link="Sign in")


def _dead(visit: Visit) -> Answer:
    text = "This link was used already, or another one was sent since."
    return visit.page("message", "No such link", 404, text=text, address="/login", link="Sign in")
