"""How an instance looks, and what it stores for others, by the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import looker_sdk
import pytest
from looker_sdk import error, models40 as models

from .conftest import Server
from .noting import Noting, published

THEN = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


def test_every_operation_of_themes(sdk: Noting) -> None:
    settings = models.ThemeSettings(background_color="#112233", show_title=False)
    first = sdk.create_theme(models.WriteTheme(name="First_SDK_Theme", settings=settings))
    second = sdk.create_theme(models.WriteTheme(name="Second_SDK_Theme", begin_at=THEN))
    assert second.begin_at == THEN
    assert [found.id for found in sdk.search_themes(name="%sdk_theme")] == [first.id, second.id]
    assert len(sdk.all_themes(fields="id,name")) == 3
    assert [found.name for found in sdk.active_themes(name="first_sdk_theme")] == [first.name]
    assert sdk.theme_or_default(name=second.name).name == "Looker"
    assert sdk.theme_or_default(name=second.name, ts=THEN).id == second.id
    assert sdk.set_default_theme(first.name).id == first.id
    assert sdk.default_theme(ts=THEN).id == first.id
    sdk.set_default_theme_by_type("Looker", "internal")
    assert sdk.default_theme_by_type("internal").name == "Looker"
    sdk.set_default_theme("Looker")
    changed = sdk.update_theme(
        first.id, models.WriteTheme(settings=models.ThemeSettings(show_title=True))
    )
    assert (changed.settings.show_title, changed.settings.background_color) == (True, "#112233")
    assert not sdk.validate_theme(models.WriteTheme(name="validTemplate"))
    bad = models.WriteTheme(settings=models.ThemeSettings(font_family="Arial;"))
    with pytest.raises(error.SDKError) as raised:
        sdk.validate_theme(bad)
    assert len(raised.value.errors) == 3
    for found in (first, second):
        assert sdk.theme(found.id).name == found.name
        assert sdk.delete_theme(found.id) == ""
    assert published("Theme") - sdk.called == set()


def test_every_operation_of_color_collections(sdk: Noting) -> None:
    stops = [models.ColorStop(color="#ffffff", offset=0), models.ColorStop(color="navy", offset=99)]
    body = models.WriteColorCollection(
        label="SDK colors",
        categoricalPalettes=[models.DiscretePalette(label="One", colors=["red", "#00f"])],
        divergingPalettes=[models.ContinuousPalette(stops=stops)],
    )
    made = sdk.create_color_collection(body)
    assert (made.id, made.divergingPalettes[0].stops[1].offset) == ("sdk-colors", 99)
    assert sdk.color_collection(made.id) == made
    assert len(sdk.all_color_collections()) == 16
    assert len(sdk.color_collections_standard()) == 15
    assert [found.id for found in sdk.color_collections_custom()] == [made.id]
    assert sdk.set_default_color_collection(made.id).id == made.id
    assert sdk.default_color_collection().id == made.id
    assert sdk.color_collections_active().default_colors == ["red", "#00f"]
    sdk.set_default_color_collection("belvedere")
    renamed = sdk.update_color_collection(made.id, models.WriteColorCollection(label="Renamed"))
    assert (renamed.id, renamed.label) == (made.id, "Renamed")
    sdk.delete_color_collection(made.id)
    with pytest.raises(error.SDKError):
        sdk.color_collection(made.id)
    assert published("ColorCollection") - sdk.called == set()


def test_every_operation_of_artifacts(sdk: Noting) -> None:
    first, second = sdk.update_artifacts(
        "kit::notes",
        [
            models.UpdateArtifact(key="a", value='{"n": 1}', content_type="application/json"),
            models.UpdateArtifact(key="b", value="text"),
        ],
    )
    assert (first.version, first.value_size, second.content_type) == (1, 8, "text/plain")
    again = models.UpdateArtifact(key="b", value="more", version=1)
    assert sdk.update_artifacts("kit::notes", [again])[0].version == 2
    with pytest.raises(error.SDKError):
        sdk.update_artifacts("kit::notes", [again])
    assert [found.value for found in sdk.artifact("kit::notes", "a,b")] == ['{"n": 1}', "more"]
    assert sdk.artifact_value("kit::notes", "b") == "more"
    assert [found.key for found in sdk.search_artifacts("kit::notes", min_size=5)] == ["a"]
    assert [found.count for found in sdk.artifact_namespaces()] == [2]
    assert sdk.artifact_usage().usage == 12
    sdk.delete_artifact("kit::notes", "a")
    sdk.purge_artifacts("kit::notes")
    assert sdk.artifact_namespaces() == []
    assert published("Artifact") - sdk.called == set()


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_what_organizations_put_in_place_of_ours(sdk: Noting) -> None:
    label = models.WriteWhitelabelConfiguration(default_title="Acme", logo_file=PNG)
    assert sdk.update_whitelabel_configuration(label).default_title == "Acme"
    assert sdk.whitelabel_configuration(fields="logo_url").logo_url
    sdk.update_whitelabel_configuration({"default_title": None, "logo_file": None})
    assert sdk.whitelabel_configuration().logo_url is None
    email = models.CustomWelcomeEmail(enabled=True, content="<p>Hi</p><script>x</script>")
    assert sdk.update_custom_welcome_email(email).content == "<p>Hi</p>"
    sdk.update_custom_welcome_email(models.CustomWelcomeEmail(enabled=False))
    assert sdk.custom_welcome_email().enabled is False
    with pytest.raises(error.SDKError, match="set_smtp_settings"):
        sdk.update_custom_welcome_email_test(models.WelcomeEmailTest(content="x"))
    page = models.WriteInternalHelpResourcesContent(
        organization_name="Acme", markdown_content="# A"
    )
    assert sdk.update_internal_help_resources_content(page).organization_name == "Acme"
    assert sdk.internal_help_resources_content().markdown_content == "# A"
    switch = models.WriteInternalHelpResources(enabled=True)
    assert sdk.update_internal_help_resources(switch).enabled is True
    assert sdk.internal_help_resources().enabled is True
    assert sdk.public_egress_ip_addresses().egress_ip_addresses == []
    assert sdk.all_legacy_features() == []
