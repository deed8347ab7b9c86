"""Who an embed user is and what they may do, as another site says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from belvedere.accounts import texts
from belvedere.errors import Invalid, Problem

LONGEST_SESSION = 2_592_000
DEFAULT_SESSION = 300
_LONGEST_GROUP = 81
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Definition:
    """`session_length` is in seconds. Names that are not given stay as they were; of
    `user_timezone` that is said by `keeps_timezone`.
    """

    external_user_id: str
    session_length: int
    permissions: tuple[str, ...]
    models: tuple[str, ...]
    group_ids: tuple[str, ...]
    external_group_id: str | None
    user_attributes: Mapping[str, str | None]
    names: Mapping[str, str]
    user_timezone: str | None
    keeps_timezone: bool


def read(values: Mapping[str, Any]) -> Definition:
    """From decoded JSON; Invalid names everything that is wrong."""
    problems: list[Problem] = []
    made = Definition(
        external_user_id=_external_id(values, problems),
        session_length=session_length(values, problems),
        permissions=_names(values, "permissions", problems),
        models=_names(values, "models", problems),
        group_ids=_group_ids(values, problems),
        external_group_id=_external_group(values, problems),
        user_attributes=_attributes(values, problems),
        names={
            name: texts.checked(values, name, problems)
            for name in ("first_name", "last_name")
            if values.get(name)
        },
        user_timezone=_timezone(values, problems),
        keeps_timezone="user_timezone" not in values,
    )
    if problems:
        raise Invalid(*problems)
    return made


def session_length(values: Mapping[str, Any], problems: list[Problem]) -> int:
    given = values.get("session_length")
    if given is None:
        return DEFAULT_SESSION
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= LONGEST_SESSION:
        return given
    problems.append(_wrong("session_length", f"must be between 0 and {LONGEST_SESSION} seconds"))
    return DEFAULT_SESSION


def _external_id(values: Mapping[str, Any], problems: list[Problem]) -> str:
    given = values.get("external_user_id")
    if given is None or given == "":
        problems.append(_wrong("external_user_id", "is required", "missing_field"))
        return ""
    if not isinstance(given, str | int) or isinstance(given, bool):
        problems.append(_wrong("external_user_id", "must be text"))
        return ""
    return str(given)


def _names(values: Mapping[str, Any], name: str, problems: list[Problem]) -> tuple[str, ...]:
    given = values.get(name)
    if given is None or given == "":
        return ()
    if not isinstance(given, list) or any(not isinstance(item, str) for item in given):
        problems.append(_wrong(name, "must be a list of names"))
        return ()
    if len(given) > _MOST or not all(texts.storable(item) for item in given):
        problems.append(_wrong(name, "is too long, or holds characters that cannot be kept"))
        return ()
    return tuple(dict.fromkeys(item.strip() for item in given if item.strip()))


def _group_ids(values: Mapping[str, Any], problems: list[Problem]) -> tuple[str, ...]:
    """Numbers and texts are both in use."""
    given = values.get("group_ids")
    if given is None or given == "":
        return ()
    plain = isinstance(given, list) and len(given) <= _MOST
    if not plain or any(isinstance(i, bool) or not isinstance(i, str | int) for i in given):
        problems.append(_wrong("group_ids", "must be a list of ids of groups"))
        return ()
    return tuple(dict.fromkeys(str(item) for item in given))


def _external_group(values: Mapping[str, Any], problems: list[Problem]) -> str | None:
    given = values.get("external_group_id")
    if given is None or given == "":
        return None
    if not isinstance(given, str) or len(given) > _LONGEST_GROUP or not texts.storable(given):
        problems.append(_wrong("external_group_id", f"must be up to {_LONGEST_GROUP} characters"))
        return None
    return given


def _attributes(values: Mapping[str, Any], problems: list[Problem]) -> dict[str, str | None]:
    given = values.get("user_attributes")
    if given is None or given == "":
        return {}
    if not isinstance(given, dict):
        problems.append(_wrong("user_attributes", "must be an object of names and values"))
        return {}
    if any(isinstance(value, dict | list) for value in given.values()):
        problems.append(_wrong("user_attributes", "has values that are not text"))
        return {}
    found = {name: _text(value) for name, value in given.items()}
    if not all(texts.storable(f"{name}{value}") for name, value in found.items()):
        problems.append(_wrong("user_attributes", "holds characters that cannot be kept"))
    return found


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _timezone(values: Mapping[str, Any], problems: list[Problem]) -> str | None:
    given = values.get("user_timezone")
    if given is None or given == "":
        return None
    if not isinstance(given, str) or given not in available_timezones():
        problems.append(_wrong("user_timezone", "must be the name of a time zone"))
        return None
    return given


def _wrong(name: str, what: str, code: str = "invalid") -> Problem:
    return Problem(name, code, f"'{name}' param {what}")
