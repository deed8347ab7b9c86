"""Raw dimensions, groups, measures, filters and parameters to fields of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from belvedere.lookml.assemble import Raw, Value
from belvedere.lookml.diagnostics import Severity, did_you_mean
from belvedere.lookml.model import AllowedValue, CaseBranch, Category, Field, Link
from belvedere.lookml.reading import Reader, plain_block
from belvedere.lookml.vocabulary import (
    DEFAULT_TIMEFRAMES,
    DIMENSION_TYPES,
    FISCAL_TIMEFRAMES,
    INTERVALS,
    MEANT_FOR,
    MEASURE_TYPES,
    TIMEFRAME_ALIASES,
    TIMEFRAMES,
)

FIELD_KINDS = ("dimension", "dimension_group", "measure", "filter", "parameter")
_TEXTS = [
    "label",
    "description",
    "view_label",
    "group_label",
    "group_item_label",
    "value_format",
    "value_format_name",
    "html",
    "order_by_field",
    "label_from_parameter",
    "map_layer_name",
    "fanout_on",
    "sql_latitude",
    "sql_longitude",
    "sql_start",
    "sql_end",
    "start_location_field",
    "end_location_field",
    "units",
    "sql_distinct_key",
    "list_field",
    "direction",
    "based_on",
    "based_on_time",
    "period",
    "kind",
    "default_value",
    "suggest_dimension",
    "suggest_explore",
]
_LISTS = {
    "tags": "tags",
    "alias": "aliases",
    "synonyms": "synonyms",
    "drill_fields": "drill_fields",
    "required_fields": "required_fields",
    "required_access_grants": "required_access_grants",
    "suggestions": "suggestions",
}
_FLAGS = {
    "strict_value_format": False,
    "can_filter": True,
    "skip_drill_filter": False,
    "allow_fill": True,
    "alpha_sort": False,
    "approximate": False,
    "allow_approximate_optimization": False,
    "value_to_date": False,
    "suggestable": True,
    "bypass_suggest_restrictions": False,
    "primary_key": False,
    "convert_tz": True,
}
_DATE_TYPES = {"date": "date", "date_time": "time", "time": "time"}


class FieldResolver:
    """Resolves the fields of one view."""

    def __init__(self, reader: Reader, view: str, *, hidden: bool, fiscal: bool) -> None:
        self._reader = reader
        self._view = view
        self._hidden = hidden
        self._fiscal = fiscal

    def fields(self, view: Raw) -> Iterator[Field]:
        for raw in view.children(*FIELD_KINDS):
            self._reader.check_parameters(raw, raw.key)
            if raw.key == "dimension_group":
                yield from self._group(raw)
            elif raw.key == "dimension":
                yield self._dimension(raw)
            elif raw.key == "measure":
                yield from self._measures(raw)
            else:
                yield self._input(raw)

    # What all fields have

    def _common(self, raw: Raw) -> dict[str, Any]:
        reader = self._reader
        values: dict[str, Any] = {
            "name": raw.name,
            "view": self._view,
            "sql": reader.text(raw, "sql"),
            "location": raw.location,
            "hidden": reader.flag(raw, "hidden", self._hidden),
        }
        for parameter in raw.values.keys() & _TEXT_SET:
            values[parameter] = reader.text(raw, parameter)
        for parameter in raw.values.keys() & _LISTS.keys():
            values[_LISTS[parameter]] = reader.names(raw, parameter)
        for parameter in raw.values.keys() & _FLAGS.keys():
            values[parameter] = reader.flag(raw, parameter, _FLAGS[parameter])
        if "suggest_persist_for" in raw.values:
            values["suggest_persist_for"] = reader.span(raw, "suggest_persist_for")
        values["case_sensitive"] = reader.maybe_flag(raw, "case_sensitive")
        values["full_suggestions"] = reader.maybe_flag(raw, "full_suggestions")
        values["datatype"] = reader.text(raw, "datatype") or "datetime"
        if "link" in raw.values:
            values["links"] = tuple(self._links(raw))
        if "action" in raw.values:
            values["actions"] = tuple(
                plain_block(self._reader, value) for value in raw.all("action")
            )
        if "decimals" in raw.values and "value_format" not in raw.values:
            digits = reader.whole(raw, "decimals") or 0
            values["value_format"] = "#,##0" + ("." + "0" * digits if digits else "")
        return values

    def _links(self, raw: Raw) -> Iterator[Link]:
        for value in raw.all("link"):
            written = self._reader.texts(value)
            if not written.get("url"):
                message = f'A link of "{raw.name}" has no url: it is not shown'
                self._reader.report(
                    message,
                    value.location,
                    severity=Severity.warning,
                    field_name=f"{self._view}.{raw.name}",
                )
            yield Link(written.get("label", ""), written.get("url", ""), written.get("icon_url"))

    def _report(self, message: str, raw: Raw, severity: Severity = Severity.error) -> None:
        name = f"{self._view}.{raw.name}"
        self._reader.report(message, raw.location, severity=severity, field_name=name)

    # Dimensions

    def _dimension(self, raw: Raw) -> Field:
        values = self._common(raw)
        kind = self._reader.text(raw, "type") or "string"
        self._check_type(raw, kind, "dimension")
        self._check_meant(raw, kind)
        values |= self._cases(raw) | self._tiers(raw)
        if kind.startswith("duration_"):
            values["interval"] = kind.removeprefix("duration_")
        elif kind == "duration":
            values["interval"], kind = "day", "duration_day"
        elif kind in _DATE_TYPES:
            values["timeframe"] = _DATE_TYPES[kind]
        elif kind.startswith("date_"):
            timeframe = _timeframe(kind.removeprefix("date_"))
            values["timeframe"] = timeframe
        if kind == "int":
            kind = "number"
        return Field(category=Category.dimension, type=kind, **values)

    def _check_type(self, raw: Raw, kind: str, owner: str) -> None:
        known = DIMENSION_TYPES if owner == "dimension" else MEASURE_TYPES
        if kind == "int":
            message = f'The type int of {owner} "{raw.name}" was given up: it is read as number'
            self._report(message, raw, Severity.warning)
        if kind in known or kind.startswith(("date_", "duration_")):
            return
        hint = did_you_mean(kind, known)
        self._report(f'Unknown type "{kind}" of {owner} "{raw.name}".{hint}', raw)

    def _check_meant(self, raw: Raw, kind: str) -> None:
        for parameter, written in raw.values.items():
            types = MEANT_FOR.get((raw.key, parameter))
            if types is None or any(fnmatchcase(kind, known) for known in types):
                continue
            self._reader.report(
                f'{parameter} of {raw.key} "{raw.name}" has no effect: it is meant for '
                f"{' and '.join(types[:2])}, not for {kind}",
                written[-1].location,
                severity=Severity.warning,
                field_name=f"{self._view}.{raw.name}",
            )

    def _tiers(self, raw: Raw) -> dict[str, Any]:
        values: dict[str, Any] = {"style": self._reader.text(raw, "style") or "classic"}
        for parameter in ("tiers", "bins"):
            if parameter in raw.values:
                values["tiers"] = tuple(self._numbers(raw, parameter))
        return values

    def _numbers(self, raw: Raw, parameter: str) -> Iterator[float]:
        for text in self._reader.names(raw, parameter):
            try:
                yield float(text)
            except ValueError:
                self._report(f"{parameter} takes numbers, not {text}", raw)

    def _cases(self, raw: Raw) -> dict[str, Any]:
        value = raw.last("case") or raw.last("sql_case")
        if value is None:
            return {}
        written = self._old_branches(value) if value.node.kind == "list" else self._branches(value)
        branches: dict[str, CaseBranch] = {}
        otherwise = None
        for label, condition in written:
            if condition is None:
                otherwise = label
            elif label in branches:
                message = f'Several conditions of case in "{raw.name}" have the label "{label}"'
                self._report(message, raw, Severity.warning)
                branches[f"{label}\0{len(branches)}"] = CaseBranch(condition, label)
            else:
                branches[label] = CaseBranch(condition, label)
        return {"cases": tuple(branches.values()), "case_else": otherwise}

    def _branches(self, value: Value) -> Iterator[tuple[str, str | None]]:
        """Labels with their conditions; None is the condition of `else`."""
        for child in value.node.children:
            if child.key == "when":
                branch = Value(child, value.tree)
                written = self._reader.texts(branch)
                if "sql" not in written or "label" not in written:
                    self._reader.report("when of a case needs sql and label", branch.location)
                    continue
                yield written.get("label", ""), written.get("sql", "")
            elif child.key == "else":
                yield self._reader.filled(child.value, value), None

    def _old_branches(self, value: Value) -> Iterator[tuple[str, str | None]]:
        """Of the old `sql_case: { label: condition }`, where `else` has a label."""
        for child in value.node.children:
            text = self._reader.filled(child.value, value)
            if child.key == "else":
                yield text.strip("\"'"), None
            else:
                yield child.key, text

    def _group(self, raw: Raw) -> Iterator[Field]:
        values = self._common(raw)
        kind = self._reader.text(raw, "type") or "time"
        self._check_meant(raw, kind)
        if kind == "duration":
            yield from self._durations(raw, values)
            return
        if kind != "time":
            self._report(f'Unknown type "{kind}" of dimension_group "{raw.name}"', raw)
        default = DEFAULT_TIMEFRAMES + (FISCAL_TIMEFRAMES if self._fiscal else ())
        written = self._reader.maybe_names(raw, "timeframes")
        for timeframe in self._timeframes(raw, written or default):
            name = raw.name if timeframe == "yesno" else f"{raw.name}_{timeframe}"
            yield Field(
                category=Category.dimension,
                type="yesno" if timeframe == "yesno" else f"date_{timeframe}",
                timeframe=timeframe,
                dimension_group=raw.name,
                **(values | {"name": name}),
            )

    def _timeframes(self, raw: Raw, written: Iterable[str]) -> Iterator[str]:
        """The timeframes there are of those that are written."""
        for timeframe in dict.fromkeys(map(_timeframe, written)):
            if timeframe in TIMEFRAMES:
                yield timeframe
                continue
            hint = did_you_mean(timeframe, TIMEFRAMES)
            self._report(f'Unknown timeframe "{timeframe}" of "{raw.name}".{hint}', raw)

    def _durations(self, raw: Raw, values: dict[str, Any]) -> Iterator[Field]:
        for interval in self._reader.maybe_names(raw, "intervals") or INTERVALS:
            if interval not in INTERVALS:
                hint = did_you_mean(interval, INTERVALS)
                self._report(f'Unknown interval "{interval}" of "{raw.name}".{hint}', raw)
                continue
            yield Field(
                category=Category.dimension,
                type=f"duration_{interval}",
                interval=interval,
                dimension_group=raw.name,
                **(values | {"name": f"{interval}s_{raw.name}"}),
            )

    # Measures, filters, parameters

    def _measures(self, raw: Raw) -> Iterator[Field]:
        """One measure, or one of type `time` for each timeframe that it names."""
        made = self._measure(raw)
        written = self._reader.maybe_names(raw, "timeframes")
        if not written or made.type != "date_time":
            yield made
            return
        for timeframe in self._timeframes(raw, written):
            values = {"name": f"{raw.name}_{timeframe}", "type": f"date_{timeframe}"}
            yield msgspec.structs.replace(made, **values)

    def _measure(self, raw: Raw) -> Field:
        values = self._common(raw)
        reader = self._reader
        kind = reader.text(raw, "type") or "string"
        self._check_type(raw, kind, "measure")
        self._check_meant(raw, kind)
        if kind == "count" and values["sql"] is not None:
            self._report("Measures of type count do not use the sql parameter", raw)
            values["sql"] = None
        values["filters"] = reader.pairs(raw) + reader.pairs(raw, "filter")
        values["percentile"] = self._percentile(raw)
        values["precision"] = reader.whole(raw, "precision")
        values["approximate_threshold"] = reader.whole(raw, "approximate_threshold")
        kind = {"int": "number", "time": "date_time"}.get(kind, kind)
        return Field(category=Category.measure, type=kind, **values)

    def _percentile(self, raw: Raw) -> float | None:
        number = self._reader.number(raw, "percentile")
        if number is not None and not 0 < number < 100:
            self._report(f"percentile takes a number between 0 and 100, not {number:g}", raw)
            return None
        return number

    def _input(self, raw: Raw) -> Field:
        """A filter or a parameter: fields that are only ever given a value."""
        values = self._common(raw)
        kind = self._reader.text(raw, "type") or "string"
        allowed = []
        for value in raw.all("allowed_value"):
            written = self._reader.texts(value)
            choice = written.get("value", written.get("label", ""))
            allowed.append(AllowedValue(written.get("label", choice), choice))
        timeframe = _DATE_TYPES.get(kind)
        return Field(
            category=Category(raw.key),
            type=kind,
            timeframe=timeframe,
            allowed_values=tuple(allowed),
            **values,
        )


_TEXT_SET = frozenset(_TEXTS)


def _timeframe(name: str) -> str:
    return TIMEFRAME_ALIASES.get(name, name)
