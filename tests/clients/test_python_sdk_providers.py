"""Sign-in providers configured with the unmodified official Python SDK."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import looker_sdk
import pytest
from looker_sdk import error, models40 as models
from tests.api.saml_idp import ISSUER, SIGN_IN, identity_provider
from tests.certificates import certify

from .conftest import Server
from .noting import Noting, of_auth


@pytest.fixture
def sdk(server: Server) -> Iterator[Noting]:
    client = looker_sdk.init40(str(server.ini))
    yield Noting(client)
    client.auth.logout()


def test_ldap(sdk: Noting) -> None:
    before = sdk.ldap_config()
    assert (before.enabled, before.has_auth_password) == (False, False)
    body = models.WriteLDAPConfig(
        connection_host="127.0.0.1",
        connection_port="1",
        auth_username="cn=x,dc=y",
        auth_password="secret",
        groups_with_role_ids=[models.LDAPGroupWrite(name="cn=a,dc=y", role_ids=["2"])],
    )
    changed = sdk.update_ldap_config(body)
    assert changed.has_auth_password
    assert changed.groups
    assert changed.groups[0].roles
    assert changed.groups[0].roles[0].id == "2"
    assert sdk.test_ldap_config_connection(body).status == "error"
    assert sdk.test_ldap_config_auth(body).issues
    with pytest.raises(error.SDKError):
        sdk.test_ldap_config_user_info(body)
    with pytest.raises(error.SDKError):
        sdk.test_ldap_config_user_auth(body)
    assert sdk.update_ldap_config(models.WriteLDAPConfig(groups_with_role_ids=[])).groups == []
    assert of_auth("ldap") <= sdk.called


def test_oidc(sdk: Noting) -> None:
    assert sdk.oidc_config().enabled is False
    body = models.WriteOIDCConfig(issuer="https://idp.example.com", secret="s", scopes=["openid"])
    assert sdk.update_oidc_config(body).issuer == "https://idp.example.com"
    slug = sdk.create_oidc_test_config(body).test_slug
    assert slug
    assert sdk.oidc_test_config(slug).scopes == ["openid"]
    sdk.delete_oidc_test_config(slug)
    with pytest.raises(error.SDKError):
        sdk.oidc_test_config(slug)
    assert of_auth("oidc") <= sdk.called


def test_saml(sdk: Noting, tmp_path: Path) -> None:
    with identity_provider() as provider:
        found = sdk.parse_saml_idp_metadata(provider.metadata())
    assert (found.idp_issuer, found.idp_url) == (ISSUER, SIGN_IN)
    with pytest.raises(error.SDKError, match="may not be reached"):
        sdk.fetch_and_parse_saml_idp_metadata("http://127.0.0.1:1/metadata")
    certify(tmp_path / "other.pem", for_signing=True)
    body = models.WriteSamlConfig(
        idp_issuer=found.idp_issuer,
        idp_url=found.idp_url,
        idp_cert=(tmp_path / "other.pem").read_text(),
    )
    assert sdk.saml_config().enabled is False
    assert sdk.update_saml_config(body).idp_issuer == ISSUER
    slug = sdk.create_saml_test_config(body).test_slug
    assert slug
    assert sdk.saml_test_config(slug).idp_url == SIGN_IN
    sdk.delete_saml_test_config(slug)
    assert of_auth("saml") <= sdk.called


def test_workforce(sdk: Noting) -> None:
    assert sdk.workforce_config().enabled is False
    body = models.WriteWorkforceConfig(new_user_migration_types="email,google")
    assert sdk.update_workforce_config(body).new_user_migration_types == "email,google"
    slug = sdk.create_workforce_test_config(body).test_slug
    assert slug
    assert sdk.workforce_test_config(slug).enabled is False
    sdk.delete_workforce_test_config(slug)
    assert of_auth("workforce") <= sdk.called
