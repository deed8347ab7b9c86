"""What a SAML response must not achieve when its provider did not say it, to this server, now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import SignatureMethod
from sqlalchemy import select
from tests.api.browser import Browser
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.people import user_of
from tests.api.saml_idp import (
    NAMESPACES,
    Forge,
    IdentityProvider,
    Told,
    asked,
    form,
    identity_provider,
)

from belvedere.accounts.tables import AuditEvent

EVIL = "boss@example.com"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture(scope="module")
def stranger() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@dataclass
class Attack:
    """A browser that was sent to the provider, and what the provider's key could sign."""

    instance: Instance
    admin: ApiClient
    browser: Browser
    forge: Forge
    told: Told

    def post(self, sent: dict[str, str]) -> Response:
        """As browsers post from another site: without cookies."""
        cookies, self.browser.cookies = self.browser.cookies, {}
        posted = self.browser.post("/samlcallback", sent)
        self.browser.cookies = cookies
        if posted.status != 303:
            return posted
        return self.browser.get(posted.headers["location"])

    def forged(self, **lies: Any) -> Response:
        return self.post(self.forge.form(replace(self.told, **lies)))

    def sent(self, xml: str | bytes) -> Response:
        return self.post(form(xml, self.told.request.relay_state))

    def reasons(self) -> list[str]:
        with self.instance.services.database.reading() as session:
            rows = session.scalars(select(AuditEvent).where(AuditEvent.name == "login_failed"))
            return [str((row.attributes or {}).get("reason")) for row in rows]


@pytest.fixture
def attack(instance: Instance, admin: ApiClient, provider: IdentityProvider) -> Attack:
    answer = admin.patch("/saml_config", provider.config(enabled=True))
    assert answer.status == 200, answer.text
    browser = Browser(instance.anonymous)
    told = Told(asked(browser.get("/login/saml").headers["location"]))
    return Attack(instance, admin, browser, Forge(provider.key, provider.certificate), told)


def test_what_holds_is_accepted(attack: Attack) -> None:
    assert attack.forged().status == 303
    assert user_of(attack.admin, "ada@example.com") is not None


_LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "another issuer of the response": {"response_issuer": "https://evil.example"},
    "for somebody else": {"audience": "https://another.example"},
    "for another recipient": {"recipient": "https://another.example/samlcallback"},
    "for another address": {"destination": "https://another.example/samlcallback"},
    "not any more": {"end": -1},
    "not yet": {"begin": 60},
    "confirmed until before": {"confirmed_until": -1},
    "confirmed for ever": {"confirmed_until": 10_000_000},
    "confirmed without an end": {"confirmed_until": None},
    "the session is over": {"session_until": -1},
    "without conditions": {"conditions": False},
    "not confirmed by who brings it": {"method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"},
    "the provider says no": {"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"},
    "of an old version": {"version": "1.1"},
    "nobody in particular": {"subject": ""},
    "somebody for this once": {
        "name_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    },
    "answers nothing": {"in_response_to": ""},
    "without an id": {"assertion_id": ""},
}


@pytest.mark.parametrize("lie", list(_LIES))
def test_an_assertion_that_does_not_hold(attack: Attack, lie: str) -> None:
    lies = _LIES[lie]
    told = replace(attack.told, **lies)
    if lie == "without an id":
        whole = attack.forge.signed(told.response(told.assertion()))
        assert attack.sent(whole).status == 401
    else:
        assert attack.forged(**lies).status == 401
    assert attack.browser.get("/account").status == 303
    assert user_of(attack.admin, "ada@example.com") is None


def test_of_another_sign_in(attack: Attack) -> None:
    assert attack.forged(in_response_to="_another").status == 400
    assert user_of(attack.admin, "ada@example.com") is None


def test_a_wanted_audience_must_be_named(attack: Attack) -> None:
    attack.admin.patch("/saml_config", {"idp_audience": "urn:us"})
    assert attack.forged().status == 401
    assert attack.forged(audience="").status == 401
    assert "names no audience" in attack.reasons()[-1]
    assert attack.forged(audience="urn:us").status == 303


def test_clocks_may_differ_as_far_as_it_is_configured(attack: Attack) -> None:
    assert attack.forged(begin=20).status == 401
    attack.admin.patch("/saml_config", {"allowed_clock_drift": 60})
    assert attack.forged(begin=20, end=-20, confirmed_until=-20).status == 303


def test_an_assertion_is_used_once(attack: Attack) -> None:
    sent = attack.forge.form(attack.told)
    assert attack.post(sent).status == 303
    assert attack.post(sent).status == 401
    assert attack.reasons() == ["the assertion was used before"]


def test_what_nobody_asked_for_asks_the_provider(attack: Attack) -> None:
    told = replace(attack.told, in_response_to="")
    unasked = attack.forge.form(told)
    for relay_state, place in (("", "%2F"), ("/account", "%2Faccount"), ("//evil.example", "%2F")):
        victim = Browser(attack.instance.anonymous)
        answer = victim.post("/samlcallback", unasked | {"RelayState": relay_state})
        assert (answer.status, answer.headers["location"]) == (
            303,
            f"/login/saml?return_to={place}",
        )
        assert victim.get("/account").status == 303
    assert user_of(attack.admin, "ada@example.com") is None


# Signatures


def test_a_stranger_signs(attack: Attack, stranger: IdentityProvider) -> None:
    forge = Forge(stranger.key, stranger.certificate)
    assert attack.post(forge.form(attack.told)).status == 401


_SHA1 = {
    "signature": (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    ),
    "digest": (
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2000/09/xmldsig#sha1",
    ),
}


@pytest.mark.parametrize("what", list(_SHA1))
def test_weak_algorithms(attack: Attack, what: str) -> None:
    strong, weak = _SHA1[what]
    signed = attack.forge.signed(attack.told.assertion())
    assert strong in signed
    assert attack.sent(attack.told.response(signed.replace(strong, weak))).status == 401


def test_a_secret_instead_of_a_key(attack: Attack) -> None:
    """The certificate is public: who signs with it as a shared secret has proven nothing."""
    root = etree.fromstring(attack.told.assertion())
    signer = XMLSigner(signature_algorithm=SignatureMethod.HMAC_SHA256)
    made = signer.sign(root, key=attack.forge.certificate.encode(), reference_uri=root.get("ID"))
    assert attack.sent(attack.told.response(etree.tostring(made).decode())).status == 401


def _changed(xml: str) -> str:
    return xml.replace("ada@example.com", EVIL)


def _unsigned(told: Told, **lies: Any) -> str:
    return replace(told, email=EVIL, subject="boss", **lies).assertion()


def _with_object(signed: str, inner: str) -> str:
    """The signed assertion inside of the signature of another one."""
    wrapped = f'<ds:Object xmlns:ds="{NAMESPACES["ds"]}">{inner}</ds:Object>'
    return signed.replace("</ds:Signature>", f"{wrapped}</ds:Signature>")


def _signature(signed: str) -> str:
    found = re.search(r"<ds:Signature.*</ds:Signature>", signed, re.DOTALL)
    assert found is not None
    return found[0]


def _inside(assertion: str, what: str) -> str:
    """Right behind the issuer, where signatures stand."""
    return assertion.replace("</saml:Issuer>", f"</saml:Issuer>{what}", 1)


_WRAPPED: dict[str, Callable[[Attack, str], str]] = {
    "changed after it was signed": lambda a, signed: a.told.response(_changed(signed)),
    "signature taken away": lambda a, signed: a.told.response(
        signed.replace(_signature(signed), "")
    ),
    "another one before": lambda a, signed: a.told.response(
        _unsigned(a.told, assertion_id="_evil") + signed
    ),
    "another one behind": lambda a, signed: a.told.response(
        signed + _unsigned(a.told, assertion_id="_evil")
    ),
    "another one with the same id": lambda a, signed: a.told.response(
        _unsigned(a.told) + f"<samlp:Extensions>{signed}</samlp:Extensions>"
    ),
    "the signed one elsewhere": lambda a, signed: a.told.response(
        _unsigned(a.told, assertion_id="_evil") + f"<samlp:Extensions>{signed}</samlp:Extensions>"
    ),
    "the signed one inside of the other": lambda a, signed: a.told.response(
        _inside(_unsigned(a.told, assertion_id="_evil"), signed)
    ),
    "the signed one inside of the signature": lambda a, signed: a.told.response(
        _inside(
            _unsigned(a.told, assertion_id="_evil"),
            _with_object(_signature(signed), signed.replace(_signature(signed), "")),
        )
    ),
    "the signature moved to the other": lambda a, signed: a.told.response(
        _inside(_unsigned(a.told, assertion_id="_evil"), _signature(signed))
    ),
    "the signature moved to the response": lambda a, signed: _inside(
        a.told.response(_changed(signed.replace(_signature(signed), ""))), _signature(signed)
    ),
    "a signature that is about something else": lambda a, signed: a.told.response(
        _inside(
            _unsigned(a.told),
            _signature(a.forge.signed('<saml:Advice xmlns:saml="urn:x" ID="_assertion"/>')),
        )
    ),
    "a reference to everything": lambda a, signed: a.told.response(
        _changed(signed).replace('URI="#_assertion"', 'URI=""')
    ),
    "a transformation that leaves out": lambda a, signed: a.told.response(
        _changed(signed).replace(
            "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2000/09/xmldsig#base64", 1
        )
    ),
    "the response inside of another": lambda a, signed: a.told.response(
        f"<samlp:Extensions>{a.told.response(signed)}</samlp:Extensions>"
    ),
    "an encrypted one beside": lambda a, signed: a.told.response(
        signed + "<saml:EncryptedAssertion/>"
    ),
    "no response": lambda a, signed: signed,
    "no assertion": lambda a, signed: a.told.response(""),
}


@pytest.mark.parametrize("how", list(_WRAPPED))
def test_nobody_hides_behind_a_signature(attack: Attack, how: str) -> None:
    signed = attack.forge.signed(attack.told.assertion())
    assert attack.sent(_WRAPPED[how](attack, signed)).status == 401
    assert user_of(attack.admin, EVIL) is None
    assert user_of(attack.admin, "ada@example.com") is None


def test_a_signed_response_keeps_its_assertion(attack: Attack) -> None:
    whole = attack.forge.signed(attack.told.response(attack.told.assertion()))
    assert attack.sent(_changed(whole)).status == 401
    assert attack.sent(whole).status == 303


def test_comments_hide_nothing(attack: Attack) -> None:
    """Canonical XML leaves comments out: the signature holds, and the text must be whole."""
    told = replace(attack.told, email="ada@example.com.evil.example")
    signed = attack.forge.signed(told.assertion())
    split = signed.replace("ada@example.com.evil.example", "ada@example.com<!-- -->.evil.example")
    assert attack.sent(told.response(split)).status == 303
    assert user_of(attack.admin, "ada@example.com") is None
    assert user_of(attack.admin, "ada@example.com.evil.example") is not None


# XML


_BOMB = "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n > 1 else '&a;' * 10}'>" for n in range(1, 10))
)


@pytest.mark.parametrize(
    "head",
    [
        _BOMB,
        "<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/evil.dtd'>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:1/'> %b;]>",
        "<!DOCTYPE a>",
    ],
    ids=["bomb", "file", "dtd", "parameter", "empty"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types(attack: Attack, head: str, encoding: str) -> None:
    signed = attack.forge.signed(attack.told.assertion())
    entity = "&a9;" if head is _BOMB else "&a;" if "ENTITY a " in head else ""
    xml = head + attack.told.response(signed + entity)
    assert attack.sent(xml.encode(encoding)).status == 401
    assert user_of(attack.admin, "ada@example.com") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<",
        b"<a/>",
        b"\xff\xfe",
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
        b"<?xml version='1.0' encoding='nothing'?><a/>",
        b"<a>" * 50_000 + b"</a>" * 50_000,
        b"<a " + b" ".join(b"x%d='1'" % n for n in range(50_000)) + b"/>",
        b"<a>" + b"x" * 2_000_000 + b"</a>",
        b"<a>" + b"<b/>" * 100_000 + b"</a>",
    ],
    ids=lambda data: f"{data[:12]!r} {len(data)}",
)
def test_what_is_no_response(attack: Attack, data: bytes) -> None:
    assert attack.sent(data).status == 401


@pytest.mark.parametrize("text", ["", "!", "PGE+", "a" * 1001])
def test_what_is_no_base64(attack: Attack, text: str) -> None:
    sent = {"SAMLResponse": text, "RelayState": attack.told.request.relay_state}
    assert attack.post(sent).status == 401
    assert Browser(attack.instance.anonymous).post("/samlcallback", {}).status == 401
