"""Parameters read from raw objects as Python values, constants filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.constants import Constants, replaced
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import FilterPair, Location, SortSpec
from belvedere.lookml.spans import seconds_of
from belvedere.lookml.vocabulary import CHOICES, FLAGS, PARAMETERS, WITHOUT_EFFECT

_TRUE = frozenset({"yes", "true"})
_PAIRS = frozenset({("measure", "filter")})
"""Parameters called as an object is, that are another thing: a field with its expression."""


@dataclass(slots=True)
class Reader:
    """Reads one model's objects; collects what is wrong with them."""

    constants: Constants
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

    def filled(self, text: str, value: Value) -> str:
        """The text, written in `value`, with `@{constants}` replaced."""
        if "@{" not in text:
            return text
        constants = self.constants.of(value.tree.path)
        return replaced(text, constants, partial(self._missing, value))

    def _missing(self, value: Value, name: str) -> None:
        hint = did_you_mean(name, self.constants.of(value.tree.path))
        self.report(f"Could not find the constant {name}.{hint}", value.location)

    def text(self, raw: Raw, parameter: str) -> str | None:
        value = raw.last(parameter)
        if value is None or value.node.kind not in ("word", "string", "expression"):
            return None
        text = value.node.value
        if "${EXTENDED}" in text:
            self.report(f"${{EXTENDED}}: there is no {parameter} that this extends", value.location)
            text = text.replace("${EXTENDED}", "")
        return self.filled(text, value) if "@{" in text else text

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

    def span(self, raw: Raw, parameter: str) -> str | None:
        """A length of time, such as "24 hours"."""
        value, text = raw.last(parameter), self.text(raw, parameter)
        if text is not None and value is not None and "{" not in text and seconds_of(text) is None:
            self.report(
                f"{parameter} takes a number of seconds, minutes, hours or days, not "
                f'"{text.strip()}"',
                value.location,
            )
        return text

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
            return [self.filled(child.value or child.key, value) for child in node.children]
        if node.kind in ("word", "string"):
            return [self.filled(node.value, value)]
        self.report(f"{node.key} takes a list: [a, b]", value.location)
        return []

    def maybe_names(self, raw: Raw, parameter: str) -> tuple[str, ...] | None:
        return self.names(raw, parameter) if raw.last(parameter) is not None else None

    def pairs(self, raw: Raw, parameter: str = "filters") -> tuple[FilterPair, ...]:
        """`filters: [field: "x"]` and the older `filters: { field: f value: "x" }`."""
        found: list[FilterPair] = []
        for value in raw.all(parameter):
            node = value.node
            if node.kind == "block":
                found += self._block_pairs(value)
                continue
            for child in node.children or (node,):
                if child.kind == "pair":
                    found.append(FilterPair(child.key, self.filled(child.value, value)))
                elif child.value:
                    message = f'{parameter} takes [field: "expression", …], not {child.value}'
                    self.report(message, value.location)
        return tuple(found)

    def _block_pairs(self, value: Value) -> list[FilterPair]:
        written = self.texts(value)
        if "field" in written:
            return [FilterPair(written["field"], written.get("value", ""))]
        return [FilterPair(key, value) for key, value in written.items()]

    def texts(self, value: Value) -> dict[str, str]:
        """The parameters of a small block, the last one of each name."""
        return {child.key: self.filled(child.value, value) for child in value.node.children}

    def sorts(self, raw: Raw) -> tuple[SortSpec, ...]:
        """`sorts: [field: desc]`, and the older `sort: { field: f desc: yes }`."""
        found: list[SortSpec] = []
        for value in (*raw.all("sorts"), *raw.all("sort")):
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
        """Report parameters that the object does not have, values that they do not take, and
        parameters that change nothing.
        """
        known = PARAMETERS[kind]
        for parameter, values in raw.values.items():
            if parameter not in known:
                self._unknown(parameter, kind, raw.name, values[0].location)
                continue
            if parameter in FLAGS or (kind, parameter) in CHOICES:
                self._check_choice(kind, parameter, raw.name, values[-1])
            if parameter in PARAMETERS and (kind, parameter) not in _PAIRS:
                self._check_blocks(parameter, raw, values)
            if (kind, parameter) in WITHOUT_EFFECT:
                self._without_effect(kind, parameter, raw, values[-1])
        for key, name in raw.objects:
            if key not in known:
                self._unknown(key, kind, raw.name, raw.objects[key, name].location)
            elif (kind, key) in WITHOUT_EFFECT:
                self._without_effect(kind, key, raw, raw.objects[key, name].origin)
        for value in raw.repeated:
            self.report(
                f'{value.node.key} "{value.node.name}" is written twice in {kind} "{raw.name}"; '
                "the two are merged, the later one wins",
                value.location,
                severity=Severity.warning,
            )

    def _check_choice(self, kind: str, parameter: str, name: str, value: Value) -> None:
        allowed = CHOICES.get((kind, parameter), ("yes", "no"))
        text = self.filled(value.node.value, value).strip()
        accepted = {*allowed, "true", "false"} if parameter in FLAGS else {*allowed}
        if text.lower() not in accepted and value.node.kind in ("word", "string", "expression"):
            hint = did_you_mean(text, allowed)
            self.report(
                f"{parameter} of {_titled(kind, name)} takes {_either(allowed)}, "
                f'not "{text}".{hint}',
                value.location,
            )

    def _check_blocks(self, parameter: str, raw: Raw, values: list[Value]) -> None:
        """Blocks without a name, whose parameters are plain values."""
        known = PARAMETERS[parameter]
        for value in values:
            if value.node.kind != "block":
                continue
            for child in value.node.children:
                place = Value(child, value.tree)
                if child.key not in known:
                    self._unknown(child.key, parameter, raw.name, place.location)
                elif (parameter, child.key) in CHOICES:
                    self._check_choice(parameter, child.key, raw.name, place)
                elif child.key in PARAMETERS and child.kind == "block":
                    self._check_blocks(child.key, raw, [place])

    def _without_effect(self, kind: str, parameter: str, raw: Raw, value: Value) -> None:
        serious, why = WITHOUT_EFFECT[kind, parameter]
        self.report(
            f"{parameter} of {_titled(kind, raw.name)} has no effect: {why}",
            value.location,
            severity=Severity.warning if serious else Severity.info,
        )

    def _unknown(self, parameter: str, kind: str, name: str, location: Location) -> None:
        hint = did_you_mean(parameter, PARAMETERS[kind])
        self.report(
            f'Unknown or unexpected parameter "{parameter}" in {_titled(kind, name)}.{hint}',
            location,
            severity=Severity.warning,
        )


def _titled(kind: str, name: str) -> str:
    return f'{kind} "{name}"' if name else kind


def _either(allowed: tuple[str, ...]) -> str:
    return " or ".join(allowed) if len(allowed) == 2 else f"one of {', '.join(allowed)}"


def plain_block(reader: Reader, value: Value) -> dict[str, object]:
    """A block as plain data, repeated parameters as lists."""
    result: dict[str, object] = {}
    for child in value.node.children:
        item: object = reader.filled(child.value, value)
        if child.kind == "block":
            item = plain_block(reader, Value(child, value.tree))
        elif child.kind == "list":
            item = [reader.filled(member.value, value) for member in child.children]
        if child.key in result:
            present = result[child.key]
            result[child.key] = [*present, item] if isinstance(present, list) else [present, item]
        else:
            result[child.key] = item
    return result
