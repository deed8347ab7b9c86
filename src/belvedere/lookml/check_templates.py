"""Checks of Liquid: templates that cannot be read, variables and filters that there are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from belvedere.lookml.check_names import Names, Reporter
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.liquid import has_liquid
from belvedere.lookml.model import Field, Location, Model, View

VARIABLES = frozenset(
    [
        *("_model", "_view", "_explore", "_field", "_query", "_dialect"),
        *("_filters", "_user_attributes", "_localization"),
    ]
)
PROPERTIES = frozenset(
    [
        *("_value", "_rendered_value", "_linked_value", "_filterable_value", "_link", "_sql"),
        *("_parameter_value", "_in_query", "_is_selected", "_is_filtered", "_name"),
        *("_query_timezone", "_dashboard_url"),
    ]
)
_OF_CELLS = frozenset(
    ["value", "rendered_value", "filterable_value", "linked_value", "link", "row"]
)
_LABELS = ("label", "description", "view_label", "group_label", "group_item_label")
_SQL = ("sql", "sql_start", "sql_end", "sql_latitude", "sql_longitude", "sql_distinct_key")
_SQL_TAGS = frozenset({"condition", "date_start", "date_end"})

Place = Callable[[Location | None, str, int, int], Location | None]
"""Where a position in a template stands: from the object's place, the template, line, column."""


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    owner: str
    location: Location | None
    is_html: bool = False
    is_sql: bool = True
    field: str | None = None
    view: View | None = None


def check_templates(model: Model, place: Place) -> Iterator[Diagnostic]:
    """What is wrong in the templates of the model's views, explores and datagroups."""
    names, reporter = Names(model), Reporter(model)
    for template in _templates(model):
        if has_liquid(template.text):
            yield from _check(template, names, reporter, place)


def _templates(model: Model) -> Iterator[_Template]:
    for view in model.views.values():
        table = view.derived_table
        texts = [view.sql_table_name]
        if table is not None:
            texts += [table.sql, table.sql_create, *table.create_process]
        place = table.location if table is not None else view.location
        for text in filter(None, texts):
            yield _Template(text, f"view {view.name}", place, view=view)
        for field in view.fields.values():
            yield from _of_field(view, field)
    for explore in model.explores.values():
        owner = f"explore {explore.name}"
        for stated in (explore.sql_always_where, explore.sql_always_having, explore.sql_preamble):
            yield _Template(stated or "", owner, explore.location)
        for join in explore.joins:
            for part in (join.sql_on, join.sql_where, join.sql_having, join.sql):
                yield _Template(part or "", f"join {join.name} of {owner}", join.location)
    for datagroup in model.datagroups.values():
        yield _Template(datagroup.sql_trigger or "", f"datagroup {datagroup.name}", model.location)


def _of_field(view: View, field: Field) -> Iterator[_Template]:
    for text, kind in _field_texts(field):
        if text and has_liquid(text):
            name = f"{view.name}.{field.name}"
            yield _Template(text, name, field.location, kind == "html", kind == "sql", name, view)


def _field_texts(field: Field) -> Iterator[tuple[str | None, str]]:
    """Texts that may hold Liquid, each with what it becomes: sql, html or plain text."""
    for parameter in _SQL:
        text = getattr(field, parameter)
        if text is not None:
            yield text, "sql"
    for parameter in _LABELS:
        text = getattr(field, parameter)
        if text is not None:
            yield text, "text"
    yield field.html, "html"
    for branch in field.cases:
        yield branch.sql, "sql"
    for link in field.links:
        yield link.url, "text"
        yield link.label, "text"
    for action in field.actions:
        yield from ((text, "text") for text in _texts(action))


def _texts(item: object) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        for part in item.values():
            yield from _texts(part)
    elif isinstance(item, list):
        for part in item:
            yield from _texts(part)


def _check(
    template: _Template, names: Names, reporter: Reporter, place: Place
) -> Iterator[Diagnostic]:
    # The library takes a quarter of a second to import: only projects with Liquid pay for it.
    from belvedere.lookml.liquid_reading import read  # noqa: PLC0415

    found = read(template.text, template.is_html)

    def problem(
        message: str, line: int, column: int, severity: Severity = Severity.error
    ) -> Diagnostic:
        location = place(template.location, template.text, line, column)
        told = f"{message} in {template.owner}"
        field = template.field
        return reporter.problem(told, location, field=field, kind="liquid", severity=severity)

    passes = Severity.error if template.is_sql else Severity.warning
    wrong = [(found.problem, Severity.error), (found.unknown_filter, passes)]
    yield from (problem(*told, severity) for told, severity in wrong if told is not None)
    for variable in found.variables:
        message = _variable(variable.path, template.view)
        if message is not None:
            yield problem(message, variable.line, variable.column)
        elif template.view is not None:
            message = _lost(variable.path, names, template.view)
            if message is not None:
                yield problem(message, variable.line, variable.column, Severity.warning)
    for tag in found.fields:
        kind, name = tag.path
        lost = _field(name, names, template.view) if name else _nameless(kind, template)
        if kind in _SQL_TAGS and not template.is_sql:
            lost = f"{{% {kind} %}} has no meaning outside of SQL"
        if lost is not None:
            yield problem(lost, tag.line, tag.column)


def _variable(path: tuple[str, ...], view: View | None) -> str | None:
    """What is wrong with a variable by its form."""
    first, last = path[0], path[-1]
    is_field = view is not None and first in view.fields
    if first.startswith("_") and first not in VARIABLES and not is_field:
        return f"Variable not found ({first}).{did_you_mean(first, VARIABLES)}"
    reads_key = first in ("_filters", "_user_attributes", "_localization")
    if len(path) > 1 and not reads_key and last.startswith("_") and last not in PROPERTIES:
        return f"Variable not found ({'.'.join(path)}).{did_you_mean(last, PROPERTIES)}"
    return None


def _lost(path: tuple[str, ...], names: Names, view: View) -> str | None:
    """Why a variable that should be a field, or a property of one, is none: it will be empty."""
    if path[0] in _OF_CELLS or path[0].startswith("_") or not all(path):
        return None
    name = ".".join(path[:-1] if path[-1] in PROPERTIES else path)
    if name in names.views:
        return None
    lost = names.lost(view, name, group_counts=True)
    if lost is None:
        return None
    hint = lost.partition("{}.")[2]
    return f"Variable not found ({name}).{hint}" if hint else f"Variable not found ({name})"


def _nameless(kind: str, template: _Template) -> str | None:
    """A condition without a name is that of the field in whose sql it stands."""
    return None if template.field else f"{kind} needs the name of a field here"


def _field(name: str, names: Names, view: View | None) -> str | None:
    """Why a condition's or parameter's field is none of the model's."""
    owner, _, bare = name.rpartition(".")
    if not owner and view is None:
        return None
    candidates = names.views.get(owner, []) if owner else [view] if view is not None else []
    if not candidates:
        return f'Inaccessible view "{owner}".{did_you_mean(owner, names.views)}'
    if any(names.has(candidate, bare) for candidate in candidates):
        return None
    known = [field for candidate in candidates for field in candidate.fields]
    return f'Unknown or inaccessible field "{name}".{did_you_mean(bare, known)}'
