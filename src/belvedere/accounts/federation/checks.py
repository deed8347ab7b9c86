"""Whether a configuration can be kept, and whether it can be switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from belvedere.accounts import texts
from belvedere.accounts.federation.kinds import CREDENTIALS, FINDERS, Kind
from belvedere.accounts.federation.ldap import filters
from belvedere.accounts.federation.saml.certificates import CertificateError, certificate_of
from belvedere.errors import Problem

_LONGEST = 4000
_LONGEST_CERTIFICATE = 50_000
_MOST_DRIFT = 600
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+\Z")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._\-:]{0,252}[A-Za-z0-9])?\Z")


def problems_of(kind: Kind, values: Mapping[str, Any], secret: str | None) -> list[Problem]:
    """Everything that is wrong, in the order of the properties."""
    found = list(_texts(values))
    for name in kind.addresses:
        if values.get(name) and not is_address(str(values[name])):
            message = f"{name} must be an address that begins with https://"
            found.append(Problem(name, "invalid", message))
    found += _choices(kind, values)
    found += _particular(kind, values)
    if values.get("enabled"):
        told = {**values, str(kind.hidden): secret}
        found += [
            Problem(name, "missing_field", f"{name} is required before {kind.title} is enabled")
            for name in kind.required
            if not told.get(name)
        ]
        if kind.name == "saml" and not certificates_in(values):
            message = "idp_cert is required before SAML is enabled"
            found.append(Problem("idp_cert", "missing_field", message))
    return found


def is_address(text: str) -> bool:
    """An address of the web without a user or a fragment; where it leads is seen later."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and "\\" not in text
    right = parts.scheme in ("https", "http") and parts.hostname and not parts.fragment
    return bool(plain and right and parts.username is None and port != 0)


def certificates_in(values: Mapping[str, Any]) -> list[str]:
    """The certificates that count: several where the configuration says so, else the one."""
    if values.get("multi_certs_supported"):
        several = values.get("idp_cert_multi") or {}
        return [str(item) for item in several.get("signing") or () if item]
    return [str(values["idp_cert"])] if values.get("idp_cert") else []


def _texts(values: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in values.items():
        parts = value if isinstance(value, list | tuple) else [value]
        longest = _LONGEST_CERTIFICATE if name == "idp_cert" else _LONGEST
        for part in parts:
            if isinstance(part, str) and (len(part) > longest or not texts.storable(part)):
                yield Problem(name, "invalid", f"{name} is too long or cannot be kept")


def _choices(kind: Kind, values: Mapping[str, Any]) -> Iterator[Problem]:
    finders = FINDERS.get(kind.name)
    if finders and values.get("groups_finder_type") not in finders:
        message = f"groups_finder_type must be one of {', '.join(finders)}"
        yield Problem("groups_finder_type", "invalid", message)
    unknown = [name for name in migration_types(values) if name not in CREDENTIALS]
    if unknown:
        message = f"new_user_migration_types is a comma list of {', '.join(CREDENTIALS)}"
        yield Problem("new_user_migration_types", "invalid", message)


def migration_types(values: Mapping[str, Any]) -> tuple[str, ...]:
    listed = str(values.get("new_user_migration_types") or "").split(",")
    return tuple(part.strip() for part in listed if part.strip())


def _particular(kind: Kind, values: Mapping[str, Any]) -> Iterator[Problem]:
    if kind.name == "ldap":
        yield from _ldap(values)
    elif kind.name == "oidc":
        for scope in values.get("scopes") or ():
            if not _SCOPE.match(scope):
                yield Problem("scopes", "invalid", f"{scope!r} is no scope")
    elif kind.name == "saml":
        yield from _saml(values)


def _ldap(values: Mapping[str, Any]) -> Iterator[Problem]:
    host, port = str(values.get("connection_host") or ""), str(values.get("connection_port") or "")
    if host and not _HOST.match(host):
        yield Problem("connection_host", "invalid", "connection_host must be the name of a host")
    if port and not (port.isdecimal() and len(port) <= 5 and 0 < int(port) < 65_536):
        message = "connection_port must be between 1 and 65535"
        yield Problem("connection_port", "invalid", message)
    clause = str(values.get("user_custom_filter") or "")
    if clause:
        try:
            filters.parse(clause)
        except filters.FilterError as error:
            yield Problem("user_custom_filter", "invalid", f"user_custom_filter: {error}")


def _saml(values: Mapping[str, Any]) -> Iterator[Problem]:
    drift = values.get("allowed_clock_drift") or 0
    if not 0 <= drift <= _MOST_DRIFT:
        message = f"allowed_clock_drift is between 0 and {_MOST_DRIFT} seconds"
        yield Problem("allowed_clock_drift", "invalid", message)
    several = (values.get("idp_cert_multi") or {}).get("signing") or ()
    listed = [("idp_cert", values.get("idp_cert"))]
    listed += [("idp_cert_multi.signing", item) for item in several]
    for name, text in listed:
        try:
            if text:
                certificate_of(str(text))
        except CertificateError as error:
            yield Problem(name, "invalid", f"{name}: {error}")
    if values.get("groups_finder_type") == "individual_attributes":
        wanted = values.get("set_roles_from_groups") and not values.get("groups_member_value")
        if wanted:
            message = "groups_member_value is required to find groups in individual attributes"
            yield Problem("groups_member_value", "missing_field", message)
