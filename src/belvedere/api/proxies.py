"""Who a request comes from, where proxies stand between: theirs is the word that counts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from belvedere.accounts.federation.outbound import networks
from belvedere.settings import SettingsError

_MOST_CALLERS = 1000
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Caller:
    """`is_secure` says that the browser's own connection is encrypted."""

    address: str
    is_secure: bool


class Proxies:
    """Each proxy adds at the right who it speaks for. Whatever stands left of the first address
    that is no proxy of ours may be invented.
    """

    def __init__(self, trusted: str) -> None:
        try:
            self._trusted = networks(trusted)
        except ValueError as error:
            raise SettingsError(f"trusted_proxies: {error}") from None
        self._is_proxy = lru_cache(_MOST_CALLERS)(lambda text: self._trusts(_address(text)))

    def caller(self, scope: Mapping[str, Any]) -> Caller:
        client = scope.get("client")
        address = client[0] if client else ""
        is_secure = scope.get("scheme") == "https"
        if not self._is_proxy(address):
            return Caller(address, is_secure)
        protocols = _listed(scope["headers"], b"x-forwarded-proto")
        if protocols:
            is_secure = protocols[0].lower() == "https"
        for told in reversed(_listed(scope["headers"], b"x-forwarded-for")):
            known = _address(told)
            if known is None:
                break
            address = str(known)
            if not self._trusts(known):
                break
        return Caller(address, is_secure)

    def _trusts(self, address: _Address | None) -> bool:
        return address is not None and any(
            address in network for network in self._trusted if network.version == address.version
        )


def _listed(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    """The values of all headers of the name, as one list."""
    texts = (value.decode("latin-1") for key, value in headers if key == name)
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def _address(text: str) -> _Address | None:
    """From an address with or without a port; None for anything else."""
    bracketed = text.startswith("[")
    if bracketed:
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
