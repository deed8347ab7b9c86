"""Trying out a configuration: each trial really asks the directory, and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.ldap import directory, filters
from belvedere.accounts.federation.ldap.client import Connection, DirectoryError, Entry
from belvedere.accounts.federation.person import Person, Refused, Unreachable


@dataclass(slots=True)
class Outcome:
    """`issues` are pairs of severity (Error or Warning) and message."""

    succeeded: bool
    message: str
    details: str | None = None
    issues: list[tuple[str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    person: Person | None = None
    entry: Entry | None = None


def connection(config: Config) -> Outcome:
    """Whether something that speaks LDAP answers there; nobody is authenticated."""

    def attempt(outcome: Outcome) -> str:
        place = directory.place_of(config)
        with Connection(place) as opened:
            outcome.steps.append(f"Connected to {place.host}:{place.port}")
            try:
                opened.search("", filters.present("objectClass"), ("1.1",), here_only=True)
            except DirectoryError as error:
                outcome.issues.append(("Warning", str(error)))
            outcome.steps.append("The directory answered")
        return "The directory answers"

    return _outcome(config, attempt)


def account(config: Config) -> Outcome:
    """Whether the server's own account is accepted."""

    def attempt(outcome: Outcome) -> str:
        with directory.connected(config, outcome.steps.append):
            return "The directory accepts the account"

    return _outcome(config, attempt)


def user_info(config: Config, login: str) -> Outcome:
    """What would be known of somebody, without their password."""

    def attempt(outcome: Outcome) -> str:
        found = directory.look_up(config, login, outcome.steps.append)
        _told(config, outcome, found)
        return f"Found {login}"

    return _outcome(config, attempt)


def user_auth(config: Config, login: str, password: str) -> Outcome:
    """Whether somebody could sign in, and what would be known of them."""

    def attempt(outcome: Outcome) -> str:
        found = directory.authenticate(config, login, password, outcome.steps.append)
        _told(config, outcome, found)
        return f"{login} can sign in"

    return _outcome(config, attempt)


def _outcome(config: Config, attempt: Callable[[Outcome], str]) -> Outcome:
    outcome = Outcome(succeeded=False, message="")
    if not config.flag("connection_tls"):
        outcome.issues.append(("Warning", "Passwords travel unencrypted without TLS"))
    elif config.flag("connection_tls_no_verify"):
        message = "The directory's certificate is not checked: anybody could stand in for it"
        outcome.issues.append(("Warning", message))
    try:
        outcome.message = attempt(outcome)
        outcome.succeeded = True
    except (Unreachable, DirectoryError) as error:
        _failed(outcome, "The directory could not be used", str(error))
    except Refused as error:
        _failed(outcome, str(error), error.reason)
    return outcome


def _failed(outcome: Outcome, message: str, details: str) -> None:
    outcome.message, outcome.details = message, details
    outcome.issues.append(("Error", details))
    outcome.steps.append(details)


def _told(config: Config, outcome: Outcome, found: tuple[Person, Entry]) -> None:
    """Keep who was found, and say what is missing of them."""
    person, outcome.entry = found
    outcome.person = person
    if not person.external_id:
        name = config.text("user_attribute_map_ldap_id")
        outcome.issues.append(("Error", f"The entry has no {name}: nobody signs in without an id"))
    if not person.email:
        name = config.text("user_attribute_map_email")
        outcome.issues.append(("Error", f"The entry has no {name}: new users need an address"))
    for name in ("first_name", "last_name"):
        mapped = config.text(f"user_attribute_map_{name}")
        if mapped and not getattr(person, name):
            outcome.issues.append(("Warning", f"The entry has no {mapped}"))
    for item in config.mappings.attributes:
        if not person.attributes.get(item.name):
            severity = "Error" if item.required else "Warning"
            outcome.issues.append((severity, f"The entry has no {item.name}"))
