"""Tokens of cookieless sessions: JSON Web Tokens, HS256, that only we write and read."""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil

from sqlalchemy.orm import Session

from belvedere import ids
from belvedere.accounts.embedding import secrets
from belvedere.accounts.tables import EmbedSecret
from belvedere.errors import BelvedereError
from belvedere.vault import Vault

_LONGEST = 4096
_NAME = re.compile(r"[0-9a-f]{16}")


class Kind(StrEnum):
    AUTHENTICATION = "authentication_token"
    NAVIGATION = "navigation_token"
    API = "api_token"
    REFERENCE = "session_reference_token"


class BadToken(BelvedereError):
    """Not one of our tokens, or not of this kind."""


class ForgottenSecret(BelvedereError):
    """Made with a secret that is there no more, or made up."""


@dataclass(frozen=True, slots=True)
class Claims:
    session_id: str
    expires_at: datetime


def write(
    vault: Vault,
    secret: EmbedSecret,
    issuer: str,
    session_id: str,
    kind: Kind,
    expires_at: datetime,
) -> str:
    claims = {
        "iss": issuer,
        "sub": session_id,
        "exp": ceil(expires_at.timestamp()),
        "token_type": str(kind),
        "randomizer": ids.slug(),
    }
    text = f"{_header(_name(vault, secret))}.{_encoded(json.dumps(claims).encode())}"
    return f"{text}.{_signature(vault, secret, text)}"


def read(session: Session, vault: Vault, token: str, kind: Kind) -> Claims:
    """What a token of that kind says, also where its time has passed.

    The header decides nothing: it has to be, byte for byte, what we write for one of our secrets.
    """
    header, _, rest = token.partition(".")
    payload, _, given = rest.partition(".")
    if len(token) > _LONGEST or not given:
        raise BadToken("The token is malformed")
    rows = secrets.enabled(session, secrets.TOKENS)
    secret = next((row for row in rows if _header(_name(vault, row)) == header), None)
    if secret is None:
        _check_header(header)
        raise ForgottenSecret("The token was made with a secret that is not in use")
    expected = _signature(vault, secret, f"{header}.{payload}")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise BadToken("The signature of the token is wrong")
    claims = json.loads(_decoded(payload))
    if claims["token_type"] != kind:
        raise BadToken(f"The token is no {kind}")
    return Claims(claims["sub"], datetime.fromtimestamp(claims["exp"], UTC))


def _name(vault: Vault, secret: EmbedSecret) -> str:
    """Told in tokens. Ids of rows can come again, this never does."""
    return vault.digest(f"embed token secret\n{secrets.opened(vault, secret)}")[:16]


def _header(name: str) -> str:
    fields = {"alg": "HS256", "kid": name, "typ": "JWT"}
    return _encoded(json.dumps(fields, separators=(",", ":")).encode())


def _check_header(header: str) -> None:
    """BadToken for a header that we would not write for any secret."""
    try:
        name = json.loads(_decoded(header))["kid"]
        ours = _NAME.fullmatch(name) is not None and _header(name) == header
    except (ValueError, KeyError, TypeError, RecursionError):
        ours = False
    if not ours:
        raise BadToken("The token is malformed")


def _signature(vault: Vault, secret: EmbedSecret, text: str) -> str:
    return _encoded(
        hmac.digest(
            secrets.opened(vault, secret).encode(), text.encode("utf-8", "replace"), "sha256"
        )
    )


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
