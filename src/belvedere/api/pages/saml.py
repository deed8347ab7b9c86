"""Signing in with a SAML identity provider.

The provider has the browser post its response to us from its own page, and browsers send no
cookies of ours along with that. So the response is checked and kept for a moment, and the browser
is sent on to fetch it with its cookie: only the browser that was sent to the provider can.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from belvedere.accounts.federation import tickets
from belvedere.accounts.federation.kinds import SAML
from belvedere.accounts.federation.person import Person, Refused
from belvedere.accounts.federation.saml import request, response
from belvedere.accounts.federation.saml.response import Answered, ServiceProvider
from belvedere.api.call import Answer
from belvedere.api.pages import arriving, openid
from belvedere.api.pages.visit import Visit, local
from belvedere.vault import VaultError

_CALLBACK = "/samlcallback"
_CONTEXT = "saml sign-in"
_COOKIE = "saml"
_LASTS = timedelta(minutes=10)
_TICKET_LASTS = timedelta(minutes=2)
_OURS = "sign-in"
_TRIAL = "test."
_LONGEST_TICKET = 100


@dataclass(frozen=True, slots=True)
class Underway:
    """What the browser keeps, sealed, until it comes back. `until` is in seconds since 1970."""

    request_id: str
    to: str
    until: int
    slug: str | None = None


def begin(visit: Visit) -> Answer:
    """To the provider. `test` names a configuration on trial."""
    slug = visit.parameters.get("test")
    config = openid.enabled_or_trial(visit, SAML, slug)
    if config is None or not config.text("idp_url"):
        return openid.absent(visit, SAML)
    kept = Underway(
        request.new_id(),
        local(visit.parameters.get("return_to", "/")),
        int((visit.now + _LASTS).timestamp()),
        slug,
    )
    sealed = visit.services.vault.encrypt(json.dumps(asdict(kept)), _CONTEXT)
    visit.set_cookie(_COOKIE, sealed, int(_LASTS.total_seconds()))
    relay_state = f"{_TRIAL}{slug}" if slug is not None else _OURS
    address = request.address(config, provider(visit), kept.request_id, relay_state, visit.now)
    return visit.redirect(address)


def receive(visit: Visit) -> Answer:
    """The provider's response, from the provider's page."""
    relay_state = visit.form.get("RelayState", "")
    slug = relay_state.removeprefix(_TRIAL) if relay_state.startswith(_TRIAL) else None
    config = openid.enabled_or_trial(visit, SAML, slug)
    if config is None:
        return openid.absent(visit, SAML)
    try:
        encoded = visit.form.get("SAMLResponse", "")
        answered = response.read(config, provider(visit), encoded, visit.now)
        if answered.in_response_to is None:
            return _began_elsewhere(visit, relay_state)
        _use_up(visit, answered)
    except Refused as error:
        return arriving.refused(visit, config, error)
    value = {
        "person": _to_json(answered.person),
        "request_id": answered.in_response_to,
        "slug": slug,
    }
    ticket = tickets.keep(visit.db, visit.services.vault, _CONTEXT, value, visit.now, _TICKET_LASTS)
    return visit.redirect(f"{_CALLBACK}?{urlencode({'ticket': ticket})}")


def fetch(visit: Visit) -> Answer:
    """What was kept, for the browser that was sent to the provider."""
    underway = _underway(visit)
    visit.set_cookie(_COOKIE, "", 0)
    ticket = visit.parameters.get("ticket", "")[:_LONGEST_TICKET]
    kept = tickets.redeem(visit.db, visit.services.vault, _CONTEXT, ticket, visit.now)
    if underway is None or kept is None or not _belongs(underway, kept):
        return openid.stale(visit)
    config = openid.enabled_or_trial(visit, SAML, underway.slug)
    if config is None:
        return openid.absent(visit, SAML)
    return arriving.arrive(visit, config, _from_json(kept["person"]), underway.to)


def show_metadata(visit: Visit) -> Answer:
    """What identity providers ask for to know this server."""
    body = request.metadata(provider(visit))
    return Answer(200, "application/samlmetadata+xml", body, {})


def provider(visit: Visit) -> ServiceProvider:
    ours = visit.services.settings.public_url
    return ServiceProvider(ours, f"{ours}{_CALLBACK}")


def _began_elsewhere(visit: Visit, relay_state: str) -> Answer:
    """A response that nobody here asked for signs nobody in: it could have been slipped to the
    browser. It makes the browser ask the provider, which knows who is there.
    """
    if relay_state == _OURS or relay_state.startswith(_TRIAL):
        text = "SAML did not confirm who you are"
        raise Refused(text, "the assertion does not say which request it answers")
    return visit.redirect(f"/login/saml?{urlencode({'return_to': local(relay_state)})}")


def _use_up(visit: Visit, answered: Answered) -> None:
    """Refused for an assertion that was brought before."""
    vault, name = visit.services.vault, answered.assertion_id
    if not tickets.use_up(visit.db, vault, "saml assertion", name, visit.now, answered.until):
        raise Refused("SAML did not confirm who you are", "the assertion was used before")


def _underway(visit: Visit) -> Underway | None:
    try:
        cookie = visit.cookies.get(visit.cookie_name(_COOKIE), "")
        found = Underway(**json.loads(visit.services.vault.decrypt(cookie, _CONTEXT)))
    except VaultError:
        return None
    return found if found.until > visit.now.timestamp() else None


def _belongs(underway: Underway, kept: dict[str, Any]) -> bool:
    same = hmac.compare_digest(str(kept["request_id"]).encode(), underway.request_id.encode())
    return same and kept["slug"] == underway.slug


def _to_json(person: Person) -> dict[str, Any]:
    return {**asdict(person), "groups": sorted(person.groups)}


def _from_json(kept: dict[str, Any]) -> Person:
    told = {name: tuple(values) for name, values in kept["attributes"].items()}
    return Person(**{**kept, "attributes": told, "groups": frozenset(kept["groups"])})
