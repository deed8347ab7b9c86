"""What an OpenID provider, or somebody who stands in for it, must not achieve."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from tests.api.browser import Browser
from tests.api.client import ApiClient, Response
from tests.api.conftest import Instance
from tests.api.openid_servers import SECRET, RogueProvider, rogue_provider

_OTHER = RSAKey.generate_key(2048, {"kid": "ours"})


@pytest.fixture
def rogue() -> Iterator[RogueProvider]:
    with rogue_provider() as running:
        yield running


@pytest.fixture
def instance(make_instance: Callable[..., Instance]) -> Instance:
    return make_instance(identity_networks="127.0.0.0/8")


@pytest.fixture
def browser(instance: Instance, admin: ApiClient, rogue: RogueProvider) -> Browser:
    answer = admin.patch("/oidc_config", rogue.config(enabled=True))
    assert answer.status == 200, answer.text
    return Browser(instance.anonymous)


def _sign_in(browser: Browser, rogue: RogueProvider) -> Response:
    away = browser.get("/login/oidc").headers["location"]
    return browser.get(rogue.come_back(away))


def test_an_honest_answer_is_accepted(browser: Browser, rogue: RogueProvider) -> None:
    assert _sign_in(browser, rogue).status == 303
    sent = rogue.redeemed[0]
    assert sent["client"] == "belvedere:what+only+the+two+of+us+know"
    assert sent["grant_type"] == "authorization_code"


def _public(rogue: RogueProvider) -> bytes:
    return rogue.key.as_pem(private=False)


_LIES: dict[str, Callable[[RogueProvider, dict[str, Any]], Any]] = {
    "no token": lambda rogue, claims: None,
    "no text": lambda rogue, claims: {"a": 1},
    "not a token": lambda rogue, claims: "a.b.c",
    "not signed": lambda rogue, claims: rogue.unsigned(claims),
    "signature cut off": lambda rogue, claims: rogue.signed(claims).rpartition(".")[0] + ".",
    "signed with the public key as a secret": lambda rogue, claims: rogue.shared(
        claims, _public(rogue)
    ),
    "signed with the shared secret": lambda rogue, claims: rogue.shared(claims, SECRET.encode()),
    "signed with another key": lambda rogue, claims: rogue.signed(claims, _OTHER),
    "signed with a key that it brings along": lambda rogue, claims: rogue.signed(
        claims, _OTHER, jwk=_OTHER.as_dict(private=False)
    ),
    "signed with a key from elsewhere": lambda rogue, claims: rogue.signed(
        claims, _OTHER, jku="http://127.0.0.1:1/jwks", kid="theirs"
    ),
    "another issuer": lambda rogue, claims: rogue.signed(claims | {"iss": "https://evil.example"}),
    "for somebody else": lambda rogue, claims: rogue.signed(claims | {"aud": "another"}),
    "for several": lambda rogue, claims: rogue.signed(claims | {"aud": ["belvedere", "another"]}),
    "made for another party": lambda rogue, claims: rogue.signed(claims | {"azp": "another"}),
    "too old": lambda rogue, claims: rogue.signed(
        claims | {"exp": int(time.time()) - 61, "iat": int(time.time()) - 400}
    ),
    "issued long ago": lambda rogue, claims: rogue.signed(claims | {"iat": int(time.time()) - 700}),
    "issued in the future": lambda rogue, claims: rogue.signed(
        claims | {"iat": int(time.time()) + 300}
    ),
    "not yet valid": lambda rogue, claims: rogue.signed(claims | {"nbf": int(time.time()) + 300}),
    "without an end": lambda rogue, claims: rogue.signed(_without(claims, "exp")),
    "without an issue": lambda rogue, claims: rogue.signed(_without(claims, "iat")),
    "without a subject": lambda rogue, claims: rogue.signed(_without(claims, "sub")),
    "of another sign-in": lambda rogue, claims: rogue.signed(claims | {"nonce": "another"}),
    "of no sign-in": lambda rogue, claims: rogue.signed(_without(claims, "nonce")),
    "times that are texts": lambda rogue, claims: rogue.signed(claims | {"iat": "now"}),
    "a subject that is too long": lambda rogue, claims: rogue.signed(claims | {"sub": "x" * 300}),
}


def _without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("lie", list(_LIES))
def test_a_token_that_does_not_hold(browser: Browser, rogue: RogueProvider, lie: str) -> None:
    rogue.token = _LIES[lie]
    assert _sign_in(browser, rogue).status == 401
    assert browser.get("/account").status == 303


def test_userinfo_of_somebody_else(browser: Browser, rogue: RogueProvider) -> None:
    rogue.userinfo = {"sub": "another", "email": "boss@example.com"}
    assert _sign_in(browser, rogue).status == 401


def test_a_code_belongs_to_the_browser_that_asked(
    instance: Instance, browser: Browser, rogue: RogueProvider
) -> None:
    """A code that leaks is of no use with another browser's verifier."""
    rogue.come_back(browser.get("/login/oidc").headers["location"])
    other = Browser(instance.anonymous)
    away = other.get("/login/oidc").headers["location"]
    stolen = dict(rogue.asked)
    back = rogue.come_back(away)
    rogue.asked = {**rogue.asked, "code_challenge": stolen["code_challenge"]}
    assert other.get(back).status == 401


def test_discovery_speaks_for_its_own_issuer(browser: Browser, rogue: RogueProvider) -> None:
    rogue.discovery = {"issuer": "https://accounts.example.com"}
    assert _sign_in(browser, rogue).status == 502


def test_keys_that_change_are_fetched_again(
    instance: Instance, browser: Browser, rogue: RogueProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _sign_in(browser, rogue).status == 303
    rogue.key = RSAKey.generate_key(2048, {"kid": "new"})
    rogue.token = lambda self, claims: self.signed(claims, kid="new")
    from belvedere.accounts.federation.oidc import provider

    monkeypatch.setattr(provider, "_AGAIN_AFTER", -1.0)
    assert _sign_in(Browser(instance.anonymous), rogue).status == 303


@pytest.mark.parametrize(
    "path", ["/jwks", "/token", "/userinfo", "/.well-known/openid-configuration"]
)
@pytest.mark.parametrize(
    "answer",
    [
        (302, b"http://127.0.0.1:1/elsewhere"),
        (200, b"[" * 100_000),
        (200, b"[]"),
        (200, b"x" * 3_000_000),
        (200, b""),
        (500, b"{}"),
    ],
    ids=["redirect", "nested", "list", "long", "empty", "failing"],
)
def test_what_answers_oddly_lets_nobody_in(
    browser: Browser,
    rogue: RogueProvider,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    answer: tuple[int, bytes],
) -> None:
    usual = rogue.answer
    monkeypatch.setattr(
        rogue,
        "answer",
        lambda at, form, headers: answer if at == path else usual(at, form, headers),
    )
    found = _sign_in(browser, rogue)
    assert found.status == 502
    assert "http://" not in found.text


def test_addresses_of_this_network_are_out_of_reach(
    make_instance: Callable[..., Instance], rogue: RogueProvider
) -> None:
    instance = make_instance()
    admin = instance.as_role("Admin")
    admin.patch("/oidc_config", rogue.config(enabled=True))
    assert _sign_in(Browser(instance.anonymous), rogue).status == 502
    assert rogue.redeemed == []
