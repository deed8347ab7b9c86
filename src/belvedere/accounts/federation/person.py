"""Somebody as another service describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from belvedere.errors import BelvedereError


class Refused(BelvedereError):
    """Somebody is not let in. `str()` is for them; `reason` is for the audit log."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Unreachable(BelvedereError):
    """The other service does not answer, or not in a way that can be read."""


@dataclass(frozen=True, slots=True)
class Person:
    """`kind` is ldap, oidc, saml or workforce; `external_id` is who the person is there for
    ever. `groups` are names there. `domain` is a place of the directory, where there is one.
    `email_is_verified` False says that the service itself does not vouch for the address.
    """

    kind: str
    external_id: str
    email: str | None
    first_name: str | None = None
    last_name: str | None = None
    groups: frozenset[str] = frozenset()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    domain: str | None = None
    email_is_verified: bool = True
