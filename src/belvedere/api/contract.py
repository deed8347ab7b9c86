"""The facts of the published API: operations, their parameters, and the shapes of their data.

Kept as data (`contract.json`) so that binding, checking of bodies, descriptions and tests all
read the same facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from belvedere.errors import Problem

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
_DEEPEST = 64
_MOST_DIGITS = 18
_WIDER = {("MergeQuery", "vis_config"): "map[any]"}
"""Published as texts, but the same options as those of queries, and sent as such by clients."""
_ERRORS = (400, 403, 404, 405, 409, 422, 429)
"""Of operations that only the newest SDKs know, and these know no errors."""
UNTYPED = frozenset({"any", "object", "None"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """`type` is as in the facts: `string`, `boolean`, `integer:int64`, `[string]`, `object`."""

    name: str
    place: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Body:
    type: str | None
    media_type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    type: str
    nullable: bool
    read_only: bool
    write_only: bool
    enum: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperationFacts:
    """`answers` maps a status to (type, media types); `errors` are statuses."""

    id: str
    method: str
    path: str
    tag: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: Mapping[str, tuple[str | None, tuple[str, ...]]]
    errors: frozenset[int]
    status: str
    activity: str


@dataclass(frozen=True, slots=True)
class Schema:
    """An object with properties, or an enumeration of `values`."""

    name: str
    properties: Mapping[str, Property]
    required: tuple[str, ...]
    values: tuple[str, ...]


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    text = files("belvedere.api").joinpath("contract.json").read_text("utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


@lru_cache(maxsize=1)
def operations() -> dict[str, OperationFacts]:
    return {name: _operation(name, facts) for name, facts in _facts()["operations"].items()}


def _operation(name: str, facts: dict[str, Any]) -> OperationFacts:
    body = facts.get("body")
    return OperationFacts(
        id=name,
        method=facts["method"],
        path=facts["path"],
        tag=facts["tag"],
        parameters=tuple(
            Parameter(item[0], item[1], item[2], len(item) > 3) for item in facts.get("params", ())
        ),
        body=Body(body[0], body[1], bool(body[2])) if body else None,
        answers={
            status: (answer[0], tuple(answer[1:]) or ("application/json",))
            for status, answer in facts["answers"].items()
        },
        errors=frozenset(facts.get("errors", _ERRORS)),
        status=facts.get("status", "stable"),
        activity=facts.get("activity", "none"),
    )


@lru_cache(maxsize=1024)
def schema(name: str) -> Schema:
    facts = _facts()["schemas"][name]
    properties = {
        key: _property(key, value) for key, value in facts.items() if key not in ("", "=")
    }
    return Schema(name, properties, tuple(facts.get("", ())), tuple(facts.get("=", ())))


def schema_names() -> Iterator[str]:
    return iter(_facts()["schemas"])


def _property(name: str, facts: str | list[str]) -> Property:
    text, enum = (facts, ()) if isinstance(facts, str) else (facts[0], tuple(facts[1:]))
    kind = text.rstrip("?!^")
    marks = text[len(kind) :]
    return Property(name, kind, "?" in marks, "!" in marks, "^" in marks, enum)


# Checking


def problems_of(value: Any, type_name: str, *, writing: bool) -> list[Problem]:
    """What is wrong with a value of that type. `writing`: as a client sends it (read-only
    properties and unknown ones do not matter, null clears); otherwise as we answer it.
    """
    return list(_problems(value, type_name, "", writing, 0))


def _problems(
    value: Any, type_name: str, where: str, writing: bool, depth: int
) -> Iterator[Problem]:
    if depth > _DEEPEST:
        yield Problem(where, "invalid", f"{where} is nested too deeply")
    elif type_name.startswith("["):
        yield from _list_problems(value, type_name[1:-1], where, writing, depth)
    elif type_name.startswith("map["):
        yield from _map_problems(value, type_name[4:-1], where, writing, depth)
    elif type_name in UNTYPED:
        return
    elif type_name[0].isupper():
        yield from _object_problems(value, type_name, where, writing, depth)
    else:
        yield from _plain_problems(value, type_name, where, writing)


def _list_problems(
    value: Any, item_type: str, where: str, writing: bool, depth: int
) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong(where, "a list")
        return
    for position, item in enumerate(value):
        yield from _problems(item, item_type, f"{where}[{position}]", writing, depth + 1)


def _map_problems(
    value: Any, item_type: str, where: str, writing: bool, depth: int
) -> Iterator[Problem]:
    if value == [] and writing:  # one of the official SDKs sends empty objects so
        return
    if not isinstance(value, dict):
        yield _wrong(where, "an object")
        return
    for key, item in value.items():
        yield from _problems(item, item_type, f"{where}.{key}", writing, depth + 1)


def _plain_problems(value: Any, type_name: str, where: str, writing: bool) -> Iterator[Problem]:
    kind = type_name.partition(":")[0]
    wanted = _PLAIN.get(kind)
    if wanted is None:
        return
    right = isinstance(value, wanted) and (kind == "boolean" or not isinstance(value, bool))
    if writing and not right:
        right = _readable(value, kind)
    if not right:
        article = "an" if kind == "integer" else "a"
        yield _wrong(where, f"{article} {kind}")


def _readable(value: Any, kind: str) -> bool:
    """Clients send numbers for strings and strings for numbers; both can be read."""
    if kind == "string":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, str) and value.lower() in ("true", "false")
    digits = value.strip().removeprefix("-") if isinstance(value, str) else ""
    return digits.isdecimal() and len(digits) <= _MOST_DIGITS


def _object_problems(
    value: Any, type_name: str, where: str, writing: bool, depth: int
) -> Iterator[Problem]:
    found = schema(type_name)
    if found.values:
        if not isinstance(value, str) or value not in found.values:
            yield _wrong(where, f"one of {', '.join(found.values)}")
        return
    if not isinstance(value, dict):
        yield _wrong(where, "an object")
        return
    for key, item in value.items():
        fact = found.properties.get(key)
        name = f"{where}.{key}" if where else str(key)
        if fact is None:
            if not writing:
                yield Problem(name, "unknown", f"{type_name} has no property {key}")
            continue
        if (writing and fact.read_only) or (item is None and (writing or fact.nullable)):
            continue
        if item is None:
            yield Problem(name, "null", f"{name} of {type_name} must not be null")
            continue
        yield from _problems(item, _held(type_name, fact), name, writing, depth + 1)


def _held(type_name: str, fact: Property) -> str:
    """The type of the values that a property really holds."""
    return _WIDER.get((type_name, fact.name), fact.type)


def _wrong(where: str, wanted: str) -> Problem:
    return Problem(where or "body", "invalid", f"{where or 'The body'} must be {wanted}")


def writable(value: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """The properties of the body that a client may set, in the types the facts state."""
    properties = schema(type_name).properties
    return {
        key: _read(item, _held(type_name, properties[key]))
        for key, item in value.items()
        if key in properties and not properties[key].read_only
    }


def _read(value: Any, type_name: str) -> Any:
    if isinstance(value, list) and type_name.startswith("["):
        return [_read(item, type_name[1:-1]) for item in value]
    if isinstance(value, dict):
        return _read_object(value, type_name)
    return _read_plain(value, type_name.partition(":")[0])


def _read_object(value: dict[str, Any], type_name: str) -> dict[str, Any]:
    if type_name.startswith("map["):
        return {key: _read(item, type_name[4:-1]) for key, item in value.items()}
    if type_name in UNTYPED or not schema(type_name).properties:
        return value
    return writable(value, type_name)


def _read_plain(value: Any, kind: str) -> Any:
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "integer" and isinstance(value, str):
        return int(value)
    return value
