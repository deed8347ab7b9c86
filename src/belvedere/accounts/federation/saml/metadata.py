"""What an identity provider tells of itself in its metadata document."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.accounts.federation.checks import is_address
from belvedere.accounts.federation.saml.certificates import CertificateError, certificate_of
from belvedere.accounts.federation.saml.xml import (
    DS,
    METADATA,
    Element,
    XmlError,
    parsed,
    text_of,
)

_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


@dataclass(frozen=True, slots=True)
class Described:
    issuer: str
    address: str
    certificates: tuple[str, ...]
    """As base64, those that sign, in their order."""


def read(data: bytes) -> Described:
    """XmlError for what describes no identity provider that can be used."""
    root = parsed(data.strip())
    provider = next(root.iter(f"{METADATA}IDPSSODescriptor"), None)
    if provider is None:
        raise XmlError("The document describes no identity provider")
    issuer = provider.getparent().get("entityID") if provider is not root else None
    services = {
        item.get("Binding"): item.get("Location")
        for item in provider.findall(f"{METADATA}SingleSignOnService")
    }
    address = services.get(_REDIRECT)
    if not issuer or not address or not is_address(address):
        raise XmlError("The document names no address to sign in at by redirection")
    certificates = tuple(_certificates(provider))
    if not certificates:
        raise XmlError("The document holds no certificate to check signatures with")
    return Described(issuer, address, certificates)


def _certificates(provider: Element) -> list[str]:
    """Those for signing, and those that do not say what they are for."""
    found: list[str] = []
    for key in provider.findall(f"{METADATA}KeyDescriptor"):
        if key.get("use") not in (None, "signing"):
            continue
        for item in key.iter(f"{DS}X509Certificate"):
            text = "".join(text_of(item).split())
            try:
                certificate_of(text)
            except CertificateError as error:
                raise XmlError(f"A certificate of the document cannot be read: {error}") from None
            if text not in found:
                found.append(text)
    return found
