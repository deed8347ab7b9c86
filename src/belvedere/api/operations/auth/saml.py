"""Signing in with a SAML identity provider: how it is configured, trials, and its metadata."""

from __future__ import annotations

import json
from typing import Any

from belvedere.accounts.federation.kinds import SAML
from belvedere.accounts.federation.person import Unreachable
from belvedere.accounts.federation.saml import metadata
from belvedere.accounts.federation.saml.xml import XmlError
from belvedere.accounts.permissions import Permission
from belvedere.api import providers
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.errors import BadRequest

_ADMIN = Permission("administer")


@get("/saml_config", requires=_ADMIN)
def saml_config(call: Call) -> dict[str, Any]:
    """How people sign in with SAML."""
    return providers.show(call, SAML)


@patch("/saml_config", requires=_ADMIN)
def update_saml_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Change it; what is not given stays."""
    return providers.change(call, SAML, body)


@post("/saml_test_configs", requires=_ADMIN)
def create_saml_test_config(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A configuration to try in a browser, over the one in force; it lasts a day."""
    return providers.begin_trial(call, SAML, body)


@get("/saml_test_configs/{test_slug}", requires=_ADMIN)
def saml_test_config(call: Call, test_slug: str) -> dict[str, Any]:
    """A configuration on trial."""
    return providers.show_trial(call, SAML, test_slug)


@delete("/saml_test_configs/{test_slug}", requires=_ADMIN)
def delete_saml_test_config(call: Call, test_slug: str) -> None:
    """Forget it."""
    providers.end_trial(call, SAML, test_slug)


@post("/parse_saml_idp_metadata", requires=_ADMIN)
def parse_saml_idp_metadata(call: Call) -> dict[str, Any]:
    """What a metadata document says of an identity provider."""
    return _described(_text(call).encode("utf-8", "replace"))


@post("/fetch_and_parse_saml_idp_metadata", requires=_ADMIN)
def fetch_and_parse_saml_idp_metadata(call: Call) -> dict[str, Any]:
    """The same of a document on the web, which must be at a public address."""
    try:
        reply = call.services.federation.outbound.get(_text(call).strip())
    except Unreachable as error:
        raise BadRequest(str(error)) from None
    if reply.status != 200:
        raise BadRequest(f"The address answers with the status {reply.status}")
    return _described(reply.body)


def _text(call: Call) -> str:
    """The body as plain text; some clients send a text as JSON."""
    try:
        text = call.request.body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadRequest("The body must be text in UTF-8") from None
    if text.startswith('"'):
        try:
            found: object = json.loads(text)
        except ValueError:
            raise BadRequest("The body cannot be read") from None
        text = str(found)
    if not text:
        raise BadRequest("The body is empty")
    return text


def _described(data: bytes) -> dict[str, Any]:
    try:
        found = metadata.read(data)
    except XmlError as error:
        raise BadRequest(str(error)) from None
    return {
        "can": {},
        "idp_issuer": found.issuer,
        "idp_url": found.address,
        "idp_cert": found.certificates[0],
        "idp_cert_multi": {"signing": list(found.certificates)},
    }
