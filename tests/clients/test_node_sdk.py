"""The unmodified official TypeScript SDK, run by Node, against a running server."""

from __future__ import annotations

from typing import Any

import looker_sdk
import pytest
from looker_sdk import models40 as models
from tests.api.directory_server import PASSWORD, running_directory
from tests.api.saml_idp import identity_provider

from .conftest import Server
from .node_sdk import NodeSdk, Walk
from .noting import published
from .rows import ways_in

pytestmark = pytest.mark.xdist_group("node")
TAGS = ("User", "Group", "Role", "UserAttribute", "ApiAuth", "Session", "Auth")


@pytest.fixture(scope="module")
def answers(server: Server, node_sdk: NodeSdk) -> dict[str, Any]:
    lines = node_sdk.run("flows.mjs", server.url, server.client_id, server.client_secret)
    return {line["check"]: line["value"] for line in lines}


def test_me(answers: dict[str, Any]) -> None:
    assert answers["me"]["id"]
    assert sorted(answers["narrow me"]) == ["first_name", "id"]


def test_queries(answers: dict[str, Any]) -> None:
    assert len(answers["rows"]) == 5
    assert answers["csv lines"] == 6
    assert answers["created"]["client_id"]
    assert answers["run"] == 5


def test_tasks(answers: dict[str, Any]) -> None:
    assert answers["task"] == {"status": "complete", "rows": 5}


def test_metadata(answers: dict[str, Any]) -> None:
    assert answers["explore"] == {"id": "thelook::order_items", "dimensions": True}


def test_errors(answers: dict[str, Any]) -> None:
    assert answers["missing"] == {"ok": False, "message": "Not found"}


def test_logout(answers: dict[str, Any]) -> None:
    assert answers["logged out"] is True


def test_a_signed_address(answers: dict[str, Any]) -> None:
    location = "/embed/dashboards/1?Name=it's%20(all)"
    assert answers["signed"] == {"valid": True, "status": 303, "location": location}
    assert answers["signed twice"]["status"] == 401


def test_a_session_without_cookies(answers: dict[str, Any]) -> None:
    assert answers["other browser"]["status"] == 401
    assert answers["cookieless"]["status"] == 303
    assert answers["page"]["status"] == 200
    assert answers["renewed"]["other"] is True
    assert 200 < answers["renewed"]["ttl"] <= 300
    assert answers["bad tokens"]["ok"] is False
    assert "Invalid input tokens provided" in answers["bad tokens"]["message"]
    assert answers["embed user"] is True


def test_groups(answers: dict[str, Any]) -> None:
    assert answers["groups"] == {
        "within": True,
        "people": True,
        "parents": True,
        "listed": 2,
        "found": 2,
        "renamed": "Node within",
        "circle": False,
    }
    assert answers["left behind"] == 0


def test_roles(answers: dict[str, Any]) -> None:
    assert answers["roles"] == {
        "models": ["thelook"],
        "groups": True,
        "people": True,
        "counted": 1,
        "given": True,
        "used": False,
    }


def test_user_attributes(answers: dict[str, Any]) -> None:
    assert answers["attribute"] == {"ofGroup": "EU", "own": "US", "left": 0}


def test_lockouts(answers: dict[str, Any]) -> None:
    assert answers["lockout"] == {"failed": 4, "who": True, "left": 0}


def test_people(answers: dict[str, Any]) -> None:
    assert answers["person"] == {
        "locale": "fr",
        "found": True,
        "known": True,
        "link": True,
        "refused": False,
        "roles": ["Viewer"],
    }
    assert answers["key"] == {"secret": None, "purpose": "export", "left": 0}
    assert answers["account"] == {"name": "node hourly", "gone": False}


def test_sessions_and_rules(answers: dict[str, Any]) -> None:
    assert answers["session"] == {"acting": "Bearer", "dev": "dev", "workspace": "production"}
    assert answers["rules"] == {"more": 3, "minutes": 75, "wrong": False}


def test_apps_and_devices(answers: dict[str, Any]) -> None:
    expected = {"name": "Maps", "listed": True, "users": [True, 0], "gone": False}
    assert answers["app"] == expected
    assert answers["device"] == {"token": "a node phone", "again": False}


def test_definitions(answers: dict[str, Any]) -> None:
    assert answers["definitions"] == {
        "permissions": True,
        "tree": True,
        "sets": [True] * 6,
        "renamed": "Rest part",
        "role": "Rest part",
        "roles": 1,
        "found": True,
        "people": True,
        "ofGroup": True,
        "group": "Rest group",
    }
    assert answers["zone"] == {"label": "Rest zone", "value": "EU", "listed": True}


def test_ways_in(answers: dict[str, Any]) -> None:
    assert answers["ways in"] == {
        "forced": True,
        "found": True,
        "verified": False,
        "left": [False, False],
        "sessions": 0,
        "listed": 1,
    }
    assert answers["embedded"] == {"external": "rest-1", "none": 0}
    assert answers["support"] == [True, True, False]


def test_providers_and_support(answers: dict[str, Any]) -> None:
    assert answers["ldap"] == {"enabled": False, "status": "error"}
    assert answers["oidc"] == {"enabled": False, "scopes": ["openid"], "gone": False}
    assert answers["allowlist"] == [True, False]


@pytest.fixture(scope="module")
def walk(server: Server, node_sdk: NodeSdk) -> Walk:
    """Somebody with every way in, a directory, and a SAML provider are there for it."""
    sdk = looker_sdk.init40(str(server.ini))
    user = sdk.create_user(models.WriteUser(first_name="Norbert", last_name="Noder")).id
    assert user
    ways_in(server, user)
    with running_directory() as directory, identity_provider() as provider:
        found = node_sdk.walk(
            ["accounts", "acting"],
            base_url=server.url,
            client_id=server.client_id,
            client_secret=server.client_secret,
            user=user,
            directory=directory.config(),
            password=PASSWORD,
            metadata=provider.metadata(),
            certificate=provider.certificate,
        )
    sdk.delete_user(user)
    sdk.auth.logout()
    return found


def test_accounts_and_providers(walk: Walk) -> None:
    assert not walk.failed, walk.report


@pytest.mark.parametrize("tag", TAGS)
def test_every_operation(answers: dict[str, Any], walk: Walk, tag: str) -> None:
    """Those that this version of the SDK has."""
    called = walk.called | set(answers["methods"]["called"])
    assert (published(tag) & walk.methods) - called == set()
