"""What the services that people sign in with leave to this server: groups and roles by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere.accounts import administrators
from belvedere.accounts.federation import configs
from belvedere.accounts.federation.configs import Config
from belvedere.accounts.tables import ExternalCredentials, User, UserRole
from belvedere.errors import Forbidden
from belvedere.store import bump
from belvedere.vault import Vault


@dataclass(frozen=True, slots=True)
class Rules:
    """`service` names the one that decides about the person's roles; None where none does."""

    service: str | None = None
    direct_roles: bool = True
    normal_groups: bool = True
    roles_from_normal_groups: bool = True


FREE = Rules()


def rules(session: Session, vault: Vault, user_ids: Iterable[int]) -> dict[int, Rules]:
    """Of those people for whom there are any: who signs in with a service that is enabled and
    mirrors groups.
    """
    theirs = ExternalCredentials.user_id.in_(list(user_ids))
    rows = session.execute(
        select(ExternalCredentials.user_id, ExternalCredentials.kind).where(theirs)
    ).all()
    if not rows:
        return {}
    enabled = configs.enabled(session, vault)
    mirroring = {item.kind.name: item for item in enabled if item.flag("set_roles_from_groups")}
    found: dict[int, Rules] = {}
    for user_id, kind in rows:
        config, before = mirroring.get(kind), found.get(user_id, FREE)
        if config is not None:
            found[user_id] = Rules(
                config.kind.title,
                before.direct_roles and config.flag("allow_direct_roles"),
                before.normal_groups and config.flag("allow_normal_group_membership"),
                before.roles_from_normal_groups and config.flag("allow_roles_from_normal_groups"),
            )
    return found


def apply(session: Session, config: Config) -> None:
    """Direct roles that are not allowed any more go at once: programs with API keys never sign in
    again. BadRequest where nobody would be an administrator.
    """
    if not (config.enabled and config.flag("set_roles_from_groups")):
        return
    if config.flag("allow_direct_roles"):
        return
    theirs = select(ExternalCredentials.user_id).where(ExternalCredentials.kind == config.kind.name)
    session.execute(delete(UserRole).where(UserRole.user_id.in_(theirs)))
    session.expire_all()
    administrators.check_left(session)
    bump(session, "accounts")


def check_direct_roles(session: Session, vault: Vault, users: Iterable[User]) -> None:
    """Forbidden where one of them, who is to get a role directly, gets roles from groups alone."""
    people = {user.id: user for user in users}
    for user_id, rule in rules(session, vault, people).items():
        if not rule.direct_roles:
            name = people[user_id].display_name
            raise Forbidden(f"The roles of {name} come from groups of {rule.service} alone")


def check_membership(session: Session, vault: Vault, user: User) -> None:
    """Forbidden where the user belongs to mirrored groups alone."""
    rule = rules(session, vault, [user.id]).get(user.id, FREE)
    if not rule.normal_groups:
        name = user.display_name
        raise Forbidden(f"{name} belongs to groups of {rule.service} alone")
