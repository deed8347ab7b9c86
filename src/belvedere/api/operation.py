"""Declaring an operation: its method and path, who may call it, and how it is called.

    @get("/queries/{query_id}", requires=Permission.access_data)
    def query(call: Call, query_id: str) -> dict[str, Any]: ...

The function's name is the operationId, and the published facts of that name say which
parameters it has and what its body and answer look like. Arguments are bound by name: path
and query parameters in the type of their annotation, `body` as the checked properties that a
client may set, `call` as the call itself.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from belvedere.accounts.permissions import Permission
from belvedere.api import contract
from belvedere.api.call import Call
from belvedere.errors import Forbidden, Invalid, NotFound, Problem

Requirement = Permission | Literal["public", "authenticated"]
_TRUE = frozenset({"true", "1", "on", "yes", "t", "y"})
_FALSE = frozenset({"false", "0", "off", "no", "f", "n", ""})


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    requires: Requirement
    status: int
    handler: Callable[..., Any]
    annotations: dict[str, str]
    facts: contract.OperationFacts
    hidden: bool = False
    """Where it changes something: who may not learns not even that there is something."""

    @property
    def refuses_silently(self) -> bool:
        """What somebody may not know about is not there for them; few operations know a 403."""
        return self.hidden or self.method == "GET" or 403 not in self.facts.errors

    def __call__(self, call: Call, path_values: dict[str, str]) -> Any:
        """Check the caller, bind the arguments, run the handler."""
        self._authorize(call)
        return self.handler(**self._arguments(call, path_values))

    def _authorize(self, call: Call) -> None:
        if self.requires == "public":
            return
        session = call.session
        if self.requires != "authenticated" and not session.permissions.has(self.requires):
            raise NotFound if self.refuses_silently else Forbidden("Not authorized")

    def _arguments(self, call: Call, path_values: dict[str, str]) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        problems = [
            Problem(parameter.name, "missing_field", f"{parameter.name} is required")
            for parameter in self.facts.parameters
            if parameter.required and parameter.place == "query"
            if not call.parameters.get(parameter.name)
        ]
        for name, annotation in self.annotations.items():
            if name == "call":
                arguments[name] = call
            elif name == "body":
                arguments[name] = self._body(call)
            elif name in path_values:
                arguments[name] = path_values[name]
            else:
                try:
                    arguments[name] = read_parameter(name, annotation, call)
                except Invalid as error:
                    problems += error.problems
        if problems:
            raise Invalid(*problems)
        return arguments

    def _body(self, call: Call) -> Any:
        value = call.json
        facts = self.facts.body
        if value is None:
            if facts is not None and facts.required:
                raise Invalid(Problem("body", "missing", "A request body is required"))
            return {}
        kind = facts.type if facts is not None else None
        if kind is not None and kind.startswith("["):
            return _listed(value, kind)
        if not isinstance(value, dict):
            raise Invalid(Problem("body", "invalid", "The body must be an object"))
        if kind is None or not kind[0].isupper() or self.annotations["body"] == "RawBody":
            return value
        problems = contract.problems_of(value, kind, writing=True)
        if problems:
            raise Invalid(*problems)
        return contract.writable(value, kind)


def _listed(value: Any, kind: str) -> list[Any]:
    """A body that is a list: of texts, or of objects with every property that was sent."""
    problems = contract.problems_of(value, kind, writing=True)
    if problems:
        raise Invalid(*problems)
    return [str(item) for item in value] if kind == "[string]" else list(value)


RawBody = dict[str, Any]
"""A body that its operation reads and checks by itself."""


def read_parameter(name: str, annotation: str, call: Call) -> Any:
    """A query parameter in the type that the annotation's text begins with; None without one."""
    if annotation.startswith("list[str]"):
        values = [value for key, value in call.parameter_pairs if key == name]
        listed = [part for value in values for part in _members(value)]
        return listed or None if annotation.endswith("None") else listed
    text = call.parameters.get(name)
    if text is None:
        return None
    if annotation.startswith("int"):
        return _whole(name, text)
    if annotation.startswith("bool"):
        return _flag(name, text)
    return text


def _members(text: str) -> list[str]:
    """A comma list; one of the official SDKs writes JSON where others write commas."""
    if text.startswith("["):
        try:
            return [str(item) for item in json.loads(text)]
        except (ValueError, RecursionError):
            pass
    return [part.strip() for part in text.split(",") if part.strip()]


def _whole(name: str, text: str) -> int | None:
    plain = text.strip()
    if not plain:
        return None
    if not plain.removeprefix("-").isdecimal() or len(plain) > 18:
        raise Invalid(Problem(name, "invalid", f"{name} must be a whole number"))
    return int(plain)


def _flag(name: str, text: str) -> bool:
    plain = text.strip().lower()
    if plain not in _TRUE | _FALSE:
        raise Invalid(Problem(name, "invalid", f"{name} must be true or false"))
    return plain in _TRUE


OPERATIONS: dict[str, Operation] = {}


def operation(
    method: str, path: str, *, requires: Requirement, status: int = 200, hidden: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a handler. Fails at import when facts and code disagree."""

    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        name = handler.__name__
        facts = contract.operations()[name]
        if (facts.method, facts.path) != (method, path):
            raise TypeError(f"{name} is published as {facts.method} {facts.path}")
        if str(status) not in facts.answers:
            raise TypeError(f"{name} is not published to answer {status}")
        annotations = {
            parameter.name: str(parameter.annotation)
            for parameter in inspect.signature(handler).parameters.values()
        }
        published = {parameter.name for parameter in facts.parameters} | {"call", "body"}
        unknown = annotations.keys() - published
        if unknown:
            raise TypeError(f"{name} has no published parameter {', '.join(unknown)}")
        OPERATIONS[name] = Operation(
            name, method, path, requires, status, handler, annotations, facts, hidden
        )
        return handler

    return register


def get(path: str, *, requires: Requirement) -> Callable[..., Any]:
    return operation("GET", path, requires=requires)


def post(path: str, *, requires: Requirement) -> Callable[..., Any]:
    return operation("POST", path, requires=requires)


def patch(path: str, *, requires: Requirement) -> Callable[..., Any]:
    return operation("PATCH", path, requires=requires)


def put(path: str, *, requires: Requirement) -> Callable[..., Any]:
    return operation("PUT", path, requires=requires)


def delete(path: str, *, requires: Requirement, hidden: bool = False) -> Callable[..., Any]:
    return operation("DELETE", path, requires=requires, status=204, hidden=hidden)
