"""Reading the metadata of identity providers, given or fetched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.openid_servers import RogueProvider, rogue_provider
from tests.api.saml_idp import ISSUER, SIGN_IN, IdentityProvider, identity_provider

_MD = "urn:oasis:names:tc:SAML:2.0:metadata"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture(scope="module")
def document(provider: IdentityProvider) -> str:
    return provider.metadata()


@pytest.fixture
def rogue() -> Iterator[RogueProvider]:
    with rogue_provider() as running:
        yield running


def _parse(admin: ApiClient, text: str | bytes) -> Response:
    data = text if isinstance(text, bytes) else text.encode()
    headers = {"content-type": "text/plain"}
    return admin.post("/parse_saml_idp_metadata", content=data, headers=headers)


def test_what_it_says(admin: ApiClient, provider: IdentityProvider, document: str) -> None:
    found = _parse(admin, document).json()
    inner = "".join(provider.certificate.split("-----")[2].split())
    assert (found["idp_issuer"], found["idp_url"]) == (ISSUER, SIGN_IN)
    assert found["idp_cert"] == inner
    assert found["idp_cert_multi"] == {"signing": [inner]}
    given = {name: found[name] for name in ("idp_issuer", "idp_url", "idp_cert")}
    given |= {"user_attribute_map_email": "email", "enabled": True}
    assert admin.patch("/saml_config", given).status == 200
    assert _parse(admin, json.dumps(document)).json() == found
    several = f'<a:EntitiesDescriptor xmlns:a="{_MD}">{document.partition("?>")[2] or document}</a:EntitiesDescriptor>'
    assert _parse(admin, several).json() == found


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: "no XML",
        lambda text: '"',
        lambda text: b"\xff\xfe",
        lambda text: "<!DOCTYPE a [<!ENTITY b 'c'>]>" + text.partition("?>")[2],
        lambda text: text.replace("IDPSSODescriptor", "SPSSODescriptor"),
        lambda text: text.replace("HTTP-Redirect", "HTTP-Artifact"),
        lambda text: text.replace(SIGN_IN, "javascript:alert(1)"),
        lambda text: text.replace("X509Certificate>M", "X509Certificate>!"),
        lambda text: text.replace("KeyDescriptor", "KeyDescription"),
        lambda text: text.replace("entityID", "entity"),
    ],
)
def test_what_says_nothing(admin: ApiClient, document: str, change: Callable[[str], Any]) -> None:
    changed = change(document)
    assert changed != document
    assert _parse(admin, changed).status == 400


def test_it_can_be_fetched(
    make_instance: Callable[..., Instance],
    rogue: RogueProvider,
    document: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: dict[str, tuple[int, bytes]] = {
        "/metadata": (200, document.encode()),
        "/moved": (302, f"{rogue.url}/metadata".encode()),
        "/long": (200, b"<a>" + b"x" * 3_000_000),
        "/missing": (404, b""),
    }
    monkeypatch.setattr(rogue, "answer", lambda path, form, headers: answers[path])
    inside = make_instance(identity_networks="127.0.0.0/8").as_role("Admin")
    outside = make_instance().as_role("Admin")

    def fetch(admin: ApiClient, address: str) -> Response:
        headers = {"content-type": "text/plain"}
        path = "/fetch_and_parse_saml_idp_metadata"
        return admin.post(path, content=address.encode(), headers=headers)

    assert fetch(inside, f"{rogue.url}/metadata").json()["idp_issuer"] == ISSUER
    for path in ("/moved", "/long", "/missing"):
        assert fetch(inside, rogue.url + path).status == 400, path
    port = rogue.url.rpartition(":")[2]
    for address in (
        f"{rogue.url}/metadata",
        f"http://localhost:{port}/metadata",
        f"http://[::ffff:127.0.0.1]:{port}/metadata",
        f"http://0x7f000001:{port}/metadata",
        f"http://2130706433:{port}/metadata",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "",
        "nowhere",
    ):
        answer = fetch(outside, address)
        assert answer.status == 400, address
        assert "root:" not in answer.text
