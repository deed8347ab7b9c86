"""Search filters: made of values that stay values, and read from their text (RFC 4515)."""

from __future__ import annotations

import re

from belvedere.accounts.federation.ldap import ber
from belvedere.errors import BelvedereError

Filter = bytes
"""As it is sent."""
_AND, _OR, _NOT, _EQUAL, _SUBSTRINGS = 0xA0, 0xA1, 0xA2, 0xA3, 0xA4
_PRESENT, _EXTENSIBLE = 0x87, 0xA9
_ORDERED = {">=": 0xA5, "<=": 0xA6, "~=": 0xA8, "=": _EQUAL}
_INITIAL, _ANY, _FINAL = 0x80, 0x81, 0x82
_ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*\Z")
_ITEM = re.compile(r"([^=~<>:()]*)(:[^=()]*:?)?(>=|<=|~=|=)(.*)\Z", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2})")
_DEEPEST = 30
_LONGEST = 10_000


class FilterError(BelvedereError):
    """The text is no search filter; `str()` says what is wrong with it."""


def is_attribute(name: str) -> bool:
    """Whether it is the name of an attribute, which is all that may stand in its place."""
    return _ATTRIBUTE.match(name) is not None


def equal(attribute: str, value: str | bytes) -> Filter:
    """Whatever the value holds, it stays a value."""
    return ber.sequence(ber.octets(_attribute(attribute)), ber.octets(value), tag=_EQUAL)


def present(attribute: str) -> Filter:
    return ber.octets(_attribute(attribute), tag=_PRESENT)


def every(*parts: Filter) -> Filter:
    return parts[0] if len(parts) == 1 else ber.sequence(*parts, tag=_AND)


def some(*parts: Filter) -> Filter:
    return parts[0] if len(parts) == 1 else ber.sequence(*parts, tag=_OR)


def parse(text: str) -> Filter:
    """A filter from its text, with or without brackets around it."""
    plain = text.strip()
    if len(plain) > _LONGEST:
        raise FilterError("the filter is too long")
    wrapped = plain if plain.startswith("(") else f"({plain})"
    found, end = _filter(wrapped, 0, 0)
    if end != len(wrapped):
        raise FilterError(f"nothing may follow the filter, as {wrapped[end : end + 20]!r} does")
    return found


def _filter(text: str, start: int, depth: int) -> tuple[Filter, int]:
    if depth > _DEEPEST:
        raise FilterError("the filter is nested too deeply")
    if text[start : start + 1] != "(":
        raise FilterError(f"a bracket ( is missing at {text[start : start + 20]!r}")
    sign = text[start + 1 : start + 2]
    if sign in ("&", "|"):
        return _several(text, start + 2, depth, _AND if sign == "&" else _OR)
    if sign == "!":
        inner, end = _filter(text, start + 2, depth + 1)
        return ber.sequence(inner, tag=_NOT), _closed(text, end)
    end = start + 1
    while end < len(text) and text[end] not in "()":
        end += 1
    return _item(text[start + 1 : end]), _closed(text, end)


def _several(text: str, start: int, depth: int, tag: int) -> tuple[Filter, int]:
    parts: list[Filter] = []
    end = start
    while text[end : end + 1] == "(":
        inner, end = _filter(text, end, depth + 1)
        parts.append(inner)
    if not parts:
        raise FilterError("& and | need filters behind them")
    return ber.sequence(*parts, tag=tag), _closed(text, end)


def _closed(text: str, end: int) -> int:
    if text[end : end + 1] != ")":
        raise FilterError("a bracket ) is missing")
    return end + 1


def _item(text: str) -> Filter:
    found = _ITEM.match(text)
    if found is None:
        raise FilterError(f"{text[:60]!r} does not compare anything")
    name, extension, sign, value = found.groups()
    if extension is not None:
        if sign != "=" or not extension.endswith(":"):
            raise FilterError(f"{text[:60]!r} does not compare anything")
        return _extensible(name.strip(), extension[1:-1], _value(value))
    attribute = _attribute(name.strip())
    if sign == "=" and value == "*":
        return present(attribute)
    if sign == "=" and "*" in value:
        return _substrings(attribute, value)
    if "*" in value:
        raise FilterError(f"{value[:60]!r} may hold * only behind =")
    return ber.sequence(ber.octets(attribute), ber.octets(_value(value)), tag=_ORDERED[sign])


def _substrings(attribute: str, value: str) -> Filter:
    first, *middle, last = value.split("*")
    parts = [ber.octets(_value(first), tag=_INITIAL)] if first else []
    parts += [ber.octets(_value(part), tag=_ANY) for part in middle if part]
    parts += [ber.octets(_value(last), tag=_FINAL)] if last else []
    if not parts:
        return present(attribute)
    return ber.sequence(ber.octets(attribute), ber.sequence(*parts), tag=_SUBSTRINGS)


def _extensible(name: str, extension: str, value: bytes) -> Filter:
    """`name:dn:rule:=value`, each of the first three where it is wanted."""
    words = [word for word in extension.split(":") if word]
    by_dn = bool(words) and words[0].lower() == "dn"
    rules = words[1:] if by_dn else words
    if len(rules) > 1 or not (name or rules):
        raise FilterError("a matching rule is written attribute:rule:=value")
    parts = [ber.octets(_attribute(rules[0]), tag=0x81)] if rules else []
    parts += [ber.octets(_attribute(name), tag=0x82)] if name else []
    parts.append(ber.octets(value, tag=0x83))
    parts += [ber.boolean(value=True, tag=0x84)] if by_dn else []
    return ber.sequence(*parts, tag=_EXTENSIBLE)


def _attribute(name: str) -> str:
    if not is_attribute(name):
        raise FilterError(f"{name[:60]!r} is no name of an attribute")
    return name


def _value(text: str) -> bytes:
    raw = text.encode()
    if raw.count(b"\\") != len(_ESCAPE.findall(raw)):
        raise FilterError(r"a backslash is followed by two hexadecimal digits, as in \28")
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), raw)
