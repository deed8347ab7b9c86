"""What no client can make: ways in at other services, and sessions of browsers."""

from __future__ import annotations

from datetime import timedelta

from belvedere import clock
from belvedere.accounts.tables import ExternalCredentials, WebSession
from belvedere.app import open_database
from belvedere.settings import load

from .conftest import Server

KINDS = ("ldap", "google", "saml", "oidc", "looker_openid")


def ways_in(server: Server, user: str) -> None:
    """Credentials of every kind, and a browser in which they are signed in."""
    now = clock.now()
    database = open_database(load(server.home, {}))
    with database.session() as session:
        for kind in KINDS:
            values = {"user_id": int(user), "kind": kind, "created_at": now}
            session.add(ExternalCredentials(external_id=f"{kind}-{user}", **values))
        session.add(
            WebSession(
                digest=f"browser of {user}",
                csrf="",
                user_id=int(user),
                credentials_type="email",
                browser="Firefox",
                seen_at=now,
                created_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
    database.close()
