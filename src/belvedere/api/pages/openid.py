"""Signing in with an OpenID provider, the configured one or that of the workforce."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from belvedere.accounts.federation import configs
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.kinds import KINDS, OIDC, WORKFORCE, Kind
from belvedere.accounts.federation.oidc import claims, flow
from belvedere.accounts.federation.oidc.flow import Asked
from belvedere.accounts.federation.person import Refused, Unreachable
from belvedere.api.call import Answer
from belvedere.api.pages import arriving
from belvedere.api.pages.visit import Visit, local
from belvedere.errors import NotFound
from belvedere.vault import VaultError

CALLBACKS = {OIDC.name: "/openidconnect", WORKFORCE.name: "/openidconnect/workforce"}
_CONTEXT = "openid sign-in"
_COOKIE = "openid"
_LASTS = timedelta(minutes=10)
_LONGEST_CODE = 4000


@dataclass(frozen=True, slots=True)
class Underway:
    """What the browser keeps, sealed, until it comes back. `until` is in seconds since 1970."""

    kind: str
    state: str
    nonce: str
    verifier: str
    to: str
    until: int
    slug: str | None = None


def begin(visit: Visit, kind: Kind) -> Answer:
    """To the provider. `test` names a configuration on trial."""
    config = enabled_or_trial(visit, kind, visit.parameters.get("test"))
    if config is None:
        return absent(visit, kind)
    asked = flow.begin()
    visit.release()
    try:
        provider = visit.services.federation.provider(config)
    except Unreachable as error:
        return arriving.unreachable(visit, config, error)
    kept = Underway(
        kind.name,
        asked.state,
        asked.nonce,
        asked.verifier,
        local(visit.parameters.get("return_to", "/")),
        int((visit.now + _LASTS).timestamp()),
        config.slug,
    )
    sealed = visit.services.vault.encrypt(json.dumps(asdict(kept)), _CONTEXT)
    visit.set_cookie(_COOKIE, sealed, int(_LASTS.total_seconds()))
    return visit.redirect(flow.address(provider, asked, _redirect_uri(visit, kind)))


def come_back(visit: Visit, kind: Kind) -> Answer:
    """From the provider, with a code or an error, in the browser that was sent there."""
    underway = _underway(visit, kind)
    visit.set_cookie(_COOKIE, "", 0)
    state = visit.parameters.get("state", "")
    if underway is None or not hmac.compare_digest(state.encode(), underway.state.encode()):
        return stale(visit)
    config = enabled_or_trial(visit, kind, underway.slug)
    if config is None:
        return absent(visit, kind)
    code, error = visit.parameters.get("code", ""), visit.parameters.get("error")
    if error is not None or not 0 < len(code) <= _LONGEST_CODE:
        reason = f"the provider answered {(error or 'without a code')[:100]}"
        return arriving.refused(visit, config, Refused(_not_confirmed(config), reason))
    visit.release()
    services = visit.services
    asked = Asked(underway.state, underway.nonce, underway.verifier)
    try:
        provider = services.federation.provider(config)
        redirect_uri = _redirect_uri(visit, kind)
        told = services.federation.oidc.claims(provider, asked, code, redirect_uri, visit.now)
    except Unreachable as problem:
        return arriving.unreachable(visit, config, problem)
    except Refused as problem:
        return arriving.refused(visit, config, problem)
    return arriving.arrive(visit, config, claims.person_of(config, told), underway.to)


def enabled_or_trial(visit: Visit, kind: Kind, slug: str | None) -> Config | None:
    """None where the service is switched off, or there is no such trial."""
    vault = visit.services.vault
    if slug is None:
        config = configs.read(visit.db, vault, kind)
        return config if config.enabled else None
    try:
        return configs.trial(visit.db, vault, kind, slug, visit.now)
    except NotFound:
        return None


def absent(visit: Visit, kind: Kind) -> Answer:
    text = f"Nobody signs in here with {KINDS[kind.name].title}."
    return visit.page("message", "Not found", 404, text=text, address="/login", link="Sign in")


def stale(visit: Visit) -> Answer:
    """A sign-in that this browser did not begin, or began too long ago."""
    visit.record("login_failed", None, reason="came back without having begun here")
    text = "This sign-in did not begin in this browser, or it took too long."
    return visit.page(
        "message", "Please try again", 400, text=text, address="/login", link="Sign in"
    )


def _underway(visit: Visit, kind: Kind) -> Underway | None:
    try:
        cookie = visit.cookies.get(visit.cookie_name(_COOKIE), "")
        found = Underway(**json.loads(visit.services.vault.decrypt(cookie, _CONTEXT)))
    except VaultError:
        return None
    alive = found.until > visit.now.timestamp()
    return found if alive and found.kind == kind.name else None


def _redirect_uri(visit: Visit, kind: Kind) -> str:
    return f"{visit.services.settings.public_url}{CALLBACKS[kind.name]}"


def _not_confirmed(config: Config) -> str:
    return f"{config.kind.title} did not confirm who you are"
