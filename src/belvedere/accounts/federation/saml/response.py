"""A person from the response of an identity provider (SAML 2.0 profiles, section 4.1.4)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from belvedere.accounts.federation.checks import certificates_in
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.person import Person, Refused
from belvedere.accounts.federation.saml.certificates import certificate_of
from belvedere.accounts.federation.saml.signatures import NotSigned, signed_assertion
from belvedere.accounts.federation.saml.xml import (
    SAML,
    SAMLP,
    Element,
    XmlError,
    only,
    parsed,
    text_of,
)

_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_MOST_VALUES = 5000
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What this server is to identity providers: its name, and where responses go."""

    entity_id: str
    callback: str


@dataclass(frozen=True, slots=True)
class Answered:
    """`in_response_to` is the request that the provider answers; None where it began by itself.
    `until` is when the assertion is of no use any more.
    """

    person: Person
    assertion_id: str
    in_response_to: str | None
    until: datetime


def read(config: Config, us: ServiceProvider, encoded: str, now: datetime) -> Answered:
    """Refused for anything that the provider did not say to this server, now."""
    try:
        root = parsed(b64decode("".join(encoded.split()), validate=True))
        certificates = [certificate_of(text) for text in certificates_in(config.values)]
        _check_response(root, config, us)
        assertion = signed_assertion(root, certificates, now)
        return _answered(assertion, config, us, now)
    except (XmlError, NotSigned) as error:
        raise _bad(str(error)) from None
    except ValueError:
        raise _bad("the response cannot be read") from None


def _check_response(root: Element, config: Config, us: ServiceProvider) -> None:
    status = root.find(f"{SAMLP}Status/{SAMLP}StatusCode")
    value = status.get("Value") if status is not None else None
    if value != _SUCCESS:
        raise _bad(f"the provider answers {str(value).rpartition(':')[2][:60]}")
    if root.get("Destination") not in (None, "", us.callback):
        raise _bad("the response is for another address")
    issuer = only(root, f"{SAML}Issuer")
    if issuer is not None and text_of(issuer) != config.text("idp_issuer"):
        raise _bad("the response is of another issuer")


def _answered(assertion: Element, config: Config, us: ServiceProvider, now: datetime) -> Answered:
    """Only what was signed is looked at from here on."""
    drift = timedelta(seconds=int(config.values.get("allowed_clock_drift") or 0))
    assertion_id = assertion.get("ID") or ""
    if assertion.get("Version") != "2.0" or not assertion_id:
        raise _bad("the assertion is not of SAML 2.0")
    if text_of(only(assertion, f"{SAML}Issuer")) != config.text("idp_issuer"):
        raise _bad("the assertion is of another issuer")
    _check_conditions(assertion, config, us, now, drift)
    data, until = _confirmed(assertion, us, now, drift)
    for statement in assertion.findall(f"{SAML}AuthnStatement"):
        end = _time(statement, "SessionNotOnOrAfter")
        if end is not None and end + drift <= now:
            raise _bad("the session at the provider is over")
    person = _person(assertion, config)
    return Answered(person, assertion_id, data.get("InResponseTo"), until + drift)


def _check_conditions(
    assertion: Element, config: Config, us: ServiceProvider, now: datetime, drift: timedelta
) -> None:
    conditions = only(assertion, f"{SAML}Conditions")
    if conditions is None:
        raise _bad("the assertion has no conditions")
    begin, end = _time(conditions, "NotBefore"), _time(conditions, "NotOnOrAfter")
    if begin is not None and begin - drift > now:
        raise _bad("the assertion is not valid yet")
    if end is not None and end + drift <= now:
        raise _bad("the assertion is not valid any more")
    wanted = config.text("idp_audience")
    ours = {wanted} if wanted else {us.entity_id, f"{us.entity_id}/", us.callback}
    restrictions = conditions.findall(f"{SAML}AudienceRestriction")
    for restriction in restrictions:
        named = {text_of(item) for item in restriction.findall(f"{SAML}Audience")}
        if not named & ours:
            raise _bad(f"the assertion is for {', '.join(sorted(named))[:300]}: see idp_audience")
    if wanted and not restrictions:
        raise _bad("the assertion names no audience")


def _confirmed(
    assertion: Element, us: ServiceProvider, now: datetime, drift: timedelta
) -> tuple[Element, datetime]:
    """What makes the bearer of the assertion its subject, and until when."""
    subject = only(assertion, f"{SAML}Subject")
    listed = [] if subject is None else subject.findall(f"{SAML}SubjectConfirmation")
    reason = "nothing makes who brings the assertion its subject"
    for item in listed:
        data = only(item, f"{SAML}SubjectConfirmationData")
        if item.get("Method") != _BEARER or data is None:
            continue
        end, begin = _time(data, "NotOnOrAfter"), _time(data, "NotBefore")
        if data.get("Recipient") != us.callback:
            reason = "the assertion is for another recipient"
        elif end is None or end + drift <= now or (begin is not None and begin - drift > now):
            reason = "the assertion is not valid now"
        elif end > now + _LONGEST:
            reason = "the assertion is valid for longer than it should be"
        else:
            return data, end
    raise _bad(reason)


def _person(assertion: Element, config: Config) -> Person:
    subject = only(assertion, f"{SAML}Subject")
    name = only(subject, f"{SAML}NameID") if subject is not None else None
    if name is None or not text_of(name):
        raise _bad("the assertion does not say who it is about")
    if name.get("Format") == _TRANSIENT:
        raise _bad("the NameID is transient: nobody could be recognised by it again")
    told = dict(_attributes(assertion))

    def first(mapped: str) -> str | None:
        return next(iter(told.get(config.text(mapped), ())), None)

    return Person(
        kind="saml",
        external_id=text_of(name),
        email=first("user_attribute_map_email"),
        first_name=first("user_attribute_map_first_name"),
        last_name=first("user_attribute_map_last_name"),
        groups=_groups(config, told),
        attributes=told,
    )


def _attributes(assertion: Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By name, and by friendly name where nothing else has that name."""
    by_name: dict[str, tuple[str, ...]] = {}
    friendly: dict[str, tuple[str, ...]] = {}
    for item in list(assertion.iter(f"{SAML}Attribute"))[:_MOST_VALUES]:
        listed = item.findall(f"{SAML}AttributeValue")[:_MOST_VALUES]
        values = tuple(text for text in map(text_of, listed) if text)
        if item.get("Name"):
            by_name[item.get("Name")] = by_name.get(item.get("Name"), ()) + values
        if item.get("FriendlyName"):
            friendly[item.get("FriendlyName")] = values
    yield from {**friendly, **by_name}.items()


def _groups(config: Config, told: dict[str, tuple[str, ...]]) -> frozenset[str]:
    if config.text("groups_finder_type") == "individual_attributes":
        member = config.text("groups_member_value")
        return frozenset(name for name, values in told.items() if member and member in values)
    return frozenset(told.get(config.text("groups_attribute"), ()))


def _time(element: Element, name: str) -> datetime | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(f"{name} is no time") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _bad(reason: str) -> Refused:
    return Refused("SAML did not confirm who you are", reason)
