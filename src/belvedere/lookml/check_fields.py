"""Checks of one view's fields: what they refer to, and what their types need."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from belvedere.lookml.check_filters import filter_problem
from belvedere.lookml.check_names import Names, Reporter, references
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.model import Category, Field, View
from belvedere.lookml.value_formats import NAMED_VALUE_FORMATS

_SQL = ("sql", "sql_start", "sql_end", "sql_latitude", "sql_longitude", "sql_distinct_key")
_ONE_FIELD = (
    "order_by_field",
    "list_field",
    "based_on",
    "based_on_time",
    "start_location_field",
    "end_location_field",
)
BUILT_IN_LAYERS = frozenset(
    [
        "countries",
        "uk_postcode_areas",
        "us_counties_fips",
        "us_states",
        "us_zipcode_tabulation_areas",
    ]
)
_AGGREGATES = frozenset(
    [
        *("average", "average_distinct", "count_distinct", "list", "max", "median"),
        *("median_distinct", "min", "percentile", "percentile_distinct", "sum", "sum_distinct"),
    ]
)
_UNFILTERED = frozenset(
    [
        *("date", "date_time", "list", "number", "string", "yesno"),
        *("percent_of_previous", "percent_of_total", "running_total"),
    ]
)
_NEEDS: dict[tuple[str, str], tuple[tuple[str, ...], str]] = {
    ("dimension", "location"): (
        ("sql_latitude", "sql_longitude"),
        "The location field type requires both sql_latitude and sql_longitude",
    ),
    ("dimension", "distance"): (
        ("start_location_field", "end_location_field"),
        "A dimension of type distance needs start_location_field and end_location_field",
    ),
    ("dimension", "tier"): (("tiers",), "A dimension of type tier needs tiers"),
    ("dimension", "bin"): (("tiers",), "A dimension of type bin needs bins"),
    ("measure", "list"): (
        ("list_field",),
        "A list_field must be defined for measures of type list",
    ),
    ("measure", "period_over_period"): (
        ("based_on", "based_on_time", "period"),
        "A measure of type period_over_period needs based_on, based_on_time and period",
    ),
    ("measure", "running_total"): (("sql",), "A running_total needs sql: a numeric measure"),
    ("measure", "percent_of_total"): (("sql",), "percent_of_total needs sql: a numeric measure"),
    ("measure", "percent_of_previous"): (
        ("sql",),
        "percent_of_previous needs sql: a numeric measure",
    ),
}


class FieldChecks:
    """The checks of one view, in one model."""

    def __init__(self, names: Names, view: View) -> None:
        self._names = names
        self._view = view
        self._model = names.model
        self._reporter = Reporter(names.model)

    def found(self) -> Iterator[Diagnostic]:
        graph: dict[str, set[str]] = {}
        for field in self._view.fields.values():
            yield from self._sql(field, graph)
            yield from self._names_in(field)
            yield from self._needs(field)
            yield from self._filters(field)
            if field.category is Category.parameter:
                yield from self._parameter(field)
            yield from self._default(field)
        yield from self._cycles(graph)

    def _tell(
        self,
        field: Field,
        message: str,
        severity: Severity = Severity.error,
        kind: str = "reference",
    ) -> Diagnostic:
        name = f"{self._view.name}.{field.name}"
        return self._reporter.problem(
            message, field.location, field=name, severity=severity, kind=kind
        )

    def _lost(
        self, field: Field, message: str | None, severity: Severity = Severity.error
    ) -> Iterator[Diagnostic]:
        if message is not None:
            owner = f'"{self._view.name}.{field.name}"'
            yield self._tell(field, message.replace("{}", owner, 1), severity)

    # References

    def _sql(self, field: Field, graph: dict[str, set[str]]) -> Iterator[Diagnostic]:
        fields, prefix = self._view.fields, f"{self._view.name}."
        for text in _texts(field):
            for name in references(text):
                local = name.removeprefix(prefix)
                if local in fields:
                    graph.setdefault(field.name, set()).add(local)
                    yield from self._aggregated(field, fields[local])
                else:
                    yield from self._lost(field, self._names.lost(self._view, name))

    def _aggregated(self, field: Field, other: Field) -> Iterator[Diagnostic]:
        """Dimensions read no measures, and aggregates are not made of aggregates."""
        if not other.is_measure:
            return
        if field.is_dimension:
            message = (
                f'Field references an aggregate but is specified as a dimension: "{other.name}"'
            )
            yield self._tell(field, message, kind="model")
        elif field.is_measure and field.type in _AGGREGATES:
            message = (
                f"Measures with Looker aggregations ({field.type}) may not reference other "
                f'measures: "{other.name}"'
            )
            yield self._tell(field, message, kind="model")

    def _names_in(self, field: Field) -> Iterator[Diagnostic]:
        names, view = self._names, self._view
        for parameter in _ONE_FIELD:
            name = getattr(field, parameter)
            if name:
                yield from self._lost(field, names.lost(view, name))
        for name in field.required_fields:
            yield from self._lost(field, names.lost(view, name))
        for item in field.drill_fields:
            yield from self._lost(field, names.lost_item(view, item), Severity.warning)
        yield from self._model_names(field)
        if field.label_from_parameter is not None:
            yield from self._label_parameter(field, field.label_from_parameter)
        if field.suggest_dimension is not None:
            yield from self._suggestions(field, field.suggest_dimension)

    def _model_names(self, field: Field) -> Iterator[Diagnostic]:
        model, owner = self._model, f'"{self._view.name}.{field.name}"'
        name = field.value_format_name
        if name and name not in model.named_value_formats and name not in NAMED_VALUE_FORMATS:
            known = [*model.named_value_formats, *NAMED_VALUE_FORMATS]
            yield self._reporter.unknown("value_format_name", name, known, owner, field.location)
        if name and field.value_format is not None:
            message = f'"{field.name}" has a value_format and a value_format_name: the first counts'
            yield self._tell(field, message, Severity.warning, "model")
        layer = field.map_layer_name
        if layer and layer not in model.map_layers and layer not in BUILT_IN_LAYERS:
            yield self._tell(field, f"No map layer named {layer} is defined")
        for grant in field.required_access_grants:
            if grant not in model.access_grants:
                held = model.access_grants
                yield self._reporter.unknown("access grant", grant, held, owner, field.location)

    def _label_parameter(self, field: Field, name: str) -> Iterator[Diagnostic]:
        bare = name.removeprefix(f"{self._view.name}.")
        owner, _, short = bare.rpartition(".")
        candidates = self._names.views.get(owner, []) if owner else [self._view]
        found = [view.fields[short] for view in candidates if short in view.fields]
        if not any(item.category is Category.parameter for item in found):
            message = f"label_from_parameter of {field.name} must refer to a parameter"
            yield self._tell(field, message)

    def _suggestions(self, field: Field, name: str) -> Iterator[Diagnostic]:
        explore = field.suggest_explore
        if explore is not None and explore not in self._model.explores:
            if self._view.name not in self._names.used:
                return
            owner = f'"{self._view.name}.{field.name}"'
            known = self._model.explores
            yield self._reporter.unknown("suggest_explore", explore, known, owner, field.location)
        elif self._names.lost(self._view, name) is not None:
            message = f"Unknown or excluded suggest_dimension {name} in field {field.name}"
            yield self._tell(field, message)

    # Types

    def _needs(self, field: Field) -> Iterator[Diagnostic]:
        needs = _NEEDS.get((str(field.category), field.type))
        if needs is not None and not all(getattr(field, parameter) for parameter in needs[0]):
            yield self._tell(field, needs[1], kind="model")
        is_computed = field.interval is not None and not field.is_read_duration
        if is_computed and not (field.sql_start and field.sql_end):
            yield self._tell(field, "A duration needs sql_start and sql_end", kind="model")
        if field.tiers and list(field.tiers) != sorted(field.tiers):
            yield self._tell(field, "tiers have to ascend", kind="model")

    def _filters(self, field: Field) -> Iterator[Diagnostic]:
        if field.filters and field.is_measure and field.type in _UNFILTERED:
            message = f"filters is not supported for measures of non-aggregate type ({field.type})"
            yield self._tell(field, message, kind="model")
        for pair in field.filters:
            lost = self._names.lost(self._view, pair.field)
            if lost is not None:
                yield from self._lost(field, lost.replace("field", "filter field", 1))
                continue
            owner, _, bare = pair.field.removeprefix(f"{self._view.name}.").rpartition(".")
            candidates = self._names.views.get(owner, []) if owner else [self._view]
            target = next((view.fields[bare] for view in candidates if bare in view.fields), None)
            problem = filter_problem(target, pair.expression) if target is not None else None
            if problem is not None:
                yield self._tell(field, f"{problem} (on {pair.field})", kind="filter")

    def _default(self, field: Field) -> Iterator[Diagnostic]:
        """The default of a filter is a filter expression."""
        default = field.default_value
        problem = filter_problem(field, default) if default else None
        if field.category is Category.filter and problem is not None:
            yield self._tell(field, f"{problem} (default_value of {field.name})", kind="filter")

    def _parameter(self, field: Field) -> Iterator[Diagnostic]:
        values = [choice.value for choice in field.allowed_values]
        default = field.default_value
        if values and default and default not in values and "{" not in default:
            message = (
                f'default_value "{default}" of parameter "{field.name}" is none of its '
                "allowed values"
            )
            yield self._tell(field, message, Severity.warning, "model")
        for value in chain(values, [default] if default else []):
            if field.type == "number" and not _is_number(value):
                message = f'"{value}" of parameter "{field.name}" is not a number'
                yield self._tell(field, message, kind="model")

    # Circles

    def _cycles(self, graph: dict[str, set[str]]) -> Iterator[Diagnostic]:
        view = self._view
        done: set[str] = set()
        for start, read in graph.items():
            trail = [start]
            stack: list[tuple[str, Iterator[str]]] = [(start, iter(read))]
            while stack and start not in done:
                name, rest = stack[-1]
                following = next(rest, None)
                if following is None:
                    stack.pop()
                    trail.pop()
                    done.add(name)
                elif following in trail:
                    circle = " → ".join([*trail[trail.index(following) :], following])
                    field = view.fields[following]
                    yield self._tell(
                        field,
                        f'Fields of view "{view.name}" refer to one another in a circle: {circle}',
                    )
                    done.update(trail)
                    break
                elif following not in done and following in graph:
                    stack.append((following, iter(graph[following])))
                    trail.append(following)


def _texts(field: Field) -> Iterator[str]:
    for parameter in _SQL:
        text = getattr(field, parameter)
        if text and "${" in text:
            yield text
    for branch in field.cases:
        yield branch.sql


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
