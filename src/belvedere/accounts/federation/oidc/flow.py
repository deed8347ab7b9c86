"""The authorization code flow: asking for a code, and turning it into a person."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from belvedere import ids
from belvedere.accounts.federation.oidc.provider import Discovery, Provider, read_object
from belvedere.accounts.federation.outbound import Outbound
from belvedere.accounts.federation.person import Refused, Unreachable

_ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
)
"""Only those with a public key: a secret that the provider shares with us vouches for nobody."""
_LEEWAY = 60
_LONGEST_TOKEN = 100_000
_MOST_AGE = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser has to bring back, and what only this server knows."""

    state: str
    nonce: str
    verifier: str


def begin() -> Asked:
    return Asked(ids.token(), ids.token(), ids.token() + ids.token())


def address(provider: Provider, asked: Asked, redirect_uri: str) -> str:
    """Where the browser goes to sign in."""
    digest = hashlib.sha256(asked.verifier.encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(provider.scopes),
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{joint}{query}"


class Flow:
    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self.discovery = Discovery(outbound)

    def claims(
        self, provider: Provider, asked: Asked, code: str, redirect_uri: str, now: datetime
    ) -> dict[str, Any]:
        """What the provider says of the person: the token's claims, and those of userinfo.

        Refused where the code or the token is not good, Unreachable where there is no answer.
        """
        tokens = self._redeemed(provider, asked, code, redirect_uri)
        told = self.verified(provider, asked, tokens.get("id_token"), now)
        access = tokens.get("access_token")
        if provider.userinfo_endpoint is None or not isinstance(access, str) or not access:
            return told
        more = self._userinfo(provider.userinfo_endpoint, access)
        if more.get("sub") != told["sub"]:
            raise _bad(provider, "userinfo is about somebody else")
        return {**told, **more, "sub": told["sub"]}

    def _redeemed(
        self, provider: Provider, asked: Asked, code: str, redirect_uri: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": asked.verifier,
        }
        named = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
        headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {b64encode(named.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        reply = self._outbound.send(
            "POST", provider.token_endpoint, urlencode(form).encode(), headers
        )
        if reply.status in (400, 401, 403):
            raise _bad(provider, f"the code was not accepted ({_error_in(reply.body)})")
        return read_object(reply.status, reply.body, provider.token_endpoint)

    def verified(
        self, provider: Provider, asked: Asked, token: object, now: datetime
    ) -> dict[str, Any]:
        """The claims of an ID token that the provider signed for this server and this sign-in."""
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise _bad(provider, "there is no id_token")
        claims = self._signed(provider, token)
        registry = JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": provider.audience},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise _bad(provider, f"the id_token does not hold: {error}") from None
        if claims["iat"] < now.timestamp() - _MOST_AGE:
            raise _bad(provider, "the id_token is too old")
        party = claims.get("azp")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (party is not None or several) and party != provider.client_id:
            raise _bad(provider, "the id_token was made for somebody else")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode(), asked.nonce.encode()
        ):
            raise _bad(provider, "the id_token belongs to another sign-in")
        return claims

    def _signed(self, provider: Provider, token: str) -> dict[str, Any]:
        for fresh in (False, True):
            keys = self.discovery.keys(provider.issuer, fresh=fresh)
            try:
                return dict(jwt.decode(token, keys, algorithms=list(_ALGORITHMS)).claims)
            except InvalidKeyIdError:
                continue
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise _bad(provider, f"the id_token is not signed as it must be: {error}") from None
        raise _bad(provider, "the id_token is signed with an unknown key")

    def _userinfo(self, endpoint: str, access: str) -> dict[str, Any]:
        if not access.isascii() or not access.isprintable():
            raise Unreachable("The provider's access token cannot be used")
        headers = {"Accept": "application/json", "Authorization": f"Bearer {access}"}
        reply = self._outbound.get(endpoint, headers)
        return read_object(reply.status, reply.body, endpoint)


def _bad(provider: Provider, reason: str) -> Refused:
    return Refused(f"{provider.title} did not confirm who you are", reason)


def _error_in(body: bytes) -> str:
    try:
        found: object = json.loads(body[:10_000])
    except (ValueError, RecursionError):
        return "no reason given"
    error = found.get("error") if isinstance(found, Mapping) else None
    return str(error)[:100] if error else "no reason given"
