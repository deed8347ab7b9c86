"""People and their groups in a directory, as a configuration says where to find them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator

from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.ldap import filters
from belvedere.accounts.federation.ldap.client import Connection, DirectoryError, Entry, Place
from belvedere.accounts.federation.person import Person, Refused

_SECRETS = re.compile(r"pass|pwd|secret|privatekey", re.IGNORECASE)
_LONGEST_LOGIN = 255
_ALWAYS = ("*", "memberOf")
Note = Callable[[str], None]
"""Told what is done, step by step."""


class NotKnown(Refused):
    """The directory does not know the name and the password together."""

    def __init__(self, reason: str) -> None:
        super().__init__("The user name or the password is wrong", reason)


def place_of(config: Config) -> Place:
    return Place(
        config.text("connection_host"),
        int(config.text("connection_port") or 0),
        tls=config.flag("connection_tls"),
        verify=not config.flag("connection_tls_no_verify"),
    )


def connected(config: Config, note: Note) -> Connection:
    """A connection that may look people up: as the server's account where it has one."""
    place = place_of(config)
    connection = Connection(place)
    note(f"Connected to {place.host}:{place.port}{' with TLS' if place.tls else ''}")
    name = config.text("auth_username")
    if not name:
        note("No account to look people up with; searching as nobody")
        return connection
    try:
        connection.bind(name, config.secret or "")
    except BaseException:
        connection.__exit__(None, None, None)
        raise
    note(f"Bound as {name}")
    return connection


def look_up(config: Config, login: str, note: Note) -> tuple[Person, Entry]:
    """Somebody without their password; NotKnown where the name means nobody or several."""
    with connected(config, note) as connection:
        entry = _find(connection, config, login, note)
        return person_of(config, entry, _groups(connection, config, entry, note)), entry


def authenticate(config: Config, login: str, password: str, note: Note) -> tuple[Person, Entry]:
    """Somebody whom the directory knows by name and password, else NotKnown.

    A name that nobody has is tried too, so that it takes as long as a wrong password.
    """
    if not login.strip() or not password:
        raise NotKnown("empty")
    with connected(config, note) as connection:
        try:
            entry = _find(connection, config, login, note)
        except NotKnown:
            _bind(config, f"cn={secrets.token_hex(8)},{config.text('user_bind_base_dn')}", password)
            raise
        if not _bind(config, entry.dn, password):
            note(f"The directory does not accept the password of {entry.dn}")
            raise NotKnown("wrong password")
        note(f"Bound as {entry.dn}")
        return person_of(config, entry, _groups(connection, config, entry, note)), entry


def _bind(config: Config, dn: str, password: str) -> bool:
    with Connection(place_of(config)) as connection:
        try:
            connection.bind(dn, password)
        except DirectoryError:
            return False
        return True


def _find(connection: Connection, config: Config, login: str, note: Note) -> Entry:
    name = login.strip()
    if len(name) > _LONGEST_LOGIN or "\0" in name:
        raise NotKnown("the name is too long")
    found = connection.search(
        config.text("user_bind_base_dn"), _person_filter(config, name), _wanted(config), most=2
    )
    note(f"Found {len(found)} entries of {name!r} below {config.text('user_bind_base_dn')}")
    if len(found) != 1:
        raise NotKnown("several have the name" if found else "nobody has the name")
    return found[0]


def _person_filter(config: Config, login: str) -> filters.Filter:
    names = _listed(config.text("user_id_attribute_names"))
    parts = [filters.some(*(filters.equal(name, login) for name in names))]
    if config.text("user_objectclass"):
        parts.append(filters.equal("objectClass", config.text("user_objectclass")))
    if config.text("user_custom_filter"):
        parts.append(filters.parse(config.text("user_custom_filter")))
    return filters.every(*parts)


def _wanted(config: Config) -> list[str]:
    """Attributes that directories only tell when they are named, and all others."""
    mapped = [item.name for item in config.mappings.attributes]
    mapped += [config.text(name) for name in config.values if name.startswith("user_attribute_map")]
    mapped.append(config.text("groups_user_attribute"))
    return [*_ALWAYS, *(name for name in mapped if filters.is_attribute(name) and name != "dn")]


def _groups(connection: Connection, config: Config, entry: Entry, note: Note) -> frozenset[str]:
    """Names of groups: each by its place in the directory, and by the first part of that."""
    if config.text("groups_finder_type") == "users_have_groups":
        name = config.text("groups_user_attribute")
        found = list(entry.values("memberOf" if name in ("", "dn") else name))
    else:
        found = _groups_that_list(connection, config, entry)
    note(f"Found {len(found)} groups")
    return frozenset(name for dn in found for name in _names(dn))


def _groups_that_list(connection: Connection, config: Config, entry: Entry) -> list[str]:
    own = config.text("groups_user_attribute") or "dn"
    value = entry.dn if own.lower() == "dn" else entry.first(own)
    if value is None:
        return []
    wanted = filters.equal(config.text("groups_member_attribute") or "member", value)
    kinds = _listed(config.text("groups_objectclasses"))
    if kinds:
        named = filters.some(*(filters.equal("objectClass", kind) for kind in kinds))
        wanted = filters.every(named, wanted)
    base = config.text("groups_base_dn") or config.text("user_bind_base_dn")
    paged = not config.flag("force_no_page")
    return [group.dn for group in connection.search(base, wanted, ("cn",), paged=paged)]


def _names(dn: str) -> Iterator[str]:
    yield dn
    first = re.match(r"\s*cn\s*=\s*([^,=\\+]+)(?:,|\Z)", dn, re.IGNORECASE)
    if first:
        yield first[1].strip()


def person_of(config: Config, entry: Entry, groups: frozenset[str]) -> Person:
    """What stands for a password in the directory is left out."""
    told = {name: entry.values(name) for name in entry.attributes if not _SECRETS.search(name)}
    mapped = {
        item.name: entry.values(item.name)
        for item in config.mappings.attributes
        if not _SECRETS.search(item.name)
    }
    id_name = config.text("user_attribute_map_ldap_id")
    return Person(
        kind="ldap",
        external_id=(entry.first(id_name) or "") if id_name else entry.dn,
        email=entry.first(config.text("user_attribute_map_email")),
        first_name=entry.first(config.text("user_attribute_map_first_name")),
        last_name=entry.first(config.text("user_attribute_map_last_name")),
        groups=groups,
        attributes={**told, **mapped},
        domain=entry.dn,
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
