"""A SAML identity provider: pysaml2 with Debian's xmlsec1, and a forge for responses that lie."""

from __future__ import annotations

import tempfile
import warnings
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from tests import debian
from tests.certificates import certify

with warnings.catch_warnings():  # it imports what newer packages advise against
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID
    from saml2.server import Server

ISSUER = "https://idp.example.com/metadata"
SIGN_IN = "https://idp.example.com/sso"
NAMESPACES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


@dataclass(frozen=True)
class Asked:
    """What an authentication request says."""

    request_id: str
    issuer: str
    callback: str
    relay_state: str


@dataclass
class IdentityProvider:
    folder: Path
    certificate: str
    key: bytes
    xmlsec: Path

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "idp_url": SIGN_IN,
            "idp_issuer": ISSUER,
            "idp_cert": self.certificate,
            "user_attribute_map_email": "email",
            "user_attribute_map_first_name": "firstName",
            "user_attribute_map_last_name": "lastName",
            "groups_attribute": "groups",
            **more,
        }

    def server(self, sp_metadata: str | None) -> Server:
        """pysaml2's provider, which knows a service provider by its metadata."""
        found = IdPConfig()
        found.load(
            {
                "entityid": ISSUER,
                "service": {
                    "idp": {
                        "endpoints": {"single_sign_on_service": [(SIGN_IN, BINDING_HTTP_REDIRECT)]},
                        "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": _URI}},
                    }
                },
                "key_file": str(self.folder / "idp.key"),
                "cert_file": str(self.folder / "idp.pem"),
                "xmlsec_binary": str(self.xmlsec),
                "metadata": {"inline": [sp_metadata]} if sp_metadata else {},
            }
        )
        return Server(config=found)

    def metadata(self) -> str:
        """As pysaml2 describes its provider."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return str(entity_descriptor(self.server(None).config))

    def respond(
        self,
        sp_metadata: str,
        address: str,
        subject: str,
        identity: dict[str, Any],
        *,
        sign_assertion: bool = True,
        sign_response: bool = False,
    ) -> dict[str, str]:
        """The form that the browser is given for the address it came with."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._responded(
                sp_metadata, address, subject, identity, (sign_assertion, sign_response)
            )

    def _responded(
        self,
        sp_metadata: str,
        address: str,
        subject: str,
        identity: dict[str, Any],
        signing: tuple[bool, bool],
    ) -> dict[str, str]:
        server = self.server(sp_metadata)
        query = dict(parse_qsl(urlsplit(address).query))
        request = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        arguments = server.response_args(request.message, [BINDING_HTTP_POST])
        name = NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=subject)
        made = server.create_authn_response(
            identity,
            in_response_to=arguments["in_response_to"],
            destination=arguments["destination"],
            sp_entity_id=arguments["sp_entity_id"],
            name_id=name,
            sign_assertion=signing[0],
            sign_response=signing[1],
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
        )
        encoded = b64encode(str(made).encode()).decode()
        return {"SAMLResponse": encoded, "RelayState": query["RelayState"]}


def asked(address: str) -> Asked:
    query = dict(parse_qsl(urlsplit(address).query))
    root = etree.fromstring(zlib.decompress(b64decode(query["SAMLRequest"]), -15))
    issuer = root.findtext("saml:Issuer", namespaces=NAMESPACES)
    callback = root.get("AssertionConsumerServiceURL")
    return Asked(root.get("ID"), issuer, callback, query["RelayState"])


# A forge


@dataclass
class Told:
    """Everything that a response says; a test changes what it wants to lie about."""

    request: Asked
    assertion_id: str = "_assertion"
    response_id: str = "_response"
    issuer: str = ISSUER
    response_issuer: str = ISSUER
    subject: str = "ada"
    name_format: str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    audience: str | None = None
    recipient: str | None = None
    destination: str | None = None
    in_response_to: str | None = None
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    method: str = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    begin: float = -60
    end: float = 300
    confirmed_until: float | None = 300
    session_until: float | None = None
    version: str = "2.0"
    conditions: bool = True
    email: str = "ada@example.com"
    extra: str = ""

    def assertion(self) -> str:
        audience = self.request.issuer if self.audience is None else self.audience
        restriction = (
            f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>"
            "</saml:AudienceRestriction>"
        )
        conditions = (
            f'<saml:Conditions NotBefore="{_at(self.begin)}" NotOnOrAfter="{_at(self.end)}">'
            f"{restriction if audience else ''}</saml:Conditions>"
        )
        answering = self.in_response_to
        if answering is None:
            answering = self.request.request_id
        until = self.confirmed_until
        data = (
            f'Recipient="{self.recipient or self.request.callback}"'
            + (f' NotOnOrAfter="{_at(until)}"' if until is not None else "")
            + (f' InResponseTo="{answering}"' if answering else "")
        )
        session = self.session_until
        ends = f' SessionNotOnOrAfter="{_at(session)}"' if session is not None else ""
        return (
            f'<saml:Assertion xmlns:saml="{NAMESPACES["saml"]}" ID="{self.assertion_id}" '
            f'Version="{self.version}" IssueInstant="{_at(0)}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer><saml:Subject>"
            f'<saml:NameID Format="{self.name_format}">{self.subject}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="{self.method}">'
            f"<saml:SubjectConfirmationData {data}/></saml:SubjectConfirmation></saml:Subject>"
            f"{conditions if self.conditions else ''}"
            f'<saml:AuthnStatement AuthnInstant="{_at(0)}"{ends}/>'
            '<saml:AttributeStatement><saml:Attribute Name="email">'
            f"<saml:AttributeValue>{self.email}</saml:AttributeValue></saml:Attribute>"
            f"{self.extra}</saml:AttributeStatement></saml:Assertion>"
        )

    def response(self, inner: str) -> str:
        return (
            f'<samlp:Response xmlns:samlp="{NAMESPACES["samlp"]}" '
            f'xmlns:saml="{NAMESPACES["saml"]}" ID="{self.response_id}" Version="2.0" '
            f'IssueInstant="{_at(0)}" Destination="{self.destination or self.request.callback}">'
            f"<saml:Issuer>{self.response_issuer}</saml:Issuer>"
            f'<samlp:Status><samlp:StatusCode Value="{self.status}"/></samlp:Status>'
            f"{inner}</samlp:Response>"
        )


@dataclass(frozen=True)
class Forge:
    """Signs with the provider's key, or with another one."""

    key: bytes
    certificate: str

    def signed(self, xml: str) -> str:
        root = etree.fromstring(xml)
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        made = signer.sign(root, key=self.key, cert=self.certificate, reference_uri=root.get("ID"))
        return etree.tostring(made).decode()

    def form(self, told: Told) -> dict[str, str]:
        """A response with a signed assertion."""
        return form(told.response(self.signed(told.assertion())), told.request.relay_state)


def form(xml: str | bytes, relay_state: str) -> dict[str, str]:
    data = xml if isinstance(xml, bytes) else xml.encode()
    return {"SAMLResponse": b64encode(data).decode(), "RelayState": relay_state}


def _at(seconds: float) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    root = debian.unpacked("xmlsec1")
    with tempfile.TemporaryDirectory(prefix="bv-saml-") as name:
        folder = Path(name)
        key = certify(folder / "idp.pem", for_signing=True)
        xmlsec = folder / "xmlsec1"
        libraries = debian.environment(root)["LD_LIBRARY_PATH"]
        xmlsec.write_text(
            f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{root}/usr/bin/xmlsec1" "$@"\n'
        )
        xmlsec.chmod(0o700)
        certificate = (folder / "idp.pem").read_text()
        yield IdentityProvider(folder, certificate, key.read_bytes(), xmlsec)
