"""Links that set a password: asked for by those who forgot theirs, and used."""

from __future__ import annotations

from belvedere.accounts import mail, policies, signing_in
from belvedere.api.call import Answer
from belvedere.api.pages import login
from belvedere.api.pages.visit import Visit

_SENT = (
    "If there is an account with that address and a password, a message with a link is on its way."
)


def forgot(visit: Visit) -> Answer:
    return visit.page("forgot", "Forgot your password?", csrf=visit.csrf)


def send(visit: Visit) -> Answer:
    """The same answer whoever asks for whomever."""
    visit.check_form()
    if not mail.is_configured(visit.db):
        text = "This server sends no mail. Ask an administrator for a link."
        return visit.page("message", "Forgot your password?", 503, text=text, address=None)
    visit.services.password_mail.send_reset(visit.form.get("email", ""), visit.now)
    return visit.page("message", "Look into your mail", text=_SENT, address="/login", link="Back")


def show(visit: Visit, token: str) -> Answer:
    found = signing_in.find_reset(visit.db, visit.services.vault, token, visit.now)
    if found is None:
        return _dead(visit)
    return _form(visit, token)


def submit(visit: Visit, token: str) -> Answer:
    visit.check_form()
    found = signing_in.find_reset(visit.db, visit.services.vault, token, visit.now)
    if found is None:
        return _dead(visit)
    problem = login.set_from_form(visit, found)
    if problem is not None:
        return _form(visit, token, problem)
    text = "Your new password is set, and you are signed out everywhere."
    return visit.page("message", "Done", text=text, address="/login", link="Sign in")


def _form(visit: Visit, token: str, problem: str | None = None) -> Answer:
    return visit.page(
        "password",
        "New password",
        200 if problem is None else 422,
        problem=problem,
        csrf=visit.csrf,
        action=f"/password/reset/{token}",
        pending="",
        rule=login.rule(policies.password_policy(visit.db)),
    )


def _dead(visit: Visit) -> Answer:
    text = "This link was used already, or it is too old."
    return visit.page(
        "message",
        "No such link",
        404,
        text=text,
        address="/password/forgot",
        link="Ask for another",
    )
