"""What organizations put in place of our words and pictures: mails, names, logos, help."""

from __future__ import annotations

import smtplib
import socketserver
import threading
from base64 import b64decode, b64encode
from email.message import EmailMessage
from typing import Any, Self

import pytest
from tests.api.client import ApiClient
from tests.api.conftest import Instance

from belvedere import clock
from belvedere.accounts import mail
from belvedere.instance import configuration
from belvedere.instance.configuration import Change

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
ICO = b"\x00\x00\x01\x00" + bytes(20)


def coded(data: bytes) -> str:
    return b64encode(data).decode()


# The message that invites


@pytest.fixture
def outbox(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What the configured mail server was given."""
    sent: list[EmailMessage] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def send_message(self, message: EmailMessage) -> None:
            sent.append(message)

    monkeypatch.setattr(smtplib, "SMTP", Server)
    with instance.services.database.session() as session:
        values = {"address": "mail.example.com", "from": "us@example.com"}
        configuration.write(
            session, instance.services.vault, mail.SUBJECT, values, Change(clock.now(), None)
        )
    return sent


def told(message: EmailMessage) -> tuple[str, str | None]:
    """The plain text and the HTML of a message."""
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    return text.get_content(), html.get_content() if html is not None else None


WELCOME = {
    "enabled": True,
    "content": "<p>Welcome &amp; enjoy</p><script>alert(1)</script><p>Yours</p>",
    "subject": "Your seat at Acme",
    "header": "Hello <you>",
}


def invite(instance: Instance, admin: ApiClient) -> str:
    path = f"/users/{instance.user('Viewer')}/credentials_email"
    link: str = admin.post(f"{path}/send_password_reset").json()["account_setup_url"]
    return link


def test_invitations_say_what_administrators_wrote(
    instance: Instance, admin: ApiClient, outbox: list[EmailMessage]
) -> None:
    shown = admin.patch("/custom_welcome_email", WELCOME).json()
    assert shown == {**WELCOME, "content": "<p>Welcome &amp; enjoy</p><p>Yours</p>"}
    assert admin.get("/custom_welcome_email").json() == shown
    assert admin.get("/setting").json()["custom_welcome_email"] == shown
    link = invite(instance, admin)
    (message,) = outbox
    assert message["Subject"] == "Your seat at Acme"
    text, html = told(message)
    assert text.startswith("Hello <you>\n\nWelcome & enjoy\nYours\n\n")
    assert link in text
    assert html is not None
    assert "<h1>Hello &lt;you&gt;</h1>" in html
    assert f'href="{link}"' in html
    assert "script" not in html


@pytest.mark.parametrize("change", [{"enabled": False}, {"content": None}, {"content": ""}])
def test_without_words_of_their_own_invitations_say_ours(
    instance: Instance, admin: ApiClient, outbox: list[EmailMessage], change: dict[str, Any]
) -> None:
    admin.patch("/custom_welcome_email", WELCOME)
    admin.patch("/custom_welcome_email", change)
    link = invite(instance, admin)
    text, html = told(outbox[0])
    assert text.startswith("An account was made for you.")
    assert link in text
    assert html is None
    assert outbox[0]["Subject"] == "Your account"


def test_settings_make_the_message_harmless_too(admin: ApiClient) -> None:
    body = {"custom_welcome_email": {"content": "<b onclick=x()>Hi</b><style>p{}</style>"}}
    assert admin.patch("/setting", body).json()["custom_welcome_email"]["content"] == "<b>Hi</b>"


def test_a_test_goes_to_whoever_asks(
    instance: Instance, admin: ApiClient, outbox: list[EmailMessage]
) -> None:
    me = admin.get("/user").json()["email"]
    body = {"content": "<p>Try <b>me</b></p>", "subject": "A test"}
    answer = admin.put("/custom_welcome_email_test", body)
    assert answer.json() == {**body, "header": None}
    assert admin.get("/custom_welcome_email").json()["content"] is None
    params = {"send_test_welcome_email": "true"}
    admin.patch("/custom_welcome_email", {**body, "content": "<p>Kept</p>"}, params=params)
    assert [message["To"] for message in outbox] == [me, me]
    assert [told(message)[0].split("\n")[0] for message in outbox] == ["Try me", "Kept"]
    assert admin.get("/custom_welcome_email").json()["content"] == "<p>Kept</p>"


def test_a_test_needs_a_mail_server(admin: ApiClient) -> None:
    answer = admin.put("/custom_welcome_email_test", {"content": "x"})
    assert answer.status == 400
    assert "set_smtp_settings" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", "a\nBcc: b@c.d"), ("header", "x" * 256), ("content", "x" * 100_001)],
)
def test_messages_have_a_form(admin: ApiClient, field: str, value: str) -> None:
    for path, method in (("/custom_welcome_email", "PATCH"), ("/custom_welcome_email_test", "PUT")):
        answer = admin.request(method, path, body={field: value})
        assert answer.status == 422
        assert [problem["field"] for problem in answer.json()["errors"]] == [field]
    assert admin.get("/custom_welcome_email").json()[field] is None


# Names and pictures


def test_pictures_and_a_name_stand_on_the_sign_in_page(
    instance: Instance, admin: ApiClient
) -> None:
    before = instance.anonymous.get("/login", outside=True).text
    assert "· Belvedere</title>" in before
    assert "<img" not in before
    body = {
        "default_title": "Acme <Data>",
        "logo_file": coded(PNG),
        "favicon_file": f"data:image/x-icon;base64,{coded(ICO)}",
        "show_docs": False,
    }
    shown = admin.put("/whitelabel_configuration", body).json()
    assert (shown["id"], shown["default_title"], shown["show_docs"]) == ("1", "Acme <Data>", False)
    assert shown["show_help_menu"] is True
    assert "logo_file" not in shown
    page = instance.anonymous.get("/login", outside=True)
    assert "· Acme &lt;Data&gt;</title>" in page.text
    assert "img-src 'self'" in page.headers["content-security-policy"]
    for address, data, kind in (
        (shown["logo_url"], PNG, "image/png"),
        (shown["favicon_url"], ICO, "image/x-icon"),
    ):
        assert address in page.text
        picture = instance.anonymous.get(address.partition("?")[0], outside=True)
        assert (picture.content, picture.headers["content-type"]) == (data, kind)


def test_settings_hold_the_same_and_take_it_back(instance: Instance, admin: ApiClient) -> None:
    admin.patch("/setting", {"privatelabel_configuration": {"logo_file": coded(PNG)}})
    shown = admin.get("/whitelabel_configuration").json()
    assert shown["logo_url"]
    inside = instance.as_role("Viewer").get("/setting").json()["privatelabel_configuration"]
    assert {**inside, "id": "1"} == shown
    admin.put("/whitelabel_configuration", {"default_title": "Acme"})
    assert admin.get("/whitelabel_configuration").json()["logo_url"] == shown["logo_url"]
    admin.put("/whitelabel_configuration", {"logo_file": None, "default_title": None})
    gone = admin.get("/whitelabel_configuration").json()
    assert (gone["logo_url"], gone["default_title"]) == (None, None)
    assert instance.anonymous.get("/private-label/logo", outside=True).status == 404
    assert instance.anonymous.get("/private-label/other", outside=True).status == 404


@pytest.mark.parametrize(
    "text",
    ["?", coded(b"<svg onload=x()>"), coded(b"GIF"), coded(PNG + bytes(500_000)), "ü"],
)
def test_pictures_are_pictures(admin: ApiClient, text: str) -> None:
    answer = admin.put("/whitelabel_configuration", {"logo_file": text, "default_title": "x"})
    assert answer.status == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == ["logo_file"]
    assert admin.get("/whitelabel_configuration").json()["default_title"] is None


# Help


def test_help_is_written_by_administrators_for_everybody(
    instance: Instance, admin: ApiClient
) -> None:
    page = {"organization_name": "Acme", "markdown_content": "# Ask *Ada*"}
    written = admin.patch("/internal_help_resources_content", page).json()
    assert written == {**page, "can": {"show": True, "update": True}}
    viewer = instance.as_role("Viewer")
    assert viewer.get("/internal_help_resources_enabled").json()["enabled"] is False
    assert admin.patch("/internal_help_resources", {"enabled": True}).json()["enabled"] is True
    assert viewer.get("/internal_help_resources_enabled").json()["enabled"] is True
    read = viewer.get("/internal_help_resources_content").json()
    assert read == {**page, "can": {"show": True, "update": False}}
    admin.patch("/internal_help_resources_content", {"organization_name": None})
    assert (
        viewer.get("/internal_help_resources_content").json()["markdown_content"] == "# Ask *Ada*"
    )
    too_long = {"organization_name": "x" * 256}
    assert admin.patch("/internal_help_resources_content", too_long).status == 422


# Who


def test_others_change_nothing(instance: Instance, admin: ApiClient) -> None:
    developer = instance.as_role("Developer")
    for path in (
        "/custom_welcome_email",
        "/internal_help_resources_content",
        "/internal_help_resources",
    ):
        assert developer.patch(path, {}).status == 404
    assert developer.patch("/legacy_features/x", {}).status == 403
    for path in ("/whitelabel_configuration", "/custom_welcome_email_test"):
        assert developer.put(path, {}).status == 404
    for path in ("/custom_welcome_email", "/legacy_features", "/public_egress_ip_addresses"):
        assert developer.get(path).status == 404


def test_what_there_is_none_of(admin: ApiClient) -> None:
    assert admin.get("/legacy_features").json() == []
    assert admin.get("/legacy_features/x").status == 404
    assert admin.patch("/legacy_features/x", {"enabled_locally": True}).status == 404
    params = {"title": "%", "limit": 5, "favorite": "true"}
    assert admin.get("/reports/search", params=params).json() == []
    assert admin.get("/reports/search", params={"limit": "many"}).status == 400


def test_addresses_are_those_of_the_settings(make_instance: Any) -> None:
    instance = make_instance(egress_ip_addresses="192.0.2.1, 2001:db8::1")
    found = instance.as_role("Admin").get("/public_egress_ip_addresses").json()
    assert found == {"egress_ip_addresses": ["192.0.2.1", "2001:db8::1"]}


# The mail server


class MailServer(socketserver.StreamRequestHandler):
    """Greets, lets one client in, and takes nothing."""

    def handle(self) -> None:
        self._say("220 mail.example.com")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"EHLO":
                self._say("250-mail.example.com\r\n250 AUTH PLAIN")
            elif word == b"AUTH":
                known = b64decode(line.split()[2]) == b"\0us\0secret"
                self._say("235 welcome" if known else "535 unknown")
            else:
                self._say("221 bye" if word == b"QUIT" else "250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def test_a_mail_server_is_kept_once_it_answered(instance: Instance, admin: ApiClient) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        body = {"address": "127.0.0.1", "port": server.server_address[1], "from": "us@example.com"}
        body |= {"user_name": "us", "password": "secret"}
        assert admin.get("/smtp_status").json()["is_valid"] is False
        refused = admin.post("/smtp_settings", body | {"password": "wrong"})
        assert (refused.status, "535" in refused.text) == (400, True)
        assert admin.get("/smtp_status").json()["is_valid"] is False
        assert admin.post("/smtp_settings", body).status == 204
        assert admin.get("/smtp_status").json()["is_valid"] is True
        server.shutdown()
    assert admin.get("/smtp_status").json()["is_valid"] is False
    assert instance.as_role("Developer").post("/smtp_settings", body).status in (403, 404)
    for field, value in (("address", ""), ("address", "a b"), ("port", 0), ("from", "a\nb")):
        answer = admin.post("/smtp_settings", body | {field: value})
        assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("timezone", "Nowhere/Land", "Europe/Vienna"),
        ("host_url", "javascript:alert(1)", "https://bi.example.com"),
        ("content_certification_documentation_link", "javascript:x", "https://example.com/how"),
        ("email_domain_allowlist", ["a b"], ["example.com", "*.example.org"]),
        ("dashboard_auto_refresh_minimum_interval", "soon", "30 seconds"),
    ],
)
def test_settings_have_a_form_and_null_takes_them_back(
    admin: ApiClient, name: str, wrong: Any, right: Any
) -> None:
    before = admin.get("/setting").json()[name]
    refused = admin.patch("/setting", {name: wrong, "onboarding_enabled": True})
    assert [item["field"] for item in refused.json()["errors"]] == [name]
    assert admin.get("/setting").json()["onboarding_enabled"] is False
    assert admin.patch("/setting", {name: right}).json()[name] == right
    assert admin.patch("/setting", {name: None}).json()[name] == before
