"""What this server sends to identity providers, and tells them of itself."""

from __future__ import annotations

import zlib
from base64 import b64encode
from datetime import datetime
from urllib.parse import urlencode
from xml.sax.saxutils import quoteattr

from belvedere import ids
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.saml.response import ServiceProvider

_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def new_id() -> str:
    return f"_{ids.token()}"


def address(
    config: Config, us: ServiceProvider, request_id: str, relay_state: str, now: datetime
) -> str:
    """Where the browser goes to sign in: the request, in the HTTP redirect binding."""
    target = config.text("idp_url")
    request = (
        f'<samlp:AuthnRequest xmlns:samlp="{_PROTOCOL}" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" '
        f'ID="{request_id}" IssueInstant="{now:%Y-%m-%dT%H:%M:%SZ}" '
        f"Destination={quoteattr(target)} ProtocolBinding={quoteattr(_POST)} "
        f"AssertionConsumerServiceURL={quoteattr(us.callback)}>"
        f"<saml:Issuer>{_escaped(us.entity_id)}</saml:Issuer></samlp:AuthnRequest>"
    )
    squeezed = zlib.compress(request.encode())[2:-4]
    query = urlencode({"SAMLRequest": b64encode(squeezed).decode(), "RelayState": relay_state})
    return f"{target}{'&' if '?' in target else '?'}{query}"


def metadata(us: ServiceProvider) -> bytes:
    """What identity providers are told of this server."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f"entityID={quoteattr(us.entity_id)}>"
        f'<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
        f'protocolSupportEnumeration="{_PROTOCOL}">'
        f'<md:AssertionConsumerService index="0" isDefault="true" Binding="{_POST}" '
        f"Location={quoteattr(us.callback)}/></md:SPSSODescriptor></md:EntityDescriptor>\n"
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
