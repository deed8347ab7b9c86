"""A page of another site signs a person in and asks queries, in a real browser."""

from __future__ import annotations

import configparser
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import looker_sdk
import pytest
from looker_sdk import models40 as models
from playwright.sync_api import Browser, Page, expect

from .chromium import chromium
from .conftest import Server

__all__ = ["chromium"]
_PAGE = Path(__file__).with_name("page.html").read_text()


@pytest.fixture
def other_site(server: Server) -> Iterator[str]:
    """The address of another site; it is allowed to call the API, and nobody let it in yet."""
    page = _PAGE.replace("LOOKER", server.url).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: Any) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    address = f"http://localhost:{site.server_port}"
    sdk = looker_sdk.init40(str(server.ini))
    sdk.register_oauth_client_app(
        "other-site",
        models.WriteOauthClientApp(
            redirect_uri=f"{address}/back",
            display_name="Charts of another site",
            description="Draws charts",
            enabled=True,
        ),
    )
    allowed = models.WriteEmbedConfig(domain_allowlist=[address])
    sdk.set_setting(models.WriteSetting(embed_config=allowed))
    yield address
    sdk.delete_oauth_client_app("other-site")
    sdk.set_setting(models.WriteSetting(embed_config=models.WriteEmbedConfig(domain_allowlist=[])))
    sdk.auth.logout()
    site.shutdown()
    site.server_close()
    thread.join()


def _sign_in(page: Page, server: Server) -> None:
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(server.ini)
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(ini["Looker"]["email"])
    page.get_by_label(re.compile("password", re.IGNORECASE)).fill(ini["Looker"]["password"])
    page.get_by_role("button", name=re.compile("sign in|log in", re.IGNORECASE)).click()


def test_signing_in_asking_renewing_and_leaving(
    chromium: Browser, server: Server, other_site: str
) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        said = page.locator("#said")
        page.goto(other_site)
        page.click("#begin")
        _sign_in(page, server)
        expect(page.get_by_role("heading")).to_contain_text("Charts of another site")
        page.get_by_role("button", name="Allow", exact=True).click()
        expect(said).to_have_text("signed in: 200")
        page.click("#query")
        expect(said).to_have_text(re.compile(r'asked: 200 \[\{"users.count":\d+\}\]'))
        before = page.evaluate("sessionStorage.access")
        page.click("#refresh")
        expect(said).to_have_text("renewed: 200")
        assert page.evaluate("sessionStorage.access") != before
        page.click("#query")
        expect(said).to_have_text(re.compile("asked: 200"))
        page.click("#leave")
        expect(said).to_have_text(re.compile("left: 204"))
        page.click("#query")
        expect(said).to_have_text(re.compile("asked: 401"))


def test_saying_no_leads_back_without_a_code(
    chromium: Browser, server: Server, other_site: str
) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(other_site)
        page.click("#begin")
        _sign_in(page, server)
        page.get_by_role("button", name="Do not allow").click()
        page.wait_for_url(re.compile(re.escape(other_site)))
        assert "error=access_denied" in page.url
        assert "code=" not in page.url


def test_the_pages_work_without_scripts(chromium: Browser, server: Server, other_site: str) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        page.goto(
            f"{server.url}/auth?response_type=code&client_id=other-site&scope=cors_api&state=x"
            f"&redirect_uri={other_site}/back&code_challenge_method=S256&code_challenge={challenge}"
        )
        _sign_in(page, server)
        page.get_by_role("button", name="Allow", exact=True).click()
        page.wait_for_url(re.compile(re.escape(f"{other_site}/back")))
        assert "code=" in page.url


def test_a_site_that_is_not_allowed_gets_no_answer(
    chromium: Browser, server: Server, other_site: str
) -> None:
    """The same page under another address: the browser keeps the answer from it."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(other_site.replace("localhost", "127.0.0.1"))
        page.click("#query")
        expect(page.locator("#said")).to_have_text(re.compile("Failed to fetch"))
