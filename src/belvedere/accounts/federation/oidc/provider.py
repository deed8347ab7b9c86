"""An OpenID provider: where it is, and the keys that it signs with."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from belvedere.accounts.federation.checks import is_address
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.outbound import Outbound
from belvedere.accounts.federation.person import Unreachable

_KEYS_FOR = 600.0
_AGAIN_AFTER = 30.0


@dataclass(frozen=True, slots=True)
class Provider:
    """`audience` is what its tokens must be for; `client_id` who we are there."""

    kind: str
    title: str
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    client_id: str
    client_secret: str
    audience: str
    scopes: tuple[str, ...]


def configured(config: Config) -> Provider:
    """As the configuration describes it."""
    scopes = tuple(config.values.get("scopes") or ())
    return Provider(
        kind="oidc",
        title=config.kind.title,
        issuer=config.text("issuer"),
        authorization_endpoint=config.text("authorization_endpoint"),
        token_endpoint=config.text("token_endpoint"),
        userinfo_endpoint=config.text("userinfo_endpoint") or None,
        client_id=config.text("identifier"),
        client_secret=config.secret or "",
        audience=config.text("audience") or config.text("identifier"),
        scopes=scopes if "openid" in scopes else ("openid", *scopes),
    )


class Discovery:
    """What providers say of themselves at their well-known address, remembered for a while."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._lock = threading.Lock()
        self._facts: dict[str, tuple[float, dict[str, Any]]] = {}
        self._keys: dict[str, tuple[float, KeySet]] = {}

    def facts(self, issuer: str) -> dict[str, Any]:
        """Unreachable where the document is missing, or speaks for another issuer."""
        known = self._facts.get(issuer)
        if known is not None and known[0] + _KEYS_FOR > time.monotonic():
            return known[1]
        found = self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise Unreachable(f"What {issuer} says of itself names another issuer")
        self._facts[issuer] = (time.monotonic(), found)
        return found

    def address(self, issuer: str, name: str) -> str:
        found = self.facts(issuer).get(name)
        if not isinstance(found, str) or not is_address(found):
            raise Unreachable(f"{issuer} does not tell its {name}")
        return found

    def keys(self, issuer: str, *, fresh: bool = False) -> KeySet:
        """The provider's public keys; `fresh` for a token whose key is not among those known,
        which asks again at most twice a minute.
        """
        now = time.monotonic()
        known = self._keys.get(issuer)
        if known is not None and known[0] + (_AGAIN_AFTER if fresh else _KEYS_FOR) > now:
            return known[1]
        with self._lock:
            found = self._json(self.address(issuer, "jwks_uri"))
            try:
                listed = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC", "OKP")]
                made = KeySet.import_key_set({"keys": listed})
            except (JoseError, KeyError, TypeError, ValueError, AttributeError):
                raise Unreachable(f"The keys of {issuer} cannot be read") from None
            self._keys[issuer] = (now, made)
            return made

    def _json(self, address: str) -> dict[str, Any]:
        reply = self._outbound.get(address, {"Accept": "application/json"})
        return read_object(reply.status, reply.body, address)


def read_object(status: int, body: bytes, address: str) -> dict[str, Any]:
    """An answer that must be a JSON object."""
    try:
        found = json.loads(body) if status == 200 else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreachable(f"{address.partition('?')[0][:200]} does not answer as it should")
    return found
