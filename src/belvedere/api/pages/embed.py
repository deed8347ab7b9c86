"""Embedded content: signing in by an address, and the page that says who is there."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, urlsplit

from belvedere.accounts.embedding import addresses, cookieless, signing_in
from belvedere.accounts.embedding.addresses import Refused
from belvedere.accounts.embedding.cookieless import Desk
from belvedere.accounts.tables import User
from belvedere.api.call import Answer
from belvedere.api.pages import viewing
from belvedere.api.pages.visit import Visit
from belvedere.instance import general

PAGES = "/embed/"
_NAVIGATION = "embed_navigation_token"
_EVERYWHERE = ("*",)


def sign_in(visit: Visit) -> Answer:
    """To the page that the address leads to; where it lets nobody in, to a page that says why."""
    try:
        target = addresses.target_of(visit.request.path)
        if "embed_authentication_token" in visit.parameters:
            _cookieless(visit)
        elif "t" in visit.parameters:
            _as_oneself(visit, target)
        else:
            _signed(visit)
    except Refused as error:
        visit.record("embed_login_failed", None, problems=[text[:200] for text in error.problems])
        return _failure(visit, error)
    return visit.redirect(addresses.location(target))


def _signed(visit: Visit) -> None:
    path, query = visit.request.path, visit.request.query
    vault = visit.services.vault
    asked = signing_in.check(visit.db, vault, visit.hosts, path, query, visit.now)
    signing_in.use(visit.db, vault, asked, visit.now)
    if not asked.replaces and visit.user is not None:
        visit.leave_embedded()
        return
    with visit.db.begin_nested():
        user = signing_in.admit(visit.db, vault, asked.definition, visit.now)
    visit.sign_in_embedded(user, timedelta(seconds=asked.definition.session_length))


def _as_oneself(visit: Visit, target: str) -> None:
    token = visit.parameters["t"]
    own = signing_in.use_own(visit.db, visit.services.vault, token, target, visit.now)
    if not own.replaces and visit.user is not None:
        visit.leave_embedded()
        return
    visit.sign_in_embedded(own.user, own.lifetime, own.sudo_user_id)


def _cookieless(visit: Visit) -> None:
    found = cookieless.come_in(_desk(visit), visit.parameters["embed_authentication_token"])
    visit.record("login", found.user.id, credentials_type="embed", cookieless=True)


def show(visit: Visit) -> Answer:
    """Who is there. Content is not part of this release."""
    try:
        user, domain = _present(visit)
    except Refused as error:
        return _failure(visit, error)
    allowed = ("'self'", *general.allowed_origins(visit.db), *([domain] if domain else []))
    if user is None:
        return _nobody(visit, allowed)
    if visit.request.method == "GET":
        viewing.note(visit, user, visit.request.path.removeprefix(PAGES))
    return visit.page("embedded", "Embedded content", frames=allowed, user=user.display_name)


def _present(visit: Visit) -> tuple[User | None, str | None]:
    """The user, and the origin that may show this session beside those that may show any."""
    token = visit.parameters.get(_NAVIGATION)
    if token is None:
        return visit.embedded or visit.user, None
    found = cookieless.navigate(_desk(visit), token)
    return found.user, found.session.embed_domain


def _nobody(visit: Visit, allowed: tuple[str, ...]) -> Answer:
    if visit.parameters.get("allow_login_screen") == "true":
        request = visit.request
        back = f"{request.path}?{request.query}"
        return visit.redirect(f"/login?return_to={quote(back, safe='')}")
    text = "You are not signed in, or your session has ended."
    return visit.page("message", "Embedded content", 401, frames=allowed, text=text, address=None)


def _failure(visit: Visit, error: Refused) -> Answer:
    """It can do nothing, so it may be shown anywhere."""
    problems = [text.encode("utf-8", "replace").decode() for text in error.problems]
    title = "Single sign-on failure"
    return visit.page("refused", title, 401, frames=_EVERYWHERE, problems=problems)


def _desk(visit: Visit) -> Desk:
    services = visit.services
    issuer, agent = services.settings.public_url, visit.device.user_agent
    return Desk(visit.db, services.vault, issuer, agent, visit.now)


def login_frames(visit: Visit, return_to: str) -> tuple[str, ...] | None:
    """Which origins may show the sign-in page that leads back to embedded content."""
    strict = general.embed_config(visit.db)["strict_sameorigin_for_login"]
    if strict or not urlsplit(return_to).path.startswith(PAGES):
        return None
    return ("'self'", *general.allowed_origins(visit.db))
