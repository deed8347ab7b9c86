"""The spreadsheet format that a field's numbers are written in."""

from __future__ import annotations

from belvedere.lookml.model import Field, Model

NAMED_VALUE_FORMATS: dict[str, str] = {
    **{f"decimal_{n}": "#,##0" + ("." + "0" * n if n else "") for n in range(5)},
    **{f"percent_{n}": "#,##0" + ("." + "0" * n if n else "") + "%" for n in range(5)},
    "usd": "$#,##0.00",
    "usd_0": "$#,##0",
    "eur": '"€"#,##0.00',
    "eur_0": '"€"#,##0',
    "gbp": '"£"#,##0.00',
    "gbp_0": '"£"#,##0',
    "id": "0",
}
_UNITS = {
    "feet": "ft",
    "kilometers": "km",
    "meters": "m",
    "miles": "mi",
    "nautical_miles": "nmi",
    "yards": "yd",
}


def value_format(model: Model, field: Field) -> str | None:
    """The format string in force: written, or named (the model's names before the built-in)."""
    if field.value_format is not None:
        return field.value_format
    name = field.value_format_name
    if name is None:
        return _default_format(field)
    named = model.named_value_formats.get(name)
    return named.value_format if named is not None else NAMED_VALUE_FORMATS.get(name)


def is_strict(model: Model, field: Field) -> bool:
    """Whether the format is to be kept whatever the viewer's number format."""
    named = model.named_value_formats.get(field.value_format_name or "")
    by_name = field.value_format is None and named is not None and named.strict_value_format
    return field.strict_value_format or by_name


def _default_format(field: Field) -> str | None:
    if field.interval is not None:
        return "0"
    if field.type == "percent_of_previous":
        return '#,##0"%"'
    if field.type == "distance":
        return f'#,##0.00" {_UNITS.get(field.units or "miles", field.units)}"'
    return None
