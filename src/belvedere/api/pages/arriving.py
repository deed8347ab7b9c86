"""Somebody has come back from another service: they are in, refused, or were only trying."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from belvedere.accounts.federation import arrival
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.federation.person import Person, Refused
from belvedere.accounts.tables import Role
from belvedere.api.call import Answer
from belvedere.api.pages.visit import Visit, local
from belvedere.errors import BelvedereError


def arrive(visit: Visit, config: Config, person: Person, to: str, *, stay: bool = False) -> Answer:
    """Sign the person in, and go where they wanted to."""
    try:
        found = arrival.plan(visit.db, config, person)
    except Refused as error:
        return (
            _tried(visit, config, person, None, error)
            if config.slug
            else refused(visit, config, error)
        )
    if config.slug is not None:
        return _tried(visit, config, person, found, None)
    vault, address = visit.services.vault, visit.request.address
    try:
        user = arrival.carry_out(visit.db, vault, config, found, visit.now, address)
    except IntegrityError as error:
        # The same person came in by another window in the same moment, for the first time.
        visit.give_up(error)
        return failed(visit, config, "Please sign in once more.", 409, "two at once")
    if found.is_new:
        visit.record("user_created", user.id, credentials_type=config.kind.name)
    elif found.known is None:
        visit.record("credentials_merged", user.id, credentials_type=config.kind.name)
    visit.sign_in(user, config.kind.name, stay=stay)
    return visit.redirect(local(to))


def refused(visit: Visit, config: Config, error: Refused, status: int = 401) -> Answer:
    """Told to the person in few words, to the audit log in all."""
    kind = config.kind.name
    visit.record("login_failed", None, credentials_type=kind, reason=error.reason[:500])
    return failed(visit, config, str(error), status, error.reason)


def unreachable(visit: Visit, config: Config, error: BelvedereError) -> Answer:
    kind = config.kind.name
    visit.record("login_failed", None, credentials_type=kind, reason=str(error)[:500])
    text = f"{config.kind.title} cannot be reached now. Please try again later."
    return failed(visit, config, text, 502, str(error))


def failed(visit: Visit, config: Config, text: str, status: int, reason: str) -> Answer:
    """Who tries out a configuration is told why it did not do."""
    shown = f"{text} ({reason})" if config.slug is not None else text
    return visit.page(
        "message",
        "You are not signed in",
        status,
        text=shown,
        address="/login",
        link="Back to signing in",
    )


def _tried(
    visit: Visit,
    config: Config,
    person: Person,
    found: arrival.Plan | None,
    error: Refused | None,
) -> Answer:
    """What signing in with the configuration would have done; nothing was done."""
    roles = found.role_ids if found is not None else frozenset()
    names = select(Role.name).where(Role.id.in_(roles)).order_by(Role.id)
    facts = [
        ("Id", person.external_id),
        ("E-mail address", person.email or "–"),
        ("First name", person.first_name or "–"),
        ("Last name", person.last_name or "–"),
        ("Groups", ", ".join(sorted(person.groups)) or "–"),
        ("Roles by groups", ", ".join(visit.db.scalars(names)) or "–"),
        ("Everything told", ", ".join(sorted(person.attributes)) or "–"),
    ]
    if found is not None:
        facts.insert(0, ("User here", "would be made" if found.is_new else "is known"))
    return visit.page(
        "trial",
        f"Test of {config.kind.title}",
        200 if error is None else 403,
        problem=str(error) if error is not None else None,
        facts=facts,
    )
