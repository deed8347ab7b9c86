"""People: found, made, changed, deleted."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select

from belvedere.accounts import (
    administrators,
    credentials,
    email_credentials,
    mail,
    password_mail,
    users,
)
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tables import Group, GroupMember, User
from belvedere.api import contract, search
from belvedere.api.call import Call
from belvedere.api.operation import delete, get, patch, post
from belvedere.api.people import is_behind, known_people, oneself_or_any, somebody_known
from belvedere.api.present.users import present_user, present_users
from belvedere.content import folders, holders, metadata, personal
from belvedere.errors import BadRequest, Forbidden, Invalid, NotFound, Problem

_ADMIN = Permission("administer")
_SEE = Permission("see_users")
_FULL_NAME = func.trim(User.first_name + " " + User.last_name)
_PIECE = re.compile(r"[!-$&-^`-~]+")
"""Letters that every database folds alike, no spaces and no wildcards."""
_MOST_PIECES = 3
_NAMES = {"id": User.id, "first_name": User.first_name, "last_name": User.last_name}
_SORTS = _NAMES | {
    "email": User.email,
    "is_disabled": User.is_disabled,
    "created_at": User.created_at,
}
_PUBLIC = {
    "id": search.ids(User.id),
    "first_name": search.text(User.first_name),
    "last_name": search.text(User.last_name),
}
_DETAILS = {
    "email": search.text(User.email),
    "is_disabled": search.flag(User.is_disabled),
    "verified_looker_employee": search.flag(literal(value=False)),
}
_MORE_DETAILS = _DETAILS | {
    "can_manage_api3_creds": search.flag(User.can_manage_api3_creds),
    "is_service_account": search.flag(User.service_account_name.is_not(None)),
}
_FOR_ADMINISTRATORS = frozenset(
    {"first_name", "last_name", "is_disabled", "can_manage_api3_creds", "credentials_email"}
)
"""Names and the address are user attributes too: models may show rows by them."""


@get("/user", requires="authenticated")
def me(call: Call) -> dict[str, Any]:
    """The caller."""
    return present_user(call, users.get(call.db, call.session.user_id))


@get("/users", requires="authenticated")
def all_users(call: Call, ids: list[str] | None) -> list[dict[str, Any]]:
    """Everybody, as far as the caller may know them."""
    chosen = select(User)
    if ids is not None:
        chosen = chosen.where(search.ids(User.id)(",".join(ids)))
    return _page(call, chosen)


@post("/users", requires=_ADMIN)
def create_user(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A new person; without an address in credentials_email they cannot sign in yet."""
    made = users.make(call.db, call.services.vault, body, call.now)
    _check_home(call, made, None)
    _set_address(call, made, body)
    return present_user(call, made)


@get("/users/search", requires="authenticated")
def search_users(call: Call) -> list[dict[str, Any]]:
    """People by their properties."""
    known = _PUBLIC | {
        "full_name": _full_name,
        "embed_user": search.flag(User.is_embed_user),
        "content_metadata_id": lambda value: _with_access(call, value),
        "group_id": lambda value: _listed_in(call, value),
    }
    return _page(call, select(User).where(_criteria(call, known, _MORE_DETAILS)))


@get("/users/search/names/{pattern}", requires="authenticated")
def search_users_names(call: Call, pattern: str) -> list[dict[str, Any]]:
    """People one of whose names, or whose address, is like the pattern."""
    columns: list[search.Column] = [User.first_name, User.last_name]
    if call.session.permissions.has(_SEE):
        columns.append(User.email)
    matching = or_(*(search.like(column, pattern) for column in columns))
    return _page(call, select(User).where(and_(matching, _criteria(call, _PUBLIC, _DETAILS))))


@get("/users/{user_id}", requires="authenticated")
def user(call: Call, user_id: str) -> dict[str, Any]:
    """One person: for administrators and oneself everything, for others the names."""
    return present_user(call, somebody_known(call, user_id))


@patch("/users/{user_id}", requires="authenticated")
def update_user(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Change a person; of oneself only what protects nothing."""
    found = oneself_or_any(call, user_id)
    changed = _changed(found, body)
    if not call.session.permissions.is_admin:
        refused = ", ".join(sorted(changed & _FOR_ADMINISTRATORS))
        if refused:
            raise Forbidden(f"Only administrators can change {refused}")
    if body.get("is_disabled") and not found.is_disabled:
        _check_leaving(call, found, "disable")
    home = found.home_folder_id
    users.change(call.db, call.services.vault, found, body, call.now)
    _check_home(call, found, home)
    if "credentials_email" in changed:
        _set_address(call, found, body)
    return present_user(call, found)


@delete("/users/{user_id}", requires=_ADMIN)
def delete_user(call: Call, user_id: str) -> None:
    """Delete a person with everything that lets them in."""
    found = users.get(call.db, user_id)
    _check_leaving(call, found, "delete")
    personal.remove(call.db, found.id, call.session.user_id, call.now)
    users.remove(call.db, found)


@get("/users/credential/{credential_type}/{credential_id}", requires=_SEE)
def user_for_credential(call: Call, credential_type: str, credential_id: str) -> dict[str, Any]:
    """The person with that credential: email's address, api3's client_id, embed's external id …"""
    if credential_type not in credentials.KINDS:
        known = ", ".join(credentials.KINDS)
        raise NotFound(f"There are no credentials of the type {credential_type}; known: {known}")
    return present_user(call, credentials.owner(call.db, credential_type, credential_id))


@post("/users/{user_id}/update_emails", requires=_ADMIN)
def wipeout_user_emails(call: Call, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Put another address in place of all those of a disabled user, who is asked to prove it by
    mail where this server sends any.
    """
    given = body.get("email")
    if given is None:
        raise Invalid(Problem("email", "missing_field", "email is required"))
    vault = call.services.vault
    with call.transaction() as session:  # ended before the mail server is waited for
        found = users.get(session, user_id)
        token = email_credentials.overwrite(session, vault, found, given, call.now)
        asked = token is not None and mail.is_configured(session)
        server = mail.server_of(session, vault) if asked else None
    if server is not None and token is not None:
        told = password_mail.verification(call.services.settings.public_url, token)
        mail.send(server, given.strip(), told)
    return present_user(call, users.get(call.db, user_id))


def _full_name(value: str) -> ColumnElement[bool]:
    """Pieces without spaces stand in one of the names: asking for those first spares most rows
    being put together.
    """
    matches = search.text(_FULL_NAME)(value)
    pieces = [] if search.asks_for_absence(value) else _PIECE.findall(value)
    held = [_in_a_name(piece) for piece in sorted(pieces, key=len)[-_MOST_PIECES:]]
    whole = [f"%{piece}%" for piece in pieces] == [value]
    return and_(*held, *([] if whole else [matches]))


def _in_a_name(piece: str) -> ColumnElement[bool]:
    within = f"%{piece}%"
    return or_(search.like(User.first_name, within), search.like(User.last_name, within))


def _page(call: Call, chosen: Select[User]) -> list[dict[str, Any]]:
    sorts = _SORTS if call.session.permissions.has(_SEE) else _NAMES
    seen = chosen.where(known_people(call))
    ordered = seen.order_by(*search.order(call, sorts, User.id))
    return present_users(call, search.page_of(call, ordered))


def _criteria(
    call: Call,
    public: dict[str, search.Criterion],
    details: dict[str, search.Criterion],
) -> ColumnElement[bool]:
    """What is not shown to the caller cannot be searched for either: that would tell it."""
    if call.session.permissions.has(_SEE):
        return search.criteria(call, public | details)
    refused = [name for name in details if call.parameters.get(name, "") != ""]
    if refused:
        message = f"Only those who may see people can search by {', '.join(refused)}"
        raise BadRequest(message)
    return search.criteria(call, public)


def _with_access(call: Call, metadata_id: str) -> ColumnElement[bool]:
    """Those who may see the content; nobody for a caller who may not change it, and may not read
    its access list either.
    """
    try:
        content = metadata.content_of(call.db, metadata.get(call.db, metadata_id))
    except NotFound:
        return false()
    return holders.holders(call.db, content) if metadata.edits(call.reach, content) else false()


def _listed_in(call: Call, value: str) -> ColumnElement[bool]:
    wanted = search.ids(Group.id)(value)
    if not call.session.permissions.has(_SEE):
        wanted &= Group.id.in_(call.session.groups)
    members = select(GroupMember.user_id).where(
        GroupMember.group_id.in_(select(Group.id).where(wanted))
    )
    everybody = select(Group.id).where(wanted, Group.include_by_default)
    return or_(User.id.in_(members), everybody.exists())


def _changed(found: User, body: dict[str, Any]) -> set[str]:
    """Clients send back all that they read: what is the same as before is no change."""
    names = {"first_name": "", "last_name": ""}
    changed = {
        name
        for name, value in body.items()
        if name != "credentials_email" and (value or names.get(name)) != getattr(found, name, None)
    }
    flags = {"is_disabled", "can_manage_api3_creds"}
    changed -= {name for name in flags if bool(body.get(name)) == getattr(found, name)}
    own = found.email_credentials
    given = _address_part(body)
    same = own is not None and all(getattr(own, name) == given[name] for name in given)
    return changed | {"credentials_email"} if given and not same else changed


def _address_part(body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("credentials_email")
    if not isinstance(given, dict):
        return {}
    known = contract.writable(given, "CredentialsEmail")
    return {name: value for name, value in known.items() if value is not None}


def _set_address(call: Call, found: User, body: dict[str, Any]) -> None:
    values = _address_part(body)
    if not values:
        return
    if found.email_credentials is None:
        email_credentials.create(call.db, found, values, call.now)
    else:
        email_credentials.update(call.db, found, values, call.now)


def _check_home(call: Call, found: User, before: str | None) -> None:
    """Invalid for a new home that the caller does not see."""
    home = found.home_folder_id
    if home is None or home == before:
        return
    try:
        seen = call.reach.sees_folder(folders.get(call.db, home))
    except NotFound:
        seen = False
    if not seen:
        message = f"There is no folder {home}"
        raise Invalid(Problem("home_folder_id", "invalid", message))


def _check_leaving(call: Call, found: User, verb: str) -> None:
    if is_behind(call, found):
        raise BadRequest(f"You cannot {verb} yourself")
    administrators.check_dispensable(call.db, found, f"be {verb}d")
