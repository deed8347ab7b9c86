"""Raw views to the frozen model: fields made, names expanded, defaults set."""

from __future__ import annotations

from belvedere.lookml.assemble import Raw
from belvedere.lookml.diagnostics import Severity
from belvedere.lookml.model import Field, View
from belvedere.lookml.reading import Reader
from belvedere.lookml.resolve_fields import FieldResolver
from belvedere.lookml.resolve_tables import check_table, derived_table


def resolve_view(reader: Reader, raw: Raw, *, fiscal: bool) -> View:
    reader.check_parameters(raw, "view")
    hidden = reader.flag(raw, "fields_hidden_by_default")
    fields: dict[str, Field] = {}
    for field in FieldResolver(reader, raw.name, hidden=hidden, fiscal=fiscal).fields(raw):
        if field.name in fields:
            reader.report(
                f'There are several fields named "{field.name}" in view "{raw.name}"',
                field.location or raw.location,
                severity=Severity.warning,
                kind="model",
                field_name=f"{raw.name}.{field.name}",
            )
        fields[field.name] = field
    derived = derived_table(reader, raw)
    table = reader.text(raw, "sql_table_name")
    if derived is not None and table is not None:
        reader.report(
            f"Cannot specify both sql_table_name and derived_table for view {raw.name}",
            raw.location,
            kind="model",
        )
    if derived is not None:
        check_table(reader, raw.name, derived)
    return View(
        name=raw.name,
        label=reader.text(raw, "label") or reader.text(raw, "view_label"),
        sql_table_name=None if derived is not None else table,
        derived_table=derived,
        fields=fields,
        sets={child.name: reader.names(child, "fields") for child in raw.children("set")},
        drill_fields=reader.names(raw, "drill_fields"),
        suggestions=reader.flag(raw, "suggestions", True),
        required_access_grants=reader.names(raw, "required_access_grants"),
        primary_key=_primary_key(reader, raw, fields),
        has_numeric_times=any(field.datatype in ("epoch", "yyyymmdd") for field in fields.values()),
        location=raw.location,
    )


def _primary_key(reader: Reader, raw: Raw, fields: dict[str, Field]) -> str | None:
    keys = [name for name, field in fields.items() if field.primary_key and field.is_dimension]
    if len(keys) > 1:
        reader.report(
            f"Multiple primary key definitions for view '{raw.name}': '{keys[0]}' and '{keys[1]}'",
            fields[keys[1]].location or raw.location,
            kind="model",
        )
    return keys[0] if keys else None
