"""A person from the claims of an OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.person import Person

_MOST_VALUES = 5000


def person_of(config: Config, claims: Mapping[str, Any]) -> Person:
    """As the configuration names the claims; those of workforce have their usual names."""
    kind = config.kind.name
    email_claim = config.text("user_attribute_map_email") or "email"
    first_claim = config.text("user_attribute_map_first_name") or "given_name"
    last_claim = config.text("user_attribute_map_last_name") or "family_name"
    groups_claim = config.text("groups_attribute") or "groups"
    return Person(
        kind=kind,
        external_id=str(claims["sub"]),
        email=_first(claims.get(email_claim)),
        first_name=_first(claims.get(first_claim)),
        last_name=_first(claims.get(last_claim)),
        groups=frozenset(_texts(claims.get(groups_claim))),
        attributes={name: tuple(_texts(value)) for name, value in claims.items()},
        email_is_verified=claims.get("email_verified", True) in (True, "true"),
    )


def _first(value: Any) -> str | None:
    return next(_texts(value), None)


def _texts(value: Any) -> Iterator[str]:
    """Plain values as texts; what is nested says nothing here."""
    listed = value if isinstance(value, list) else [value]
    for item in listed[:_MOST_VALUES]:
        if isinstance(item, bool):
            yield "yes" if item else "no"
        elif isinstance(item, str | int | float) and str(item):
            yield str(item)
