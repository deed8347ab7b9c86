"""Properties that people give: checked, then set on a row, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from belvedere.accounts import texts
from belvedere.errors import Invalid, Problem
from belvedere.lookml.intervals import milliseconds
from belvedere.store import Base

KEPT = object()
"""What a check answers where the row keeps what it has."""
DEEPEST = 64
_LARGEST = 1_000_000

Check = Callable[[str, Any], Any]
"""Takes a property's name and value, of the published type or None; answers what to store, or
raises Invalid.
"""


def assign(row: Base, values: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """Set what is given of the properties that there is a check for. Invalid names everything
    that is wrong.
    """
    for name, value in checked(values, checks).items():
        setattr(row, name, value)


def checked(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, check in checks.items():
        if name in values:
            try:
                found[name] = check(name, values[name])
            except Invalid as error:
                problems += error.problems
    if problems:
        raise Invalid(*problems)
    return {name: value for name, value in found.items() if value is not KEPT}


def text(longest: int) -> Check:
    """As it was written, blanks and all."""

    def check(name: str, value: Any) -> Any:
        if value is None:
            return None
        if len(value) > longest:
            raise _invalid(name, f"{name} has {longest} characters at most")
        if not texts.storable(value):
            raise _invalid(name, f"{name} holds characters that cannot be kept")
        return value

    return check


def flag(_: str, value: Any) -> Any:
    """Null leaves it as it is."""
    return KEPT if value is None else value


def flag_or_none(_: str, value: Any) -> Any:
    return value


def whole(least: int) -> Check:
    def check(name: str, value: Any) -> Any:
        if value is not None and not least <= value <= _LARGEST:
            raise _invalid(name, f"{name} is from {least} to {_LARGEST}")
        return value

    return check


def interval(name: str, value: Any) -> Any:
    kept = text(64)(name, value)
    if kept and milliseconds(kept) is None:
        raise _invalid(name, f'{name} is a time such as "30 minutes" or "2 hours"')
    return kept or None


def mapping(name: str, value: Any) -> Any:
    if value == []:  # one of the official SDKs sends empty objects so
        return {}
    if not _is_shallow(value):
        raise _invalid(name, f"{name} is nested too deeply")
    return value


def names(name: str, value: Any) -> Any:
    for item in value or ():
        text(255)(name, item)
    return value


def _is_shallow(value: Any) -> bool:
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEEPEST:
            return False
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting += [(one, depth + 1) for one in inner]
    return True


def _invalid(name: str, message: str) -> Invalid:
    return Invalid(Problem(name, "invalid", message))
