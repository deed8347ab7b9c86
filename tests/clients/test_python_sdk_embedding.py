"""Embedding, mobile devices and support access, called by the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import looker_sdk
import pytest
from looker_sdk import error, models40 as models
from looker_sdk.rtl.transport import TransportOptions

from .conftest import Server
from .noting import Noting, of_auth

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
BROWSER: TransportOptions = {"headers": {"User-Agent": AGENT}}


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


@pytest.fixture
def browser(server: Server) -> Iterator[httpx.Client]:
    headers = {"user-agent": AGENT}
    with httpx.Client(base_url=server.url, headers=headers, follow_redirects=True) as client:
        yield client


def test_signed_addresses(server: Server, sdk: Noting, browser: httpx.Client) -> None:
    secret = sdk.create_embed_secret(
        models.WriteEmbedSecret(secret_type=models.SecretType.SSO, algorithm="hmac/sha-1")
    )
    assert len(secret.secret or "") == 64
    body = models.EmbedSsoParams(
        target_url=f"{server.url}/dashboards/1?Date=1 years",
        external_user_id="from python",
        first_name="Ada",
        permissions=["access_data"],
        models=["thelook"],
        session_length=60,
        secret_id=secret.id,
        user_attributes={"locale": "fr_FR"},
    )
    url = sdk.create_sso_embed_url(body).url or ""
    assert sdk.validate_embed_url(url=url).url == url
    page = browser.get(url)
    assert page.status_code == 200, page.text
    assert "signed in as Ada User" in page.text
    with pytest.raises(error.SDKError) as raised:
        sdk.validate_embed_url(url=url)
    assert raised.value.errors[0].message == "'nonce' param already used this hour"
    sdk.delete_embed_secret(secret.id or "")
    with pytest.raises(error.SDKError):
        sdk.create_sso_embed_url(body)
    assert of_auth("signed") <= sdk.called


def test_an_address_for_oneself(server: Server, sdk: Noting, browser: httpx.Client) -> None:
    body = models.EmbedParams(target_url=f"{server.url}/embed/looks/1")
    url = sdk.create_embed_url_as_me(body).url or ""
    page = browser.get(url)
    assert f"signed in as {sdk.me().display_name}" in page.text
    assert browser.get(url).status_code == 401
    assert of_auth("oneself") <= sdk.called


def test_sessions_without_cookies(server: Server, sdk: Noting, browser: httpx.Client) -> None:
    body = models.EmbedCookielessSessionAcquire(
        external_user_id="cookieless", permissions=["access_data"], models=["thelook"]
    )
    first = sdk.acquire_embed_cookieless_session(body, BROWSER)
    page = quote(f"/embed/looks/1?embed_navigation_token={first.navigation_token}", safe="")
    enter = f"/login/embed/{page}?embed_authentication_token={first.authentication_token}"
    assert "signed in as Embed User" in browser.get(enter).text
    assert not browser.cookies
    body.session_reference_token = first.session_reference_token
    joined = sdk.acquire_embed_cookieless_session(body, BROWSER)
    assert joined.session_reference_token == first.session_reference_token
    renewed = sdk.generate_tokens_for_cookieless_session(
        models.EmbedCookielessSessionGenerateTokens(
            session_reference_token=first.session_reference_token or "",
            api_token=first.api_token,
            navigation_token=first.navigation_token,
        ),
        BROWSER,
    )
    headers = {"authorization": f"Bearer {renewed.api_token}"}
    assert browser.get("/api/4.0/user", headers=headers).json()["is_embed_user"] is True
    sdk.delete_embed_cookieless_session(first.session_reference_token or "")
    assert browser.get("/api/4.0/user", headers=headers).status_code == 401
    assert of_auth("without cookies") <= sdk.called


def test_devices_and_support(sdk: Noting) -> None:
    assert sdk.mobile_settings().mobile_app_integration is True
    token = models.WriteMobileToken(device_token="a phone", device_type=models.DeviceType.android)
    device = sdk.register_mobile_device(token)
    assert sdk.update_mobile_device_registration(device.id or "").device_token == "a phone"
    sdk.deregister_mobile_device(device.id or "")
    opened = sdk.enable_support_access(models.SupportAccessEnable(duration_in_seconds=60))
    assert opened.open
    assert sdk.support_access_status().open_until == opened.open_until
    assert not sdk.disable_support_access().open
    (entry,) = sdk.add_support_access_allowlist_entries(
        models.SupportAccessAddEntries(emails=["help@example.com"], reason="ticket 5")
    )
    assert [e.email for e in sdk.get_support_access_allowlist_entries(fields="email")] == [
        "help@example.com"
    ]
    sdk.delete_support_access_allowlist_entry(entry.id or "")
    assert of_auth("devices and support") <= sdk.called
