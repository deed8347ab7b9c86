"""Which page answers which address."""

from __future__ import annotations

from collections.abc import Callable

from belvedere.accounts.email_credentials import VERIFY
from belvedere.accounts.embedding import addresses
from belvedere.accounts.federation.kinds import OIDC, WORKFORCE
from belvedere.api.call import Answer, Request
from belvedere.api.pages import embed, login, oauth, openid, passwords, saml, verification
from belvedere.api.pages.visit import ForgedForm, Visit
from belvedere.api.services import Services
from belvedere.errors import BadRequest

Page = Callable[[Visit], Answer]
_RESET = "/password/reset/"
_LINKS: dict[tuple[str, str], Callable[[Visit, str], Answer]] = {
    ("GET", _RESET): passwords.show,
    ("POST", _RESET): passwords.submit,
    ("GET", VERIFY): verification.show,
    ("POST", VERIFY): verification.submit,
}
"""Pages whose address ends in a token."""


def _account(visit: Visit) -> Answer:
    if visit.user is None:
        return visit.redirect("/login?return_to=%2Faccount")
    user = visit.user.email or visit.user.display_name
    return visit.page("account", "Your account", csrf=visit.csrf, user=user)


_PAGES: dict[tuple[str, str], Page] = {
    ("GET", "/login"): login.show,
    ("POST", "/login"): login.submit,
    ("GET", "/login/email"): login.show_email,
    ("POST", "/login/email"): login.submit_email,
    ("GET", "/login/oidc"): lambda visit: openid.begin(visit, OIDC),
    ("GET", "/openidconnect"): lambda visit: openid.come_back(visit, OIDC),
    ("GET", "/login/saml"): saml.begin,
    ("POST", "/samlcallback"): saml.receive,
    ("GET", "/samlcallback"): saml.fetch,
    ("GET", "/saml/metadata"): saml.show_metadata,
    ("GET", "/login/workforce"): lambda visit: openid.begin(visit, WORKFORCE),
    ("GET", "/openidconnect/workforce"): lambda visit: openid.come_back(visit, WORKFORCE),
    ("POST", "/login/totp"): login.second_factor,
    ("POST", "/login/password"): login.new_password,
    ("POST", "/logout"): login.sign_out,
    ("GET", "/account"): _account,
    ("GET", "/password/forgot"): passwords.forgot,
    ("POST", "/password/forgot"): passwords.send,
    ("GET", "/auth"): oauth.authorize,
    ("POST", "/auth"): oauth.decide,
}


class Pages:
    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, request: Request) -> Answer | None:
        """The page's answer; None for an address without a page."""
        method = "GET" if request.method == "HEAD" else request.method
        if (method, request.path) == ("POST", "/api/token"):
            return oauth.token(self._services, request)
        page = (
            _PAGES.get((method, request.path))
            or _with_token(method, request.path)
            or _embedded(request)
        )
        if page is None:
            return None
        with Visit(self._services, request) as visit:
            try:
                return page(visit)
            except ForgedForm as error:
                return _told(visit, str(error), 403)
            except BadRequest as error:
                return _told(visit, str(error), 400)


def _with_token(method: str, path: str) -> Page | None:
    start, _, token = path.rpartition("/")
    page = _LINKS.get((method, f"{start}/"))
    if page is None or not token.isalnum() or len(token) > 100:
        return None
    return lambda visit: page(visit, token)


def _embedded(request: Request) -> Page | None:
    """Addresses that sign in are used up by a GET alone, not by who only looks."""
    if request.path.startswith(addresses.LOGIN):
        return embed.sign_in if request.method == "GET" else None
    reading = request.method in ("GET", "HEAD")
    return embed.show if reading and request.path.startswith(embed.PAGES) else None


def _told(visit: Visit, text: str, status: int) -> Answer:
    return visit.page("message", "That did not work", status, text=text, address=None)
