"""Parameters read from raw objects as Python values, constants filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import FilterPair, Location, SortSpec
from belvedere.lookml.tree import Node
from belvedere.lookml.vocabulary import PARAMETERS

_CONSTANT = re.compile(r"@\{\s*([\w.\-]+)\s*\}")
_TRUE = frozenset({"yes", "true"})


@dataclass(slots=True)
class Reader:
    """Reads one model's objects; collects what is wrong with them."""

    constants: Mapping[str, str]
    model: str | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def report(
        self,
        message: str,
        location: Location,
        *,
        kind: str = "parameter",
        severity: Severity = Severity.error,
        explore: str | None = None,
        field_name: str | None = None,
    ) -> None:
        self.diagnostics.append(
            Diagnostic(
                severity=severity,
                kind=kind,
                message=message,
                location=location,
                model=self.model,
                explore=explore,
                field=field_name,
            )
        )

    def filled(self, text: str, location: Location | None = None) -> str:
        """The text with `@{constants}` replaced (constants may hold constants)."""
        for _ in range(10):
            if "@{" not in text:
                break
            text = _CONSTANT.sub(lambda match: self._constant(match, location), text)
        return text

    def _constant(self, match: re.Match[str], location: Location | None) -> str:
        value = self.constants.get(match.group(1))
        if value is None and location is not None:
            hint = did_you_mean(match.group(1), self.constants)
            self.report(f"Could not find the constant {match.group(1)}.{hint}", location)
        return value or ""

    def text(self, raw: Raw, parameter: str) -> str | None:
        value = raw.last(parameter)
        if value is None or value.node.kind not in ("word", "string", "expression"):
            return None
        text = value.node.value
        return self.filled(text, value.location) if "@{" in text else text

    def flag(self, raw: Raw, parameter: str, default: bool = False) -> bool:
        text = self.text(raw, parameter)
        return default if text is None else text.strip().lower() in _TRUE

    def maybe_flag(self, raw: Raw, parameter: str) -> bool | None:
        return self.flag(raw, parameter) if raw.last(parameter) is not None else None

    def number(self, raw: Raw, parameter: str) -> float | None:
        value = raw.last(parameter)
        text = self.text(raw, parameter)
        if text is None or value is None:
            return None
        try:
            return float(text)
        except ValueError:
            self.report(f"{parameter} takes a number, not {text}", value.location)
            return None

    def whole(self, raw: Raw, parameter: str) -> int | None:
        number = self.number(raw, parameter)
        return None if number is None else int(number)

    def names(self, raw: Raw, parameter: str) -> tuple[str, ...]:
        """A list of words or strings; a single value counts as a list of one."""
        found: list[str] = []
        for value in raw.all(parameter)[-1:]:
            found += self._members(value)
        return tuple(found)

    def all_names(self, raw: Raw, parameter: str) -> tuple[str, ...]:
        """Like `names`, over every occurrence of the parameter."""
        return tuple(name for value in raw.all(parameter) for name in self._members(value))

    def _members(self, value: Value) -> list[str]:
        node = value.node
        if node.kind == "list":
            return [self.filled(child.value or child.key) for child in node.children]
        if node.kind in ("word", "string"):
            return [self.filled(node.value)]
        return []

    def maybe_names(self, raw: Raw, parameter: str) -> tuple[str, ...] | None:
        return self.names(raw, parameter) if raw.last(parameter) is not None else None

    def pairs(self, raw: Raw, parameter: str = "filters") -> tuple[FilterPair, ...]:
        """`filters: [field: "x"]` and the older `filters: { field: f value: "x" }`."""
        found: list[FilterPair] = []
        for value in raw.all(parameter):
            node = value.node
            if node.kind == "list":
                found += [
                    FilterPair(child.key, self.filled(child.value))
                    for child in node.children
                    if child.kind == "pair"
                ]
            elif node.kind == "block":
                found += self._block_pairs(node)
        return tuple(found)

    def _block_pairs(self, node: Node) -> list[FilterPair]:
        written = {child.key: self.filled(child.value) for child in node.children}
        if "field" in written:
            return [FilterPair(written["field"], written.get("value", ""))]
        return [FilterPair(key, value) for key, value in written.items()]

    def sorts(self, raw: Raw) -> tuple[SortSpec, ...]:
        found: list[SortSpec] = []
        for value in raw.all("sorts"):
            if value.node.kind == "list":
                for child in value.node.children:
                    name, direction = (
                        (child.key, child.value) if child.kind == "pair" else (child.value, "")
                    )
                    found.append(SortSpec(name, direction.lower().startswith("desc")))
            elif value.node.kind == "block":
                written = {child.key: child.value for child in value.node.children}
                descending = written.get("desc", "").lower() in _TRUE
                found.append(SortSpec(written.get("field", ""), descending))
        return tuple(sort for sort in found if sort.field)

    def check_parameters(self, raw: Raw, kind: str) -> None:
        """Report parameters that the object does not have."""
        known = PARAMETERS[kind]
        for parameter, values in raw.values.items():
            if parameter not in known:
                self._unknown(parameter, kind, raw, values[0].location)
        for key, name in raw.objects:
            if key not in known:
                self._unknown(key, kind, raw, raw.objects[key, name].location)
        for value in raw.repeated:
            self.report(
                f'{value.node.key} "{value.node.name}" is written twice in {kind} "{raw.name}"; '
                "the two are merged, the later one wins",
                value.location,
                severity=Severity.warning,
            )

    def _unknown(self, parameter: str, kind: str, raw: Raw, location: Location) -> None:
        hint = did_you_mean(parameter, PARAMETERS[kind])
        self.report(
            f'Unknown or unexpected parameter "{parameter}" in {kind} "{raw.name}".{hint}',
            location,
            severity=Severity.warning,
        )
